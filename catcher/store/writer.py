"""Writes what was committed, a group in one durable write; one that fails harms no other, and a failed store heals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from catcher.model.errors import CatcherError
from catcher.model.observation import Observation, Stored
from catcher.model.value import value
from catcher.store.codec import Row, decode

PAUSE_SECONDS = 1.0
"""How long after a failure commits fail at once, before the store is opened again: a broken disk is not asked for each
mail."""


class Rows(Protocol):
    """What a writer needs of a store; all raise StoreUnavailable when the medium fails."""

    def add_rows(self, batches: Sequence[Sequence[Row]]) -> list[tuple[Stored, ...]]: ...
    def revise(self, observations: Sequence[Observation]) -> tuple[Observation, ...]: ...
    def close(self) -> None: ...


@value
class Commit:
    """The observations of a transaction, as rows (``codec.encode``)."""

    rows: Sequence[Row]
    revises: bool = False
    """Whether they are there already, and take another form."""


Result = tuple[Stored, ...] | int | str
"""What came of a commit: the fate of each row; of a revision, how many changed; or why nothing of it is stored."""


class GroupWriter:
    """Owns a store, in the thread that calls."""

    def __init__(
        self, open_store: Callable[[], Rows], now: Callable[[], float], *, pause_seconds: float = PAUSE_SECONDS
    ) -> None:
        """``now``: seconds of a clock that only goes forward. ``open_store`` is called again after a failure."""
        self._open_store = open_store
        self._now = now
        self._pause_seconds = pause_seconds
        self._store: Rows | None = None
        self._closed_until = 0.0

    def open(self) -> None:
        """Raises what opening raises (EnvironmentFailure): a start that can't store is none."""
        self._store = self._open_store()

    def write(self, group: Sequence[Commit]) -> list[Result]:
        """Writes ``group``; each with its result, in order. What has a fate is durable. Never raises."""
        if self._store is None and self._now() < self._closed_until:
            return ["the store failed a moment ago and is not open again yet"] * len(group)
        try:
            if self._store is None:
                self._store = self._open_store()
            return _written(self._store, group)
        except CatcherError as error:
            self.close()
            self._closed_until = self._now() + self._pause_seconds
            return [str(error)] * len(group)
        except Exception as error:  # the edge of a group: one row that can't be written must not stop the others
            if len(group) > 1:
                return [result for commit in group for result in self.write([commit])]
            return [f"an observation can't be stored ({type(error).__name__})"]

    def close(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            with suppress(CatcherError):  # it is given up: what it says now changes nothing
                store.close()


def _written(store: Rows, group: Sequence[Commit]) -> list[Result]:
    """What ``store`` made of each. Revisions go first: when one fails, nothing was added that would be added again."""
    revised: dict[int, Result] = {
        place: len(store.revise(tuple(map(decode, c.rows)))) for place, c in enumerate(group) if c.revises
    }
    added = iter(store.add_rows([commit.rows for commit in group if not commit.revises]))
    return [revised[place] if commit.revises else next(added) for place, commit in enumerate(group)]
