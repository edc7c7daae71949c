"""Lists and shows incidents, each with the decision whether a notice is due and its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from catcher.desk.context import Desk, NotFound
from catcher.desk.standing import Lives, Standing
from catcher.desk.unstored import UnstoredMails
from catcher.incident import NoticeDecision, judge_notice, latest_period, measure_incident, series
from catcher.incident.measures import Granularity
from catcher.model.leak.incident import Incident, Role
from catcher.model.leak.measures import Measures, Period
from catcher.model.leak.summary import IncidentOrder, IncidentSummary, SummaryFilter

PAGE_ROWS = 100
"""Summaries that are read at once."""
_NO_INCIDENT = "no incident has that id; `catcher incident list` shows them"
UNRECORDED = "unrecorded"
"""The word for mails of a release before 0.3, which kept no reason."""
ORDINARY = "ordinary"
"""The word for mails of no kind of their own."""


@dataclass(frozen=True, slots=True)
class Appraisal:
    """An incident with its measures in one period."""

    incident: Incident
    measures: Measures
    verdict: NoticeDecision
    standing: Standing
    """The incident's state today, independent of the period; ``listing`` leaves the effect of its notices out."""
    unstored: int = 0
    """Mails of the period that may belong to the incident and were only counted: above 0 its numbers are "at least"."""
    ever_unstored: int = 0
    """The same of all time."""
    bound: frozenset[str] = frozenset()
    """The organisations whose tenant is known to be theirs, so that their mail with the reason ``unbound-tenant``
    counts."""

    def to_json(self) -> dict[str, Any]:
        """A line of ``catcher incident list --json``."""
        key = self.incident.key
        first, last = self.incident.first_day, self.incident.last_day
        return {
            "id": key.id,
            "party": key.party,
            "role": key.role,
            "domain": key.domain,
            "mails": self.incident.mails,
            "counted": self.incident.counted,
            "unstored": self.ever_unstored,
            "first_day": first and first.isoformat(),
            "last_day": last and last.isoformat(),
            "period": self.measures.period.name,
            "notice": self.verdict.to_json(),
            "life": self.standing.life and self.standing.life.to_json(),
        }

    def to_full_json(self) -> dict[str, Any]:
        """The answer of ``catcher incident show --json``.

        It names every counterpart, so only the operator may see it.
        """
        measures = self.measures
        return {
            **self.to_json(),
            "numbers": measures.tally.to_json(),
            "unstored_in_period": self.unstored,
            "reasons": {
                str(reason or UNRECORDED): {"mails": count.mails, "counted": count.counted}
                for reason, count in measures.tally.reasons.items()
            },
            "kinds": {
                str(kind or ORDINARY): {"mails": count.mails, "counted": count.counted}
                for kind, count in measures.tally.kinds.items()
            },
            "levels": {level: seen.to_json() for level, seen in measures.levels.items()},
            "reports": {kind: seen.to_json() for kind, seen in measures.reports.items()},
            "tenants": dict(measures.tenants),
            "unbound": measures.unbound,
            "below_floor": measures.below_floor,
            "senders": measures.senders.to_json(),
            "authors": measures.authors.to_json(),
            "reverse_paths": measures.reverse_paths.to_json(),
            "recipients": measures.recipients.to_json(),
            "reflecting": measures.reflecting,
            "counterparts": [
                {
                    "domain": party.domain,
                    "mails": party.count.mails,
                    "counted": party.count.counted,
                    "mailboxes": party.mailboxes.to_json(),
                    "days": party.days,
                    "above_floor": party.above_floor,
                }
                for party in measures.counterparts
            ],
            "days": [bar.to_json() for bar in measures.series],
            "weeks": [bar.to_json() for bar in series(self.incident, Granularity.WEEK)],
            "months": [bar.to_json() for bar in series(self.incident, Granularity.MONTH)],
            "told": [day.isoformat() for day in self.standing.told],
            "effect": self.standing.effect and self.standing.effect.to_json(),
            "senders_told": {sender: effect.to_json() for sender, effect in self.standing.senders.items()},
        }


