"""The room that the disk has for the store, and the reserve that is kept for forgetting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MEGABYTE = 1_000_000
_SHARE = 10
"""The reserve is at most a tenth of the file system, or ``_LEAST`` if that is more: a small disk takes mail, too."""
_LEAST = 20 * MEGABYTE
"""Room that forgetting needs on any disk: a command copies the log once it has 16 MB, and a step writes a few more."""


@dataclass(frozen=True, slots=True)
class DiskRoom:
    """Sizes in octets."""

    free: int
    """Room that catcher's user may still write."""
    reserve: int
    """Room below which no observation is added; 0: there is no reserve."""

    @classmethod
    def of(cls, *, free: int, whole: int, reserve_mb: int) -> DiskRoom:
        """The room in a file system of ``whole`` octets under ``[store] reserve_mb``."""
        return cls(free, min(reserve_mb * MEGABYTE, max(whole // _SHARE, _LEAST)))

    @property
    def is_low(self) -> bool:
        return self.free < self.reserve

    @property
    def shortage(self) -> str:
        """The sentence about too little room; '' when there is enough."""
        if not self.is_low:
            return ""
        return (
            f"the disk has {self.free / MEGABYTE:.1f} MB left, and the last {self.reserve / MEGABYTE:.1f} MB are kept "
            "for forgetting ([store] reserve_mb); make room"
        )

    def to_json(self) -> dict[str, Any]:
        return {"free_mb": self.free // MEGABYTE, "reserve_mb": self.reserve // MEGABYTE, "low": self.is_low}
