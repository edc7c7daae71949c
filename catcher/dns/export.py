"""Delegations of the catalogue for whoever runs the TLD zone: master-file lines, an nsupdate script, or CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from catcher.catalogue import Catalogue

TTL = 3600
"""Seconds, of the exported NS records."""
_BATCH = 100
"""Names in one update message: it has to stay below 64 KiB."""


class Form(StrEnum):
    """What ``catcher catalogue export`` writes."""

    ZONE = "zone"
    """Lines for the TLD's master file (RFC 1035 §5)."""
    NSUPDATE = "nsupdate"
    """Input of nsupdate (RFC 2136): each name's NS are replaced; one batch holds names of one parent."""
    CSV = "csv"
    """``domain,nameservers``; the servers are parted by spaces."""


def export(
    catalogue: Catalogue, nameservers: Sequence[str], form: Form | str, *, now: datetime | None = None
) -> Iterator[str]:
    """Lines without line ends. Released names are left out; with ``now`` also those that have been released by date.

    No DS is written: catalogued names are unsigned by design. No glue either: it is due only where the
    servers' own names lie in the TLD, and is then there already.
    """
    form = Form(form)
    domains = _domains(catalogue, now)
    if form is Form.CSV:
        yield "domain,nameservers"
        yield from (f"{domain},{' '.join(nameservers)}" for domain in domains)
    elif form is Form.ZONE:
        yield from (f"{domain}. {TTL} IN NS {server}." for domain in domains for server in nameservers)
    else:
        yield from _nsupdate(domains, nameservers)


def _domains(catalogue: Catalogue, now: datetime | None) -> Iterator[str]:
    for entry in catalogue:
        policy = entry.policy if now is None else entry.policy_at(now)
        if policy.is_served:
            yield entry.domain


def _nsupdate(domains: Iterator[str], nameservers: Sequence[str]) -> Iterator[str]:
    parent, count = None, 0
    for domain in domains:
        above = domain.partition(".")[2]
        if count and (above != parent or count == _BATCH):
            yield "send"
            count = 0
        parent, count = above, count + 1
        yield f"update delete {domain}. NS"
        yield from (f"update add {domain}. {TTL} NS {server}." for server in nameservers)
    if count:
        yield "send"
