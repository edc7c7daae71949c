"""Whether a mail counts towards a notice, and the reason (DESIGN §3 "Notices").

A mail counts when a person wrote it, its sender is proven, and it is fresh and meant for this sink. ``CountReason`` is
the closed list of reasons: the ways by which mails count, and the obstacles. docs/engineering/counting.md has the
threat table of each way.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple, assert_never

from catcher.model.mail.fingerprint import Fingerprint, MailClass, Tier


class Residual(StrEnum):
    """An attack that a way of counting can't exclude (docs/engineering/counting.md describes each).

    A notice that is due only by mails of ways with residuals needs a second approver.
    """

    SAME_PLATFORM_REPLAY = "same-platform-replay"
    """A customer of the sender's own platform makes it send with the sender's MAIL FROM: a mail of the author again,
    with another To, or a mail that looks like a forward."""
    DELEGATED_NAME = "delegated-name"
    """Somebody else holds a name below the sender's: a customer to whom a hoster gave it, or who took over a
    delegation that was forgotten. He signs as himself, in the organisation's name."""
    STRIPPED_ANSWER = "stripped-answer"
    """Somebody who provoked an answer sends it on from his own machine, without its In-Reply-To and References."""
    OWN_ACCOUNTS = "own-accounts"
    """Somebody writes here himself, from several accounts at mailbox providers, so that a leak seems to exist."""
    SHARED_EXIT = "shared-exit"
    """Somebody else leaves the sender's network by the very address that its mail server uses, as guests behind a
    translated address (NAT) do."""


class CountReason(StrEnum):
    """The reason why a mail counts, or doesn't. ``way`` says which."""

    # The ways.
    DKIM = "dkim"
    """(a) A fresh, new, aligned signature covers a To or Cc that names every typed domain."""
    DKIM_ALONE = "dkim-alone"
    """(a), without an SPF pass aligned with From, by a signature that covers neither In-Reply-To nor References."""
    SUBDOMAIN = "subdomain"
    """(a), by the key of a name below the organisation's own domain alone."""
    PROVIDER = "provider"
    """(b) A fresh, new, aligned signature without recipients, sent by the author's own provider."""
    TENANT = "tenant"
    """(c) An aligned SPF pass, and the platform's signature for a tenant that is bound to From's domain."""
    SPF = "spf"
    """(d) SPF by few addresses, from the sender's own host."""
    FORWARD = "forward"
    """(e) A forward by rule: the reverse-path names recipient or first sender, or the mail is a journal report."""
    # The obstacles of the store.
    RETRY = "retry"
    """A retry of a mail that was observed before."""
    REPLAYED = "replayed"
    """One of its signatures was seen before in another transaction."""
    # The obstacles of the class: the words of MailClass.
    BULK = "bulk"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    SPAM = "spam"
    PROBE = "probe"
    UNKNOWN = "unknown"
    """No positive sign of a person's mail program."""
    # The obstacles of proof.
    NO_MESSAGE = "no-message"
    """The recipient was refused at RCPT: there is only an envelope."""
    UNPROVEN = "unproven"
    """There is no DKIM or SPF pass for the domain in From, by which a way might hold."""
    UNBOUND_TENANT = "unbound-tenant"
    """All of (c) holds, but nothing outside the mail binds the tenant to From's domain: asked when a notice is
    drafted."""
    TWO_TENANTS = "two-tenants"
    """Two tenants of platforms signed the mail: nothing tells which of them is the author's."""
    PASSED_ON = "passed-on"
    """A field says that the mail was passed on, and no way names who did it."""
    SHARED_ADDRESS = "shared-address"
    """SPF passes, from an address that others may use: neither the sender's own host nor its provider's."""
    PARTIAL_BODY = "partial-body"
    """The signature leaves the end of the body open (``l=``)."""
    UNSIGNED_RECIPIENT = "unsigned-recipient"
    """No To or Cc that can be trusted names the typed domain: the mail may have been written to somebody else."""
    NO_TIME = "no-time"
    """The signature has neither ``t=`` nor a signed Date."""
    FUTURE = "future"
    OLD = "old"
    """The mail was signed more than three days ago."""

    @property
    def way(self) -> bool:
        """Whether a mail with this reason counts."""
        return self in _WAYS

    @property
    def residuals(self) -> tuple[Residual, ...]:
        """The attacks that this way can't exclude; empty for an obstacle."""
        match self:
            case CountReason.DKIM_ALONE:
                return (Residual.STRIPPED_ANSWER,)
            case CountReason.SUBDOMAIN:
                return (Residual.DELEGATED_NAME,)
            case CountReason.PROVIDER | CountReason.TENANT:
                return (Residual.SAME_PLATFORM_REPLAY,)
            case CountReason.FORWARD:
                return (Residual.SAME_PLATFORM_REPLAY, Residual.SHARED_EXIT)
            case CountReason.SPF:
                return (Residual.SHARED_EXIT,)
            case _:
                return ()

    @property
    def explanation(self) -> str:
        """One sentence for people: why the mail counts, or doesn't."""
        return _EXPLANATIONS[self]


