"""The fingerprint of a transaction: its sender, its intended recipients and its kind of mail (DESIGN §3, §4).

``to_json`` of each value gives the outer surface of DESIGN §4; an absent result is present there as ``none``.

Longer than others: one value for each part of the outer surface, and its closed lists.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from catcher.model.mail.marking import Marking
from catcher.model.value import value


class Tier(StrEnum):
    """The strength of the proof of a sender's name, weakest first. Compare with ``rank``."""

    CLAIMED = "claimed"
    """Header or HELO text, which anyone can write."""
    NETWORK = "network"
    """Forward-confirmed reverse DNS or HELO: it names the network, never the author."""
    AUTHENTICATED = "authenticated"
    """A DKIM or SPF pass, which proves only the domain that passed."""
    VERIFIED = "verified"
    """A DMARC-aligned pass, which proves the domain in From."""

    @property
    def rank(self) -> int:
        return _RANKS[self]

    @property
    def proves_domain(self) -> bool:
        """Whether the sender's domain is proven, not only the network's."""
        return self in (Tier.AUTHENTICATED, Tier.VERIFIED)


_RANKS = {tier: rank for rank, tier in enumerate(Tier)}


class EvidenceKind(StrEnum):
    """The source of a piece of evidence."""

    DMARC = "dmarc"
    DMARC_7489 = "dmarc-rfc7489"
    """DMARC's result by the older RFC 7489, if it differs: it is recorded, but decides nothing."""
    DKIM = "dkim"
    SPF = "spf"
    IPREV = "iprev"
    """Forward-confirmed reverse DNS (RFC 8601 §3)."""
    HELO = "helo"
    FROM = "from"
    """The domain in the From field."""
    MAILFROM = "mailfrom"
    """The domain of the reverse-path, unproven."""
    PLATFORM = "platform"
    """The mailbox provider, gateway or sending service that carried the mail: never the sender."""
    OWNER = "owner"
    """The holder of the client's network, by a database of autonomous systems: never the sender."""


class Platform(StrEnum):
    """The kinds of platforms, whose domains carry other people's mail."""

    FREEMAIL = "freemail"
    """It gives mailboxes to anybody: an address there doesn't show an organisation."""
    BULK = "bulk"
    """It sends newsletters and notices for its customers."""
    PROVIDER = "provider"
    """It hosts the mailboxes of organisations."""
    GATEWAY = "gateway"
    """It filters and forwards the mail of organisations."""


class AuthResult(StrEnum):
    """Result words of RFC 8601 §2.7; ``none`` if there was nothing to check, or look-ups were off."""

    NONE = "none"
    PASS = "pass"
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    POLICY = "policy"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


class MailClass(StrEnum):
    PERSON = "person"
    BULK = "bulk"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    SPAM = "spam"
    PROBE = "probe"
    UNKNOWN = "unknown"


class TypoKind(StrEnum):
    RECIPIENT = "recipient"
    """Somebody mistyped an address."""
    RELAY = "relay"
    """A mail program is configured with the typo domain as its server."""


class MailKind(StrEnum):
    """Kinds of mail that incidents and reports count apart, beside the class."""

    ORDINARY = ""
    ANSWER = "answer"
    """It answers another mail, by In-Reply-To, References, Thread-Index or its Subject, or Google Calendar sends it in
    the organiser's name: anybody may have provoked it by giving an address at the typo domain as his own, or a guest's.
    """
    SCAN = "scan"
    """A device's scan or fax."""
    DMARC_REPORT = "dmarc-report"
    """An aggregate report (RFC 9990): somebody's ``rua=`` has the typo."""
    FAILURE_REPORT = "failure-report"
    """A failure report (RFC 9991, RFC 6591): somebody's ``ruf=`` has the typo."""
    TLS_REPORT = "tls-report"
    """A TLS report (RFC 8460): the ``rua=`` of somebody's ``_smtp._tls`` record has the typo."""
    JOURNAL = "journal"
    """A journal report of Exchange: a journal rule sends every mail of an organisation."""


class Basis(StrEnum):
    DECLARED = "declared"
    LOOKALIKE = "lookalike"
    NONE = "none"


@value
class Evidence:
    tier: Tier
    """The tier that this evidence supports: ``claimed`` when its result isn't a pass."""
    kind: EvidenceKind
    domain: str
    result: AuthResult

    def to_json(self) -> dict[str, Any]:
        return {"tier": self.tier, "kind": self.kind, "domain": self.domain, "result": self.result}


@value
class Sender:
    domain: str | None
    """The domain of the best evidence; None when no evidence names a domain."""
    organisation: str | None
    tier: Tier
    evidence: tuple[Evidence, ...]
    """Strongest first."""
    conflicts: tuple[Evidence, ...]
    """Evidence that names another organisation than ``domain``'s; it is always kept and shown."""

    def to_json(self) -> dict[str, Any]:
        return {
            "domain": self.domain,
            "organisation": self.organisation,
            "tier": self.tier,
            "evidence": [e.to_json() for e in self.evidence],
            "conflicts": [e.to_json() for e in self.conflicts],
        }


@value
class IntendedCandidate:
    domain: str
    score: float
    edit: str

    def to_json(self) -> dict[str, Any]:
        return {"domain": self.domain, "score": self.score, "edit": self.edit}


