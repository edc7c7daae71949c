"""Limits new connections a second: above the limit each is refused at once with a reply of a few octets.

The limits of the client's networks are checked first, and a refused connection counts towards no limit: one network
can't use up the others' share. The counts start at zero each second, so a flood has no effect once it is over. Memory
holds the networks admitted in the present second, at most four for each admitted connection.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from catcher.smtp.admission.networks import CountedNetwork, NetworkSet, NetworkShare, NetworkSize
from catcher.smtp.settings import SmtpLimits

log = logging.getLogger("catcher.smtp")

_LOG_EVERY_SECONDS = 60.0
"""Seconds between two log lines about a continuing flood."""


class Flood:
    """Counts the new connections of the present second. Times are the event loop's, in seconds."""

    def __init__(self, limits: SmtpLimits, shares: Mapping[NetworkSize, NetworkShare]) -> None:
        self._limit = limits.connection_rate
        self._limits_by_size = {size: share.rate for size, share in shares.items() if share.rate}
        self._exempt = NetworkSet(limits.connection_rate_exempt)
        self._second = -1
        self._admitted = 0
        self._by_network: dict[CountedNetwork, int] = {}
        self.refused = 0
        """Number of connections refused since the start."""
        self._logged_at = float("-inf")

    def admits(self, address: str, networks: tuple[CountedNetwork, ...], now: float) -> bool:
        """Whether one more connection from ``address``, which is in ``networks``, is admitted in this second."""
        second = int(now)
        if second != self._second:
            self._second, self._admitted = second, 0
            self._by_network.clear()
        if self._exempt.holds(address):
            return True
        counts, limits = self._by_network, self._limits_by_size
        limited = [network for network in networks if network[:2] in limits]
        for network in limited:
            if counts.get(network, 0) >= limits[network[:2]]:
                return self._refuse(now)
        if self._limit and self._admitted >= self._limit:
            return self._refuse(now)
        self._admitted += 1
        for network in limited:
            counts[network] = counts.get(network, 0) + 1
        return True

    @property
    def remembered(self) -> int:
        """Number of networks held in memory."""
        return len(self._by_network)

    def _refuse(self, now: float) -> bool:
        """Counts the refusal, and logs at most one line in ``_LOG_EVERY_SECONDS``. Returns False."""
        self.refused += 1
        if now - self._logged_at >= _LOG_EVERY_SECONDS:
            log.warning("a flood of new connections: so far %d were sent away with 421", self.refused)
            self._logged_at = now
        return False
