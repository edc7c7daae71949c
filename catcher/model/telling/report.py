"""The report to one organisation about one leak in one month, before it takes a form.

It holds numbers, names that are safe to show, and rules to paste; the sentences are the templates'. Nothing in it
comes from a message's content, and nothing names a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from catcher.model.leak.incident import Count, Role
from catcher.model.leak.life import Effect, Life
from catcher.model.leak.measures import Bar, Mailboxes, Period, Tally
from catcher.model.mail.fingerprint import MailClass
from catcher.model.mail.observation import SizeClass
from catcher.model.mail.policy import Outcome
from catcher.model.telling.answer import AnswerAddresses
from catcher.model.telling.remedy import LogQuery, Remedy

VERSION = 1
"""Version of the JSON form (catcher/report/report.schema.json): raised when a key changes its meaning or goes."""


@dataclass(frozen=True, slots=True)
class Report:
    kind: Role
    """The side of the organisation that reads it."""
    ref: str
    """The report's reference, the same whenever this incident and month are composed."""
    incident: str
    period: Period
    made_on: date
    operator: ReportOperator
    party: PartyName
    """The organisation that reads it."""
    domain: PartyName
    """The typo domain."""
    intended: PartyName | None
    """The domain that was meant; None when the catalogue doesn't say."""
    since: date | None
    """The first day on which any of this mail was seen."""
    tally: Tally
    previous: Count | None
    """The month before; None when nothing is that old."""
    senders: Mailboxes
    recipients: Mailboxes
    daily_mailboxes: int
    series: tuple[Bar, ...]
    """Every day of the period up to ``made_on``, empty ones included."""
    counterparts: tuple[Counterpart, ...]
    """Only for the intended party."""
    unnamed: Unnamed
    remedies: tuple[Remedy, ...]
    queries: tuple[LogQuery, ...]
    """Only for the sending organisation: what shows these mails in its own log."""
    evidence: tuple[EvidenceRow, ...]
    """Only for the sending organisation; latest first."""
    other_side: OtherSide
    limits: ReportRules
    named: bool = True
    """Whether its reader may learn counterparties' names: False for a contact that was found and that nobody
    confirmed; ``unnamed`` holds all of them then."""
    answers: AnswerAddresses | None = None
    """The addresses that take answers; None in a report that isn't sent as a notice."""
    life: Life | None = None
    """The incident's state; None when the party had no notice about it."""
    effect: Effect | None = None
    """The change of the volume after that notice."""

    @property
    def complete(self) -> bool:
        """Whether the month was over when the report was made."""
        return self.made_on > self.period.last

    def reported(self, count: Count) -> int:
        """The number of ``count`` that the report speaks of: mail that counts, or all when none does."""
        return count.counted if self.tally.total.counted else count.mails

    @property
    def answer_verbs(self) -> tuple[str, ...]:
        """Which of ``answers`` this party is offered: what becomes of the name is for the intended party to say."""
        return ("got_it", "wrong", "stop", "transfer") if self.kind is Role.INTENDED else ("got_it", "wrong")

    @property
    def organisations(self) -> int:
        """From how many organisations mail that counts came."""
        return len(self.counterparts) + self.unnamed.organisations

    @property
    def others(self) -> Mapping[str, int]:
        """Mails that don't count, by why they don't: a class, or ``unconfirmed`` for a person's. Zeros are absent.

        In a report with mail that counts, refused attempts (of unknown kind) are left out: they have a sentence of
        their own.
        """
        found: dict[str, int] = {}
        for mail_class, count in self.tally.classes.items():
            rest = count.mails - count.counted
            if mail_class is MailClass.UNKNOWN and self.tally.total.counted:
                rest -= self.refused
            if rest > 0:
                found["unconfirmed" if mail_class is MailClass.PERSON else mail_class.value] = rest
        return found

    @property
    def refused(self) -> int:
        """Attempts that don't count and were refused before any content was sent."""
        count = self.tally.outcomes[Outcome.REFUSED]
        return count.mails - count.counted

    def to_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "kind": self.kind,
            "ref": self.ref,
            "incident": self.incident,
            "period": self.period.name,
            "made_on": self.made_on.isoformat(),
            "operator": self.operator.to_json(),
            "party": self.party.to_json(),
            "domain": self.domain.to_json(),
            "intended": self.intended and self.intended.to_json(),
            "since": self.since and self.since.isoformat(),
            "numbers": self.tally.to_json(),
            "previous": self.previous and {"mails": self.previous.mails, "counted": self.previous.counted},
            "senders": self.senders.to_json(),
            "recipients": self.recipients.to_json(),
            "daily_mailboxes": self.daily_mailboxes,
            "series": [bar.to_json() for bar in self.series],
            "counterparts": [party.to_json() for party in self.counterparts],
            "unnamed": self.unnamed.to_json(),
            "remedies": [remedy.to_json() for remedy in self.remedies],
            "queries": [query.to_json() for query in self.queries],
            "evidence": [row.to_json() for row in self.evidence],
            "other_side": self.other_side.to_json(),
            "limits": self.limits.to_json(),
            "named": self.named,
            "answers": self.answers and self.answers.to_json(),
            "life": self.life and self.life.to_json(),
            "effect": self.effect and self.effect.to_party_json(),
        }


