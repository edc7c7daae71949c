"""The incident: the sum of the observations for one affected party, in one role, at one typo domain.

Merging two incidents is commutative and associative, so the result doesn't depend on the order and the batches in which
observations are folded. Its cells are daily aggregates, which are kept after the observations are deleted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from catcher.model.mail.fingerprint import MailClass, Tier
from catcher.model.mail.policy import Outcome


class Role(StrEnum):
    """The affected party's role in this leak."""

    INTENDED = "intended"
    """The mail was meant for the party."""
    SENDER = "sender"
    """The mail came from the party, which is proven (tier authenticated or verified)."""


class Side(StrEnum):
    """The side whose mailboxes are counted."""

    SENDER = "sender"
    RECIPIENT = "recipient"
    SUBSCRIBER = "subscriber"
    """An addressee of automatic or bulk mail: perhaps somebody's own address, mistyped in a form. Never counted."""


@dataclass(frozen=True, slots=True, order=True)
class IncidentKey:
    party: str
    """Organizational domain of the affected party."""
    role: Role
    domain: str
    """The typo domain."""

    @property
    def id(self) -> str:
        """``inc-`` and 48 bits computed from the key alone, so that every fold and every machine gives the same id."""
        digest = hashlib.sha256(f"{self.party} {self.role} {self.domain}".encode()).hexdigest()
        return f"inc-{digest[:12]}"


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One line of the daily aggregate."""

    day: date
    counterpart: str
    """Organizational domain of the other side; '' when it isn't proven or isn't an organisation (freemail)."""
    tier: Tier
    """The sender's tier."""
    mail_class: MailClass
    outcome: Outcome
    marked: bool
    """Whether a protective marking was seen."""
    tls: bool


@dataclass(frozen=True, slots=True)
class Count:
    mails: int = 0
    counted: int = 0
    """Number of ``mails`` that count towards a notice (``Observation.counts``)."""

    def __add__(self, other: Count) -> Count:
        return Count(self.mails + other.mails, self.counted + other.counted)


@dataclass(frozen=True, slots=True, order=True)
class MailboxDay:
    """A mailbox seen on a day. When the period's key is destroyed, its token is deleted and only MailboxTotal
    remains."""

    period: str
    """The key's period, ``2026-11``."""
    day: date
    counterpart: str
    side: Side
    token: str
    counted: bool
    """Whether a mail of this mailbox on this day counts towards a notice."""


REFLECTS = 3
"""Fewest sending organisations, or days, for which programs' mail to one address is a reflection: a single case may be
a slip."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Numbers of distinct mailboxes in one period whose tokens still exist. All numbers but ``reflecting`` include only
    mailboxes with mail that counts."""

    senders: int = 0
    recipients: int = 0
    senders_of: Mapping[str, int] = field(default_factory=dict)
    """Counterpart → number of its sending mailboxes; a counterpart without sending mailboxes is absent."""
    senders_by_days: Mapping[int, int] = field(default_factory=dict)
    """Number of days → number of sending mailboxes that wrote on exactly that many days."""
    reflecting: int = 0
    """Number of addresses to which programs write, from REFLECTS senders or on REFLECTS days, and no person does.
    Somebody mistyped their own address in forms: its mail comes again and again, and its senders made no mistake.
    """


@dataclass(frozen=True, slots=True, order=True)
class MailboxTotal:
    """The counts that remain of a period's mailboxes after its key is destroyed: mailboxes, and days with mail."""

    period: str
    counterpart: str
    side: Side
    mailboxes: int
    days: int
    counted_mailboxes: int
    counted_days: int


@dataclass(frozen=True, slots=True)
class Incident:
    key: IncidentKey
    cells: Mapping[Cell, Count] = field(default_factory=dict)
    mailboxes: frozenset[MailboxDay] = frozenset()
    """Mailboxes of periods whose key still exists."""
    settled: frozenset[MailboxTotal] = frozenset()
    """Totals of periods whose key is destroyed."""

    @property
    def mails(self) -> int:
        return sum(count.mails for count in self.cells.values())

    @property
    def counted(self) -> int:
        return sum(count.counted for count in self.cells.values())

    @property
    def first_day(self) -> date | None:
        return min((cell.day for cell in self.cells), default=None)

    @property
    def last_day(self) -> date | None:
        return max((cell.day for cell in self.cells), default=None)
