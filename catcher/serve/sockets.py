"""The sockets of all roles: bound by the parent, or passed to it, before any worker exists."""

from __future__ import annotations

import os
import socket
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from catcher.config import Config, ListenAddress
from catcher.supervise.sockets import Passed, bind


@dataclass(frozen=True, slots=True)
class Bound:
    """The sockets of all roles, bound once and shared by every generation. One tuple a worker."""

    dns: tuple[tuple[socket.socket, ...], ...]
    smtp: tuple[tuple[socket.socket, ...], ...]

    def all(self) -> list[socket.socket]:
        return [s for worker in (*self.dns, *self.smtp) for s in worker]


def bind_all(config: Config, roles: Collection[str]) -> Bound:
    passed = Passed.receive(os.environ, os.getpid())

    def sockets(
        listen: Sequence[ListenAddress], kinds: Sequence[socket.SocketKind], workers: int, key: str
    ) -> tuple[tuple[socket.socket, ...], ...]:
        places = [(address.host, address.port, kind) for address in listen for kind in kinds]
        of_workers = []
        for number in range(workers):
            own = []
            for place in places:
                sock = passed.take(*place)
                if sock is None and number == 0 and workers > 1:
                    bind(*place, key).close()  # what is to be shared must be nobody else's
                own.append(sock or bind(*place, key, shared=workers > 1))
            of_workers.append(tuple(own))
        return tuple(of_workers)

    udp_and_tcp = (socket.SOCK_DGRAM, socket.SOCK_STREAM)
    bound = Bound(
        sockets(config.dns.listen, udp_and_tcp, config.dns.workers, "dns.listen") if "dns" in roles else (),
        sockets(config.smtp.listen, (socket.SOCK_STREAM,), config.smtp.workers, "smtp.listen")
        if "smtp" in roles
        else (),
    )
    passed.close_rest()
    return bound
