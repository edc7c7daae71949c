"""Measures an incident in a period: mails by kind and outcome, mailboxes, counterparts, and the month before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from catcher.incident.crowd import count_mailboxes
from catcher.incident.figures import MailboxFigures
from catcher.incident.grounds import CellCount, Support, is_unbound
from catcher.model.leak.incident import COUNTED, MARKED, Cell, Count, Counted, Crowd, Incident, Role, Side
from catcher.model.leak.measures import Bar, Counterparty, LevelSeen, Measures, Period, ReportsSeen, Tally
from catcher.model.mail.counting import CountReason, Residual
from catcher.model.mail.fingerprint import MailClass, MailKind, Tier
from catcher.model.mail.marking import Level
from catcher.model.mail.policy import Outcome

FLOOR_MAILBOXES = 3
FLOOR_DAYS = 3
"""Fewest mailboxes, and fewest days, that a counterparty must have before it is named (DESIGN §3 "Notices")."""
LISTED_MAILBOXES = 2
LISTED_DAYS = 2
"""The same for a counterparty that the directory knows."""

_LEVEL_MAILBOXES = 2
"""Fewest senders' mailboxes that a level must come from before it is named (DESIGN §3 "Notices")."""

_STORED_ADDRESS_DAYS = 5
"""Fewest days on which a mailbox must write to count as a daily mailbox."""

_RESIDUAL = Counted.RESIDUAL | Counted.RESIDUAL_ANSWER

W = TypeVar("W", bound=StrEnum)


