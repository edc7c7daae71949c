"""Exports delegations for the operator of the TLD zone: as master-file lines, an nsupdate script, or CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from catcher.catalogue import Catalogue

DELEGATION_TTL = 3600
"""TTL of the exported NS records, in seconds; it is long because a delegation rarely changes."""
_BATCH = 100
"""Most names in one update message; the message has to stay below 64 KiB."""


class ExportFormat(StrEnum):
    """Output formats of ``catcher catalogue export``."""

    ZONE = "zone"
    """Lines for the TLD's master file (RFC 1035 §5)."""
    NSUPDATE = "nsupdate"
    """Input of nsupdate (RFC 2136): replaces each name's NS records; the names of one batch have the same parent."""
    CSV = "csv"
    """``domain,nameservers``; spaces separate the servers."""


def export(
    catalogue: Catalogue, nameservers: Sequence[str], form: ExportFormat | str, *, now: datetime | None = None
) -> Iterator[str]:
    """Lines without line ends. Released names are left out; with ``now``, names released by date are left out as well.

    No DS is written: catalogued names are unsigned by design. No glue is written: only name servers below the TLD need
    glue, and the TLD zone already has it.
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
