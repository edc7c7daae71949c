"""The numbers of an incident in one period, from which notices and reports are made.

Made by ``incident.measures``, read by ``incident.threshold`` and ``report``. No name of a person, no token is in here.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from catcher.model.errors import CatcherError
from catcher.model.leak.incident import Count, IncidentKey
from catcher.model.mail.counting import CountReason, Residual
from catcher.model.mail.fingerprint import MailClass, MailKind, Tier
from catcher.model.mail.policy import Outcome

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])\Z", re.ASCII)


class PeriodError(CatcherError):
    """A text that is no name of a month."""

    exit_status = 2


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar month in UTC: one report covers it, and each key of tokens exists for one month."""

    first: date
    last: date
    """Inclusive."""

    @classmethod
    def parse(cls, name: str) -> Period:
        """The month called ``YYYY-MM``; raises PeriodError."""
        found = _MONTH.match(name)
        if found is None or int(found[1]) == 0:
            raise PeriodError("the period is not a month; write it as YYYY-MM, for example 2026-06")
        return cls.of(date(int(found[1]), int(found[2]), 1))

    @classmethod
    def of(cls, day: date) -> Period:
        """The month of ``day``."""
        return cls(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))

    @property
    def name(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def previous(self) -> Period:
        return Period.of(self.first - timedelta(days=1))

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """Number of distinct mailboxes."""

    number: int
    about: bool = False
    """Whether the number is approximate: it includes sums of settled periods or counterparts, which may count a mailbox
    twice."""

    def to_json(self) -> dict[str, Any]:
        return {"number": self.number, "about": self.about}


@dataclass(frozen=True, slots=True)
class Tally:
    """The mails of a period, by several properties. Every Count has the number of all mails, and of mails that
    count."""

    total: Count
    classes: Mapping[MailClass, Count]
    tiers: Mapping[Tier, Count]
    outcomes: Mapping[Outcome, Count]
    crossed: Count
    """Mails whose content reached us (and was discarded): not refused at RCPT."""
    encrypted: Count
    """Crossed mails that came over TLS."""
    marked: Count
    """Mails with a grave marking (``Marking.grave``), also where its level may not be named."""
    reasons: Mapping[CountReason | None, Count]
    """The reasons that occur, most mails first; None as in ``Cell.reason``."""
    kinds: Mapping[MailKind, Count]
    days: int
    """Number of days on which mail that counts came."""
    latest: date | None
    """The last day on which a mail that counts came."""

    def to_json(self) -> dict[str, Any]:
        return {
            "total": _count(self.total),
            "classes": {name: _count(count) for name, count in self.classes.items()},
            "tiers": {name: _count(count) for name, count in self.tiers.items()},
            "outcomes": {name: _count(count) for name, count in self.outcomes.items()},
            "crossed": _count(self.crossed),
            "encrypted": _count(self.encrypted),
            "marked": _count(self.marked),
            "days": self.days,
            "latest": self.latest and self.latest.isoformat(),
        }


def _count(count: Count) -> dict[str, int]:
    return {"mails": count.mails, "counted": count.counted}


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of a series over time: a day, a week (from its Monday) or a month."""

    first: date
    count: Count

    def to_json(self) -> dict[str, Any]:
        return {"first": self.first.isoformat(), **_count(self.count)}


@dataclass(frozen=True, slots=True)
class Counterparty:
    """An organisation on the other side."""

    domain: str
    """Its organizational domain; '' stands for all senders that are unproven or no organisation (freemail)."""
    count: Count
    mailboxes: Mailboxes
    """Mailboxes of the senders with mail that counts."""
    days: int
    """Number of days on which mail that counts came."""
    above_floor: bool
    """Whether its numbers alone allow its name in reports (DESIGN §3: 3 mailboxes over 3 days)."""
    doubtful: bool = False
    """Whether it may be named, and only by mail whose way of counting has a residual attack."""


@dataclass(frozen=True, slots=True)
class ReportsSeen:
    """Reports that programs send to an address that somebody published, such as DMARC's ``rua=``."""

    mails: int
    days: int
    reporters: int
    """Number of the reporting organisations that are proven."""

    def to_json(self) -> dict[str, int]:
        return {"mails": self.mails, "days": self.days, "reporters": self.reporters}


@dataclass(frozen=True, slots=True)
class LevelSeen:
    """Mail with a grave marking of one level."""

    mails: int
    mailboxes: int
    """Number of its senders' mailboxes, the smaller one of authors and reverse-paths."""

    def to_json(self) -> dict[str, int]:
        return {"mails": self.mails, "mailboxes": self.mailboxes}


class NoticeKind(StrEnum):
    """What a notice tells."""

    LEAK = "leak"
    """People write to the typo domain."""
    ANSWERS = "answers"
    """People only answer: somebody gives addresses at the typo domain as his own. It is told to the sender alone."""
    FORWARD = "forward"
    """A rule forwards mail of others to the typo domain."""


@dataclass(frozen=True, slots=True)
class Carried:
    """Numbers of what carries a notice."""

    mailboxes: int
    """Number of distinct sending mailboxes: the smaller one of authors and reverse-paths."""
    days: int
    organisations: int
    """Number of the other side's organisations."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What carries a notice, by the kind of mail."""

    all: Carried
    """By all mail that counts."""
    own_words: Carried
    """By mail that counts and answers nothing. In an intended party's incident: by senders alone that have such mail on
    STEADY_DAYS days; a sender is an organisation, else (freemail) a mailbox."""
    answers: Carried
    """By mail that counts and answers another mail."""


@dataclass(frozen=True, slots=True)
class Measures:
    """All numbers of one incident in one period."""

    key: IncidentKey
    period: Period
    since: date | None
    """The first day of the incident, which may lie in an earlier period."""
    tally: Tally
    previous: Count | None
    """Mails in the month before; None when the incident is younger."""
    senders: Mailboxes
    """Distinct sending mailboxes with mail that counts: the smaller one of ``authors`` and ``reverse_paths``."""
    authors: Mailboxes
    """The same by the author in a signed From; by the reverse-path where From isn't signed."""
    reverse_paths: Mailboxes
    """The same by the reverse-path, without what changes by itself (``fingerprint.mailboxes.origin_of``)."""
    recipients: Mailboxes
    """Distinct addressees of mail that counts."""
    series: tuple[Bar, ...]
    """One bar for each day with mail, in order."""
    counterparts: tuple[Counterparty, ...]
    """Counterparts, the one with the most counted mail first."""
    reflecting: int
    """Number of addresses that somebody seems to have mistyped in forms (``Crowd.reflecting``); 0 once the key is
    destroyed."""
    daily_mailboxes: int
    """Number of authors' mailboxes seen on at least five days, and on at least half of the days with mail that
    counts."""
    grounds: Grounds
    """What carries a notice."""
    firm: Grounds
    """The part of ``grounds`` whose ways of counting have no residual attack."""
    residuals: tuple[Residual, ...]
    """The residual attacks of the ways by which mail counts, in the order of the enum."""
    levels: Mapping[str, LevelSeen]
    """Levels of grave markings that may be named, gravest first: each was seen from two mailboxes or more."""
    reports: Mapping[MailKind, ReportsSeen]
    """DMARC, failure and TLS reports, for the kinds that came."""
    journal_days: int
    """Number of days on which journal reports came that count as forwards: a journal rule of the party sends them all,
    whoever wrote the mail."""
    tenants: Mapping[str, int]
    """Sending organisation → number of its unbound tenants on mail platforms. From two on, none of their mail
    counts."""
    unbound: int
    """Number of mails that would count if their sender's tenant were bound."""
    below_floor: int
    """In an intended party's incident: the number of mails that count and answer nothing, of senders below the floor of
    their own."""

    @property
    def mailboxes_differ(self) -> bool:
        """Whether the two figures of the sending mailboxes differ by half: programs may have changed one of them."""
        return 2 * self.senders.number <= max(self.authors.number, self.reverse_paths.number) > 0
