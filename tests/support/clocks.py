"""Clocks that a test sets: the time of day, and seconds that only go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass
class Clock:
    """The time of day; it stands until a test sets ``moment``."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


@dataclass
class Seconds:
    """A monotonic clock in seconds; it stands until a test adds to ``now``."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now
