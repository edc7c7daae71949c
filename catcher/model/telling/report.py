"""The report to one organisation about one leak in one month, independent of its form.

It holds numbers, names that are safe to show, and rules to paste; the templates hold the sentences. No value comes from
a message's content, and no value names a person.

Longer than others: the report is one value, and each of its parts is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from catcher.model.leak.incident import Count, Role
from catcher.model.leak.life import Effect, Life
from catcher.model.leak.measures import Bar, Mailboxes, NoticeKind, Period, ReportsSeen, Tally
from catcher.model.mail.fingerprint import MailClass, MailKind
from catcher.model.mail.observation import SizeClass
from catcher.model.mail.policy import Outcome
from catcher.model.telling.answer import AnswerAddresses
from catcher.model.telling.remedy import LogQuery, Remedy

VERSION = 1
"""Version of the JSON form (catcher/report/report.schema.json): it rises when a key changes its meaning or is
removed."""


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
    """A domain in a form that is safe to show. Only ``report.names`` makes it, never from a raw text."""

    domain: str
    """A-labels."""
    unicode: str | None = None
    """U-labels, only if they differ from the A-labels and all are in one script."""
    organisation: str | None = None
    """The organisation's name from the directory, cleaned and shortened."""

    def __str__(self) -> str:
        return self.domain if self.unicode is None else f"{self.domain} ({self.unicode})"

    def to_json(self) -> dict[str, Any]:
        return {"domain": self.domain, "unicode": self.unicode, "organisation": self.organisation}


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """The facts by which a sending organisation can find one mail in its own log. Only that organisation gets them."""

    minute: datetime
    """UTC; the second is not kept."""
    ref: str
    """The reference in our reply, which the organisation's log therefore holds."""
    size_class: SizeClass | None
    outcome: Outcome
    tls: bool
    server: str | None
    """Address of the server that sent the mail to us; None unless the organisation's own SPF record allows this server
    (other organisations' addresses are not disclosed)."""

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
    """An organisation on the other side, above its floor (``ReportRules``)."""

    name: PartyName
    count: Count
    mailboxes: Mailboxes
    days: int
    share: float
    """Share of all mail that counts, 0..1."""
    told: date | None = None
    """The day of this organisation's own notice; None if it had no notice."""

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
    """Numbers of the organisations that are not named."""

    organisations: int
    """Number of organisations below the floor with mail that counts."""
    count: Count
    """The mail of these organisations."""
    no_organisation: Count
    """Mail that counts from freemail addresses and shared platforms: it is proven, but belongs to no organisation."""

    def to_json(self) -> dict[str, Any]:
        return {
            "organisations": self.organisations,
            "mails": self.count.mails,
            "counted": self.count.counted,
            "no_organisation": self.no_organisation.counted,
        }


@dataclass(frozen=True, slots=True)
class OtherSide:
    """The facts that the intended party knows, for the sending organisation's report; empty in the other report."""

    named: bool = False
    """Whether the intended party's report names this organisation."""
    told: date | None = None
    """The day of the intended party's notice; None if it had no notice."""

    def to_json(self) -> dict[str, Any]:
        return {"named": self.named, "told": self.told and self.told.isoformat()}


@dataclass(frozen=True, slots=True)
class ReportRules:
    """The rules by which the report was made, for its chapter on methods."""

    floor_mailboxes: int
    floor_days: int
    listed_mailboxes: int
    """Fewest mailboxes, and days (``listed_days``), from which an organisation in the directory is named."""
    listed_days: int
    evidence_days: int
    """Days for which a report may show the minute and the reference of a mail."""

    def to_json(self) -> dict[str, Any]:
        return {
            "floor_mailboxes": self.floor_mailboxes,
            "floor_days": self.floor_days,
            "listed_mailboxes": self.listed_mailboxes,
            "listed_days": self.listed_days,
            "evidence_days": self.evidence_days,
        }