class Granularity(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def latest_period(incident: Incident) -> Period | None:
    """The month of the last mail; None for an incident without any."""
    day = incident.last_day
    return None if day is None else Period.of(day)


def measure_incident(
    incident: Incident, period: Period, live: Crowd | None = None, bound: Collection[str] = frozenset()
) -> Measures:
    """The measures of ``incident`` in ``period``, from which notices and reports are made.

    ``live``: the count of its live mailboxes in ``period``, when the store counted them and ``incident`` doesn't
    contain them. ``bound``: the organisations whose tenant on a mail platform is known to be theirs, so that their mail
    with the reason ``unbound-tenant`` counts.
    """
    if live is None:
        live = count_mailboxes(incident.mailboxes, period.name)
    within = [(cell, count) for cell, count in incident.cells.items() if cell.day in period]
    settled = [total for total in incident.settled if total.period == period.name]
    support = Support(incident.key, within, live, settled, bound)
    cells = support.cells
    tally = _tally(cells)
    first_day = incident.first_day
    previous = None if first_day is None or first_day >= period.first else _before(incident, period.previous)
    figures, counted = support.figures, support.counted(COUNTED)
    return Measures(
        key=incident.key,
        period=period,
        since=first_day,
        tally=tally,
        previous=previous,
        senders=figures.senders(counted),
        authors=figures.number(Side.AUTHOR, counted),
        reverse_paths=figures.number(Side.REVERSE_PATH, counted),
        recipients=figures.number(Side.RECIPIENT, counted),
        series=_series(cells, Granularity.DAY),
        counterparts=_counterparts(support),
        reflecting=live.reflecting,
        daily_mailboxes=_daily(live, tally.days),
        grounds=support.grounds(firm=False),
        firm=support.grounds(firm=True),
        residuals=_residuals(incident.key.role, cells),
        levels=_levels(cells, figures),
        reports=_reports(cells),
        journal_days=len({cell.day for cell, count in cells if cell.kind is MailKind.JOURNAL and count.counted}),
        tenants=_tenants(support),
        unbound=sum(count.mails - count.counted for cell, count in cells if is_unbound(cell)),
        below_floor=support.below_floor(),
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
        marked=_sum(count for cell, count in cells if cell.level),
        reasons=_reasons(cells),
        kinds=_by(MailKind, ((cell.kind, count) for cell, count in cells)),
        days=len(days),
        latest=max(days, default=None),
    )


def _by(words: type[W], counts: Iterable[tuple[W, Count]]) -> dict[W, Count]:
    """The sum for every word of the enum, in the enum's order."""
    grouped: dict[W, list[Count]] = {word: [] for word in words}
    for word, count in counts:
        grouped[word].append(count)
    return {word: _sum(group) for word, group in grouped.items()}


def _reasons(cells: list[CellCount]) -> dict[CountReason | None, Count]:
    grouped: defaultdict[CountReason | None, list[Count]] = defaultdict(list)
    for cell, count in cells:
        grouped[cell.reason].append(count)
    sums = {reason: _sum(group) for reason, group in grouped.items()}
    return dict(sorted(sums.items(), key=lambda item: (-item[1].mails, item[0] or "")))


def _residuals(role: Role, cells: list[CellCount]) -> tuple[Residual, ...]:
    found = {residual for cell, count in cells if count.counted for residual in _way(cell).residuals}
    if role is Role.INTENDED and any(count.counted and not cell.counterpart for cell, count in cells):
        found.add(Residual.OWN_ACCOUNTS)
    return tuple(residual for residual in Residual if residual in found)


def _way(cell: Cell) -> CountReason:
    """The way by which the cell's counted mails count: a tenant that is bound is one."""
    return CountReason.TENANT if is_unbound(cell) else cell.reason or CountReason.UNKNOWN


def _levels(cells: list[CellCount], figures: MailboxFigures) -> dict[str, LevelSeen]:
    mails: Counter[str] = Counter()
    for cell, count in cells:
        if cell.level not in ("", MARKED):
            mails[cell.level] += count.mails
    seen = {level: LevelSeen(number, figures.with_level(level)) for level, number in mails.items()}
    named = [level for level in seen if seen[level].mailboxes >= _LEVEL_MAILBOXES]
    return {level.value: seen[level.value] for level in Level if level.value in named}


def _reports(cells: list[CellCount]) -> dict[MailKind, ReportsSeen]:
    found = {}
    for kind in (MailKind.DMARC_REPORT, MailKind.FAILURE_REPORT, MailKind.TLS_REPORT):
        of_kind = [(cell, count) for cell, count in cells if cell.kind is kind]
        if of_kind:
            reporters = {cell.counterpart for cell, _ in of_kind} - {""}
            days = {cell.day for cell, _ in of_kind}
            found[kind] = ReportsSeen(sum(count.mails for _, count in of_kind), len(days), len(reporters))
    return found


def _tenants(support: Support) -> dict[str, int]:
    parties = {cell.counterpart for cell, _ in support.cells if is_unbound(cell)}
    return {support.sender_of(party): support.tenants(party) for party in sorted(parties) if support.sender_of(party)}


def _counterparts(support: Support) -> tuple[Counterparty, ...]:
    counts: defaultdict[str, list[Count]] = defaultdict(list)
    days: defaultdict[str, set[date]] = defaultdict(set)
    firm_days: defaultdict[str, set[date]] = defaultdict(set)
    for cell, count in support.cells:
        counts[cell.counterpart].append(count)
        if count.counted:
            days[cell.counterpart].add(cell.day)
            if not _way(cell).residuals:
                firm_days[cell.counterpart].add(cell.day)
    parties = []
    for domain in counts:
        mailboxes = support.figures.senders(support.counted(COUNTED, domain), counterpart=domain)
        above = mailboxes.number >= FLOOR_MAILBOXES and len(days[domain]) >= FLOOR_DAYS
        nameable = bool(domain) and mailboxes.number >= LISTED_MAILBOXES and len(days[domain]) >= LISTED_DAYS
        firm = support.figures.senders(COUNTED & ~_RESIDUAL, counterpart=domain).number
        parties.append(
            Counterparty(
                domain,
                _sum(counts[domain]),
                mailboxes,
                len(days[domain]),
                bool(domain) and above,
                doubtful=nameable and not (firm >= LISTED_MAILBOXES and len(firm_days[domain]) >= LISTED_DAYS),
            )
        )
    return tuple(sorted(parties, key=lambda party: (-party.count.counted, -party.count.mails, party.domain)))


def _daily(live: Crowd, days: int) -> int:
    return sum(
        mailboxes
        for number, mailboxes in live.authors_by_days.items()
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
