"""One line a minute in the log while the rate limit holds replies back: numbers only, no client and no name."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from catcher.dns.counting.counters import DnsCount

log = logging.getLogger("catcher.serve")

LOG_EVERY_SECONDS = 60.0
_LOOK_SECONDS = 1.0


class LimiterLog:
    """Compares the counters of all workers with those of a minute ago. It belongs to the parent, which knows all."""

    def __init__(self) -> None:
        self._before: tuple[int, int] = (0, 0)
        self._due = 0.0

    def look(self, read: Callable[[], Mapping[str, Mapping[str, int]]], now: float) -> None:
        """Call it as often as you like; ``now``: a monotonic time in seconds. ``read`` gives the counters of all
        workers; it is called once a second at most."""
        if now < self._due:
            return
        self._due = now + _LOOK_SECONDS
        counters = read()
        dropped = sum(numbers.get(DnsCount.DROPPED, 0) for numbers in counters.values())
        slipped = sum(numbers.get(DnsCount.SLIPPED, 0) for numbers in counters.values())
        more = dropped - self._before[0], slipped - self._before[1]
        if any(more):
            log.warning("the rate limit holds back replies: %d dropped, %d truncated in the last minute", *more)
            self._before = dropped, slipped
            self._due = now + LOG_EVERY_SECONDS
