"""Exports delegations for the operator of the TLD zone: as master-file lines, an nsupdate script, or CSV.

Left out in every form: names that the guard refused, names that a required guard doesn't clear, public suffixes, and
released names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from catcher.catalogue.catalogue import Catalogue

DELEGATION_TTL = 3600
"""TTL of the exported NS records, in seconds; it is long because a delegation rarely changes."""


class ExportFormat(StrEnum):
    """Output formats of ``catcher catalogue export``."""

    ZONE = "zone"
    """Lines for the TLD's master file (RFC 1035 §5)."""
    NSUPDATE = "nsupdate"
    """Input of nsupdate (RFC 2136): an update a name, which takes effect only where nobody else has the name."""
    CSV = "csv"
    """``domain,nameservers``; spaces separate the servers."""


@dataclass(slots=True)
class LeftOut:
    """The number of names that an export left out, by reason."""

    refused: int = 0
    """By a comparison with the TLD's zone, or by a direct answer of its servers."""
    uncleared: int = 0
    """Not cleared by a guard that is required."""
    public: int = 0
    """A public suffix: the names below it are other people's."""

    def __str__(self) -> str:
        parts = (
            (self.refused, "refused by the guard"),
            (self.uncleared, "not cleared by the required guard"),
            (self.public, "public suffixes"),
        )
        return ", ".join(f"{number} {reason}" for number, reason in parts if number)


def deliverable(
    catalogue: Catalogue, is_public: Callable[[str], bool], now: datetime, left_out: LeftOut
) -> Iterator[str]:
    """The domains that may be delegated to us at ``now``; all others but released ones are counted in ``left_out``."""
    guard = catalogue.guard
    for entry in catalogue:
        domain = entry.domain
        if not entry.policy_at(now).is_served:
            continue
        if guard is not None and guard.refuses(domain):
            left_out.refused += 1
        elif guard is not None and guard.caps(domain, now):
            left_out.uncleared += 1
        elif is_public(domain):
            left_out.public += 1
        else:
            yield domain


def export(
    domains: Iterable[str],
    nameservers: Sequence[str],
    form: ExportFormat | str,
    *,
    zone_of: Callable[[str], str] = lambda domain: domain.partition(".")[2],
    formerly: Sequence[str] = (),
) -> Iterator[str]:
    """Lines without line ends. ``zone_of``: domain → the zone in which it is delegated.

    ``formerly``: the name servers to which names are delegated now, all of them; the nsupdate form replaces them.

    No DS is written: catalogued names are unsigned by design. No glue is written: only name servers below the TLD need
    glue, and the TLD zone already has it.
    """
    form = ExportFormat(form)
    match form:
        case ExportFormat.CSV:
            yield "domain,nameservers"
            yield from (f"{domain},{' '.join(nameservers)}" for domain in domains)
        case ExportFormat.ZONE:
            yield from (f"{domain}. {DELEGATION_TTL} IN NS {server}." for domain in domains for server in nameservers)
        case ExportFormat.NSUPDATE:
            for domain in domains:
                if formerly:
                    yield from _replaced(domain, zone_of(domain), nameservers, formerly)
                yield from _new(domain, zone_of(domain), nameservers)
        case _:
            assert_never(form)


def _new(domain: str, zone: str, nameservers: Sequence[str]) -> Iterator[str]:
    """Delegates a name of which the zone has no record of any type (RFC 2136 §2.4.5).

    Without the line ``zone``, nsupdate would look for the zone by SOA and, once the name is delegated, send to us.
    """
    yield f"zone {zone}."
    yield f"prereq nxdomain {domain}."
    yield from (f"update add {domain}. {DELEGATION_TTL} NS {server}." for server in nameservers)
    yield "send"


def _replaced(domain: str, zone: str, nameservers: Sequence[str], formerly: Sequence[str]) -> Iterator[str]:
    """Replaces a delegation to exactly the servers ``formerly`` (RFC 2136 §2.4.2)."""
    yield f"zone {zone}."
    yield from (f"prereq yxrrset {domain}. NS {server}." for server in formerly)
    yield f"update delete {domain}. NS"
    yield from (f"update add {domain}. {DELEGATION_TTL} NS {server}." for server in nameservers)
    yield "send"
