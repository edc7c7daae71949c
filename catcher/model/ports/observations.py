"""The ports to observations: the sink to which intake writes, and the stored observations."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from catcher.model.leak.unstored import NOTHING_UNSTORED, UnstoredKey
from catcher.model.mail.observation import Observation, Stored

ColumnValue = str | int | float | bytes | None
"""A value that a column holds."""
ObservationRow = Sequence[ColumnValue]
"""An observation as a worker sends it to the storing process: a value for each field, in the order of the fields."""


class ObservationSink(Protocol):
    """The only port through which intake writes observations."""

    def revise(self, observations: Sequence[Observation]) -> Awaitable[int]:
        """As ``ObservationStore.revise``; the result is the number of changed observations. If it fails with
        StoreUnavailable, no observation was changed."""
        ...

    def commit(self, observations: Sequence[Observation]) -> Awaitable[tuple[Stored, ...]]:
        """Stores the observations of one transaction durably; the result has the store's additions to each observation.

        When the result is done, the sync to disk has returned. If it fails with StoreUnavailable (→ 451), no
        observation is stored, unless the storing process was killed between the sync and its answer: the client
        retries, and the retry is recognised. The observations are written even if the caller no longer waits.
        """
        ...


class ObservationStore(Protocol):
    """Adds, revises and reads observations."""

    def add(self, batches: Sequence[Sequence[Observation]]) -> list[tuple[Observation, ...]]:
        """Stores the observations of several transactions in one durable write, in order.

        ``retry_of`` is set to the earliest observation of the last five days, in another transaction, that has the same
        retry_tag (not None), domain, reverse_path_token and recipients (as a set) and isn't itself a retry.
        ``replayed`` is set when a signature token was seen in another transaction and the observation is no retry.
        """
        ...

    def add_rows(
        self, batches: Sequence[Sequence[ObservationRow]], *, unstored: Mapping[UnstoredKey, int] = NOTHING_UNSTORED
    ) -> list[tuple[Stored, ...]]:
        """As ``add``, for rows of whole minutes made by ``store.codec.to_row``; returns the store's additions to each
        row.

        ``id``, ``retry_of`` and ``replayed`` in the rows are not read. The same write adds the counts ``unstored`` to
        the stored ones.
        """
        ...

    def revise(self, observations: Sequence[Observation]) -> tuple[Observation, ...]:
        """Replaces in stored observations, durably, the fields that depend on look-ups (``REVISED``) by the given ones.

        Stored observations are found by ``id``. ``replayed`` is decided anew, ``revision`` rises, other fields stay. If
        the stored observation was deleted or may not be revised, nothing is changed. Returns the changed observations.
        The next ``fold`` corrects the sums: they become equal to sums over the revised observations.
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
        """Observations with ``since <= observed_at < until``, by id, read in constant memory."""
        ...

    def observation(self, id: int) -> Observation | None: ...
