"""Compares rates of mail before and after a notice, under one policy, and beside senders without a notice.

The unit is the *sender-day*: a day on which a sender wrote, added up over the senders. Mails come in clusters (a
thread, a mail merge, a stored address that a machine uses ten times an hour), so ten mails of one thread aren't ten
slips. Mailbox-days would be finer, but mailboxes can be distinguished for one month only, until their key is destroyed.

Sender-days come in *runs*, too: threads, projects, deployments, leave. ``dispersion`` measures them, and the interval
of the ratio (``rates``) is as much wider. docs/engineering/statistics.md has the share of intervals that hold the true
ratio, on independent days and on runs. This has two disadvantages: a fall from twenty mails a day to two isn't visible
while the sender still writes every day, and the long absence of a whole organisation counts as a change.

A notice is due when much mail came, so part of the fall after it is a return to the usual volume. Therefore the senders
without a notice are compared over the same days, and both changes are divided: "alike" and "beyond" say no more than
the interval of that ratio of ratios.

Both spans are whole weeks, because people write on working days. A week with a day on which mail could not be seen is
left out of its span. Two days are left out: the day of the notice, and the incident's first day, which has mail by
definition. A change of the domain's policy ends a span: under another policy, another part of the mail arrives and
counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catcher.incident.rates import Ratio, rate_ratio, ratio_of
from catcher.incident.visibility import DAY, Visibility
from catcher.model.leak.incident import Incident, Role
from catcher.model.leak.life import Effect, Relative, Trend, Volume, VolumeChange

LEAST_DAYS = 14
"""Fewest days of either span: with fewer days no comparison is made."""
MOST_DAYS = 56
"""Most days of either span: the last days before the notice, and the latest days after it."""
GAP = 2
"""Most days without mail within a run: a weekend."""
LONGEST = 42
"""Most days of one run. Without a limit, 8 weeks of daily mail would be one run, and its end would tell nothing."""

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
            sender = cell.counterpart if incident.key.role is Role.INTENDED else incident.key.party
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

    ``unnotified``: the days of senders without a notice so far, none of them among the mail that is compared.
    ``sender``: the only sender to compare; None: all.
    """
    notice = min((day for day in notices if day < today), default=None)
    if notice is None or not incident.cells:
        return None
    days = senders(incident)
    if sender is not None:
        days = {sender: days.get(sender, {})}
    visibility = visibility or Visibility()
    spans = spans_around(notice, incident, today, visibility)
    if spans.void:
        return Effect(notice, None, spans.policy_changed)
    change, ratio = _compared(days, spans, visibility)
    control, control_ratio = _compared(unnotified, spans, visibility) if unnotified else (None, None)
    relative = None
    if ratio is not None and control_ratio is not None:
        divided = ratio_of(ratio, control_ratio)
        relative = Relative(divided.estimate, divided.low, divided.high)
    return Effect(notice, change, spans.policy_changed, control, relative)


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
    mixed: date | None = None
    for day, ended in sorted(outcomes.items()):
        if len(ended) > 1:  # a part of the day under another policy: the next days tell whether it stayed
            mixed = mixed or day
            continue
        if known and ended != known:
            yield mixed or day
        known, mixed = ended, None


def _weeks(first: date, end: date) -> tuple[date, date]:
    """The span of the most whole weeks in [first, end) that ends at ``end``."""
    weeks = max(0, (end - first).days) // 7
    return end - 7 * weeks * DAY, end


def _compared(days: Days, spans: Spans, visibility: Visibility) -> tuple[VolumeChange, Ratio | None]:
    """The change, and its ratio for further use; None when there is too little mail for a verdict."""
    first, second = _seen_days(spans.before, visibility), _seen_days(spans.after, visibility)
    before, after = _volume(days, first), _volume(days, second)
    if min(before.days, after.days) < LEAST_DAYS:
        return VolumeChange(before, after, None, 0.0, float("inf"), Trend.TOO_FEW), None
    spread = dispersion(days, (*first, *second))
    found = rate_ratio(before.sender_days, before.days, after.sender_days, after.days, dispersion=spread)
    trend = _trend(before, after, found, spread)
    change = VolumeChange(before, after, found.estimate, found.low, found.high, trend, spread)
    return change, None if trend is Trend.TOO_FEW else found


def _trend(before: Volume, after: Volume, found: Ratio, spread: float) -> Trend:
    if found.high < 1:
        return Trend.FELL
    if found.low > 1:
        return Trend.ROSE
    events = before.sender_days + after.sender_days
    none_after = rate_ratio(events, before.days, 0, after.days, dispersion=spread)
    none_before = rate_ratio(0, before.days, events, after.days, dispersion=spread)
    return Trend.TOO_FEW if none_after.holds_one and none_before.holds_one else Trend.UNCLEAR


def dispersion(days: Days, seen: Sequence[date]) -> float:
    """Variance / mean of the number of sender-days within ``seen``, at least 1: that of independent days.

    ``seen``: days in order. A run is a sender's days of mail with at most ``GAP`` days between two of them (weekends
    don't end it); a run is cut after ``LONGEST`` days, since daily mail is a pace and no accident.
    Runs that begin at random, each of n days of mail, make the variance sum(n²)/sum(n) times as large as the mean. Time
    within a run can't begin another one: if runs cover the share q of the time, and runs and pauses alternate at
    random, the variance is (1 - q)² times that (the central limit theorem of alternating renewal processes; Cox, 1962).
    """
    places = {day: place for place, day in enumerate(seen)}
    mails = squares = covered = 0
    for of_sender in days.values():
        for number, length in _runs(sorted(places[day] for day in of_sender if day in places)):
            mails += number
            squares += number * number
            covered += length
    if not mails:
        return 1.0
    share = covered / (len(seen) * len(days))
    return max(1.0, squares / mails * (1 - share) ** 2)


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Each run's number of days of mail, and its length in days."""
    if not places:
        return
    first = last = places[0]
    number = 1
    for place in places[1:]:
        if place - last > GAP + 1 or place - first >= LONGEST:
            yield number, last - first + 1
            first, number = place, 0
        last, number = place, number + 1
    yield number, last - first + 1


def _seen_days(span: tuple[date, date], visibility: Visibility) -> tuple[date, ...]:
    """The days of the weeks of ``span`` in which mail could be seen every day."""
    weeks = (span[0] + 7 * week * DAY for week in range(length(span) // 7))
    return tuple(
        monday + n * DAY for monday in weeks if visibility.visible_days(monday, monday + 7 * DAY) == 7 for n in range(7)
    )


def _volume(days: Days, seen: Collection[date]) -> Volume:
    within = set(seen)
    mails = [n for of_sender in days.values() for day, n in of_sender.items() if day in within]
    return Volume(len(within), len(mails), sum(mails))
