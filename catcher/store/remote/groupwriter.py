"""Writes groups of commits, each group in one durable write. A failed commit harms no other commit; a failed store is
opened again.

::

    group ─▶ rows that nobody could read later: refused alone ─▶ additions below the floor of free disk: refused
          ─▶ one write for the others ─▶ fails: the store is closed, and opened again after a pause
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from catcher.model.errors import CatcherError, StoreUnavailable
from catcher.model.mail.observation import Stored
from catcher.model.ports import ObservationRow, Store
from catcher.model.value import value
from catcher.store.codec import from_row

T = TypeVar("T")

PAUSE_SECONDS = 1.0
"""Seconds after a failure in which commits fail at once; then the store is opened again. So mails don't each try a
broken disk."""


@value
class Commit:
    """The observations of a transaction, as rows (``codec.to_row``)."""

    rows: Sequence[ObservationRow]
    revises: bool = False
    """Whether the rows revise stored observations."""


AddRows = Callable[[Store, Sequence[Sequence[ObservationRow]]], list[tuple[Stored, ...]]]
"""Adds the rows of several transactions to a store, as ``Store.add_rows``."""
Result = tuple[Stored, ...] | int | str
"""The result of a commit: the ``Stored`` of each row; for a revision the number of changed rows; if nothing was stored,
the reason as a text."""


def _add_rows(store: Store, batches: Sequence[Sequence[ObservationRow]]) -> list[tuple[Stored, ...]]:
    return store.add_rows(batches)


_CLOSED = "the store failed a moment ago and is not open again yet"


def _accepted(commit: Commit) -> str:
    return ""


class GroupWriter:
    """Owns a store; all calls come from one thread."""

    def __init__(
        self,
        open_store: Callable[[], Store],
        now: Callable[[], float],
        *,
        pause_seconds: float = PAUSE_SECONDS,
        add_rows: AddRows = _add_rows,
        refusal: Callable[[Commit], str] = _accepted,
    ) -> None:
        """``now``: seconds of a monotonic clock. ``open_store`` is called again after a failure. ``refusal``: the
        reason for which a commit may not be stored; '' when it may."""
        self._open_store = open_store
        self._now = now
        self._pause_seconds = pause_seconds
        self._add_rows = add_rows
        self._refusal = refusal
        self._store: Store | None = None
        self._closed_until = 0.0

    def open(self) -> None:
        """Opens the store. Raises EnvironmentFailure if that fails: the process doesn't start without a store."""
        self._store = self._open_store()

    def write(self, group: Sequence[Commit]) -> list[Result]:
        """Writes ``group``; returns a result for each commit, in order. Unless its result is a text, a commit is stored
        durably. Never raises."""
        refusals = [self._refusal(commit) for commit in group]
        if not any(refusals):
            return self._write(group)
        results = iter(self._write([c for c, refusal in zip(group, refusals, strict=True) if not refusal]))
        return [refusal or next(results) for refusal in refusals]

    def use(self, work: Callable[[Store], T]) -> T:
        """The result of ``work``, which isn't a commit, with the store. Its failure leaves the store open for commits.
        Raises CatcherError."""
        if self._store is None:
            if self._now() < self._closed_until:
                raise StoreUnavailable(_CLOSED)
            self._store = self._open_store()
        return work(self._store)

    def _write(self, group: Sequence[Commit]) -> list[Result]:
        if not group:
            return []
        if self._store is None and self._now() < self._closed_until:
            return [_CLOSED] * len(group)
        try:
            if self._store is None:
                self._store = self._open_store()
            return _written(self._store, group, self._add_rows)
        except CatcherError as error:
            self.close()
            self._closed_until = self._now() + self._pause_seconds
            return [str(error)] * len(group)
        except Exception as error:  # a row that can't be written must not stop other rows
            if len(group) > 1:
                return [result for commit in group for result in self._write([commit])]
            return [f"an observation can't be stored ({type(error).__name__})"]

    def close(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            with suppress(CatcherError):  # the store is dropped in any case: a failure to close it has no effect
                store.close()


def _written(store: Store, group: Sequence[Commit], add_rows: AddRows) -> list[Result]:
    """The results of ``group``. Revisions go first: when one fails, no rows have been added yet, so a retry adds
    nothing twice."""
    revised: dict[int, Result] = {
        place: len(store.revise(tuple(map(from_row, c.rows)))) for place, c in enumerate(group) if c.revises
    }
    added = iter(add_rows(store, [commit.rows for commit in group if not commit.revises]))
    return [revised[place] if commit.revises else next(added) for place, commit in enumerate(group)]
