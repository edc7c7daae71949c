"""Whether the machine's clock can be believed: nothing is destroyed or forgotten by a clock that jumped.

::

    look(store, now) ─▶ at most two days from the latest sure moment ─▶ sure; noted, in the store every ten minutes
                    └─▶ else: not sure, until the clock is back or a person says so ('catcher store clock --accept')

The latest sure moment lies in the store and in the process's memory: a full disk, which takes no note, stops no key's
destruction. A store that can't be read at all makes no moment doubtful, for the same reason.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from catcher.model.errors import CatcherError
from catcher.model.ports import UpkeepState, UpkeepStore

NOTED_EVERY = timedelta(minutes=10)
"""Time between two notes in the store, each of which is a durable write."""


class SureClock:
    """The guard of one process."""

    def __init__(self) -> None:
        self._known = UpkeepState()

    def look(self, store: UpkeepStore | None, now: datetime) -> bool:
        """Whether ``now`` is sure; then it is the latest sure moment. ``store`` None: it can't be opened. Raises
        nothing when the store fails."""
        stored: UpkeepState | None = None
        if store is not None:
            with suppress(CatcherError):
                stored = store.upkeep_state()
        if stored is not None and (stored.accepted_at != self._known.accepted_at or self._is_older(stored)):
            self._known = stored
        if not self._known.is_sure(now):
            return False
        self._known = UpkeepState(max(now, self._known.sure_at or now), self._known.accepted_at)
        if store is not None and stored is not None and self._is_to_note(stored, now):
            with suppress(CatcherError):  # it stays in memory
                store.note_sure_moment(now)
        return True

    def _is_older(self, stored: UpkeepState) -> bool:
        """Whether this process knows of an older sure moment than the store."""
        known = self._known.sure_at
        return known is None or (stored.sure_at is not None and known < stored.sure_at)

    @staticmethod
    def _is_to_note(stored: UpkeepState, now: datetime) -> bool:
        return stored.sure_at is None or now - stored.sure_at >= NOTED_EVERY
