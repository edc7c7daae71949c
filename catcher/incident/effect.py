"""Compares rates of mail before and after a notice, under one policy, and beside senders without a notice.

The unit is the *sender-day*: a day on which a sender wrote, added up over the senders. Mails come in clusters (a
thread, a mail merge, a stored address that a machine uses ten times an hour), so an interval computed from the number
of mails would be far too narrow: it would count ten mails of one thread as ten independent slips. Mailbox-days would be
finer, but mailboxes can be distinguished for one month only, until their key is destroyed. A comparison needs more
time, and the daily aggregates keep the days of each sender. A sender has at most one sender-day a day, so the number of
sender-days varies less than a Poisson number of the same mean. Therefore the exact interval for a ratio of Poisson
rates (``rates``) is too wide rather than too narrow (a test checks it on clustered mail). This has two disadvantages: a
fall from twenty mails a day to two isn't visible while the sender still writes every day, and the long absence of a
whole organisation counts as a change.

A notice is due when much mail came, so part of the fall after it is a return to the usual volume. Therefore the senders
without a notice are compared over the same days, and a fall of their volume is also reported.

Both spans are whole weeks, because people write on working days. Two days are left out: the day of the notice, and the
incident's first day, which has mail by definition. A change of the domain's policy ends a span: under another policy,
another part of the mail arrives and counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from catcher.incident.rates import rate_ratio
from catcher.incident.visibility import DAY, Visibility
from catcher.model.leak.incident import Incident, Role
from catcher.model.leak.life import Effect, Trend, Volume, VolumeChange

LEAST_DAYS = 14
"""Fewest days of either span: with fewer days no comparison is made."""
MOST_DAYS = 56
"""Most days of either span: the last days before the notice, and the latest days after it."""

Days = Mapping[str, Mapping[date, int]]
"""Sender → day → mails that count."""


@dataclass(frozen=True, slots=True)
class Spans:
    """The two spans that are compared, each [first, end); whole weeks, or empty."""

    before: tuple[date, date]
    after: tuple[date, date]
    cut_before: date | None = None
    """The change of policy after which the first span begins; None: no change."""
    cut_after: date | None = None
    """The change of policy at which the second span ends; None: no change."""

    @property
    def policy_changed(self) -> date | None:
        return self.cut_after or self.cut_before

    @property
    def void(self) -> bool:
        """Whether changes of policy leave nothing to compare."""
        return (self.cut_before is not None and length(self.before) < LEAST_DAYS) or (
            self.cut_after is not None and length(self.after) < LEAST_DAYS
        )


def senders(incident: Incident) -> Days:
    """The days on which each sender wrote. In an intended party's incident, '' stands for all senders without an
    organisation."""
    found: defaultdict[str, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
    for cell, count in incident.cells.items():
        if count.counted:
            sender = incident.key.party if incident.key.role is Role.SENDER else cell.counterpart
            found[sender][cell.day] += count.counted
    return found


def effect(
    incident: Incident,
    notices: Collection[date],
    today: date,
    *,
    visibility: Visibility | None = None,
    unnotified: Days | None = None,
    sender: str | None = None,
) -> Effect | None:
    """The effect of the first of ``notices`` on ``incident``; None without a notice before ``today``.

    ``unnotified``: the days of the senders without a notice so far. ``sender``: the only sender to compare; None: all.
    """
    notice = min((day for day in notices if day < today), default=None)
    if notice is None or not incident.cells:
        return None
    days = senders(incident)
    if sender is not None:
        days = {sender: days.get(sender, {})}
    spans = spans_around(notice, incident, today, visibility or Visibility())
    if spans.void:
        return Effect(notice, None, spans.policy_changed)
    control = compare_spans(unnotified, spans) if unnotified else None
    return Effect(notice, compare_spans(days, spans), spans.policy_changed, control)


def spans_around(notice: date, incident: Incident, today: date, visibility: Visibility) -> Spans:
    """The longest spans before and after ``notice`` without a change of policy."""
    first = min(cell.day for cell in incident.cells) + DAY
    changes = sorted({*visibility.changes(), *_changes_of_outcome(incident)})
    earlier = max((day for day in changes if day <= notice), default=None)
    later = min((day for day in changes if day > notice), default=None)
    start, end = max(first, notice - MOST_DAYS * DAY), today
    cut_before = earlier if earlier is not None and earlier >= start else None
    cut_after = later if later is not None and later < end else None
    start, end = (cut_before + DAY if cut_before else start), cut_after or end
    after = max(notice + DAY, end - MOST_DAYS * DAY)
    return Spans(_weeks(start, notice), _weeks(after, end), cut_before, cut_after)


def length(span: tuple[date, date]) -> int:
    """Days of a span [first, end)."""
    return (span[1] - span[0]).days


def _changes_of_outcome(incident: Incident) -> Iterable[date]:
    """Days on which the outcomes of mail changed: this proves a change of policy, even one that the ledger lacks."""
    outcomes: defaultdict[date, set[str]] = defaultdict(set)
    for cell in incident.cells:
        outcomes[cell.day].add(cell.outcome)
    known: set[str] = set()
    for day, ended in sorted(outcomes.items()):
        if known and ended != known:
            yield day
        known = ended


def _weeks(first: date, end: date) -> tuple[date, date]:
    """The span of the most whole weeks in [first, end) that ends at ``end``."""
    weeks = max(0, (end - first).days) // 7
    return end - 7 * weeks * DAY, end


def compare_spans(days: Days, spans: Spans) -> VolumeChange:
    """The volume of all senders of ``days`` in both spans."""
    before, after = _volume(days, spans.before), _volume(days, spans.after)
    if min(before.days, after.days) < LEAST_DAYS:
        return VolumeChange(before, after, None, 0.0, float("inf"), Trend.TOO_FEW)
    found = rate_ratio(before.sender_days, before.days, after.sender_days, after.days)
    return VolumeChange(
        before, after, found.estimate, found.low, found.high, _trend(before, after, found.low, found.high)
    )


def _trend(before: Volume, after: Volume, low: float, high: float) -> Trend:
    if high < 1:
        return Trend.FELL
    if low > 1:
        return Trend.ROSE
    events = before.sender_days + after.sender_days
    extreme = rate_ratio(events, before.days, 0, after.days).high, rate_ratio(0, before.days, events, after.days).low
    return Trend.TOO_FEW if extreme[0] >= 1 and extreme[1] <= 1 else Trend.UNCLEAR


def _volume(days: Days, span: tuple[date, date]) -> Volume:
    first, end = span
    mails = [n for of_sender in days.values() for day, n in of_sender.items() if first <= day < end]
    return Volume(length(span), len(mails), sum(mails))
