"""The envelope of the open transaction (RFC 5321 §2.3.1), in bounded memory.

Paths are kept as UTF-8 octets, and become mailboxes when the transaction ends: one wide character in a text makes each
of its characters take four octets.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto

from catcher.catalogue import Entry
from catcher.fingerprint.nature.deliveryreport import Returned, returned
from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.policy import Outcome, Policy
from catcher.model.mail.transaction import BodyFacts, Header, Transaction
from catcher.model.telling.answer import PartyAnswer, Verb
from catcher.model.value import value
from catcher.smtp.dialogue.ended import Answered, Ended
from catcher.smtp.dialogue.policy import AFTER_DATA, RcptDecision, RcptResult
from catcher.smtp.dialogue.pool import UNCOUNTED_OCTETS, EnvelopePool
from catcher.smtp.message.data import Message
from catcher.smtp.settings import SmtpLimits

MOST_ANSWERS = 10
"""Most answers to notices in one transaction, one for each recipient: a person gives one answer, a forger many."""
PATH_OCTETS = 128
"""Octets that a path takes beside its own: the object and its places in tables (measured: 100 to 125)."""
_SEPARATOR = "\0"
"""Between local-part and domain of a kept path: neither can hold it (RFC 5321 §4.1.2)."""

_TAKEN = RcptResult.TAKEN


@value
class Client:
    """The client: address, HELO and protocol of the open session."""

    address: str
    helo: str
    esmtp: bool
    tls: bool


class PathResult(Enum):
    """The result of keeping a recipient's path."""

    KEPT = auto()
    REPEATED = auto()
    """The path was kept before."""
    ENVELOPE_FULL = auto()
    """The envelope has no room for it."""
    POOL_FULL = auto()
    """All envelopes together have no room for it."""


_KEPT = PathResult.KEPT


class _Recipients:
    """Recipients with the same decision, without duplicates, with their policies."""

    __slots__ = ("charged", "entries", "paths", "policies")

    def __init__(self) -> None:
        self.paths: dict[bytes, None] = {}
        self.entries: dict[str, Entry] = {}
        self.policies: dict[str, Policy] = {}
        self.charged = 0
        """Octets of these paths that the pool counts."""