@dataclass(frozen=True, slots=True)
class ReportOperator:
    """The operator, who signs the report (``[operator]``)."""

    name: str
    contact: str = ""
    url: str = ""
    postal: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "contact": self.contact, "url": self.url, "postal": self.postal}


@dataclass(frozen=True, slots=True)
class PartyName:
    """A domain as it may be shown: made by ``report.names``, never from a raw text."""

    domain: str
    """A-labels."""
    unicode: str | None = None
    """U-labels, only when they differ and all of them are of one script."""
    organisation: str | None = None
    """The organisation's name from the directory, cleaned and cut."""

    def __str__(self) -> str:
        return self.domain if self.unicode is None else f"{self.domain} ({self.unicode})"

    def to_json(self) -> dict[str, Any]:
        return {"domain": self.domain, "unicode": self.unicode, "organisation": self.organisation}


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One mail as the organisation that sent it can find it in its own log. Only ever told to that organisation."""

    minute: datetime
    """UTC; the second is not kept."""
    ref: str
    """Stands in our reply, and so in their log."""
    size_class: SizeClass | None
    outcome: Outcome
    tls: bool
    server: str | None
    """Address of the server that handed the mail to us; None unless the organisation's own SPF record vouches for it
    (another's address is not told)."""

    def to_json(self) -> dict[str, Any]:
        return {
            "minute": f"{self.minute:%Y-%m-%dT%H:%MZ}",
            "ref": self.ref,
            "size_class": self.size_class,
            "outcome": self.outcome,
            "tls": self.tls,
            "server": self.server,
        }


@dataclass(frozen=True, slots=True)
class Counterpart:
    """An organisation on the other side, above the floor or in the directory."""

    name: PartyName
    count: Count
    mailboxes: Mailboxes
    days: int
    share: float
    """0..1, of all mail that counts."""
    told: date | None = None
    """When it had a notice of its own; None when it had none."""

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name.to_json(),
            "mails": self.count.mails,
            "counted": self.count.counted,
            "mailboxes": self.mailboxes.to_json(),
            "days": self.days,
            "share": round(self.share, 4),
            "told": self.told and self.told.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Unnamed:
    """The organisations that are not named: their numbers only."""

    organisations: int
    """Organisations with mail that counts, below the floor."""
    count: Count
    """Their mail."""
    no_organisation: Count
    """Mail that counts from freemail addresses and shared platforms: proven, but nobody's."""

    def to_json(self) -> dict[str, Any]:
        return {
            "organisations": self.organisations,
            "mails": self.count.mails,
            "counted": self.count.counted,
            "no_organisation": self.no_organisation.counted,
        }


@dataclass(frozen=True, slots=True)
class OtherSide:
    """The intended party's knowledge, for the sending organisation's report; empty in the other report."""

    named: bool = False
    """Whether the intended party's report names this organisation."""
    told: date | None = None
    """When the intended party had a notice; None when it had none."""

    def to_json(self) -> dict[str, Any]:
        return {"named": self.named, "told": self.told and self.told.isoformat()}


@dataclass(frozen=True, slots=True)
class ReportRules:
    """The rules by which the report was made, for its chapter on methods."""

    floor_mailboxes: int
    floor_days: int
    evidence_days: int
    """Days for which the minute and the reference of a mail may be told."""

    def to_json(self) -> dict[str, Any]:
        return {
            "floor_mailboxes": self.floor_mailboxes,
            "floor_days": self.floor_days,
            "evidence_days": self.evidence_days,
        }
