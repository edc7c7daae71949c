"""The sockets of all roles: bound by the parent, or passed to it by systemd, before any worker exists."""

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
    """The sockets of all roles, bound once and shared by every generation. One tuple a worker."""

    dns: tuple[tuple[socket.socket, ...], ...]
    smtp: tuple[tuple[socket.socket, ...], ...]

    def all(self) -> list[socket.socket]:
        """Every socket, of all workers."""
        return [s for worker in (*self.dns, *self.smtp) for s in worker]


def bind_all(config: Config, roles: Collection[str]) -> Bound:
    """Takes over the sockets that were passed and binds the others. Raises EnvironmentFailure."""
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
    """For each worker a socket at each address of each kind."""
    places = [(address.host, address.port, kind) for address in listen for kind in kinds]
    found = []
    for number in range(workers):
        sockets = []
        for place in places:
            sock = passed.take(*place)
            if sock is None and number == 0 and workers > 1:
                bind(*place, key).close()  # SO_REUSEPORT would join another program's sockets: first be alone there
            sockets.append(sock or bind(*place, key, shared=workers > 1))
        found.append(tuple(sockets))
    return tuple(found)
