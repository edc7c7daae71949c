"""Listening sockets, bound by the parent before any worker exists, so that a taken port is said at once."""

from __future__ import annotations

import errno
import socket

from catcher.model.errors import EnvironmentFailure

_REMEDIES = {
    errno.EADDRINUSE: "stop the program that holds the port, or choose another one",
    errno.EACCES: "ports below 1024 need root or CAP_NET_BIND_SERVICE (deploy/catcher.service grants it)",
    errno.EADDRNOTAVAIL: "this machine has no such address: choose one of its own",
}

_RECEIVE_BUFFER_OCTETS = 4 << 20
"""What the kernel may hold of queries while a worker is busy; it grants less where its limit is lower."""


def bind(host: str, port: int, kind: socket.SocketKind, key: str) -> socket.socket:
    """A bound, non-blocking socket; a SOCK_STREAM one listens.

    SO_REUSEPORT lets workers share an address and a restart follow a crash without a pause.

    Raises EnvironmentFailure naming ``key``, the address and what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, kind)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind == socket.SOCK_DGRAM:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_OCTETS)
        bound.bind((host, port))
        if kind == socket.SOCK_STREAM:
            bound.listen(1024)
        bound.setblocking(False)
    except OSError as error:
        bound.close()
        remedy = _REMEDIES.get(error.errno or 0, "check the address")
        kind_name = "UDP" if kind == socket.SOCK_DGRAM else "TCP"
        raise EnvironmentFailure(f"{key}: {host} port {port} ({kind_name}): {error.strerror}; {remedy}") from error
    return bound
