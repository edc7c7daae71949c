"""Collects the sockets of all roles before the fork: systemd passes them to the parent, or the parent binds them."""

from __future__ import annotations

import os
import socket
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from catcher.config import Config, ListenAddress
from catcher.supervise.sockets import InheritedSockets, bind

_UDP_AND_TCP = (socket.SOCK_DGRAM, socket.SOCK_STREAM)
_TCP = (socket.SOCK_STREAM,)


@dataclass(frozen=True, slots=True)
class Bound:
    """The sockets of all roles: one tuple per worker. They are bound once, and every generation uses them."""

    dns: tuple[tuple[socket.socket, ...], ...]
    smtp: tuple[tuple[socket.socket, ...], ...]

    def all(self) -> list[socket.socket]:
        """All sockets of all workers."""
        return [s for worker in (*self.dns, *self.smtp) for s in worker]


def bind_all(config: Config, roles: Collection[str]) -> Bound:
    """Takes over the sockets that systemd passed and binds the other ones. Raises EnvironmentFailure."""
    passed = InheritedSockets.receive(os.environ, os.getpid())
    dns: tuple[tuple[socket.socket, ...], ...] = ()
    smtp: tuple[tuple[socket.socket, ...], ...] = ()
    if "dns" in roles:
        dns = _for_workers(config.dns.listen, _UDP_AND_TCP, config.dns.workers, "dns.listen", passed)
    if "smtp" in roles:
        smtp = _for_workers(config.smtp.listen, _TCP, config.smtp.workers, "smtp.listen", passed)
    passed.close_rest()
    return Bound(dns, smtp)


def _for_workers(
    listen: Sequence[ListenAddress],
    kinds: Sequence[socket.SocketKind],
    workers: int,
    key: str,
    passed: InheritedSockets,
) -> tuple[tuple[socket.socket, ...], ...]:
    """One tuple of sockets per worker: a socket of each kind at each address."""
    places = [(address.host, address.port, kind) for address in listen for kind in kinds]
    found = []
    for number in range(workers):
        sockets = []
        for place in places:
            sock = passed.take(*place)
            if sock is None and number == 0 and workers > 1:
                bind(*place, key).close()  # fails if another program is bound; SO_REUSEPORT would share its port
            sockets.append(sock or bind(*place, key, shared=workers > 1))
        found.append(tuple(sockets))
    return tuple(found)
