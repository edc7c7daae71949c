"""Composes a report from the measures of an incident. Pure; decides what may be told to whom."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from catcher.model.incident import Count, IncidentKey, Role
from catcher.model.measures import Bar, Counterparty, Measures, Period
from catcher.model.observation import Observation
from catcher.model.report import Counterpart, EvidenceRow, Limits, Name, Operator, Report, Unnamed
from catcher.report.names import UNSHOWABLE, plain, shown_domain
from catcher.report.remedies import remedies

EVIDENCE_DAYS = 30
"""Until then an observation has its minute (field dictionary), and its reference may be told."""
EVIDENCE_ROWS = 10
_NAMED_ROWS = 50
_OPERATOR_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Directory:
    """What is known of organisations."""

    name: Callable[[str], str | None]
    """Domain → the organisation's name; None when the directory doesn't list it."""


def compose(
    measures: Measures,
    *,
    operator: Operator,
    directory: Directory,
    limits: Limits,
    now: datetime,
    evidence: Sequence[Observation] = (),
) -> Report:
    """The report for the affected party of ``measures``.

    ``evidence`` are observations of the sending organisation's own mail, as found; rows older than 30 days and all but
    the latest ten are left out, and for an intended party every one of them is.
    """
    key = measures.key
    named, unnamed = _counterparts(measures, directory)
    domain = _shown(key.domain, directory)
    intended = _intended(measures, directory)
    return Report(
        kind=key.role,
        ref=reference(key, measures.period),
        incident=key.id,
        period=measures.period,
        made_on=now.date(),
        operator=_signed(operator),
        party=_shown(key.party, directory),
        domain=domain,
        intended=intended,
        since=measures.since,
        tally=measures.tally,
        previous=measures.previous,
        senders=measures.senders,
        recipients=measures.recipients,
        daily_mailboxes=measures.daily_mailboxes,
        series=_every_day(measures, now.date()),
        counterparts=named,
        unnamed=unnamed,
        remedies=() if domain.domain == UNSHOWABLE else remedies(domain, intended),
        evidence=_rows(evidence, now) if key.role is Role.SENDER else (),
        limits=limits,
    )


def reference(key: IncidentKey, period: Period) -> str:
    """``RXXXXXXXX``: follows from incident and month alone, so a report made twice is the same report."""
    digest = hashlib.sha256(f"{key.party} {key.role} {key.domain} {period.name}".encode()).digest()
    return "R" + base64.b32encode(digest[:5]).decode("ascii")


def _shown(domain: str, directory: Directory) -> Name:
    return shown_domain(domain, organisation=directory.name(domain))


def _signed(operator: Operator) -> Operator:
    texts = (operator.name, operator.contact, operator.url, operator.postal)
    return Operator(*(plain(text, limit=_OPERATOR_CHARACTERS) for text in texts))


def _intended(measures: Measures, directory: Directory) -> Name | None:
    if measures.key.role is Role.INTENDED:
        return _shown(measures.key.party, directory)
    known = [party.domain for party in measures.counterparts if party.domain]
    return _shown(known[0], directory) if known else None


def _counterparts(measures: Measures, directory: Directory) -> tuple[tuple[Counterpart, ...], Unnamed]:
    """Who is named to the intended party, and the totals of the rest.

    The sending organisation is told of nobody but the intended party, which its own mail named.
    """
    named: list[Counterpart] = []
    below: list[Counterparty] = []
    nobodys = Count()
    for party in measures.counterparts:
        if not party.count.counted:
            continue
        if not party.domain:
            nobodys = nobodys + party.count
        elif measures.key.role is Role.INTENDED and _may_name(party, directory) and len(named) < _NAMED_ROWS:
            share = party.count.counted / max(1, measures.tally.total.counted)
            name = _shown(party.domain, directory)
            named.append(Counterpart(name, party.count, party.mailboxes, party.days, share))
        else:
            below.append(party)
    if measures.key.role is Role.SENDER:
        return (), Unnamed(0, Count(), Count())
    rest = Count(sum(party.count.mails for party in below), sum(party.count.counted for party in below))
    return tuple(named), Unnamed(len(below), rest, nobodys)


def _may_name(party: Counterparty, directory: Directory) -> bool:
    return party.above_floor or directory.name(party.domain) is not None


def _every_day(measures: Measures, today: date) -> tuple[Bar, ...]:
    known = {bar.first: bar for bar in measures.series}
    last = min(measures.period.last, max(today, *known, measures.period.first))
    days = (last - measures.period.first).days + 1
    dates = [measures.period.first + timedelta(days=n) for n in range(days)]
    return tuple(known.get(day, Bar(day, Count())) for day in dates)


def _rows(evidence: Sequence[Observation], now: datetime) -> tuple[EvidenceRow, ...]:
    oldest = now - timedelta(days=EVIDENCE_DAYS)
    recent = [o for o in evidence if o.observed_at >= oldest and o.retry_of is None]
    recent.sort(key=lambda o: (o.observed_at, o.id), reverse=True)
    return tuple(EvidenceRow(o.observed_at, o.ref, o.size_class, o.outcome) for o in recent[:EVIDENCE_ROWS])
