"""Forgets what is due, in the process that stores, by its timer: one short step at a time, between groups of commits.

::

    every minute ─▶ is the clock sure? ─▶ step ─▶ pause, four times as long as the step ─▶ step … ─▶ nothing is due
                          │                         (commits run in the pause; under load, too, the steps go on)
                          └─ no: nothing is forgotten until it is, or a person says so

A commit waits for one step at most. Whatever fails is logged, and tried again a minute later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from catcher.model.clock import Clock
from catcher.model.errors import CatcherError, kind_and_place
from catcher.model.ports import Purged, Store
from catcher.privacy.sureclock import SureClock
from catcher.store.remote.groupwriter import GroupWriter

log = logging.getLogger("catcher.store")

DUE_EVERY_SECONDS = 60.0
"""Seconds between two looks for something due, also after a failure."""
SHORTEST_PAUSE_SECONDS = 0.02
"""Shortest pause between two steps."""
LONGEST_PAUSE_SECONDS = 0.5
PAUSE_PER_STEP = 4.0
"""Seconds of pause for each second of a step: forgetting takes a fifth of the time at most, and always gets it."""


class Forgetter:
    """Runs the steps of ``ports.ForgettingStore.forget``."""

    def __init__(
        self,
        writer: GroupWriter,
        clock: Clock,
        now: Callable[[], float],
        *,
        keep_days: int,
        pause_per_step: float = PAUSE_PER_STEP,
        room_is_low: Callable[[], bool] = lambda: False,
    ) -> None:
        """``now``: seconds of a monotonic clock. ``keep_days``: ``[store] keep_days``. ``room_is_low``: whether the
        disk is so full that the log must stay short: it is copied after each step then."""
        self._room_is_low = room_is_low
        self._writer = writer
        self._clock = clock
        self._now = now
        self._keep_days = keep_days
        self._pause_per_step = pause_per_step
        self._steps: Iterator[Purged] | None = None
        self._of: Store | None = None
        """The store whose steps these are: a store that failed is opened again, as another one."""
        self._purged = Purged()
        self._sure = SureClock()
        self._was_sure = True

    def step(self) -> float:
        """Does one step; returns the seconds until the next one. Never raises."""
        begun = self._now()
        try:
            more = self._writer.use(self._step)
        except CatcherError as error:
            log.warning("forgetting waits: %s", error)
            more = False
            self._steps = None
        except Exception as error:  # an error that nobody foresaw in a step stops no mail and no later step
            log.error("forgetting failed, and is tried again: %s", kind_and_place(error))
            more = False
            self._steps = None
        if not more:
            return DUE_EVERY_SECONDS
        return min(LONGEST_PAUSE_SECONDS, max(SHORTEST_PAUSE_SECONDS, (self._now() - begun) * self._pause_per_step))

    def _step(self, store: Store) -> bool:
        """Does one step with ``store``; returns whether there may be more."""
        if self._steps is None or self._of is not store:
            now = self._clock.now()
            sure = self._sure.look(store, now)
            if not sure and self._was_sure:
                log.error("the clock jumped, so nothing is forgotten; 'catcher store clock' says more")
            self._was_sure = sure
            if not sure:
                return False
            self._steps, self._of, self._purged = store.forget(now, keep_days=self._keep_days), store, Purged()
        changed = next(self._steps, None)
        if changed is None:
            self._steps = None
            if self._purged != Purged():
                log.info("forgotten: %s", self._purged)
            return False
        self._purged += changed
        if self._room_is_low():
            store.end_log()
        return True
