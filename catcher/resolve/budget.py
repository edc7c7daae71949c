"""Limits the look-ups for one sender domain in an hour, so that its mails can't make us flood the DNS."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

PER_HOUR = 500
"""Most look-ups of one holder in an hour; look-ups that the cache answers don't count."""
MAX_HOLDERS = 10_000
"""Most holders whose look-ups are counted."""


class Budgets:
    """Holder → look-ups spent in this hour of the clock. At MAX_HOLDERS the least recently active holder is dropped."""

    def __init__(self, per_hour: int = PER_HOUR) -> None:
        self._per_hour = per_hour
        self._hour: datetime | None = None
        self._spent: OrderedDict[str, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._spent)

    def spend(self, holder: str, now: datetime) -> bool:
        """Takes one look-up from the holder's budget; False when it is used up."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour = hour
            self._spent.clear()
        spent = self._spent.get(holder, 0)
        if spent >= self._per_hour:
            return False
        self._spent[holder] = spent + 1
        self._spent.move_to_end(holder)
        if len(self._spent) > MAX_HOLDERS:
            self._spent.popitem(last=False)
        return True
