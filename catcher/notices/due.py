"""The notices that are due, and the reasons that hold others back. Pure: every input is an argument.

A notice is due when the incident's mail passes the thresholds this month or the last (``incident.judge_notice``) and
the party has no notice about that month yet. Three things hold it back: a suppression; a notice to the same
organisation in the same role that is on its way or was sent lately; and the lack of a next step (``next_step``). After
a notice that came back, the next step is the next contact; after a notice without an answer, it is another way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from catcher.desk.incidents import Appraisal
from catcher.model.leak.incident import IncidentKey
from catcher.model.leak.measures import Period
from catcher.model.telling.contact import Contact
from catcher.model.telling.notice import Notice
from catcher.model.telling.suppression import Suppression, suppressed
from catcher.notices.escalation import NextStep, next_step

ContactsOf = Callable[[str], Sequence[Contact]]
"""Party → its contacts."""


@dataclass(frozen=True, slots=True)
class DueNotice:
    """An incident about which a notice to the party is due."""

    appraisal: Appraisal
    next_step: NextStep
    """The next step: a contact to write to, or a letter."""
    held_back: str = ""
    """The reason why nothing is drafted; '' when a draft is made."""

    @property
    def contact(self) -> Contact | None:
        """The contact to write to; None for a letter, or when the notice is held back."""
        return self.next_step.contact

    @property
    def follows(self) -> str | None:
        """The id of the notice that came back, or brought no answer; None for a first notice."""
        return None if self.next_step.follows is None else self.next_step.follows.id

    @property
    def key(self) -> IncidentKey:
        return self.appraisal.incident.key

    def to_json(self) -> dict[str, Any]:
        """A line of ``catcher notify list --json`` for a notice that isn't drafted yet."""
        return {
            "incident": self.key.id,
            "state": "due",
            "party": self.key.party,
            "role": self.key.role,
            "domain": self.key.domain,
            "period": self.appraisal.measures.period.name,
            "held_back": self.held_back,
        }


def due_notices(
    appraisals: Iterable[Appraisal],
    *,
    notices: Sequence[Notice],
    suppressions: Sequence[Suppression],
    contacts_of: ContactsOf,
    quiet_days: int,
    escalate_days: int,
    now: datetime,
    party_of: Callable[[str], str | None] = lambda domain: domain,
) -> list[DueNotice]:
    """The notices due by ``appraisals`` (of this month and the last), most mail first; one for an incident, about its
    latest month.

    Of several incidents of one party in one role, the first is drafted and the others wait until it is done.
    ``party_of``: domain → its organisation. A party that is nobody's organisation comes from an incident that is older
    than the present list of mailbox providers: its notice is held back.
    """
    today = now.date()
    wanted: dict[IncidentKey, Appraisal] = {}
    for appraisal in appraisals:
        key, period = appraisal.incident.key, appraisal.measures.period
        other = wanted.get(key)
        later = other is not None and other.measures.period.first > period.first
        if appraisal.verdict.due and not later and not _reported(notices, key, period):
            wanted[key] = appraisal
    found: list[DueNotice] = []
    begun: dict[tuple[str, str], str] = {}
    for appraisal in sorted(wanted.values(), key=_rank):
        key = appraisal.incident.key
        earlier = begun.get((key.party, key.role))
        reason = "" if party_of(key.party) else "it is a mailbox provider or a carrier, nobody's organisation"
        reason = reason or _suppressed(suppressions, key, today) or _quiet(notices, key, quiet_days, today)
        if not reason and earlier:
            reason = f"the notice on {earlier} goes first"
        life = appraisal.standing.life
        step = NextStep(held_back=reason)
        if not reason:
            step = next_step(
                key,
                appraisal.measures.period.name,
                notices=notices,
                contacts=contacts_of(key.party),
                episode=None if life is None else life.episode,
                escalate_days=escalate_days,
                now=now,
            )
        if not step.held_back:
            begun[key.party, key.role] = key.domain
        found.append(DueNotice(appraisal, step, step.held_back))
    return found


def _rank(appraisal: Appraisal) -> tuple[int, IncidentKey]:
    return -appraisal.measures.tally.total.counted, appraisal.incident.key


def _reported(notices: Iterable[Notice], key: IncidentKey, period: Period) -> bool:
    """Whether a notice about this month or a later one is on its way or has reached the party."""
    return any(n.key == key and n.period >= period.name and (n.state.reached or n.state.on_its_way) for n in notices)


def _suppressed(suppressions: Iterable[Suppression], key: IncidentKey, today: date) -> str:
    found = suppressed(suppressions, key, today)
    if found is None:
        return ""
    until = f" until {found.until.isoformat()}" if found.until else ""
    return f"suppressed{until} by {found.who}: {found.reason}"


def _quiet(notices: Iterable[Notice], key: IncidentKey, quiet_days: int, today: date) -> str:
    for notice in notices:
        if (notice.key.party, notice.key.role) != (key.party, key.role):
            continue
        if notice.state.on_its_way:
            return f"{notice.id} to them is on its way"
        if notice.state.reached and notice.sent_at is not None:
            again = notice.sent_at.date() + timedelta(days=quiet_days)
            if today < again:
                return f"they had a notice; quiet until {again.isoformat()}"
    return ""
