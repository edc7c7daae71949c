"""The parent's event loop: descriptors, timers, and an edge that no error passes.

::

    turn: poll(2) ─▶ a callback for each ready descriptor ─▶ due timers ─▶ what is done in every turn
                         └── an error: its kind and place are logged, and the loop goes on

No callback may wait: while one runs, no crashed worker is restarted.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import select
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from catcher.model.errors import kind_and_place

log = logging.getLogger("catcher.supervise")

Action = Callable[[], None]

_ONE_BY_ONE_SECONDS = 0.05
"""Seconds between two rounds in which each descriptor is polled alone."""
_LONGEST_SECONDS = 1.0
"""Longest time between two turns, in seconds: a worker's end is noticed by then even if its signal was lost."""


@dataclass(order=True, slots=True)
class Timer:
    """An action that is due at ``at``, in seconds of the monotonic clock."""

    at: float
    number: int
    action: Action | None = field(compare=False)

    def cancel(self) -> None:
        """Drops the action; it may be over already."""
        self.action = None


class Loop:
    """Calls back for descriptors and timers. ``poll`` takes descriptors of any number, unlike ``select``."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._readers: dict[int, Action] = {}
        self._timers: list[Timer] = []
        self._numbers = itertools.count()
        self._every_turn: list[Action] = []
        self._can_poll = True
        self.private: set[int] = set()
        """Descriptors, beside the registered ones, that no child process may keep."""

    @property
    def descriptors(self) -> set[int]:
        """Every descriptor of the parent that a child process must close."""
        return {*self._readers, *self.private}

    def register(self, fd: int, callback: Action, events: int = select.POLLIN) -> None:
        """Calls ``callback`` in each turn in which ``fd`` has one of ``events``, or was hung up."""
        self._poll.register(fd, events)
        self._readers[fd] = callback

    def unregister(self, fd: int) -> None:
        """Ends the callbacks for ``fd``; call it before the descriptor is closed."""
        if self._readers.pop(fd, None) is not None:
            self._poll.unregister(fd)

    def later(self, seconds: float, action: Action) -> Timer:
        """Calls ``action`` once, after ``seconds``."""
        timer = Timer(time.monotonic() + seconds, next(self._numbers), action)
        heapq.heappush(self._timers, timer)
        return timer

    def every_turn(self, action: Action) -> None:
        """Calls ``action`` at the end of each turn, at least once a second."""
        self._every_turn.append(action)

    def turn(self, longest: float = _LONGEST_SECONDS) -> None:
        """Waits for at most ``longest`` seconds, and does what is due. Raises nothing but KeyboardInterrupt."""
        if self._timers:
            longest = min(longest, max(0.0, self._timers[0].at - time.monotonic()))
        try:
            events = self._poll.poll(longest * 1000)
            self._can_poll = True
        except OSError as error:
            if self._can_poll:
                log.error("the parent polls its descriptors one by one: %s", kind_and_place(error))
            self._can_poll = False
            events = self._one_by_one(longest)
        for fd, event in events:
            callback = self._readers.get(fd)
            if callback is None:
                continue
            if event & select.POLLNVAL:
                self.unregister(fd)
            guarded(callback)
        now = time.monotonic()
        while self._timers and self._timers[0].at <= now:
            timer = heapq.heappop(self._timers)
            if timer.action is not None:
                guarded(timer.action)
        for action in self._every_turn:
            guarded(action)

    def _one_by_one(self, longest: float) -> list[tuple[int, int]]:
        """As poll(2), which fails where RLIMIT_NOFILE permits fewer descriptors than are polled, or without memory."""
        time.sleep(min(longest, _ONE_BY_ONE_SECONDS))
        found = []
        for fd in self._readers:
            single = select.poll()
            single.register(fd, select.POLLIN)
            with suppress(OSError):
                found += single.poll(0)
        return found

    def run(self, until: Callable[[], bool]) -> None:
        """Turns until ``until()`` is true."""
        while not until():
            self.turn()


def guarded(action: Action) -> None:
    """Calls ``action``. An error ends only this call: the running generation has to serve on, whatever happened."""
    try:
        action()
    except Exception as error:  # the edge of the parent: logs the kind and place of any error
        log.critical("an error that nobody foresaw: %s", kind_and_place(error))