class Envelope:
    """The envelope that MAIL and RCPT fill. ``repr`` shows nothing."""

    __slots__ = (
        "_limits",
        "_new_ref",
        "_octets",
        "_parted",
        "_pool",
        "_ref",
        "_refused",
        "_refused_at",
        "_refused_ref",
        "_taken",
        "answers",
        "binary",
        "client",
        "message",
        "reverse_path",
        "smtputf8",
    )

    def __init__(
        self,
        client: Client,
        reverse_path: Mailbox | None,
        *,
        smtputf8: bool,
        binary: bool = False,
        limits: SmtpLimits,
        pool: EnvelopePool,
        new_ref: Callable[[], str],
    ) -> None:
        self.client = client
        self.reverse_path = reverse_path
        self.smtputf8 = smtputf8
        self.binary = binary
        """Whether MAIL had BODY=BINARYMIME: the message then comes by BDAT only (RFC 3030 §3)."""
        self.message: Message | None = None
        """The part of the message that has arrived; None before DATA or BDAT."""
        self.answers: dict[PartyAnswer, None] = {}
        """Answers that the recipients' addresses mean, in order; a transaction with an answer takes no stray mail."""
        self._limits = limits
        self._pool = pool
        self._octets = 0
        """Octets of all kept paths, ``PATH_OCTETS`` for each included."""
        self._taken = _Recipients()
        self._refused: _Recipients | None = None
        """Recipients refused with the explanation at RCPT that wait for recording."""
        self._refused_at: datetime | None = None
        """The time of the first of these refusals."""
        self._refused_ref = ""
        """The reference that these refusals name; '': none was made yet."""
        self._parted = False
        """Whether earlier refusals of this transaction were taken for recording."""
        self._new_ref = new_ref
        self._ref = ""

    def __repr__(self) -> str:
        return "Envelope(…)"

    def ref(self) -> str:
        """The reference of this transaction; the first call makes it."""
        if not self._ref:
            self._ref = self._new_ref()
        return self._ref

    def refused_ref(self) -> str:
        """The reference for a refusal at RCPT: the transaction's own, and another one for refusals that come after the
        first ones were recorded, because a reference names one observation for each domain."""
        if not self._refused_ref:
            self._refused_ref = self._new_ref() if self._parted else self.ref()
        return self._refused_ref

    @property
    def outcome(self) -> Outcome | None:
        """The outcome after the data, fixed by the first taken recipient; None before a recipient is taken."""
        for policy in self._taken.policies.values():
            return AFTER_DATA[policy]
        return None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The catalogued domains of the taken recipients."""
        return tuple(self._taken.entries.values())

    @property
    def is_full(self) -> bool:
        """Whether the number of recipients is reached (RFC 5321 §4.5.3.1.8)."""
        return len(self._taken.paths) >= self._limits.recipients or len(self.answers) >= MOST_ANSWERS

    @property
    def has_refused(self) -> bool:
        """Whether refused recipients wait for recording."""
        return self._refused is not None

    def keep(self, mailbox: Mailbox, decision: RcptDecision, now: datetime) -> PathResult:
        """Keeps a recipient that was taken, or refused with the explanation at RCPT."""
        if decision.answer is not None:
            repeated = decision.answer in self.answers
            self.answers[decision.answer] = None
            return PathResult.REPEATED if repeated else PathResult.KEPT
        assert decision.entry is not None
        path = f"{mailbox.local_part}{_SEPARATOR}{mailbox.domain}".encode()
        is_taken = decision.kind is _TAKEN
        among = self._taken if is_taken else self._refused or _Recipients()
        if path in among.paths:
            return PathResult.REPEATED
        octets = self._octets + len(path) + PATH_OCTETS
        if octets > self._limits.envelope_octets or len(among.paths) >= self._limits.recipients:
            return PathResult.ENVELOPE_FULL
        if octets > UNCOUNTED_OCTETS:
            charge = octets - max(self._octets, UNCOUNTED_OCTETS)
            if not self._pool.take(charge):
                return PathResult.POOL_FULL
            among.charged += charge
        self._octets = octets
        among.paths[path] = None
        among.entries[decision.entry.domain] = decision.entry
        among.policies.setdefault(decision.entry.domain, decision.policy)
        if not is_taken and self._refused is None:
            self._refused, self._refused_at = among, now
        return _KEPT

    def answered(self, now: datetime, header: Header) -> Answered:
        """The transaction, after its data, as answers to notices.

        A bounce counts if it is a report of failed delivery. A person's answer counts unless it comes from the null
        reverse-path, which persons don't use.
        """
        failed = returned(header, self.reverse_path) is Returned.FAILURE
        by_person = self.reverse_path is not None
        return Answered(tuple(a for a in self.answers if (failed if a.verb is Verb.BOUNCE else by_person)), now)

    def ended(self, now: datetime, header: Header, body: BodyFacts) -> Ended:
        """The transaction after its data; at least one recipient was taken."""
        outcome = self.outcome
        assert outcome is not None
        if self.message is not None:
            self._taken.charged += self.message.take_charge()
        ended = self._as(self._taken, self.ref(), outcome, now, header, body)
        self._taken.charged = 0  # ``ended`` has it now
        return ended

    def take_refused(self, *, until: datetime | None = None) -> Ended | None:
        """The recipients refused with the explanation at RCPT, for recording: envelope only, at the time of the first
        refusal. None if there are none, or if the first came after ``until``.

        Refusals that follow name another reference.
        """
        refused, at = self._refused, self._refused_at
        if refused is None or at is None or (until is not None and at > until):
            return None
        ref = self.refused_ref()
        self._refused, self._refused_at, self._refused_ref, self._parted = None, None, "", True
        return self._as(refused, ref, Outcome.REFUSED, at)

    def close(self) -> Ended | None:
        """Ends the transaction: gives the octets that won't be recorded back to the pool, and returns the refused
        recipients."""
        if self._taken.charged:
            self._pool.give_back(self._taken.charged)
            self._taken.charged = 0
        if self.message is not None:
            self.message.drop()
        return None if self._refused is None else self.take_refused()

    def _as(
        self,
        recipients: _Recipients,
        ref: str,
        outcome: Outcome,
        at: datetime,
        header: Header | None = None,
        body: BodyFacts | None = None,
    ) -> Ended:
        transaction = Transaction(
            received_at=at,
            client=self.client.address,
            helo=self.client.helo,
            tls=self.client.tls,
            reverse_path=self.reverse_path,
            forward_paths=tuple(map(_mailbox, recipients.paths)),
            header=header,
            body=body,
            esmtp=self.client.esmtp,
            smtputf8=self.smtputf8,
        )
        return Ended(transaction, ref, recipients.policies, outcome, recipients.charged)


def _mailbox(path: bytes) -> Mailbox:
    local_part, _, domain = path.decode().partition(_SEPARATOR)
    return Mailbox(local_part, domain)
