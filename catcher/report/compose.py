"""Composes a report from the measures of an incident and decides which facts each reader may get. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import ip_address
from typing import assert_never

from catcher.model.domain import is_at_or_below
from catcher.model.leak.incident import Count, IncidentKey, Role
from catcher.model.leak.life import Effect, IncidentState, Life
from catcher.model.leak.measures import Bar, Counterparty, Measures, NoticeKind, Period
from catcher.model.mail.fingerprint import AuthResult
from catcher.model.mail.observation import Observation
from catcher.model.telling.answer import AnswerAddresses
from catcher.model.telling.report import (
    Counterpart,
    EvidenceRow,
    OtherSide,
    PartyName,
    Report,
    ReportOperator,
    ReportRules,
    Unnamed,
)
from catcher.report.names import UNSHOWABLE, plain, shown_domain
from catcher.report.queries import queries
from catcher.report.remedies import remedies

EVIDENCE_DAYS = 30
"""Greatest age of evidence, in days. Up to this age an observation keeps its minute (field dictionary), and a report
may show its reference."""
EVIDENCE_ROWS = 10
_NAMED_ROWS = 50
_TOLD = (IncidentState.CLOSED, IncidentState.REOPENED)
"""The states that only an incident with a notice reaches."""
_OPERATOR_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Directory:
    """The directory's knowledge of organisations."""

    name: Callable[[str], str | None]
    """Domain → the organisation's name; None when the directory doesn't list it."""


def compose(
    measures: Measures,
    *,
    operator: ReportOperator,
    directory: Directory,
    limits: ReportRules,
    now: datetime,
    evidence: Sequence[Observation] = (),
    told: Mapping[str, date] | None = None,
    names: bool = True,
    answers: AnswerAddresses | None = None,
    life: Life | None = None,
    effect: Effect | None = None,
    tells: NoticeKind = NoticeKind.LEAK,
    meant_for: str | None = None,
    unstored: int = 0,
    unstored_before: int = 0,
) -> Report:
    """The report for the affected party of ``measures``.

    ``evidence``: observations of the sending organisation's own mail. The report shows the latest ten of the last 30
    days to the sending organisation, and none to an intended party. ``told``: party → the day of its own latest notice
    about this typo domain. ``names``: whether the reader may see names of counterparties; else the report has totals
    only. ``answers``: the addresses for answers to the notice with this report. ``life``: the incident's life, which is
    shown if there is an ``effect`` or if the incident was closed before. ``effect``: the effect of earlier notices to
    this party. ``tells``: what the mail of ``measures`` shows. ``meant_for``: the party for which mail to the typo
    domain is meant, if no counterpart says so. ``unstored``: mails of the month to the typo domain that were only
    counted; ``unstored_before``: those of the month before.
    """
    key = measures.key
    told = told or {}
    named, unnamed = _counterparts(measures, directory, told, names, limits)
    domain = _shown(key.domain, directory)
    intended = _intended(measures, directory, meant_for)
    of_sender = key.role is not Role.INTENDED
    rows = _rows(evidence, now, key.party) if of_sender else ()
    pasteable = domain.domain != UNSHOWABLE
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
        remedies=remedies([(domain, intended)], made_on=now.date()) if pasteable else (),
        queries=queries(domain, measures.period, now.date(), rows) if pasteable and of_sender else (),
        evidence=rows,
        other_side=_other_side(measures, directory, told, limits) if key.role is Role.SENDER else OtherSide(),
        limits=limits,
        tells=tells,
        levels={level: seen.mails for level, seen in measures.levels.items()},
        reports={} if of_sender else measures.reports,
        named=names,
        answers=answers,
        life=life if effect is not None or (life is not None and life.state in _TOLD) else None,
        effect=effect,
        unstored=unstored,
        unstored_before=unstored_before,
    )


def reference(key: IncidentKey, period: Period) -> str:
    """``RXXXXXXXX``: depends only on incident and month, so a repeated report has the same reference."""
    digest = hashlib.sha256(f"{key.party} {key.role} {key.domain} {period.name}".encode()).digest()
    return "R" + base64.b32encode(digest[:5]).decode("ascii")


def _shown(domain: str, directory: Directory) -> PartyName:
    return shown_domain(domain, organisation=directory.name(domain))


