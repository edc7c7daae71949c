"""Collects the sockets of all roles before the fork: systemd passes them to the parent, or the parent binds them."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from catcher.config import Config, ListenAddress
from catcher.supervise.sockets import BIND_PATIENCE_SECONDS, InheritedSockets, bind

_UDP_AND_TCP = (socket.SOCK_DGRAM, socket.SOCK_STREAM)
_TCP = (socket.SOCK_STREAM,)

WorkerSockets = tuple[tuple[socket.socket, ...], ...]
"""One tuple of sockets per worker. They are bound once, and every generation uses them."""


def dns_sockets(config: Config, passed: InheritedSockets) -> WorkerSockets:
    """The sockets of the DNS workers. Raises EnvironmentFailure."""
    section = config.dns
    return _for_workers(section.listen, _UDP_AND_TCP, section.workers, "dns.listen", passed, freebind=section.freebind)


def smtp_sockets(config: Config, passed: InheritedSockets, *, patience: float = BIND_PATIENCE_SECONDS) -> WorkerSockets:
    """The sockets of the SMTP workers. Raises EnvironmentFailure."""
    section = config.smtp
    return _for_workers(section.listen, _TCP, section.workers, "smtp.listen", passed, patience=patience)


def _for_workers(
    listen: Sequence[ListenAddress],
    kinds: Sequence[socket.SocketKind],
    workers: int,
    key: str,
    passed: InheritedSockets,
    *,
    freebind: bool = False,
    patience: float = BIND_PATIENCE_SECONDS,
) -> WorkerSockets:
    """One tuple of sockets per worker: a socket of each kind at each address. If one fails, none stays bound."""
    places = [(address.host, address.port, kind) for address in listen for kind in kinds]
    found, bound = [], []
    try:
        for number in range(workers):
            sockets = []
            for place in places:
                sock = passed.take(*place)
                if sock is None and number == 0 and workers > 1:
                    # fails if another program is bound; SO_REUSEPORT would share its port
                    bind(*place, key, freebind=freebind, patience=patience).close()
                if sock is None:
                    sock = bind(*place, key, shared=workers > 1, freebind=freebind, patience=patience)
                    bound.append(sock)
                sockets.append(sock)
            found.append(tuple(sockets))
    except BaseException:
        for sock in bound:
            sock.close()
        raise
    return tuple(found)
