"""Delegations of the catalogue, for the operator of the TLD zone: master-file lines, an nsupdate script, or CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from catcher.catalogue import Catalogue

DELEGATION_TTL = 3600
"""Seconds that resolvers keep the exported NS records: a delegation rarely changes."""
_BATCH = 100
"""Names in one update message, which has to stay below 64 KiB."""


class ExportFormat(StrEnum):
    """Formats that ``catcher catalogue export`` writes."""

    ZONE = "zone"
    """Lines for the TLD's master file (RFC 1035 §5)."""
    NSUPDATE = "nsupdate"
    """Input of nsupdate (RFC 2136): each name's NS are replaced; one batch holds names of one parent."""
    CSV = "csv"
    """``domain,nameservers``; spaces separate the servers."""


def export(
    catalogue: Catalogue, nameservers: Sequence[str], form: ExportFormat | str, *, now: datetime | None = None
) -> Iterator[str]:
    """Lines without line ends. Released names are left out; with ``now`` also those released by their date.

    No DS is written: catalogued names are unsigned by design. No glue is written: only servers below the TLD need it,
    and the TLD zone has theirs already.
    """
    form = ExportFormat(form)
    domains = _domains(catalogue, now)
    if form is ExportFormat.CSV:
        yield "domain,nameservers"
        yield from (f"{domain},{' '.join(nameservers)}" for domain in domains)
    elif form is ExportFormat.ZONE:
        yield from (f"{domain}. {DELEGATION_TTL} IN NS {server}." for domain in domains for server in nameservers)
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
        yield from (f"update add {domain}. {DELEGATION_TTL} NS {server}." for server in nameservers)
    if count:
        yield "send"
