"""Measures an incident in a period: mails by kind and outcome, mailboxes, counterparts, and the month before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from catcher.model.leak.incident import REFLECTS, Cell, Count, Crowd, Incident, MailboxDay, MailboxTotal, Side
from catcher.model.leak.measures import Bar, Counterparty, Mailboxes, Measures, Period, Tally
from catcher.model.mail.fingerprint import MailClass, Tier
from catcher.model.mail.policy import Outcome

FLOOR_MAILBOXES = 3
FLOOR_DAYS = 3
"""Fewest mailboxes, and fewest days, that a counterparty must have before it is named (DESIGN §3 "Notices")."""

_STORED_ADDRESS_DAYS = 5
"""Fewest days on which a mailbox must write to count as a daily mailbox."""

W = TypeVar("W", bound=StrEnum)


class Granularity(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def latest_period(incident: Incident) -> Period | None:
    """The month of the last mail; None for an incident without any."""
    day = incident.last_day
    return None if day is None else Period.of(day)


def measure_incident(incident: Incident, period: Period, live: Crowd | None = None) -> Measures:
    """The measures of ``incident`` in ``period``, from which notices and reports are made.

    ``live``: the count of its live mailboxes in ``period``, when the store counted them and ``incident`` doesn't
    contain them.
    """
    cells = [(cell, count) for cell, count in incident.cells.items() if cell.day in period]
    if live is None:
        live = count_mailboxes(incident.mailboxes, period.name)
    settled = [total for total in incident.settled if total.period == period.name]
    tally = _tally(cells)
    first_day = incident.first_day
    previous = None if first_day is None or first_day >= period.first else _before(incident, period.previous)
    return Measures(
        key=incident.key,
        period=period,
        since=first_day,
        tally=tally,
        previous=previous,
        senders=_mailboxes(live.senders, settled, Side.SENDER),
        recipients=_mailboxes(live.recipients, settled, Side.RECIPIENT),
        series=_series(cells, Granularity.DAY),
        counterparts=_counterparts(cells, live, settled),
        reflecting=live.reflecting,
        daily_mailboxes=_daily(live, tally.days),
    )


def series(incident: Incident, granularity: Granularity) -> tuple[Bar, ...]:
    """The mails of ``incident`` by day, week or month, over its whole life; only spans with mail, in order."""
    return _series(incident.cells.items(), granularity)


def _before(incident: Incident, period: Period) -> Count:
    return _sum(count for cell, count in incident.cells.items() if cell.day in period)


def _sum(counts: Iterable[Count]) -> Count:
    mails = counted = 0
    for count in counts:
        mails += count.mails
        counted += count.counted
    return Count(mails, counted)


def _tally(cells: list[tuple[Cell, Count]]) -> Tally:
    days = {cell.day for cell, count in cells if count.counted}
    crossed = [(cell, count) for cell, count in cells if cell.outcome is not Outcome.REFUSED]
    return Tally(
        total=_sum(count for _, count in cells),
        classes=_by(MailClass, ((cell.mail_class, count) for cell, count in cells)),
        tiers=_by(Tier, ((cell.tier, count) for cell, count in cells)),
        outcomes=_by(Outcome, ((cell.outcome, count) for cell, count in cells)),
        crossed=_sum(count for _, count in crossed),
        encrypted=_sum(count for cell, count in crossed if cell.tls),
        marked=_sum(count for cell, count in cells if cell.marked),
        days=len(days),
        latest=max(days, default=None),
    )


def _by(words: type[W], counts: Iterable[tuple[W, Count]]) -> dict[W, Count]:
    """The sum for every word of the enum, in the enum's order."""
    grouped: dict[W, list[Count]] = {word: [] for word in words}
    for word, count in counts:
        grouped[word].append(count)
    return {word: _sum(group) for word, group in grouped.items()}


def count_mailboxes(mailboxes: Iterable[MailboxDay], period: str) -> Crowd:
    """The number of distinct ``mailboxes`` with mail that counts in ``period``, and of reflecting addresses
    (``Crowd.reflecting``)."""
    within = [seen for seen in mailboxes if seen.period == period]
    counted = [seen for seen in within if seen.counted]
    senders = [seen for seen in counted if seen.side is Side.SENDER]
    days = Counter(token for _, token in {(seen.day, seen.token) for seen in senders})
    return Crowd(
        senders=len(days),
        recipients=len({seen.token for seen in counted if seen.side is Side.RECIPIENT}),
        senders_of=Counter(counterpart for counterpart, _ in {(seen.counterpart, seen.token) for seen in senders}),
        senders_by_days=Counter(days.values()),
        reflecting=_reflecting(within),
    )


def _reflecting(mailboxes: list[MailboxDay]) -> int:
    written_to = {seen.token for seen in mailboxes if seen.side is Side.RECIPIENT}
    senders: defaultdict[str, set[str]] = defaultdict(set)
    days: defaultdict[str, set[date]] = defaultdict(set)
    for seen in mailboxes:
        if seen.side is Side.SUBSCRIBER and seen.token not in written_to:
            senders[seen.token].add(seen.counterpart)
            days[seen.token].add(seen.day)
    return sum(max(len(senders[token]), len(days[token])) >= REFLECTS for token in days)


def _mailboxes(live: int, settled: Iterable[MailboxTotal], side: Side) -> Mailboxes:
    totals = [total.counted_mailboxes for total in settled if total.side is side and total.counted_mailboxes]
    return Mailboxes(live + sum(totals), about=len(totals) > 1 or bool(totals and live))


def _counterparts(
    cells: list[tuple[Cell, Count]], live: Crowd, settled: list[MailboxTotal]
) -> tuple[Counterparty, ...]:
    counts: defaultdict[str, list[Count]] = defaultdict(list)
    days: defaultdict[str, set[date]] = defaultdict(set)
    for cell, count in cells:
        counts[cell.counterpart].append(count)
        if count.counted:
            days[cell.counterpart].add(cell.day)
    totals: defaultdict[str, list[MailboxTotal]] = defaultdict(list)
    for total in settled:
        totals[total.counterpart].append(total)
    parties = []
    for domain in counts:
        mailboxes = _mailboxes(live.senders_of.get(domain, 0), totals[domain], Side.SENDER)
        above = mailboxes.number >= FLOOR_MAILBOXES and len(days[domain]) >= FLOOR_DAYS
        parties.append(Counterparty(domain, _sum(counts[domain]), mailboxes, len(days[domain]), bool(domain) and above))
    return tuple(sorted(parties, key=lambda party: (-party.count.counted, -party.count.mails, party.domain)))


def _daily(live: Crowd, days: int) -> int:
    return sum(
        mailboxes
        for number, mailboxes in live.senders_by_days.items()
        if number >= _STORED_ADDRESS_DAYS and 2 * number >= days
    )


def _series(cells: Iterable[tuple[Cell, Count]], granularity: Granularity) -> tuple[Bar, ...]:
    sums: defaultdict[date, list[Count]] = defaultdict(list)
    for cell, count in cells:
        sums[_start(cell.day, granularity)].append(count)
    return tuple(Bar(first, _sum(counts)) for first, counts in sorted(sums.items()))


def _start(day: date, granularity: Granularity) -> date:
    if granularity is Granularity.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if granularity is Granularity.MONTH else day