_EXPLANATIONS = {
    CountReason.DKIM: "its author's organisation signed it for this recipient within three days",
    CountReason.DKIM_ALONE: "its author's organisation signed it for this recipient, but not whether it is an answer",
    CountReason.SUBDOMAIN: "a part of its author's organisation signed it for this recipient within three days",
    CountReason.PROVIDER: "its author's organisation signed it, and the organisation's own provider sent it",
    CountReason.TENANT: "the platform signed it for the tenant of its author's organisation, and sent it",
    CountReason.SPF: "the sender's own host sent it",
    CountReason.FORWARD: "a rule of the sender's organisation forwarded it",
    CountReason.RETRY: "it is a retry of a mail that was seen before",
    CountReason.REPLAYED: "its signature was seen before in another mail",
    CountReason.BULK: "it is bulk mail",
    CountReason.AUTOMATIC: "a program wrote it",
    CountReason.BOUNCE: "it is a bounce",
    CountReason.SPAM: "it looks like spam",
    CountReason.PROBE: "it is a probe",
    CountReason.UNKNOWN: "no field that can be trusted shows that a person wrote it",
    CountReason.NO_MESSAGE: "the recipient was refused, so there is only an envelope",
    CountReason.UNPROVEN: "neither DKIM nor SPF proves the domain in From",
    CountReason.UNBOUND_TENANT: "a platform's tenant signed it, and nothing shows that the tenant is the author's",
    CountReason.TWO_TENANTS: "two tenants of platforms signed it",
    CountReason.PASSED_ON: "somebody passed it on, and nothing proves who",
    CountReason.SHARED_ADDRESS: "it came from an address that others may use",
    CountReason.PARTIAL_BODY: "its signature leaves the end of the body open",
    CountReason.UNSIGNED_RECIPIENT: "no To or Cc that can be trusted names this recipient's domain",
    CountReason.NO_TIME: "its signature has no time, and covers no Date",
    CountReason.FUTURE: "its signature was made in the future",
    CountReason.OLD: "it was signed more than three days ago",
}

_WAYS = frozenset(
    {
        CountReason.DKIM,
        CountReason.DKIM_ALONE,
        CountReason.SUBDOMAIN,
        CountReason.PROVIDER,
        CountReason.TENANT,
        CountReason.SPF,
        CountReason.FORWARD,
    }
)


class Counting(NamedTuple):
    """The answer for one mail."""

    counts: bool
    reason: CountReason

    def to_json(self) -> dict[str, Any]:
        return {"counts": self.counts, "reason": self.reason}


_PROVEN = (Tier.VERIFIED, Tier.AUTHENTICATED)


def judge_counting(
    mail_class: MailClass, tier: Tier, *, fresh: bool, reason: CountReason, replayed: bool = False, retry: bool = False
) -> Counting:
    """Whether a mail counts, with the first obstacle: the store's, then the class, then the proof.

    ``fresh`` and ``reason`` are the fingerprint's Freshness. A forward counts whatever its class.
    """
    if retry:
        return Counting(False, CountReason.RETRY)
    if replayed:
        return Counting(False, CountReason.REPLAYED)
    if reason is CountReason.NO_MESSAGE:
        return Counting(False, reason)
    if mail_class is not MailClass.PERSON and reason is not CountReason.FORWARD:
        return Counting(False, _obstacle(mail_class))
    if not fresh:
        return Counting(False, reason)
    if not reason.way or tier not in _PROVEN:
        return Counting(False, CountReason.UNPROVEN)
    return Counting(True, reason)


def reason_of(word: str) -> CountReason:
    """The reason called ``word``; ``unproven`` for a word that no release up to this one wrote."""
    try:
        return CountReason(word)
    except ValueError:
        return CountReason.UNPROVEN


def counting_of(fingerprint: Fingerprint) -> Counting:
    """Whether the mail counts as far as its fingerprint knows: only the store detects retries and replays."""
    fresh = fingerprint.freshness
    return judge_counting(
        fingerprint.nature.mail_class, fingerprint.sender.tier, fresh=fresh.fresh, reason=reason_of(fresh.reason)
    )


def uses_up_signatures(mail_class: MailClass, tier: Tier, *, fresh: bool, reason: CountReason) -> bool:
    """Whether the signatures of such a mail are used up: another mail with one of them is a replay.

    A mail that can't count uses up none: else somebody who has a copy could send it first, without its unsigned fields,
    and the author's own mail would be the replay.
    """
    counts, obstacle = judge_counting(mail_class, tier, fresh=fresh, reason=reason)
    return counts or obstacle is CountReason.UNBOUND_TENANT


def _obstacle(mail_class: MailClass) -> CountReason:
    match mail_class:
        case MailClass.BULK:
            return CountReason.BULK
        case MailClass.AUTOMATIC:
            return CountReason.AUTOMATIC
        case MailClass.BOUNCE:
            return CountReason.BOUNCE
        case MailClass.SPAM:
            return CountReason.SPAM
        case MailClass.PROBE:
            return CountReason.PROBE
        case MailClass.UNKNOWN | MailClass.PERSON:
            return CountReason.UNKNOWN
        case _:
            assert_never(mail_class)
