"""The envelope of the open transaction (RFC 5321 §2.3.1), and the values that intake gets at the transaction's end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Protocol

from catcher.catalogue import Entry
from catcher.fingerprint.nature.deliveryreport import Returned, returned
from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.policy import Outcome, Policy
from catcher.model.mail.transaction import BodyFacts, Header, Transaction
from catcher.model.telling.answer import PartyAnswer, Verb
from catcher.model.value import value
from catcher.smtp.dialogue.policy import AFTER_DATA, RcptDecision, RcptResult
from catcher.smtp.message.data import Message

MOST_ANSWERS = 10
"""Most answers to notices in one transaction, one for each recipient: a person gives one answer, a forger many."""


class IntakePort(Protocol):
    """Takes ended transactions. ``catcher.intake.Intake`` implements this port."""

    def new_ref(self) -> str:
        """A random reference for one transaction."""
        ...

    def take(
        self, transaction: Transaction, *, ref: str, policies: Mapping[str, Policy], outcome: Outcome
    ) -> Awaitable[object]:
        """The result is done when the observations are stored durably. It fails with StoreUnavailable when they can't
        be stored."""
        ...

    def note(self, answers: Sequence[PartyAnswer], at: datetime) -> Awaitable[object]:
        """The result is done when the answers to notices are stored durably. It fails with CatcherError when they can't
        be stored now."""
        ...


@value
class Ended:
    """An ended transaction, or its refused part, in the form that intake takes."""

    transaction: Transaction = field(repr=False)
    ref: str
    policies: Mapping[str, Policy]
    outcome: Outcome


@value
class Answered:
    """A transaction that answered notices. The recipient's address is the whole answer: nothing else is kept."""

    answers: tuple[PartyAnswer, ...]
    """The answers; there may be none: mail to the reverse-path of a notice isn't always a bounce."""
    at: datetime
    outcome: None = None


@value
class Client:
    """The client: address, HELO and protocol of the open session."""

    address: str
    helo: str
    esmtp: bool
    tls: bool


class _Recipients:
    """Recipients with the same decision, without duplicates, with their catalogue entries and policies."""

    __slots__ = ("entries", "paths", "policies")

    def __init__(self) -> None:
        self.paths: dict[Mailbox, None] = {}
        self.entries: dict[str, Entry] = {}
        self.policies: dict[str, Policy] = {}

    def add(self, mailbox: Mailbox, entry: Entry, policy: Policy) -> None:
        self.paths[mailbox] = None
        self.entries[entry.domain] = entry
        self.policies.setdefault(entry.domain, policy)


class Envelope:
    """The envelope that MAIL and RCPT fill. ``repr`` shows nothing."""

    __slots__ = (
        "_new_ref",
        "_ref",
        "answers",
        "binary",
        "client",
        "message",
        "most",
        "refused",
        "reverse_path",
        "smtputf8",
        "taken",
        "tried",
    )

    def __init__(
        self,
        client: Client,
        reverse_path: Mailbox | None,
        *,
        smtputf8: bool,
        binary: bool = False,
        most: int,
        new_ref: Callable[[], str],
    ) -> None:
        """``most``: most taken recipients kept, and most refused recipients kept."""
        self.client = client
        self.reverse_path = reverse_path
        self.smtputf8 = smtputf8
        self.binary = binary
        """Whether MAIL had BODY=BINARYMIME: the message then comes by BDAT only (RFC 3030 §3)."""
        self.message: Message | None = None
        """The part of the message that has arrived; None before DATA or BDAT."""
        self.most = most
        self.taken = _Recipients()
        self.answers: dict[PartyAnswer, None] = {}
        """Answers that the recipients' addresses mean, in order; a transaction with an answer takes no stray mail."""
        self.refused: _Recipients | None = None
        """Recipients refused with the explanation at RCPT."""
        self.tried = False
        """Whether any RCPT came."""
        self._new_ref = new_ref
        self._ref: str | None = None

    def __repr__(self) -> str:
        return "Envelope(…)"

    def ref(self) -> str:
        """The reference of this transaction, the same for all its recipients; the first call makes it."""
        if self._ref is None:
            self._ref = self._new_ref()
        return self._ref

    @property
    def outcome(self) -> Outcome | None:
        """The outcome after the data, fixed by the first taken recipient; None before a recipient is taken."""
        for policy in self.taken.policies.values():
            return AFTER_DATA[policy]
        return None

    @property
    def is_taken(self) -> bool:
        """Whether a recipient was taken, so that the data may come."""
        return bool(self.taken.paths or self.answers)

    @property
    def is_full(self) -> bool:
        return len(self.taken.paths) >= self.most or len(self.answers) >= MOST_ANSWERS

    def add(self, mailbox: Mailbox, decision: RcptDecision) -> None:
        """Adds a recipient with its decision."""
        if decision.answer is not None:
            self.answers[decision.answer] = None
        if decision.entry is None or decision.kind is RcptResult.TURNED_AWAY:
            return
        if decision.kind is RcptResult.TAKEN:
            among = self.taken
        else:
            among = self.refused = self.refused or _Recipients()
        if len(among.paths) < self.most:
            among.add(mailbox, decision.entry, decision.policy)

    def answered(self, now: datetime, header: Header) -> Answered:
        """The transaction, after its data, as answers to notices.

        A bounce counts if it is a report of failed delivery. A person's answer counts unless it comes from the null
        reverse-path, which persons don't use.
        """
        failed = returned(header, self.reverse_path) is Returned.FAILURE
        by_person = self.reverse_path is not None
        said = (a for a in self.answers if (failed if a.verb is Verb.BOUNCE else by_person))
        return Answered(tuple(said), now)

    def ended(self, now: datetime, header: Header, body: BodyFacts) -> Ended:
        """The transaction after its data; at least one recipient was taken."""
        outcome = self.outcome
        assert outcome is not None
        return self._as(self.taken, outcome, now, header, body)

    def refusals(self, refused: _Recipients, now: datetime) -> Ended:
        """The transaction of the recipients refused with the explanation at RCPT: envelope only."""
        return self._as(refused, Outcome.REFUSED, now)

    def _as(
        self,
        recipients: _Recipients,
        outcome: Outcome,
        now: datetime,
        header: Header | None = None,
        body: BodyFacts | None = None,
    ) -> Ended:
        transaction = Transaction(
            received_at=now,
            client=self.client.address,
            helo=self.client.helo,
            tls=self.client.tls,
            reverse_path=self.reverse_path,
            forward_paths=tuple(recipients.paths),
            header=header,
            body=body,
            esmtp=self.client.esmtp,
            smtputf8=self.smtputf8,
        )
        return Ended(transaction, self.ref(), dict(recipients.policies), outcome)
