"""The room that the disk has for the store, and the reserve that is kept for forgetting."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class DiskRoom:
    free_mb: int
    """Megabytes that catcher's user may still write."""
    reserve_mb: int
    """``[store] reserve_mb``: below it no observation is added. 0: there is no reserve."""

    @property
    def is_low(self) -> bool:
        return self.free_mb < self.reserve_mb

    @property
    def shortage(self) -> str:
        """The sentence about too little room; '' when there is enough."""
        if not self.is_low:
            return ""
        return (
            f"the disk has {self.free_mb} MB left, and the last {self.reserve_mb} MB are kept for forgetting "
            "([store] reserve_mb); make room"
        )
