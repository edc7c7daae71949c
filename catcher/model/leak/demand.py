"""Demand: counts of DNS queries for a catalogued domain. A query for MX announces mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

TELLABLE = 5
"""The smallest number of queries that is published. A smaller number would disclose more about the asking clients than
about the domain; zero discloses nothing about clients and is published."""


def is_small(queries: int) -> bool:
    """Whether a count is published only as "fewer than TELLABLE"."""
    return 0 < queries < TELLABLE


@dataclass(frozen=True, slots=True, order=True)
class DemandKey:
    """The key of a count of queries. No finer count is ever kept; EDNS client-subnet is ignored."""

    domain: str
    """The catalogued domain, never the QNAME below it."""
    qtype: str
    """Mnemonic; ``OTHER`` for all types that are hardly ever asked for (``dns.counting.tally.NAMED``)."""
    rcode: str
    hour: datetime
    """Start of the hour, UTC."""
    network: str
    """The asking resolver's /24 or /48."""