@value
class Intended:
    """The party for which the mail to one typed domain was meant."""

    typed: str
    """The recipient's domain as typed, in A-labels."""
    domain: str | None
    organisation: str | None
    basis: Basis
    candidates: tuple[IntendedCandidate, ...] = ()
    abstained: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "typed": self.typed,
            "domain": self.domain,
            "organisation": self.organisation,
            "basis": self.basis,
            "candidates": [c.to_json() for c in self.candidates],
            "abstained": self.abstained,
        }


@value
class Nature:
    mail_class: MailClass
    genuine: float
    """0..1: how likely an honest sender wrote this, as opposed to a spammer; calibrated in
    ``fingerprint.nature.genuine``."""
    typo: TypoKind | None
    reasons: tuple[str, ...]
    """Words from a closed list in ``fingerprint.nature.facts``."""

    @property
    def kind(self) -> MailKind:
        """The kind, by ``reasons``: the first member of MailKind that one of them gives."""
        return next((kind for kind, words in _KIND_BY_REASON if not words.isdisjoint(self.reasons)), MailKind.ORDINARY)

    def to_json(self) -> dict[str, Any]:
        return {
            "class": self.mail_class,
            "genuine": self.genuine,
            "typo": self.typo,
            "reasons": list(self.reasons),
        }


_KIND_BY_REASON = (
    (MailKind.DMARC_REPORT, frozenset({"dmarc-report"})),
    (MailKind.FAILURE_REPORT, frozenset({"failure-report"})),
    (MailKind.TLS_REPORT, frozenset({"tls-report"})),
    (MailKind.JOURNAL, frozenset({"journal-report"})),
    (MailKind.SCAN, frozenset({"scan"})),
    (MailKind.ANSWER, frozenset({"in-reply-to", "answer-subject", "calendar-invitation"})),
)
"""Kind → the words of ``fingerprint.nature.facts.Fact`` that give it."""


MFROM_SCOPE = "mfrom"
"""The identity that SPF judged is that of MAIL FROM (RFC 7208 §2.4)."""
HELO_SCOPE = "helo"
"""The identity that SPF judged is that of HELO, for the null reverse-path (RFC 7208 §2.3, §2.4)."""


@value
class SpfResult:
    result: AuthResult = AuthResult.NONE
    domain: str | None = None
    scope: str | None = None
    """MFROM_SCOPE or HELO_SCOPE."""

    def to_json(self) -> dict[str, Any]:
        return {"result": self.result, "domain": self.domain, "scope": self.scope}


@value
class DkimResult:
    result: AuthResult
    domain: str | None
    selector: str | None
    algorithm: str | None
    aligned: bool
    """Whether ``domain`` is aligned with the From domain (relaxed unless adkim=s)."""

    def to_json(self) -> dict[str, Any]:
        return {
            "result": self.result,
            "domain": self.domain,
            "selector": self.selector,
            "algorithm": self.algorithm,
            "aligned": self.aligned,
        }


@value
class DmarcResult:
    result: AuthResult = AuthResult.NONE
    domain: str | None = None
    """The Author Domain, from the From field."""
    policy: str | None = None
    """``none``, ``quarantine`` or ``reject``: the policy that applies by p, sp, np and t; None without a record."""

    def to_json(self) -> dict[str, Any]:
        return {"result": self.result, "domain": self.domain, "policy": self.policy}


@value
class ArcResult:
    result: AuthResult = AuthResult.NONE

    def to_json(self) -> dict[str, Any]:
        return {"result": self.result}


@value
class Authentication:
    spf: SpfResult = SpfResult()
    dkim: tuple[DkimResult, ...] = ()
    dmarc: DmarcResult = DmarcResult()
    arc: ArcResult = ArcResult()

    def to_json(self) -> dict[str, Any]:
        return {
            "spf": self.spf.to_json(),
            "dkim": [d.to_json() for d in self.dkim],
            "dmarc": self.dmarc.to_json(),
            "arc": self.arc.to_json(),
        }


@value
class Freshness:
    """Whether a mail is fresh and meant for this sink, so that it may count towards a notice (DESIGN §3 "Notices").

    Only the store can detect a replay: ``signatures`` holds the signatures that must be new to the store.
    """

    fresh: bool
    reason: str
    """A word of ``model.mail.counting.CountReason``."""
    signatures: tuple[bytes, ...] = ()
    """The ``b=`` values that must be new; they stay in memory, and intake turns them into tokens.

    An unbound tenant's mail isn't fresh and has its signature: the tenant may be bound later.
    """


@value
class Fingerprint:
    sender: Sender
    intended: tuple[Intended, ...]
    """One value for each distinct typed domain, in the order of the recipients."""
    nature: Nature
    markings: tuple[Marking, ...]
    authentication: Authentication
    freshness: Freshness

    def to_json(self) -> dict[str, Any]:
        """The outer surface, without ``file`` and ``counts`` (``counting.counting_of``)."""
        return {
            "sender": self.sender.to_json(),
            "intended": [i.to_json() for i in self.intended],
            "nature": self.nature.to_json(),
            "markings": [m.to_json() for m in self.markings],
            "authentication": self.authentication.to_json(),
        }
