"""Binds listening sockets before the first fork, or takes over the sockets from systemd (sd_listen_fds(3))."""

from __future__ import annotations

import errno
import logging
import socket
import sys
import time
from collections.abc import MutableMapping
from contextlib import suppress

from catcher.model.errors import EnvironmentFailure

log = logging.getLogger("catcher.supervise")

_REMEDIES = {
    errno.EADDRINUSE: "stop the program that holds the port, or choose another one",
    errno.EACCES: "ports below 1024 need root or CAP_NET_BIND_SERVICE (deploy/catcher.service grants it)",
    errno.EADDRNOTAVAIL: "this machine has no such address: choose one of its own",
}

_RECEIVE_BUFFER_OCTETS = 4 << 20
"""Octets of queries that the kernel queues while a worker is busy: 4 MiB, or net.core.rmem_max if that is lower."""


BIND_PATIENCE_SECONDS = 2.0
"""Seconds for which a port in use is tried again: workers of a killed parent may still be ending."""
_FIRST_PASSED_FD = 3
_IP_MTU_DISCOVER, _IP_PMTUDISC_OMIT = 10, 5
_IPV6_MTU_DISCOVER, _IPV6_PMTUDISC_OMIT = 23, 5
_IP_FREEBIND, _IPV6_FREEBIND = 15, 78
"""Options of Linux (ip(7), ipv6(7)) that the socket module has no names for."""


class PortInUse(EnvironmentFailure):
    """Another program, or what a killed server left behind, holds the port."""


class InheritedSockets:
    """The sockets that systemd passed to this process, by address and kind."""

    def __init__(self, sockets: list[socket.socket]) -> None:
        self._sockets = {(*sock.getsockname()[:2], sock.type): sock for sock in sockets}
        self._taken: set[tuple[str, int, int]] = set()

    @classmethod
    def receive(cls, environment: MutableMapping[str, str], pid: int) -> InheritedSockets:
        """The sockets of ``LISTEN_FDS`` and ``LISTEN_PID``; both variables are removed, since no child needs them."""
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
        """The passed socket that is bound to this address, ready to serve; None if there is no such socket.

        A second call, for another worker, returns a second descriptor of the same socket.
        """
        place = (host, port, kind)
        sock = self._sockets.get(place)
        if sock is None:
            return None
        if place in self._taken:
            sock = sock.dup()
        self._taken.add(place)
        if kind == socket.SOCK_DGRAM:
            _prepare_datagrams(sock)
        else:
            sock.listen(1024)
        sock.setblocking(False)
        return sock

    def close_rest(self) -> None:
        """Closes the sockets that nobody took and logs a warning for each."""
        for place, sock in self._sockets.items():
            if place not in self._taken:
                log.warning("a socket for %s port %d was passed, but no listen address names it", *place[:2])
                sock.close()


def _prepare_datagrams(sock: socket.socket) -> None:
    """Sets the receive buffer, and takes no news of a path's MTU: a forged ICMP message would make replies of 1,232
    octets fragment, and fragments can be forged. NSD and Knot set the same.
    """
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_OCTETS)
    if sys.platform == "linux":
        with suppress(OSError):  # a kernel before 3.15
            if sock.family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_MTU_DISCOVER, _IPV6_PMTUDISC_OMIT)
            else:
                sock.setsockopt(socket.IPPROTO_IP, _IP_MTU_DISCOVER, _IP_PMTUDISC_OMIT)


def _permit_absent_address(sock: socket.socket) -> None:
    """Lets the socket be bound to an address that this machine doesn't have yet."""
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_FREEBIND, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, _IP_FREEBIND, 1)


def _bind_patiently(sock: socket.socket, host: str, port: int, patience: float) -> None:
    """Binds, and tries again for ``patience`` seconds if the port is in use."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return sock.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() >= deadline:
                raise
            time.sleep(0.02)


def bind(
    host: str,
    port: int,
    kind: socket.SocketKind,
    key: str,
    *,
    shared: bool = False,
    freebind: bool = False,
    patience: float = BIND_PATIENCE_SECONDS,
) -> socket.socket:
    """A bound, non-blocking socket; a SOCK_STREAM socket also listens.

    ``shared``: several sockets of this process may be bound to the address (SO_REUSEPORT), and the kernel distributes
    the connections or datagrams among them. ``freebind``: the address may be absent from this machine. For a port in
    use, ``bind`` tries again for ``patience`` seconds.

    Raises EnvironmentFailure with ``key``, the address and the remedy; PortInUse for a port in use.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, kind)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(kind == socket.SOCK_STREAM))
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(shared))
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind == socket.SOCK_DGRAM:
            _prepare_datagrams(bound)
        if freebind:
            _permit_absent_address(bound)
        _bind_patiently(bound, host, port, patience)
        if kind == socket.SOCK_STREAM:
            bound.listen(1024)
        bound.setblocking(False)
    except OSError as error:
        bound.close()
        remedy = _REMEDIES.get(error.errno or 0, "check the address")
        kind_name = "UDP" if kind == socket.SOCK_DGRAM else "TCP"
        failure = PortInUse if error.errno == errno.EADDRINUSE else EnvironmentFailure
        raise failure(f"{key}: {host} port {port} ({kind_name}): {error.strerror}; {remedy}") from error
    return bound
