"""The observation: all stored facts of a mail, and the dictionary of its fields.

Each field has its entry of the dictionary (meaning, sensitivity, retention). The store's columns equal these fields,
without those that are never stored; the purge and the privacy documentation follow the dictionary. A new field needs a column and a retention.
"""

from __future__ import annotations

from dataclasses import field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from catcher.model.mail.counting import Counting, CountReason, judge_counting, reason_of, uses_up_signatures
from catcher.model.mail.fingerprint import Authentication, AuthResult, Intended, Nature, Sender
from catcher.model.mail.marking import Marking
from catcher.model.mail.policy import Outcome, Policy
from catcher.model.value import value


class SizeClass(StrEnum):
    """Size of the whole message, coarse on purpose: an exact size would help to confirm a guess about the message."""

    UP_TO_10_KB = "10kB"
    UP_TO_100_KB = "100kB"
    UP_TO_1_MB = "1MB"
    UP_TO_10_MB = "10MB"
    MORE = "more"

    @classmethod
    def of(cls, octets: int) -> SizeClass:
        for limit, size_class in _SIZE_LIMITS:
            if octets <= limit:
                return size_class
        return cls.MORE


_SIZE_LIMITS = (
    (10_000, SizeClass.UP_TO_10_KB),
    (100_000, SizeClass.UP_TO_100_KB),
    (1_000_000, SizeClass.UP_TO_1_MB),
    (10_000_000, SizeClass.UP_TO_10_MB),
)


class Sensitivity(StrEnum):
    """The people whom a leak of the field could harm."""

    OPERATIONAL = "operational"
    """The field concerns only the operator: it holds no fact about a person or an organisation."""
    ORGANISATION = "organisation"
    """The field names an organisation or its equipment."""
    PERSONAL = "personal"
    """The field could identify a person, alone or with other data."""


class Retention(StrEnum):
    """The time for which the field is kept in its form. ``keep_days`` is ``[store] keep_days``."""

    KEEP_DAYS = "keep_days"
    """The field is deleted with its row after keep_days."""
    COARSE_30_DAYS = "coarse after 30 days"
    """The field is made coarser after 30 days, and deleted with its row."""
    PERIOD = "until its month is settled"
    """The field is emptied when its month is over and its mailboxes are counted, 3 days after the month's end at the
    latest. Its key is destroyed then, too."""
    FIVE_DAYS = "5 days"
    """The field is emptied after 5 days, when no MTA retries any more (RFC 5321 §4.5.4.1)."""
    NEVER = "not stored"
    """The field comes with a new mail, is compared with stored ones, and is stored nowhere."""


def _stored(meaning: str, sensitivity: Sensitivity, retention: Retention, **more: Any) -> Any:
    return field(metadata={"meaning": meaning, "sensitivity": sensitivity, "retention": retention}, **more)


_OPS, _ORG, _PERS = Sensitivity.OPERATIONAL, Sensitivity.ORGANISATION, Sensitivity.PERSONAL
_KEEP, _COARSE, _PERIOD, _5D, _NEVER = (
    Retention.KEEP_DAYS,
    Retention.COARSE_30_DAYS,
    Retention.PERIOD,
    Retention.FIVE_DAYS,
    Retention.NEVER,
)


@value
class Stored:
    """The store's additions to an observation."""

    id: int
    """0 if the observation was only counted, since its sender or network used up its share of the day."""
    retry_of: int | None
    replayed: bool
    shared: bool = False
    """Whether the mail rests on the address of its client, from which another organisation's mail has come."""


