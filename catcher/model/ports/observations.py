"""Observations: the way in from intake, and what the store keeps of them."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from catcher.model.mail.observation import Observation, Stored

ColumnValue = str | int | float | bytes | None
"""A value that a column holds."""
ObservationRow = Sequence[ColumnValue]
"""An observation as a worker sends it to the process that stores: a value for each field, in their order."""


class ObservationSink(Protocol):
    """The one way in: intake writes to it."""

    def revise(self, observations: Sequence[Observation]) -> Awaitable[int]:
        """As ``ObservationStore.revise``; gives a number. Fails with StoreUnavailable, and then changes nothing."""
        ...

    def commit(self, observations: Sequence[Observation]) -> Awaitable[tuple[Stored, ...]]:
        """Makes the observations of one transaction durable; gives what the store made of each.

        When it is done, the sync to disk has returned. Else it fails with StoreUnavailable (→ 451), and none is stored,
        unless the process that stores was killed between the sync and its answer: the client comes again, and the
        retry is recognised. The observations are written even when the caller no longer waits.
        """
        ...


class ObservationStore(Protocol):
    """Observations: added, revised, read."""

    def add(self, batches: Sequence[Sequence[Observation]]) -> list[tuple[Observation, ...]]:
        """Stores the observations of several transactions in one durable write, in order.

        ``retry_of`` is set to the earliest observation of the last five days, of another transaction, that has the same
        retry_tag (not None), domain, reverse_path_token and recipients (as a set) and isn't a retry itself.
        ``replayed`` is set when a signature token was seen in another transaction and the observation is no retry.
        """
        ...

    def add_rows(self, batches: Sequence[Sequence[ObservationRow]]) -> list[tuple[Stored, ...]]:
        """As ``add``, of rows of whole minutes as ``store.codec.to_row`` makes them; returns what became of each.

        ``id``, ``retry_of`` and ``replayed`` in the rows are not read.
        """
        ...

    def revise(self, observations: Sequence[Observation]) -> tuple[Observation, ...]:
        """Replaces the fields of stored observations that rest on look-ups (``REVISED``), durably, by those given.

        The stored one is found by ``id``. ``replayed`` is judged anew, ``revision`` rises, all else stays. An
        observation that is gone, or that may not be revised (any more), is left as it is. Returns the changed ones.
        The next ``fold`` corrects sums that had the old form: they are as if the new one had been stored at first.
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
        """Observations with ``since <= observed_at < until``, by id; memory stays flat."""
        ...

    def observation(self, id: int) -> Observation | None: ...
