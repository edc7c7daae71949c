"""The demo's clock: a time in shared memory; the demo sets it, and the forked servers read it."""

from __future__ import annotations

import mmap
import struct
from datetime import UTC, datetime

_MOMENT = struct.Struct("=d")


class SharedClock:
    """A clock whose time changes only by ``move_to``; all processes forked after its creation see the same time.

    Only one process may move it. A reader never sees half a change: eight aligned octets are copied at once.
    """

    def __init__(self, start: datetime) -> None:
        self._memory = mmap.mmap(-1, _MOMENT.size)
        self.move_to(start)

    def now(self) -> datetime:
        """The present time of the demo (aware, UTC)."""
        (seconds,) = _MOMENT.unpack_from(self._memory)
        return datetime.fromtimestamp(seconds, UTC)

    def move_to(self, moment: datetime) -> None:
        """Sets the clock. Raises ValueError for a datetime without a zone: it would mean this machine's local time."""
        if moment.tzinfo is None:
            raise ValueError("the demo's clock needs a datetime with a time zone")
        _MOMENT.pack_into(self._memory, 0, moment.timestamp())
