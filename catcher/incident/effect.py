"""What the volume did after a notice: as a rate with an exact interval, at one policy, beside senders without a notice.

What is counted are *sender-days*: on how many days a sender wrote, added up over the senders. Mails come in clusters (a
thread, a mail merge, a stored address that a machine uses ten times an hour), so that the interval of a number of mails
would be far too narrow: it takes ten mails of one thread for ten independent slips. Mailbox-days would be finer, but
mailboxes can be told apart for one month only, until their key is destroyed, and a comparison must outlive that; days
of a sender stay in the daily aggregates. A day on which a sender wrote is one event at most, so its number varies less
than a Poisson number of the same mean: the exact interval for a ratio of Poisson rates (``rates``) is then too wide
rather than too narrow (a test tries it on clustered mail). The price: a fall from twenty mails a day to two isn't seen
where the sender still writes every day, and a long absence of a whole organisation passes for a change.

A notice is due when much came: some of a fall after it is the return to what is usual. That is why the senders that had
no notice stand beside it, over the same days; and when they fell as clearly, that is said.

Both spans are whole weeks, as people write on working days. The first day of the incident is left out, since it was
chosen by a mail, and so is the day of the notice. Where the domain's policy changed, a span ends: under another policy
another part of the mail comes and counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from catcher.incident.rates import rate_ratio
from catcher.incident.seeing import DAY, Seeing
from catcher.model.incident import Incident, Role
from catcher.model.life import Effect, Trend, Volume, VolumeChange

LEAST_DAYS = 14
"""Either span needs so many; with fewer there is too little to say."""
MOST_DAYS = 56
"""Before: the last so many days. After: the latest so many."""

Days = Mapping[str, Mapping[date, int]]
"""Sender → day → mails that count."""


@dataclass(frozen=True, slots=True)
class Spans:
    """The two spans that are compared, each [first, end); whole weeks, or empty."""

    before: tuple[date, date]
    after: tuple[date, date]
    cut_before: date | None = None
    """The change of policy that the first span begins after."""
    cut_after: date | None = None
    """The change of policy that the second span ends with."""

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
    """Who wrote on which days. In an intended party's incident '' stands for all that are nobody's: one sender."""
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
    seeing: Seeing | None = None,
    untold: Days | None = None,
    sender: str | None = None,
) -> Effect | None:
    """What ``incident`` did after the first of ``notices``; None without a notice before ``today``.

    ``untold``: the days of the senders that had no notice so far. ``sender``: that one alone of the incident's.
    """
    notice = min((day for day in notices if day < today), default=None)
    if notice is None or not incident.cells:
        return None
    days = senders(incident)
    if sender is not None:
        days = {sender: days.get(sender, {})}
    spans = spans_around(notice, incident, today, seeing or Seeing())
    if spans.void:
        return Effect(notice, None, spans.policy_changed)
    control = compare(untold, spans) if untold else None
    return Effect(notice, compare(days, spans), spans.policy_changed, control)


def spans_around(notice: date, incident: Incident, today: date, seeing: Seeing) -> Spans:
    """The longest spans before and after ``notice`` in which the policy was one and the same."""
    first = min(cell.day for cell in incident.cells) + DAY
    changes = sorted({*seeing.changes(), *_told_by_outcomes(incident)})
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


def _told_by_outcomes(incident: Incident) -> Iterable[date]:
    """Days on which mail began to end in another way: that the policy changed, whether or not anybody noted it."""
    outcomes: defaultdict[date, set[str]] = defaultdict(set)
    for cell in incident.cells:
        outcomes[cell.day].add(cell.outcome)
    known: set[str] = set()
    for day, ended in sorted(outcomes.items()):
        if known and ended != known:
            yield day
        known = ended


def _weeks(first: date, end: date) -> tuple[date, date]:
    """The whole weeks of [first, end) that end with it."""
    weeks = max(0, (end - first).days) // 7
    return end - 7 * weeks * DAY, end


def compare(days: Days, spans: Spans) -> VolumeChange:
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
