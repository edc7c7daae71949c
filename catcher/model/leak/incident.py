"""The incident: the sum of the observations for one affected party, in one role, at one typo domain.

Merging two incidents is commutative and associative, so the result doesn't depend on the order and the batches in which
observations are folded. Its cells are daily aggregates, which are kept after the observations are deleted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntFlag, StrEnum

from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import MailClass, MailKind, Tier
from catcher.model.mail.policy import Outcome


class Role(StrEnum):
    """The affected party's role in this leak."""

    INTENDED = "intended"
    """The mail was meant for the party."""
    SENDER = "sender"
    """The mail came from the party, which is proven (tier authenticated or verified)."""
    FORWARDER = "forwarder"
    """A rule of the party, which is proven, passes on mail of others (``CountReason.FORWARD``)."""


class Side(StrEnum):
    """The kind of a mailbox in an incident, or of a figure of mailboxes.

    A sender's mailbox is named by the author in a signed From and by the reverse-path. Mostly both are one mailbox,
    which is kept once, as SENDER. Figures are made for AUTHOR and for REVERSE_PATH, and each includes the mailboxes of
    SENDER.
    """

    SENDER = "sender"
    """The author in a signed From, and the reverse-path: the same mailbox, or From isn't signed."""
    AUTHOR = "author"
    """The author in a signed From, where the reverse-path is another mailbox."""
    REVERSE_PATH = "reverse-path"
    """The reverse-path (``fingerprint.mailboxes.origin_of``), where a signed From names another mailbox."""
    RECIPIENT = "recipient"
    SUBSCRIBER = "subscriber"
    """An addressee of automatic or bulk mail: perhaps somebody's own address, mistyped in a form. Never counted."""
    TENANT = "tenant"
    """No mailbox: the sender's tenant on a mail platform, to which nothing binds the sender. Its token is the tenant's
    domain."""


class Counted(IntFlag):
    """How a mail of a mailbox counts towards a notice; the mails of a mailbox together can have several of these
    values."""

    NO = 0
    YES = 1
    """It counts, by a way without residual attacks, and answers nothing."""
    RESIDUAL = 2
    """It counts, by a way with a residual attack, and answers nothing."""
    ANSWER = 4
    """It counts, by a way without residual attacks, and answers another mail."""
    RESIDUAL_ANSWER = 8
    """It counts, by a way with a residual attack, and answers another mail."""
    UNBOUND = 16
    """It answers nothing, and counts if the sender's tenant turns out to be bound
    (``CountReason.UNBOUND_TENANT``)."""


OWN_WORDS = Counted.YES | Counted.RESIDUAL
"""Mail that counts and answers nothing."""
COUNTED_ANSWERS = Counted.ANSWER | Counted.RESIDUAL_ANSWER
"""Mail that counts and answers another mail."""
COUNTED = OWN_WORDS | COUNTED_ANSWERS
"""Mail that counts."""

MARKED = "other"
"""The level in a cell of mail whose marking is grave, but may not be named: anybody can write an unsigned field."""


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


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of the daily aggregate."""

    day: date
    counterpart: str
    """Organizational domain of the other side; '' when it isn't proven or isn't an organisation (freemail)."""
    tier: Tier
    """The sender's tier."""
    mail_class: MailClass
    outcome: Outcome
    level: str
    """The level of the gravest marking (``Marking.grave``); '' without one, MARKED when it may not be named: its field
    isn't signed and the mail doesn't count."""
    tls: bool
    reason: CountReason | None
    """The way by which the mails count, or the obstacle; None for mails of a release before 0.3, which kept no
    reason."""
    kind: MailKind
    """ORDINARY for all mails of a release before 0.3."""


@dataclass(frozen=True, slots=True)
class Count:
    mails: int = 0
    counted: int = 0
    """Number of ``mails`` that count towards a notice in this incident (``Observation.counts``; a forward counts in the
    forwarder's incident alone)."""

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
    counted: Counted
    """How mails of this mailbox on this day count: one value; a day with several has several lines."""
    level: str = ""
    """As ``Cell.level``, on the sides SENDER, AUTHOR and REVERSE_PATH; '' on the others."""


REFLECTS = 3
"""Fewest sending organisations, or days, for which programs' mail to one address is a reflection: a single case may be
a slip."""


STEADY_DAYS = 2
"""Fewest days with mail that counts and answers nothing for a sender to pass the floor of its own, before it is one of
an intended party's senders (DESIGN §3 "Notices")."""


@dataclass(frozen=True, slots=True, order=True)
class MailboxTotal:
    """A number of distinct mailboxes of one period: those of one counterpart and side whose mails count in one way.

    Totals of a period are made while its tokens exist (``Crowd``), and are all that remains after its key is destroyed.
    """

    period: str
    counterpart: str
    side: Side
    """Never SENDER: its mailboxes are in AUTHOR and in REVERSE_PATH."""
    level: str
    """'': the line is about all mailboxes. Else ``counted`` is NO, and the line is about those with mail of this
    level: they are in the lines of '', too."""
    counted: Counted
    """All values that the mails of each of these mailboxes have in this period. A mailbox is in one line only."""
    mailboxes: int
    steady: int = 0
    """Number of ``mailboxes`` with OWN_WORDS on STEADY_DAYS days or more; of a counterpart that is no organisation
    ('') only."""
    steady_days: int = 0
    """Number of days on which those ``steady`` mailboxes wrote such mail."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Numbers of distinct mailboxes of one incident in one period whose tokens still exist."""

    totals: frozenset[MailboxTotal] = frozenset()
    """The senders of each counterpart: those with mail that counts or would count (UNBOUND), and those with a
    level."""
    whole: frozenset[MailboxTotal] = frozenset()
    """Senders and recipients of such mail over all counterparts, with counterpart '': a mailbox seen at two
    counterparts is one. Without ``level`` and ``steady``."""
    steady_days: frozenset[date] = frozenset()
    """The days on which ``steady`` mailboxes, by the reverse-path, wrote mail that counts and answers nothing."""
    authors_by_days: Mapping[int, int] = field(default_factory=dict)
    """Number of days → number of authors' mailboxes that wrote mail that counts on exactly that many days."""
    tenants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Counterpart → domains of its unbound tenants on mail platforms."""
    reflecting: int = 0
    """Number of addresses to which programs write, from REFLECTS senders or on REFLECTS days, and no person does.
    Somebody mistyped their own address in forms: its mail comes again and again, and its senders made no mistake.
    """


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
