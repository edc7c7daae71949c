"""The days on which mail that counts could be seen: silence under a policy that turns mail away proves nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from catcher.model.mail.policy import PolicySince

DAY = timedelta(days=1)


class Visibility:
    """The policies' ledger of one domain, by day: a day is visible when the policy accepts messages all day.

    Before the ledger's first line no policy is known. Mail of that time was seen, so those days count as visible.
    """

    def __init__(self, policies: Iterable[PolicySince] = ()) -> None:
        self._lines: Sequence[PolicySince] = sorted(policies)
        self._blind = tuple(self._spans())

    def _spans(self) -> Iterable[tuple[date, date]]:
        """Spans [first, end) of days that aren't visible, in order. A day on which visibility changed isn't visible."""
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
        """The first day of the present span that isn't visible; None while mail can be seen."""
        return self._blind[-1][0] if self._blind and self._blind[-1][1] == date.max else None

    def changes(self) -> list[date]:
        """The days on which another policy began."""
        return [line.day for before, line in pairwise(self._lines) if line.policy is not before.policy]

    def visible_days(self, first: date, end: date) -> int:
        """The number of visible days in [first, end)."""
        blind = sum(max(0, (min(end, stop) - max(first, start)).days) for start, stop in self._blind if start < end)
        return max(0, (end - first).days - blind)

    def nth_visible_day(self, day: date, days: int) -> date | None:
        """The ``days``-th visible day after ``day``; None when there is no such day."""
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