def listing(
    desk: Desk,
    *,
    period: Period | None = None,
    order: IncidentOrder = IncidentOrder.KEY,
    only: SummaryFilter | None = None,
    after: str | None = None,
) -> Iterator[Appraisal]:
    """The incidents with mail in ``period`` (None: the latest month of each incident), in ``order``.

    ``after``: the id of the last incident before the wanted ones. Incidents are read in pages, so whoever takes the
    first few of a hundred thousand waits for these few. Raises NotFound.
    """
    desk.fold()
    last = None if after is None else desk.store.summary(after)
    if after is not None and last is None:
        raise NotFound(_NO_INCIDENT)
    lives, unstored = Lives(desk), UnstoredMails(desk.store)
    for summary in _summaries(desk, order, only, last):
        if period is None or _may_have_mail(summary, period):
            incident = desk.store.incident(summary.key.id, mailboxes=False)
            chosen = None if incident is None else period or latest_period(incident)
            if incident is not None and chosen is not None:
                appraisal = _appraise(desk, incident, chosen, Standing(lives.life(incident)), unstored=unstored)
                if appraisal.measures.tally.total.mails:
                    yield appraisal


def _summaries(
    desk: Desk, order: IncidentOrder, only: SummaryFilter | None, after: IncidentSummary | None
) -> Iterator[IncidentSummary]:
    while page := desk.store.summaries(order=order, only=only, after=after, limit=PAGE_ROWS):
        yield from page
        after = page[-1]


def _may_have_mail(summary: IncidentSummary, period: Period) -> bool:
    first, last = summary.first_day, summary.last_day
    return first is not None and last is not None and first <= period.last and last >= period.first


def with_bound(desk: Desk, appraisal: Appraisal, bound: frozenset[str]) -> Appraisal:
    """``appraisal`` with the mail that counts because the organisations ``bound`` have their own tenant."""
    return _appraise(desk, appraisal.incident, appraisal.measures.period, appraisal.standing, bound)


def unbound_tenants(desk: Desk, appraisal: Appraisal) -> dict[str, str]:
    """Organisation → its only unbound tenant, for the organisations whose mail would count if they owned it."""
    measures = appraisal.measures
    if not measures.unbound:
        return {}
    tenants = desk.store.crowd(measures.key.id, measures.period.name).tenants
    found: dict[str, set[str]] = {}
    for counterpart, domains in tenants.items():
        party = counterpart if measures.key.role is Role.INTENDED else measures.key.party
        found.setdefault(party, set()).update(domains)
    return {party: next(iter(domains)) for party, domains in found.items() if party and len(domains) == 1}


def show(desk: Desk, id: str, *, period: Period | None = None, bound: frozenset[str] = frozenset()) -> Appraisal:
    """The incident ``id`` in ``period`` (None: in its latest month). ``bound`` as in Appraisal. Raises NotFound."""
    desk.fold()
    incident = desk.store.incident(id, mailboxes=False)
    if incident is None:
        raise NotFound(_NO_INCIDENT)
    chosen = period or latest_period(incident) or Period.of(desk.now.date())
    return _appraise(desk, incident, chosen, Lives(desk).standing(incident), bound)


def _appraise(
    desk: Desk,
    incident: Incident,
    period: Period,
    standing: Standing,
    bound: frozenset[str] = frozenset(),
    *,
    unstored: UnstoredMails | None = None,
) -> Appraisal:
    """``unstored``: read already, for many incidents."""
    measures = measure_incident(incident, period, desk.store.crowd(incident.key.id, period.name), bound)
    unstored = unstored or UnstoredMails(desk.store)
    return Appraisal(
        incident,
        measures,
        judge_notice(measures, desk.thresholds),
        standing,
        unstored.of(incident.key, period),
        unstored.of(incident.key),
        bound,
    )
