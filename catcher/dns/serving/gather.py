"""Gathering: at a middling rate the worker waits a millisecond, so that a wake-up serves several queries.

A wake-up costs as much as some ten answers. Network cards moderate their interrupts for the same reason.

::

    messages a second     1,250                                        some 100,000
    ──────────────────────┼──────────────────────────────────────────────┼─────────────▶
    answer at once        │ wait 1 ms, then receive                      │ batches are full: answer at once

The rate is the worker's own: of two workers each gets half of a server's queries, and each pays for its own wake-ups.

The rate is measured over windows. After idleness the rate is low, so a burst is answered at once. A client that sends
its next query only after the reply sends fewer queries if the worker waits: then waiting gains nothing. So a rate that
falls is measured in one window without waits; if it rises there, twice in a row, the worker waits no more for a second.
Pure: the caller gives the time and does the waiting.
"""

from __future__ import annotations

GATHER_SECONDS = 0.001
"""Seconds of one wait: half of them is the delay of a median answer. Event loops count in whole milliseconds."""
GATHER_RATE = 1250.0
"""Messages a second. At this rate a wait brings more than one message; below it there would be wake-ups for none."""
FULL_BATCH = 64
"""Messages received at once that need no wait: the wake-up is paid for."""
RATE_WINDOW = 0.05
"""Seconds over which the rate is measured: some sixty messages at ``GATHER_RATE``."""
_SLOWED = 0.5
"""A rate with waits that is below this share of the rate without: clients wait for their replies. One client with ten
queries under way falls to a tenth."""
_SLOWED_TIMES = 2
"""Times in a row that this is measured before the waits stop: after a pause of the network, late queries come in a run
and look the same once."""
_STOP = 1.0
"""Seconds without a wait then."""


class GatherPace:
    """Decides how long one worker waits before it receives; it counts the messages of all its sockets."""

    def __init__(self) -> None:
        self._begun = 0.0
        self._messages = 0
        self._is_full = False
        self._wait = 0.0
        self._rate_before = 0.0
        """Messages a second in the last window without a wait."""
        self._fell_to: float | None = None
        """The rate to which a window with waits fell; the window after it has none."""
        self._slowed = 0
        """Times in a row that the rate rose without waits."""
        self._stopped_until = 0.0

    def received(self, messages: int) -> None:
        """Counts the messages that one socket gave at once."""
        self._messages += messages
        if messages >= FULL_BATCH:
            self._is_full = True

    def wait(self, now: float) -> float:
        """Seconds to wait before the next messages are received; 0: none. ``now`` in seconds of a monotonic clock."""
        if now - self._begun >= RATE_WINDOW:
            self._measure(now)
        if self._is_full:
            self._is_full = False
            return 0.0
        return self._wait

    def _measure(self, now: float) -> None:
        rate = self._messages / (now - self._begun)
        self._begun, self._messages = now, 0
        if self._wait and rate < self._rate_before * _SLOWED:
            self._fell_to, self._wait = rate, 0.0
            return
        if not self._wait:
            if self._fell_to is not None:
                self._slowed = self._slowed + 1 if self._fell_to < rate * _SLOWED else 0
                if self._slowed == _SLOWED_TIMES:
                    self._stopped_until, self._slowed = now + _STOP, 0
            self._rate_before, self._fell_to = rate, None
        gathers = rate >= GATHER_RATE and now >= self._stopped_until
        self._wait = GATHER_SECONDS if gathers else 0.0
