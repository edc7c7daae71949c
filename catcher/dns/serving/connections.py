"""Passes open TCP connections from one process to another, so that no reload ends a conversation.

::

    worker that retires ──┐
    process of a transfer ┴─▶ ConnectionPipe: a descriptor, octets unsent and unanswered ─▶ worker that serves

The pipe is made before the forks, one for each worker number, and every generation inherits it: only the worker that
serves reads from it. A connection that nobody reads is closed when the pipe is.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

_HEADER = struct.Struct("=dI")
"""A message's first octets: the deadline, and the number of unsent octets, which follow; the unanswered ones are the
rest."""
_LARGEST = 1 << 17
"""Most octets of one message: a reply beyond the bound of unsent octets, and what is read at a time."""
_TURN = 64
"""Connections taken at a time before other work gets its turn."""
_BUFFER_OCTETS = 4 << 20
"""Octets that the pipe holds, if the system allows it."""


class ConnectionState(NamedTuple):
    """What a connection has under way."""

    unsent: bytes
    """Octets of replies that the client didn't take yet."""
    unanswered: bytes
    """Octets that were read and aren't answered yet."""
    deadline: float
    """The moment, on the system's monotonic clock, at which the connection ends as idle: no reload prolongs it."""


class ConnectionPipe:
    """A pipe for connections: any number of processes may write, one reads."""

    def __init__(self) -> None:
        """Raises OSError when the system has no descriptors left."""
        self.writing, self.reading = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (self.writing, self.reading):
            end.setblocking(False)
        self.writing.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_OCTETS)

    def send(self, descriptor: int, state: ConnectionState) -> None:
        """Sends the connection of ``descriptor``, which stays open here.

        Raises BlockingIOError when the pipe is full, OSError when nobody can read it any more.
        """
        header = _HEADER.pack(state.deadline, len(state.unsent))
        try:
            socket.send_fds(self.writing, [header, state.unsent, state.unanswered], [descriptor])
        except OSError as error:
            if error.errno in (errno.ETOOMANYREFS, errno.ENOBUFS):  # too many descriptors on their way
                raise BlockingIOError(error.errno, error.strerror) from None
            raise

    def receive(self) -> Iterator[tuple[socket.socket, ConnectionState]]:
        """The connections that have arrived, some at a time."""
        for _ in range(_TURN):
            try:
                octets, descriptors, _, _ = socket.recv_fds(self.reading, _LARGEST, 1)
            except OSError:
                return
            if not descriptors:
                if not octets:
                    return
                continue  # the system had no descriptor for it: the connection is lost
            deadline, unsent = _HEADER.unpack_from(octets)
            rest = octets[_HEADER.size :]
            yield socket.socket(fileno=descriptors[0]), ConnectionState(rest[:unsent], rest[unsent:], deadline)

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
