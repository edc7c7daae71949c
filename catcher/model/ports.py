"""The ports: what rooms need of the outside, as Protocols.

Adapters live in ``resolve`` and ``store``; ``serve`` picks them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from catcher.model.alert import Alert, AlertDelivery
from catcher.model.answer import PartyAnswer
from catcher.model.contact import Contact, StepOutcome
from catcher.model.demand import DemandKey
from catcher.model.incident import Crowd, Incident, IncidentKey
from catcher.model.lookup import LookupResults, Question
from catcher.model.notice import LedgerEntry, Notice
from catcher.model.observation import Observation, Stored
from catcher.model.policy import Policy, PolicySince
from catcher.model.suppression import Suppression

Folder = Callable[[Sequence[Observation]], Mapping[str, Incident]]
"""Pure: observations → increments, by incident id. ``incident.fold`` bound to a directory."""


ContactChange = Callable[[Sequence[Contact]], Sequence[Contact]]
"""Pure: a party's contacts as stored → as they are to be stored; ``model.contact.merged`` and its like, bound."""


class Resolver(Protocol):
    """Answers what a fingerprint asks. Never raises for a failed look-up: that is ``Status.FAILED``."""

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str) -> LookupResults:
        """Answers to all ``questions``; those over the budget of ``on_behalf_of`` (a sender domain) are FAILED."""
        ...


NoteAnswers = Callable[[Sequence[PartyAnswer], datetime], None]
"""Makes answers to notices durable, each once. Raises StoreUnavailable; blocks, so it is called in a thread."""


class ObservationSink(Protocol):
    """The one way in: what intake writes to."""

    def revise(self, observations: Sequence[Observation]) -> Awaitable[int]:
        """As ``Store.revise``; gives how many changed. Fails with StoreUnavailable; then nothing is changed."""
        ...

    def commit(self, observations: Sequence[Observation]) -> Awaitable[tuple[Stored, ...]]:
        """Makes the observations of one transaction durable; gives what the store made of each.

        When it is done, the sync to disk has returned. It fails with StoreUnavailable (→ 451) otherwise; then none
        is stored, unless the process that stores was killed between the sync and its answer: the client comes again,
        and the retry is told. That it is written doesn't depend on whether anybody waits for it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge did, or with ``dry_run`` would do; counts of rows."""

    deleted: int = 0
    coarsened: int = 0
    retry_tags_emptied: int = 0
    mailbox_days_settled: int = 0
    demand_deleted: int = 0
    contacts_deleted: int = 0
    notice_texts_deleted: int = 0


