"""The ledgers that tell on which days mail could be seen: when the sink was up, and which domains were ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

JOINS_WITHIN = timedelta(minutes=15)
"""Longest time between two heartbeats of one uptime. The watch writes one every 5 minutes, and a slow round or a
restart may leave one or two out."""


@dataclass(frozen=True, slots=True, order=True)
class Uptime:
    """A time without an outage: its heartbeats follow each other within ``JOINS_WITHIN``."""

    began: datetime
    """The first heartbeat."""
    latest: datetime
    """The latest heartbeat."""

    def joined(self, now: datetime) -> Uptime | None:
        """This uptime with a heartbeat at ``now``; None when ``now`` begins another uptime.

        A heartbeat before ``latest`` (the clock was set back) changes nothing.
        """
        if now - self.latest > JOINS_WITHIN:
            return None
        return Uptime(self.began, max(self.latest, now))


@dataclass(frozen=True, slots=True, order=True)
class DelegationSince:
    """One line of the delegations' ledger: the day on which a domain was found lost, or ours again."""

    day: date
    """The day in UTC of the look-up."""
    ours: bool
    """Whether the domain is delegated to one of our name servers."""
