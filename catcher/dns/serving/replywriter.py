"""The replies on their way to one TCP client: written at once, and kept here as far as the client doesn't take them.

::

    write ─▶ write(2) ─▶ the system took all? ─▶ nothing is left here
                 └─ else: unsent ─▶ the descriptor is writable again ─▶ write(2) … ─▶ taken()

A transport's own buffer can't be read, and is still sent for a moment after ``abort``. What is unsent here can go to
another process with the connection, and every octet is sent once.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

_AGAIN_SECONDS = 0.05
"""Seconds until a client that takes nothing is tried again, where there is no descriptor to wait with."""


class ReplyWriter:
    """The way out of one connection."""

    __slots__ = ("_broken", "_descriptor", "_loop", "_taken", "_timer", "_waiting", "unsent")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        descriptor: int,
        taken: Callable[[], None],
        broken: Callable[[], None],
    ) -> None:
        """``descriptor``: the connection's, which stays its owner's. ``taken`` is called when octets were unsent and
        none is any more, ``broken`` when the connection has failed."""
        self._loop = loop
        self._descriptor = descriptor
        self._taken = taken
        self._broken = broken
        self._waiting = -1
        """A second descriptor of the connection: the event loop has the first one for reading."""
        self._timer: asyncio.TimerHandle | None = None
        self.unsent = bytearray()
        """Octets that the system didn't take yet."""

    def write(self, octets: bytes) -> None:
        """Sends ``octets`` after those that are unsent."""
        sent = 0
        if not self.unsent:
            try:
                sent = os.write(self._descriptor, octets)
            except BlockingIOError:
                pass
            except OSError:
                self._broken()
                return
            if sent == len(octets):
                return
        self.unsent += memoryview(octets)[sent:]
        self._wait()

    def close(self) -> None:
        """Sends nothing any more; ``unsent`` stays as it is."""
        if self._waiting >= 0:
            self._loop.remove_writer(self._waiting)
            os.close(self._waiting)
            self._waiting = -1
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self) -> None:
        if self._waiting >= 0 or self._timer is not None:
            return
        try:
            self._waiting = os.dup(self._descriptor)
        except OSError:
            self._timer = self._loop.call_later(_AGAIN_SECONDS, self._send)
        else:
            self._loop.add_writer(self._waiting, self._send)

    def _send(self) -> None:
        self._timer = None
        try:
            del self.unsent[: os.write(self._descriptor, self.unsent)]
        except BlockingIOError:
            pass
        except OSError:
            self.close()
            self._broken()
            return
        if self.unsent:
            self._wait()
        else:
            self.close()
            self._taken()
