"""The days on which mail that counts could be seen: a day without mail on any other day isn't silent.

A day is visible when all of these hold:

- the domain's policy accepts messages all day (``PolicyRules.silence_counts``). The policies' ledger has the policy in
  force: a domain that was stopped by hand or refused by the guard has policy ``null`` there;
- the sink was up, but for ``MOST_DOWN`` at most. Senders' servers try again for days (RFC 5321 §4.5.4.1: at least four
  to five), so the mail of a short outage comes later on the same day;
- the domain was delegated to us. The watch looks that up once a day, so a domain that is found lost may have been lost
  since the day before.

Before the first line of a ledger nothing is known. Mail of that time was seen, so those days count as visible.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from catcher.model.leak.sight import DelegationSince, Uptime
from catcher.model.mail.policy import PolicySince

DAY = timedelta(days=1)
MOST_DOWN = timedelta(hours=6)
"""Longest time for which the sink may be down on a visible day: a quarter of it."""

Span = tuple[date, date]
"""Days [first, end); ``date.max`` as the end: no end yet."""


class Visibility:
    """The visible days of one domain, from the ledgers of its policies and delegation and of the sink's uptimes."""

    def __init__(
        self,
        policies: Iterable[PolicySince] = (),
        *,
        uptimes: Iterable[Uptime] = (),
        delegations: Iterable[DelegationSince] = (),
    ) -> None:
        """Each ledger in its own order: its lines of one day stay in the order in which they were written."""
        self._lines: Sequence[PolicySince] = sorted(policies, key=lambda line: line.day)
        turned_away = list(_spans((line.day, line.policy.rules.silence_counts) for line in self._lines))
        lost = list(_lost(sorted(delegations, key=lambda line: line.day)))
        self._turned_away_since, self._lost_since = _open(turned_away), _open(lost)
        self._blind = _union([*turned_away, *lost, *_down(sorted(uptimes))])

    @property
    def turned_away_since(self) -> date | None:
        """The first day of the present policy that keeps mail away; None while mail is accepted."""
        return self._turned_away_since

    @property
    def lost_since(self) -> date | None:
        """The first day on which the domain may have been delegated to others; None while it is ours."""
        return self._lost_since

    def changes(self) -> list[date]:
        """The days that ended under another policy than they began with."""
        ends = {line.day: line.policy for line in self._lines}
        return [day for (_, before), (day, policy) in pairwise(ends.items()) if policy is not before]

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


def _spans(lines: Iterable[tuple[date, bool]]) -> Iterator[Span]:
    """The spans of days that aren't visible, from (day, visible from here on). The day of a change isn't visible."""
    first: date | None = None
    for day, visible in lines:
        if not visible:
            first = first or day
        elif first is not None:
            yield first, day + DAY
            first = None
    if first is not None:
        yield first, date.max


def _lost(lines: Sequence[DelegationSince]) -> Iterator[Span]:
    for first, end in _spans((line.day, line.ours) for line in lines):
        yield first - DAY, end


def _down(uptimes: Sequence[Uptime]) -> Iterator[Span]:
    """The days on which the sink was down for more than ``MOST_DOWN``, from the first heartbeat on."""
    down: defaultdict[date, timedelta] = defaultdict(timedelta)
    for before, after in pairwise(uptimes):
        first, last = before.latest.date(), after.began.date()
        if last - first > DAY:
            yield first + DAY, last
        down[first] += min(after.began, _midnight(first + DAY)) - before.latest
        if last > first:
            down[last] += after.began - _midnight(last)
    yield from ((day, day + DAY) for day, outage in down.items() if outage > MOST_DOWN)
    if uptimes:
        # Nobody knows of the time after the latest heartbeat; as the present day never counts, only an outage matters.
        latest = uptimes[-1].latest
        seen = _midnight(latest.date() + DAY) - latest + down.get(latest.date(), timedelta()) <= MOST_DOWN
        yield latest.date() + DAY if seen else latest.date(), date.max


def _midnight(day: date) -> datetime:
    """The first moment of ``day``."""
    return datetime.combine(day, time.min, tzinfo=UTC)


def _open(spans: Sequence[Span]) -> date | None:
    return spans[-1][0] if spans and spans[-1][1] == date.max else None


def _union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same days as disjoint spans, in order."""
    joined: list[Span] = []
    for first, end in sorted(spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((first, end))
    return tuple(joined)
