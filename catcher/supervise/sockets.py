"""Listening sockets, bound by the parent before any worker exists, or passed by systemd (sd_listen_fds(3))."""

from __future__ import annotations

import errno
import logging
import socket
import time
from collections.abc import MutableMapping

from catcher.model.errors import EnvironmentFailure

log = logging.getLogger("catcher.supervise")

_REMEDIES = {
    errno.EADDRINUSE: "stop the program that holds the port, or choose another one",
    errno.EACCES: "ports below 1024 need root or CAP_NET_BIND_SERVICE (deploy/catcher.service grants it)",
    errno.EADDRNOTAVAIL: "this machine has no such address: choose one of its own",
}

_RECEIVE_BUFFER_OCTETS = 4 << 20
"""Octets of queries that the kernel holds while a worker is busy: 4 MiB, less where net.core.rmem_max is lower."""


_PATIENCE_SECONDS = 2.0
_FIRST_PASSED_FD = 3


class InheritedSockets:
    """The sockets that were passed to this process, found by address and kind."""

    def __init__(self, sockets: list[socket.socket]) -> None:
        self._sockets = {(*sock.getsockname()[:2], sock.type): sock for sock in sockets}
        self._taken: set[tuple[str, int, int]] = set()

    @classmethod
    def receive(cls, environment: MutableMapping[str, str], pid: int) -> InheritedSockets:
        """Those that ``LISTEN_FDS`` and ``LISTEN_PID`` tell of; the variables are taken away, as children need none."""
        count, whose = environment.pop("LISTEN_FDS", ""), environment.pop("LISTEN_PID", "")
        environment.pop("LISTEN_FDNAMES", None)
        if not count.isdigit() or whose != str(pid):
            return cls([])
        found = []
        for fd in range(_FIRST_PASSED_FD, _FIRST_PASSED_FD + int(count)):
            try:
                sock = socket.socket(fileno=fd)
            except OSError as error:
                raise EnvironmentFailure(f"passed descriptor {fd} is no socket: {error.strerror}") from error
            if sock.family not in (socket.AF_INET, socket.AF_INET6):
                raise EnvironmentFailure(
                    f"passed descriptor {fd} is no Internet socket; take it out of the socket unit"
                )
            sock.set_inheritable(False)
            found.append(sock)
        return cls(found)

    def take(self, host: str, port: int, kind: socket.SocketKind) -> socket.socket | None:
        """The socket that is bound to this address, ready to serve; None when there is none.

        Taken again, for another worker, it is a second descriptor of the same socket.
        """
        place = (host, port, kind)
        sock = self._sockets.get(place)
        if sock is None:
            return None
        if place in self._taken:
            sock = sock.dup()
        self._taken.add(place)
        if kind == socket.SOCK_DGRAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_OCTETS)
        else:
            sock.listen(1024)
        sock.setblocking(False)
        return sock

    def close_rest(self) -> None:
        """Closes what nobody took, and says so."""
        for place, sock in self._sockets.items():
            if place not in self._taken:
                log.warning("a socket for %s port %d was passed, but no listen address names it", *place[:2])
                sock.close()


def _bind_patiently(sock: socket.socket, host: str, port: int) -> None:
    """The workers of a killed parent end within moments of it: a port that is taken gets a second chance."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return sock.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def bind(host: str, port: int, kind: socket.SocketKind, key: str, *, shared: bool = False) -> socket.socket:
    """A bound, non-blocking socket; a SOCK_STREAM one listens.

    ``shared``: other sockets of this process are bound to the address, too (SO_REUSEPORT); the kernel deals out what
    comes. A port that another program holds is refused in any case; one whose holder has just been killed is waited
    for.

    Raises EnvironmentFailure naming ``key``, the address and what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, kind)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(kind == socket.SOCK_STREAM))
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(shared))
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind == socket.SOCK_DGRAM:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_OCTETS)
        _bind_patiently(bound, host, port)
        if kind == socket.SOCK_STREAM:
            bound.listen(1024)
        bound.setblocking(False)
    except OSError as error:
        bound.close()
        remedy = _REMEDIES.get(error.errno or 0, "check the address")
        kind_name = "UDP" if kind == socket.SOCK_DGRAM else "TCP"
        raise EnvironmentFailure(f"{key}: {host} port {port} ({kind_name}): {error.strerror}; {remedy}") from error
    return bound
