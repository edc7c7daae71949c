"""The envelope of the open transaction (RFC 5321 §2.3.1), and what intake gets of it when the transaction ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Protocol

from catcher.catalogue import Entry
from catcher.fingerprint.returned import Returned, returned
from catcher.model.answer import PartyAnswer, Verb
from catcher.model.mailbox import Mailbox
from catcher.model.policy import Outcome, Policy
from catcher.model.transaction import BodyFacts, Header, Transaction
from catcher.model.value import value
from catcher.smtp.data import Message
from catcher.smtp.policy import AFTER_DATA, Kind, Verdict

MOST_ANSWERS = 10
"""Recipients of one transaction that answer notices."""


class IntakePort(Protocol):
    """Where transactions go when they end. ``catcher.intake.Intake`` fulfils it."""

    def new_ref(self) -> str:
        """A random reference for one transaction."""
        ...

    def take(
        self, transaction: Transaction, *, ref: str, policies: Mapping[str, Policy], outcome: Outcome
    ) -> Awaitable[object]:
        """Done when the observations are durable; fails with StoreUnavailable when they can't be made so."""
        ...

    def note(self, answers: Sequence[PartyAnswer], at: datetime) -> Awaitable[object]:
        """Done when the answers to notices are durable; fails with CatcherError when they can't be made so now."""
        ...


@value
class Ended:
    """A transaction, or the refused part of one, as intake takes it."""

    transaction: Transaction = field(repr=False)
    ref: str
    policies: Mapping[str, Policy]
    outcome: Outcome


@value
class Answered:
    """A transaction that answered notices. The address is the whole answer: nothing else of it is here."""

    answers: tuple[PartyAnswer, ...]
    """May be empty: what came to a reverse-path need not be a bounce."""
    at: datetime
    outcome: None = None


@value
class Client:
    """What is known of the other side while a transaction is open."""

    address: str
    helo: str
    esmtp: bool
    tls: bool


class _Recipients:
    """Those that shared a fate. What is over ``most`` is left out."""

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
    """Filled by MAIL and RCPT. ``repr`` shows nothing."""

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
        """``most``: recipients of a kind that are kept."""
        self.client = client
        self.reverse_path = reverse_path
        self.smtputf8 = smtputf8
        self.binary = binary
        """Whether BODY=BINARYMIME was said: only BDAT may bring the message then (RFC 3030 §3)."""
        self.message: Message | None = None
        """What came of the message so far."""
        self.most = most
        self.taken = _Recipients()
        self.answers: dict[PartyAnswer, None] = {}
        """What recipients said that answer notices; then no other one is taken."""
        self.refused: _Recipients | None = None
        """Those that got the explanation at RCPT."""
        self.tried = False
        """Whether any RCPT came."""
        self._new_ref = new_ref
        self._ref: str | None = None

    def __repr__(self) -> str:
        return "Envelope(…)"

    def ref(self) -> str:
        """The reference of this transaction: one for all its recipients."""
        if self._ref is None:
            self._ref = self._new_ref()
        return self._ref

    @property
    def outcome(self) -> Outcome | None:
        """What the first recipient that was taken has fixed for after the data."""
        for policy in self.taken.policies.values():
            return AFTER_DATA[policy]
        return None

    @property
    def is_taken(self) -> bool:
        """Whether there is a recipient for whom the data may come."""
        return bool(self.taken.paths or self.answers)

    @property
    def is_full(self) -> bool:
        return len(self.taken.paths) >= self.most or len(self.answers) >= MOST_ANSWERS

    def add(self, mailbox: Mailbox, verdict: Verdict) -> None:
        """Notes a recipient that was judged."""
        if verdict.answer is not None:
            self.answers[verdict.answer] = None
        if verdict.entry is None or verdict.kind is Kind.TURNED_AWAY:
            return
        if verdict.kind is Kind.TAKEN:
            among = self.taken
        else:
            among = self.refused = self.refused or _Recipients()
        if len(among.paths) < self.most:
            among.add(mailbox, verdict.entry, verdict.policy)

    def answered(self, now: datetime, header: Header) -> Answered:
        """The transaction that answered notices, after its data.

        A delivery report counts where it says that delivery failed, and only at the reverse-path; an answer by a
        person comes from somebody, so not from the null reverse-path.
        """
        failed = returned(header, self.reverse_path) is Returned.FAILURE
        by_person = self.reverse_path is not None
        said = (a for a in self.answers if (failed if a.verb is Verb.BOUNCE else by_person))
        return Answered(tuple(said), now)

    def ended(self, now: datetime, header: Header, body: BodyFacts) -> Ended:
        """The transaction after its data; there is a recipient that was taken."""
        outcome = self.outcome
        assert outcome is not None
        return self._as(self.taken, outcome, now, header, body)

    def refusals(self, refused: _Recipients, now: datetime) -> Ended:
        """The recipients that got the explanation at RCPT: envelope only."""
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
