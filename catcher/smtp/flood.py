"""Flood mode: above so many new connections a second, all that comes is sent away at once with a few octets.

Whoever is over the bound of its own neighbourhood costs the others nothing of theirs: that bound is looked at first,
and who was sent away isn't counted. It ends by itself: each second begins anew. Remembered are the neighbourhoods let
in within one second, so never more than connections that may come in it, and of the latest addresses whether they
count.
"""

from __future__ import annotations

import logging
from collections import Counter
from functools import lru_cache
from ipaddress import ip_address

from catcher.smtp.settings import Limits

log = logging.getLogger("catcher.smtp")

TELL_SECONDS = 60.0
"""How often a flood that goes on is logged."""
_REMEMBERED = 1_024
"""Addresses."""


class Flood:
    """New connections of the running second. Times are the loop's, in seconds."""

    def __init__(self, limits: Limits) -> None:
        self._in_all = limits.connection_rate
        self._of_a_prefix = limits.connection_rate_per_prefix
        self._exempt = limits.connection_rate_exempt
        self._is_exempt = lru_cache(_REMEMBERED)(self._in_exempt_network)
        self._second = -1
        self._let_in = 0
        self._by_prefix: Counter[str] = Counter()
        self.sent_away = 0
        """Connections since the start that were too many in their second."""
        self._told_at = float("-inf")

    def admits(self, address: str, prefix: str, now: float) -> bool:
        """Whether one more connection of ``address``, which is in ``prefix``, may come in this second."""
        second = int(now)
        if second != self._second:
            self._second, self._let_in = second, 0
            self._by_prefix.clear()
        if self._is_exempt(address):
            return True
        if self._of_a_prefix and self._by_prefix[prefix] >= self._of_a_prefix:
            return self._sent_away(now)
        if self._in_all and self._let_in >= self._in_all:
            return self._sent_away(now)
        self._let_in += 1
        if self._of_a_prefix:
            self._by_prefix[prefix] += 1
        return True

    @property
    def remembered(self) -> int:
        """Neighbourhoods that are held in memory."""
        return len(self._by_prefix)

    def _in_exempt_network(self, address: str) -> bool:
        if not self._exempt:
            return False
        parsed = ip_address(address)
        return any(parsed in network for network in self._exempt)

    def _sent_away(self, now: float) -> bool:
        """Counts it, tells of it once in TELL_SECONDS; always False."""
        self.sent_away += 1
        if now - self._told_at >= TELL_SECONDS:
            log.warning("a flood of new connections: so far %d were sent away with 421", self.sent_away)
            self._told_at = now
        return False