@dataclass(frozen=True, slots=True)
class Report:
    kind: Role
    """The role of the organisation that reads the report."""
    ref: str
    """The report's reference, the same for every report on this incident and month."""
    incident: str
    period: Period
    made_on: date
    operator: ReportOperator
    party: PartyName
    """The organisation that reads the report."""
    domain: PartyName
    """The typo domain."""
    intended: PartyName | None
    """The domain for which the mail was meant; None when the catalogue doesn't name it."""
    since: date | None
    """The first day on which this mail was seen."""
    tally: Tally
    previous: Count | None
    """Mails in the month before; None when the incident is younger."""
    senders: Mailboxes
    recipients: Mailboxes
    daily_mailboxes: int
    series: tuple[Bar, ...]
    """One bar for each day of the period up to ``made_on``, also for days without mail."""
    counterparts: tuple[Counterpart, ...]
    """Sending organisations, only for the intended party."""
    unnamed: Unnamed
    remedies: tuple[Remedy, ...]
    queries: tuple[LogQuery, ...]
    """Queries that find these mails in the organisation's own log, only for the sending organisation."""
    evidence: tuple[EvidenceRow, ...]
    """Mails, latest first, only for the sending organisation."""
    other_side: OtherSide
    limits: ReportRules
    tells: NoticeKind = NoticeKind.LEAK
    """What the report is about: people's mail, answers alone, or a rule that forwards."""
    levels: Mapping[str, int] = field(default_factory=dict)
    """Level of a grave marking → mails, gravest first; only levels that may be named."""
    reports: Mapping[MailKind, ReportsSeen] = field(default_factory=dict)
    """DMARC, failure and TLS reports that strayed, only for the intended party: a record of its names the typo
    domain."""
    named: bool = True
    """Whether the reader may learn counterparties' names. False for a found contact that nobody confirmed; then
    ``unnamed`` includes all counterparties."""
    answers: AnswerAddresses | None = None
    """The addresses that take answers; None in a report that isn't sent as a notice."""
    life: Life | None = None
    """The incident's state; None when the party had no notice about it."""
    effect: Effect | None = None
    """The change of the volume after the party's notice."""
    unstored: int = 0
    """Mails of the month to the typo domain, of this party or others, that were only counted: above 0 every number of
    mails and mailboxes is "at least"."""
    unstored_before: int = 0
    """The same of the month before: above 0 the two months aren't compared."""

    @property
    def complete(self) -> bool:
        """Whether the month was over when the report was made."""
        return self.made_on > self.period.last

    def reported(self, count: Count) -> int:
        """The number of ``count`` that the report shows: mail that counts, or all mail if no mail of the month
        counts."""
        return count.counted if self.tally.total.counted else count.mails

    @property
    def answer_verbs(self) -> tuple[str, ...]:
        """The verbs of ``answers`` that the report offers: only the intended party may decide about the name."""
        return ("got_it", "wrong", "stop", "transfer") if self.kind is Role.INTENDED else ("got_it", "wrong")

    @property
    def scans(self) -> int:
        """Number of scans and faxes that devices sent."""
        return self.tally.kinds[MailKind.SCAN].mails

    @property
    def organisations(self) -> int:
        """Number of organisations from which mail that counts came; of a forward, its authors' organisations."""
        return len(self.counterparts) + self.unnamed.organisations

    @property
    def others(self) -> Mapping[str, int]:
        """Mails that don't count, by reason: a class, or ``unconfirmed`` for persons' mail. Zeros are absent.

        If some mail counts, refused attempts of unknown kind are left out: the report shows them separately.
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
            "tells": self.tells,
            "levels": dict(self.levels),
            "reports": {kind.value: seen.to_json() for kind, seen in self.reports.items()},
            "scans": self.scans,
            "named": self.named,
            "answers": self.answers and self.answers.to_json(),
            "life": self.life and self.life.to_json(),
            "effect": self.effect and self.effect.to_party_json(),
            "unstored": self.unstored,
        }
