"""An event of the scripted month: one act of a host, and the observations that the sink should make of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from catcher.demo.organisations import SendingHost
from catcher.model.mail.fingerprint import MailClass, MailKind, Tier


class Story(StrEnum):
    """The stories of the month. The demo prints the values."""

    CONTRACTOR = "a contractor's staff write to people at army.ml"
    TRAVEL = "a travel agency sends itineraries"
    HOSPITAL = "a hospital without DKIM writes from its own address"
    MINISTRY = "a ministry sends marked documents"
    UNIVERSITY = "a university's mail leaves through a provider"
    COLLEGE = "a college at Microsoft 365 signs no recipients"
    FORWARDED = "a council's rule forwards its mail to army.ml"
    ANSWERS = "people answer a form that names army.ml"
    REFUSED = "people mistype a ministry (policy refuse)"
    ENDED = "people mistype a hospital (until mid-month)"
    TURNED_AWAY = "people write to names without a mail host"
    MIXED = "one mail goes to two mistyped domains"
    RETRY = "the reply is lost, the sender tries again"
    NEWSLETTER = "a newsletter"
    ORDERS = "order confirmations of a shop"
    DMARC_REPORTS = "DMARC reports to a rua= with a typo"
    BOUNCES = "bounces of mail that others forged"
    AUTO_REPLIES = "automatic replies, provoked by forged mail"
    LOG_IN = "a mail program tries to log in"
    FORGED = "hijacked machines forge the contractor's name"
    FORGED_SIGNED = "the same, signed by the spammer's own domain"
    ORIGINAL = "a genuine mail that somebody will replay"
    REPLAY = "that mail, sent again from other machines"
    STALE = "a signed mail, sent again a fortnight later"
    SIGN_UP_BOMB = "sign-up forms abused against one address"
    STUBBORN = "machines that connect although DNS says not to"


class Manner(StrEnum):
    """The way in which a host delivers."""

    DELIVER = "deliver"
    """The host asks for the MX, connects and delivers. If there is no mail host, the sender keeps the mail."""
    LOSE_REPLY = "lose-reply"
    """The host delivers, but resets the connection before it reads the reply to the data."""
    INSIST = "insist"
    """The host connects even if DNS names no mail host."""
    LOG_IN = "log-in"
    """The host tries AUTH PLAIN (RFC 4954)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The expected result of an event. None: this value isn't checked."""

    reply: int | None = 250
    """The last reply code; None: no connection is made, or the reply is lost."""
    domains: tuple[str, ...] = ("army.ml",)
    """The catalogued domains with exactly one observation each."""
    tier: Tier | None = None
    sender: str | None = None
    """The domain to which the sender's tier applies."""
    mail_class: MailClass | None = None
    kind: MailKind | None = None
    counts: bool = False
    """Whether the observations count towards a notice."""
    retry: bool = False
    replayed: bool = False
    recipient_replies: tuple[int, ...] | None = None
    """The reply codes to RCPT, if they differ."""


@dataclass(frozen=True, slots=True)
class Event:
    """One act of a host at one moment."""

    at: datetime
    story: Story
    host: SendingHost
    reverse_path: str
    """A mailbox without angle brackets; '' is the null reverse-path."""
    forward_paths: tuple[str, ...]
    message: bytes = field(repr=False)
    """The message in CRLF lines, not dot-stuffed; for LOG_IN the argument of AUTH."""
    expected: Expected
    manner: Manner = Manner.DELIVER

    @property
    def is_log_in(self) -> bool:
        return self.manner is Manner.LOG_IN
