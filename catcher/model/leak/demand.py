"""Demand: DNS queries for a catalogued domain, tallied. A query for MX announces mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

TELLABLE = 5
"""Queries from which on a count is told. Fewer say more of who asked than of the domain; none at all says nothing."""


def is_small(queries: int) -> bool:
    """Whether a count is told only as "fewer than TELLABLE"."""
    return 0 < queries < TELLABLE


@dataclass(frozen=True, slots=True, order=True)
class DemandKey:
    """The sums of queries have this key. Nothing finer is ever kept; EDNS client-subnet is ignored."""

    domain: str
    """The catalogued domain, never the QNAME below it."""
    qtype: str
    """Mnemonic; ``OTHER`` for all types that are hardly ever asked for (``dns.counting.tally.NAMED``)."""
    rcode: str
    hour: datetime
    """Start of the hour, UTC."""
    network: str
    """The asking resolver's /24 or /48."""
