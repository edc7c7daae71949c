"""Limits new connections a second: above the limit each is refused at once with a reply of a few octets.

The limit per network is checked first, and a refused connection counts towards no limit: one network can't use up the
others' share. The counts start at zero each second, so a flood has no effect once it is over. Memory holds the networks
admitted in the present second, never more than the limit on all connections, and a cache with the exemption of the
latest addresses.
"""

from __future__ import annotations

import logging
from collections import Counter
from functools import lru_cache
from ipaddress import ip_address

from catcher.smtp.settings import SmtpLimits

log = logging.getLogger("catcher.smtp")

_LOG_EVERY_SECONDS = 60.0
"""Seconds between two log lines about a continuing flood."""
_REMEMBERED = 1_024
"""Most addresses whose exemption is cached: the comparison with every exempt network costs more than all other
checks."""


class Flood:
    """Counts the new connections of the present second. Times are the event loop's, in seconds."""

    def __init__(self, limits: SmtpLimits) -> None:
        self._limit = limits.connection_rate
        self._limit_per_prefix = limits.connection_rate_per_prefix
        self._exempt = limits.connection_rate_exempt
        self._is_exempt = lru_cache(_REMEMBERED)(self._in_exempt_network)
        self._second = -1
        self._admitted = 0
        self._by_prefix: Counter[str] = Counter()
        self.refused = 0
        """Number of connections refused since the start."""
        self._logged_at = float("-inf")

    def admits(self, address: str, prefix: str, now: float) -> bool:
        """Whether one more connection from ``address`` in the network ``prefix`` is admitted in this second."""
        second = int(now)
        if second != self._second:
            self._second, self._admitted = second, 0
            self._by_prefix.clear()
        if self._is_exempt(address):
            return True
        if self._limit_per_prefix and self._by_prefix[prefix] >= self._limit_per_prefix:
            return self._refuse(now)
        if self._limit and self._admitted >= self._limit:
            return self._refuse(now)
        self._admitted += 1
        if self._limit_per_prefix:
            self._by_prefix[prefix] += 1
        return True

    @property
    def remembered(self) -> int:
        """Number of networks held in memory."""
        return len(self._by_prefix)

    def _in_exempt_network(self, address: str) -> bool:
        if not self._exempt:
            return False
        parsed = ip_address(address)
        return any(parsed in network for network in self._exempt)

    def _refuse(self, now: float) -> bool:
        """Counts the refusal, and logs at most one line in ``_LOG_EVERY_SECONDS``. Returns False."""
        self.refused += 1
        if now - self._logged_at >= _LOG_EVERY_SECONDS:
            log.warning("a flood of new connections: so far %d were sent away with 421", self.refused)
            self._logged_at = now
        return False
