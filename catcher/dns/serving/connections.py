"""Passes open TCP connections from one process to another, so that no reload ends a conversation.

::

    worker that retires ──┐
    process of a transfer ┴─▶ ConnectionPipe: a descriptor and the octets read but not answered ─▶ worker that serves

The pipe is made before the forks, one for each worker number, and every generation inherits it: only the worker that
serves reads from it. A connection that nobody reads is closed when the pipe is.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import suppress

_MARK = b"C"
"""The first octet of a message: a message without octets would look like the pipe's end."""
_LARGEST = 1 << 16
"""Most octets of one message: what a connection holds unanswered is far less."""
_TURN = 64
"""Connections taken at a time before other work gets its turn."""
_BUFFER_OCTETS = 4 << 20
"""Octets that the pipe holds, if the system allows it."""


class ConnectionPipe:
    """A pipe for connections: any number of processes may write, one reads."""

    def __init__(self) -> None:
        """Raises OSError when the system has no descriptors left."""
        self.writing, self.reading = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (self.writing, self.reading):
            end.setblocking(False)
        self.writing.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_OCTETS)

    def send(self, descriptor: int, unanswered: bytes) -> None:
        """Sends the connection of ``descriptor``, which stays open here.

        Raises BlockingIOError when the pipe is full, OSError when nobody can read it any more.
        """
        socket.send_fds(self.writing, [_MARK + unanswered], [descriptor])

    def receive(self) -> Iterator[tuple[socket.socket, bytes]]:
        """The connections that have arrived, some at a time, with the octets that are to be answered first."""
        for _ in range(_TURN):
            try:
                octets, descriptors, _, _ = socket.recv_fds(self.reading, _LARGEST, 1)
            except OSError:
                return
            if not descriptors:
                if not octets:
                    return
                continue  # the system had no descriptor for it: the connection is lost
            yield socket.socket(fileno=descriptors[0]), octets[1:]

    def close(self) -> None:
        """Closes both ends; connections that nobody has read end."""
        self.writing.close()
        self.reading.close()


def own_descriptor(sock: object) -> int:
    """A second descriptor of a transport's socket: it stays open when the transport closes. Raises OSError."""
    return os.dup(sock.fileno())  # type: ignore[attr-defined]


def close_all_but(kept: set[int]) -> None:
    """Closes every descriptor of this process but ``kept`` and the standard ones."""
    last = 2
    for descriptor in (*sorted(kept), os.sysconf("SC_OPEN_MAX")):
        if descriptor > last:
            with suppress(OSError):
                os.closerange(last + 1, descriptor)
            last = descriptor