class Store(Protocol):
    """The store's contract. Every method is synchronous and belongs to one thread; ``GroupWriter`` feeds it.

    The memory store is the oracle: tests/unit/store runs the same contract over every implementation.
    All raise StoreUnavailable when the medium fails.
    """

    def add(self, batches: Sequence[Sequence[Observation]]) -> list[tuple[Observation, ...]]:
        """Stores the observations of several transactions in one durable write, in order.

        ``retry_of`` is set to the earliest observation of the last five days, of another transaction, that has the same
        retry_tag (not None), domain, reverse_path_token and recipients (as a set) and isn't a retry itself.
        ``replayed`` is set when a signature token was seen in another transaction and the observation is no retry.
        """
        ...

    def revise(self, observations: Sequence[Observation]) -> tuple[Observation, ...]:
        """Puts what is known by now of observations (known by ``id``) in the place of what was stored, durably.

        Sender, nature, authentication, freshness and signatures change, ``replayed`` is judged anew, ``revision``
        rises; all else stays. What is gone, or may not be revised (any more), stays as it is. Returns what changed.
        What was folded already is put right by the next ``fold``: the sums are as if they had come so at first.
        """
        ...

    def observations(
        self,
        *,
        domain: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        ref: str | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[Observation]:
        """Observations with ``since <= observed_at < until``, by id; memory stays flat however many there are."""
        ...

    def observation(self, id: int) -> Observation | None: ...

    def fold(self, folder: Folder) -> int:
        """Folds every observation not folded yet into the stored incidents, exactly once; returns how many.

        Works in bounded batches, each with its marker in one durable write. Retries are passed to the folder, too.
        """
        ...

    def incidents(self, *, mailboxes: bool = True, since: date | None = None) -> Iterator[Incident]:
        """All incidents, ordered by key; without ``mailboxes`` their live ones are left out: there can be very many.

        ``since``: only those with mail on that day or later, and of their cells only these.
        """
        ...

    def incident_keys(self) -> Iterator[IncidentKey]:
        """The keys of all incidents, in order."""
        ...

    def incident(self, id: str, *, mailboxes: bool = True) -> Incident | None:
        """One incident, with or without its live mailboxes."""
        ...

    def crowd(self, id: str, period: str) -> Crowd:
        """The live mailboxes of incident ``id`` in ``period``, counted in flat memory; zeros for an unknown id."""
        ...

    def add_demand(self, tally: Mapping[DemandKey, int]) -> None:
        """Adds the counts to those stored."""
        ...

    def demand(self, *, since: datetime | None = None, qtype: str | None = None) -> Mapping[str, int]:
        """Domain → number of queries (``since <= hour``; all QTYPEs when None)."""
        ...

    def note_policies(self, day: date, policies: Mapping[str, Policy]) -> int:
        """Writes down, of each domain whose latest line has another policy or that has none, that ``policies`` has it.

        Returns how many lines that took.
        """
        ...

    def policies(self, domain: str) -> tuple[PolicySince, ...]:
        """The ledger of one domain's policies, oldest line first."""
        ...

    def beat(self, now: datetime) -> None:
        """Makes a small durable write, so that who calls knows whether the store takes any."""
        ...

    def raise_alerts(self, alerts: Sequence[Alert]) -> tuple[Alert, ...]:
        """Stores those whose key is new, each once, in one durable write; returns them."""
        ...

    def alerts(self, *, open_only: bool = False, limit: int | None = None) -> Iterator[Alert]:
        """Alerts, latest first; with ``open_only`` those that a channel still waits for, earliest first."""
        ...

    def note_deliveries(self, deliveries: Mapping[str, AlertDelivery]) -> None:
        """Replaces, of the alert with each key, the delivery on that channel. An unknown key changes nothing."""
        ...

    def change_contacts(
        self, party: str, change: ContactChange, *, outcomes: Sequence[StepOutcome] = ()
    ) -> tuple[Contact, ...]:
        """Replaces the contacts of ``party`` by what ``change`` makes of them; returns those, in order.

        One durable write that nothing comes between, with ``outcomes``, each of which takes the place of the earlier
        one of its party and step. Several contacts with one address are a ValueError, and so is another party.
        """
        ...

    def contacts(self, party: str | None = None) -> Iterator[Contact]:
        """The stored contacts of ``party``, or of all by party, as ``model.contact.in_order``."""
        ...

    def contact_outcomes(self, party: str) -> tuple[StepOutcome, ...]:
        """The latest outcome of each step that was taken for ``party``, in the order of the cascade."""
        ...

    def add_notice(self, notice: Notice, text: bytes) -> bool:
        """Stores a draft with its first step, and its text (the mail without Date and signature, or the letter).

        False, and nothing is stored, when a notice with its id is there already.
        """
        ...

    def add_step(self, id: str, step: LedgerEntry, *, once: bool = False) -> Notice:
        """Adds a step to the notice ``id``, to the second; returns the notice with it. Durable when it returns.

        Judged and stored in one transaction: raises OutOfOrder when the step can't follow (``noticelife.AFTER``),
        KeyError for an unknown id. With ``once`` a notice that has a step of this kind stays as it is. The text goes in
        the same write when the notice is no longer on its way.
        """
        ...

    def notice(self, id: str) -> Notice | None: ...

    def notices(self) -> Iterator[Notice]:
        """All notices in the order of their drafts."""
        ...

    def notice_text(self, id: str) -> bytes | None:
        """What was drafted; None when it is gone: after sending, or after ``notice.TEXT_DAYS``."""
        ...

    def suppress(self, suppression: Suppression) -> None:
        """Adds a suppression, to the second."""
        ...

    def suppressions(self) -> Iterator[Suppression]:
        """All suppressions in the order in which they were made; of one subject the latest holds."""
        ...

    def purge(self, now: datetime, *, keep_days: int, folder: Folder, dry_run: bool = False) -> Purged:
        """Folds first, then deletes and coarsens what the field dictionary says is due, and texts of old notices.

        Contacts that were found, that nobody confirmed and that were not seen for ``keep_days`` go, and so do steps'
        outcomes of that age.

        The purged bytes are gone from the file when it returns.
        """
        ...

    def settle(self, period: str) -> int:
        """Replaces the MailboxDays of ``period`` (its key is being destroyed) by MailboxTotals.

        Returns how many went.
        """
        ...

    def close(self) -> None: ...
