"""An event of the scripted month: an act of a host, and what the sink is expected to learn from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from catcher.demo.organisations import SendingHost
from catcher.model.mail.fingerprint import MailClass, Tier


class Story(StrEnum):
    """The stories of the month; the demo prints the value."""

    CONTRACTOR = "a contractor's staff write to people at army.ml"
    TRAVEL = "a travel agency sends itineraries"
    HOSPITAL = "a hospital without DKIM writes from its own address"
    MINISTRY = "a ministry sends marked documents"
    UNIVERSITY = "a university's mail leaves through a provider"
    REFUSED = "people mistype a ministry (policy refuse)"
    ENDED = "people mistype a hospital (until mid-month)"
    TURNED_AWAY = "people write to names without a mail host"
    MIXED = "one mail goes to two mistyped domains"
    RETRY = "the reply is lost, the sender tries again"
    NEWSLETTER = "a newsletter"
    ORDERS = "order confirmations of a shop"
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
    """How a host delivers."""

    DELIVER = "deliver"
    """Asks for the MX, connects and delivers. Without a mail host the sender keeps the mail."""
    LOSE_REPLY = "lose-reply"
    """Delivers, but resets the connection before it reads the reply to the data."""
    INSIST = "insist"
    """Connects even if DNS offers no mail host."""
    LOG_IN = "log-in"
    """Tries AUTH PLAIN (RFC 4954)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The truth about an event. None: it isn't checked."""

    reply: int | None = 250
    """Reply code that ends it; None: no connection is made, or the reply is lost."""
    domains: tuple[str, ...] = ("army.ml",)
    """Catalogued domains for which there is exactly one observation each."""
    tier: Tier | None = None
    sender: str | None = None
    """Domain that the sender's tier is about."""
    mail_class: MailClass | None = None
    counts: bool = False
    """Whether it counts towards a notice."""
    retry: bool = False
    replayed: bool = False
    recipient_replies: tuple[int, ...] | None = None
    """Reply codes to RCPT, where they differ."""


@dataclass(frozen=True, slots=True)
class Event:
    """One act of a host at one moment."""

    at: datetime
    story: Story
    host: SendingHost
    reverse_path: str
    """Mailbox without brackets; '' is the null reverse-path."""
    forward_paths: tuple[str, ...]
    message: bytes = field(repr=False)
    """CRLF lines, not dot-stuffed; for LOG_IN the AUTH argument."""
    expected: Expected
    manner: Manner = Manner.DELIVER

    @property
    def is_log_in(self) -> bool:
        return self.manner is Manner.LOG_IN
