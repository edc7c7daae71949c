"""The demo's clock: a moment in shared memory, set by the demo and read by the forked servers."""

from __future__ import annotations

import mmap
import struct
from datetime import UTC, datetime

_MOMENT = struct.Struct("=d")


class SharedClock:
    """A clock that stands still until it is moved; processes forked after it was made see the same moment.

    Only one process may move it. A reader can't see half a move: eight aligned octets are copied at once.
    """

    def __init__(self, start: datetime) -> None:
        self._memory = mmap.mmap(-1, _MOMENT.size)
        self.move_to(start)

    def now(self) -> datetime:
        """The present moment of the demo, aware, in UTC."""
        (seconds,) = _MOMENT.unpack_from(self._memory)
        return datetime.fromtimestamp(seconds, UTC)

    def move_to(self, moment: datetime) -> None:
        """Sets the clock. ValueError for a datetime without a zone: it would mean this machine's own."""
        if moment.tzinfo is None:
            raise ValueError("the demo's clock needs a datetime with a time zone")
        _MOMENT.pack_into(self._memory, 0, moment.timestamp())
