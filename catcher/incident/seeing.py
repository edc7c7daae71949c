"""On which days mail that counts could have been seen: a silence under a policy that turns mail away says nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from catcher.model.policy import PolicySince

DAY = timedelta(days=1)


class Seeing:
    """The policies' ledger of one domain, asked by day.

    Before the first line nothing is known: mail of that time was seen by somebody, so those days count as seen.
    """

    def __init__(self, policies: Iterable[PolicySince] = ()) -> None:
        self._lines: Sequence[PolicySince] = sorted(policies)
        self._blind = tuple(self._spans())

    def _spans(self) -> Iterable[tuple[date, date]]:
        """Spans [first, end) without sight, in order. A day on which sight came or went has none."""
        first: date | None = None
        for line in self._lines:
            if not line.policy.rules.silence_counts:
                first = first or line.day
            elif first is not None:
                yield first, line.day + DAY
                first = None
        if first is not None:
            yield first, date.max

    @property
    def blind_since(self) -> date | None:
        """Since when nothing is seen; None while mail is."""
        return self._blind[-1][0] if self._blind and self._blind[-1][1] == date.max else None

    def changes(self) -> list[date]:
        """The days on which another policy began."""
        return [line.day for before, line in pairwise(self._lines) if line.policy is not before.policy]

    def days(self, first: date, end: date) -> int:
        """How many days of [first, end) had sight."""
        blind = sum(max(0, (min(end, stop) - max(first, start)).days) for start, stop in self._blind if start < end)
        return max(0, (end - first).days - blind)

    def after(self, day: date, days: int) -> date | None:
        """The day with which so many ``days`` with sight have passed since ``day``; None when they never will."""
        if days <= 0:
            return day
        at = day
        for start, stop in self._blind[bisect_right([stop for _, stop in self._blind], day) :]:
            seen = max(0, (start - at).days - 1)
            if days <= seen:
                break
            if stop == date.max:
                return None
            days -= seen
            at = max(at, stop - DAY)
        return at + days * DAY
