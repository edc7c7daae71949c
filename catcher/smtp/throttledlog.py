"""Identical log lines, throttled: the first line is logged at once, then at most one a minute, with a number. Pure.

Clients cause these lines, and can cause thousands a second. A line's text may hold none of the client's words: the
texts are a closed set, so memory stays small.
"""

from __future__ import annotations

import logging

QUIET_SECONDS = 60.0
"""Seconds after a line in which the same line is only counted."""
MOST_DIFFERENT = 256
"""Most different lines that are counted: far more than the sink has, and a bound if a text differs by mistake."""


class ThrottledLog:
    """Writes to one logger. Times are the event loop's, in seconds."""

    __slots__ = ("_counts", "_log", "_quiet_seconds")

    def __init__(self, log: logging.Logger, *, quiet_seconds: float = QUIET_SECONDS) -> None:
        self._log = log
        self._quiet_seconds = quiet_seconds
        self._counts: dict[tuple[int, str, tuple[object, ...]], list[float]] = {}
        """Level, text and arguments of a line → [time of the latest log line, occurrences since that line]."""

    def __len__(self) -> int:
        """Number of different lines in memory."""
        return len(self._counts)

    def write(self, now: float, level: int, text: str, *arguments: object) -> None:
        """Logs the line, or counts it when the same line was logged less than a minute ago."""
        line = (level, text, arguments)
        count = self._counts.get(line)
        if count is None:
            if len(self._counts) >= MOST_DIFFERENT:
                self.flush(float("inf"))
            self._counts[line] = [now, 0]
            self._log.log(level, text, *arguments)
            return
        count[1] += 1
        if now >= count[0] + self._quiet_seconds:
            self._log_count(line, count, now)

    def flush(self, now: float) -> None:
        """Logs the counted lines whose minute is over, and forgets lines without an occurrence in that minute. ``inf``:
        all lines."""
        for line, count in list(self._counts.items()):
            if now < count[0] + self._quiet_seconds:
                continue
            if count[1]:
                self._log_count(line, count, now)
            else:
                del self._counts[line]
        if now == float("inf"):
            self._counts.clear()

    def _log_count(self, line: tuple[int, str, tuple[object, ...]], count: list[float], now: float) -> None:
        level, text, arguments = line
        self._log.log(level, f"{text} (%d more since the last such line)", *arguments, int(count[1]))
        count[:] = [now, 0]