@value(kw_only=True)
class Observation:
    """The stored facts of one transaction about one catalogued domain."""

    id: int = _stored("Number of the row; 0 before it is stored.", _OPS, _KEEP, default=0)
    transaction: str = _stored("Random identifier shared by the observations of one transaction.", _OPS, _KEEP)
    observed_at: datetime = _stored(
        "When the end of data (or the refusal) was seen, to the minute; after 30 days to the hour.",
        _PERS,
        _COARSE,
    )
    ref: str = _stored("Random reference that stands in our reply, and so in the sender's own log.", _ORG, _KEEP)
    domain: str = _stored("The catalogued (typo) domain.", _ORG, _KEEP)
    policy: Policy = _stored("The policy in force.", _OPS, _KEEP)
    outcome: Outcome = _stored("How the transaction ended.", _OPS, _KEEP)
    client: str = _stored("Address of the SMTP client; after 30 days its network (/24 or /48).", _PERS, _COARSE)
    tls: bool = _stored("Whether the mail came over TLS.", _OPS, _KEEP)
    size_class: SizeClass | None = _stored("Coarse size; none when no message was taken.", _OPS, _KEEP)
    reverse_path_token: str | None = _stored(
        "Token of the envelope sender's mailbox, without what programs add to it (BATV, VERP, SRS, +tag); none for the "
        "null reverse-path.",
        _PERS,
        _PERIOD,
    )
    reverse_path_domain: str | None = _stored("Domain of the envelope sender, unproven.", _ORG, _KEEP)
    recipients: tuple[str, ...] = _stored("Tokens of the recipients' mailboxes at this domain.", _PERS, _PERIOD)
    retry_tag: str | None = _stored(
        "24 bits of a keyed hash that tells a retry of one message from another message of the same "
        "envelope; too short to confirm a guess.",
        _PERS,
        _5D,
    )
    retry_of: int | None = _stored(
        "The observation that this one repeats after a lost reply; such a one is not counted.",
        _OPS,
        _KEEP,
        default=None,
    )
    signatures: tuple[str, ...] = _stored(
        "Tokens of the DKIM signatures that freshness rests on: a replay has the same.",
        _PERS,
        _5D,
        default=(),
    )
    replayed: bool = _stored("Whether a signature was seen before in another transaction.", _OPS, _KEEP, default=False)
    fresh: bool = _stored("Whether the mail is fresh and meant for here (may count towards a notice).", _OPS, _KEEP)
    fresh_reason: str = _stored("Why it is or isn't fresh, a word from a closed list.", _OPS, _KEEP)
    sender: Sender = _stored("Who sent it: domain, organisation, tier, evidence, conflicts.", _ORG, _KEEP)
    intended: tuple[Intended, ...] = _stored("For whom it was meant.", _ORG, _KEEP)
    nature: Nature = _stored("What kind of mail it is.", _OPS, _KEEP)
    markings: tuple[Marking, ...] = _stored("Protective markings: scheme and level from closed lists.", _ORG, _KEEP)
    authentication: Authentication = _stored("SPF, DKIM, DMARC and ARC results.", _ORG, _KEEP)
    revision: int = _stored(
        "0 as it was first stored; 1 when look-ups that had failed were answered within minutes after.",
        _OPS,
        _KEEP,
        default=0,
    )
    author_token: str | None = _stored(
        "Token of the only mailbox in From, proven only where an aligned DKIM signature passed; none where From has "
        "no mailbox or several.",
        _PERS,
        _PERIOD,
        default=None,
    )
    retry_tag_before: str | None = _stored(
        "The retry tag under the key before the present one: an earlier delivery may have it.",
        _PERS,
        _NEVER,
        default=None,
    )
    signatures_before: tuple[str, ...] = _stored(
        "Tokens of the same signatures under the key before the present one: an earlier mail may have them.",
        _PERS,
        _NEVER,
        default=(),
    )
    recipient_count: int = _stored(
        "Number of the recipients' mailboxes at this domain; it stays when their tokens are gone.",
        _OPS,
        _KEEP,
        default=0,
    )
    key_id: str | None = _stored(
        "The month whose key made the tokens of the mailboxes, like 2026-11; none once they are gone.",
        _OPS,
        _PERIOD,
        default=None,
    )

    def __post_init__(self) -> None:
        """There are at least as many recipients as tokens of recipients."""
        if self.recipient_count < len(self.recipients):
            self.recipient_count = len(self.recipients)  # type: ignore[misc]

    @property
    def may_be_revised(self) -> bool:
        """Whether some of its look-ups failed and may still be answered."""
        results = self.authentication
        judged = [results.spf.result, results.dmarc.result, results.arc.result, *(d.result for d in results.dkim)]
        judged += [piece.result for piece in (*self.sender.evidence, *self.sender.conflicts)]
        return self.revision == 0 and AuthResult.TEMPERROR in judged

    @property
    def counting(self) -> Counting:
        """Whether the mail counts towards a notice, and the reason."""
        return judge_counting(
            self.nature.mail_class,
            self.sender.tier,
            fresh=self.fresh,
            reason=reason_of(self.fresh_reason),
            replayed=self.replayed,
            retry=self.retry_of is not None,
        )

    @property
    def counts(self) -> bool:
        """Whether the mail counts towards a notice (DESIGN §3 "Notices")."""
        return self.counting.counts

    @property
    def uses_up_signatures(self) -> bool:
        """Whether another mail with one of its signatures is a replay."""
        return uses_up_signatures(
            self.nature.mail_class, self.sender.tier, fresh=self.fresh, reason=reason_of(self.fresh_reason)
        )

    def stored_as(self, stored: Stored) -> Observation:
        """The observation with the values that the store added."""
        own = self.stopped() if stored.shared else self
        return replace(
            own,
            id=stored.id,
            retry_of=stored.retry_of,
            replayed=stored.replayed,
            retry_tag_before=None,
            signatures_before=(),
        )

    @property
    def rests_on_address(self) -> bool:
        """Whether it counts by its client's address, as long as no other organisation's mail comes from there."""
        return self.fresh and self.fresh_reason == CountReason.SPF.value

    @property
    def is_open(self) -> bool:
        """Whether its judgement may still change: sums must be able to give back what it added."""
        return self.rests_on_address or self.may_be_revised

    def stopped(self) -> Observation:
        """The observation after another organisation's mail came from its client's address."""
        return replace(self, fresh=False, fresh_reason=CountReason.SHARED_ADDRESS.value)

    def to_json(self) -> dict[str, Any]:
        """A line of ``catcher observation list --json`` (DESIGN §4)."""
        return {
            "id": self.id,
            "transaction": self.transaction,
            "observed_at": self.observed_at.isoformat().replace("+00:00", "Z"),
            "ref": self.ref,
            "domain": self.domain,
            "policy": self.policy,
            "outcome": self.outcome,
            "size_class": self.size_class,
            "tls": self.tls,
            "reverse_path": {"token": self.reverse_path_token, "domain": self.reverse_path_domain},
            "recipients": list(self.recipients),
            "recipient_count": self.recipient_count,
            "retry_of": self.retry_of,
            "sender": self.sender.to_json(),
            "intended": [i.to_json() for i in self.intended],
            "nature": self.nature.to_json(),
            "markings": [m.to_json() for m in self.markings],
            "authentication": self.authentication.to_json(),
        }


STORE_ONLY = frozenset(
    {
        *("client", "retry_tag", "retry_tag_before", "signatures", "signatures_before", "replayed", "fresh"),
        *("fresh_reason", "revision", "author_token", "key_id"),
    }
)
"""The fields that ``to_json`` leaves out. A new field is shown there, or stands here."""

REVISED = ("signatures", "fresh", "fresh_reason", "sender", "nature", "markings", "authentication")
"""The fields that depend on look-ups: a revision replaces these fields; the store sets ``replayed`` and
``revision``."""


def field_dictionary() -> dict[str, dict[str, str]]:
    """Name of each stored field → its meaning, sensitivity and retention."""
    return {f.name: {key: str(value) for key, value in f.metadata.items()} for f in fields(Observation)}
