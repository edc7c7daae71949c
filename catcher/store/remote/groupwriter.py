"""Writes commits, a group in one durable write. One that fails harms no other; a store that failed is opened again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from catcher.model.errors import CatcherError
from catcher.model.mail.observation import Stored
from catcher.model.ports import ObservationRow, Store
from catcher.model.value import value
from catcher.store.codec import from_row

PAUSE_SECONDS = 1.0
"""Seconds after a failure in which commits fail at once; then the store is opened again. A broken disk is not tried for
each mail."""


@value
class Commit:
    """The observations of a transaction, as rows (``codec.to_row``)."""

    rows: Sequence[ObservationRow]
    revises: bool = False
    """Whether the rows are stored already and are to be revised."""


Result = tuple[Stored, ...] | int | str
"""The result of a commit: for each row what the store made of it; for a revision the number of changed rows; or, as a
text, why nothing of it is stored."""


class GroupWriter:
    """Owns a store; all calls come from one thread."""

    def __init__(
        self, open_store: Callable[[], Store], now: Callable[[], float], *, pause_seconds: float = PAUSE_SECONDS
    ) -> None:
        """``now``: seconds of a clock that only goes forward. ``open_store`` is called again after a failure."""
        self._open_store = open_store
        self._now = now
        self._pause_seconds = pause_seconds
        self._store: Store | None = None
        self._closed_until = 0.0

    def open(self) -> None:
        """Opens the store. Raises what that raises (EnvironmentFailure): without a store the process doesn't start."""
        self._store = self._open_store()

    def write(self, group: Sequence[Commit]) -> list[Result]:
        """Writes ``group``; returns a result for each, in order. A result that is no text is durable. Never raises."""
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
        except Exception as error:  # one row that can't be written must not stop the others
            if len(group) > 1:
                return [result for commit in group for result in self.write([commit])]
            return [f"an observation can't be stored ({type(error).__name__})"]

    def close(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            with suppress(CatcherError):  # it is given up: a failure to close it changes nothing
                store.close()


def _written(store: Store, group: Sequence[Commit]) -> list[Result]:
    """The results of ``group``. Revisions go first: when one fails, nothing was added that a retry would add again."""
    revised: dict[int, Result] = {
        place: len(store.revise(tuple(map(from_row, c.rows)))) for place, c in enumerate(group) if c.revises
    }
    added = iter(store.add_rows([commit.rows for commit in group if not commit.revises]))
    return [revised[place] if commit.revises else next(added) for place, commit in enumerate(group)]