def _signed(operator: ReportOperator) -> ReportOperator:
    texts = (operator.name, operator.contact, operator.url, operator.postal)
    return ReportOperator(*(plain(text, limit=_OPERATOR_CHARACTERS) for text in texts))


def _intended(measures: Measures, directory: Directory, meant_for: str | None) -> PartyName | None:
    known: str | None
    match measures.key.role:
        case Role.INTENDED:
            known = measures.key.party
        case Role.SENDER:
            known = next((party.domain for party in measures.counterparts if party.domain), meant_for)
        case Role.FORWARDER:
            # A forwarder's counterparts are the mails' authors.
            known = meant_for
        case _:
            assert_never(measures.key.role)
    return None if known is None else _shown(known, directory)


def _other_side(measures: Measures, directory: Directory, told: Mapping[str, date], limits: ReportRules) -> OtherSide:
    """Whether the intended party's report names this sender, and the day of the intended party's latest notice."""
    for party in measures.counterparts:
        if party.domain:
            listed = directory.name(measures.key.party) is not None
            return OtherSide(party.count.counted > 0 and _may_name(party, listed, limits), told.get(party.domain))
    return OtherSide()


def _counterparts(
    measures: Measures, directory: Directory, told: Mapping[str, date], names: bool, limits: ReportRules
) -> tuple[tuple[Counterpart, ...], Unnamed]:
    """The organisations named to the intended party, and the totals of the others.

    A report to the sending organisation has no such list: it names only the intended party. A report to a forwarder has
    the number of the authors' organisations.
    """
    named: list[Counterpart] = []
    below: list[Counterparty] = []
    nobodys = Count()
    if measures.key.role is Role.SENDER:
        return (), Unnamed(0, Count(), Count())
    names = names and measures.key.role is Role.INTENDED
    for party in measures.counterparts:
        if not party.count.counted:
            continue
        listed = directory.name(party.domain) is not None
        if not party.domain:
            nobodys = nobodys + party.count
        elif names and _may_name(party, listed, limits) and len(named) < _NAMED_ROWS:
            share = party.count.counted / max(1, measures.tally.total.counted)
            name = _shown(party.domain, directory)
            named.append(Counterpart(name, party.count, party.mailboxes, party.days, share, told.get(party.domain)))
        else:
            below.append(party)
    rest = Count(sum(party.count.mails for party in below), sum(party.count.counted for party in below))
    return tuple(named), Unnamed(len(below), rest, nobodys)


def _may_name(party: Counterparty, listed: bool, limits: ReportRules) -> bool:
    """Whether the numbers of ``party`` allow the sender's name; ``listed``: whether the directory has the sender."""
    if listed:
        return party.mailboxes.number >= limits.listed_mailboxes and party.days >= limits.listed_days
    return party.mailboxes.number >= limits.floor_mailboxes and party.days >= limits.floor_days


def _every_day(measures: Measures, today: date) -> tuple[Bar, ...]:
    known = {bar.first: bar for bar in measures.series}
    last = min(measures.period.last, max(today, *known, measures.period.first))
    days = (last - measures.period.first).days + 1
    dates = [measures.period.first + timedelta(days=n) for n in range(days)]
    return tuple(known.get(day, Bar(day, Count())) for day in dates)


def _rows(evidence: Sequence[Observation], now: datetime, party: str) -> tuple[EvidenceRow, ...]:
    oldest = now - timedelta(days=EVIDENCE_DAYS)
    recent = [o for o in evidence if o.observed_at >= oldest and o.retry_of is None]
    recent.sort(key=lambda o: (o.observed_at, o.id), reverse=True)
    return tuple(_row(o, party) for o in recent[:EVIDENCE_ROWS])


def _row(observation: Observation, party: str) -> EvidenceRow:
    spf = observation.authentication.spf
    own = spf.result is AuthResult.PASS and spf.domain is not None and is_at_or_below(spf.domain, party)
    return EvidenceRow(
        observation.observed_at,
        observation.ref,
        observation.size_class,
        observation.outcome,
        observation.tls,
        _address(observation.client) if own else None,
    )


def _address(client: str) -> str | None:
    """The address, or None for a network: after 30 days only the network of an address is kept."""
    try:
        return str(ip_address(client))
    except ValueError:
        return None
