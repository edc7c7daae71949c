"""Incidents made of days: what tests of their life and of a notice's effect need."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from catcher.model.leak.incident import Cell, Count, Incident, IncidentKey, Role
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import MailClass, MailKind, Tier
from catcher.model.mail.policy import Outcome

START = date(2026, 3, 2)
"""A Monday: day 0."""

_OUTCOMES = {Outcome.REFUSED: MailClass.UNKNOWN}


def day(number: int) -> date:
    """Days are numbered from ``START``."""
    return START + timedelta(days=number)


def cells(
    days: Iterable[int], *, sender: str = "contractor.example", outcome: Outcome = Outcome.ACCEPTED, mails: int = 1
) -> dict[Cell, Count]:
    """``mails`` from ``sender`` on each of ``days``, which count unless they were refused."""
    mail_class = _OUTCOMES.get(outcome, MailClass.PERSON)
    counted = 0 if outcome is Outcome.REFUSED else mails
    reason = CountReason.DKIM if counted else CountReason.NO_MESSAGE
    kind = MailKind.ORDINARY
    return {
        Cell(day(n), sender, Tier.VERIFIED, mail_class, outcome, "", True, reason, kind): Count(mails, counted)
        for n in days
    }


def leak(*parts: dict[Cell, Count], role: Role = Role.INTENDED, party: str = "army.mil") -> Incident:
    """An incident of all ``parts``."""
    return Incident(IncidentKey(party, role, "army.ml"), {cell: n for part in parts for cell, n in part.items()})
