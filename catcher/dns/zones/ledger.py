"""The serials of a load, with digests of what they stand for: the next load compares itself with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from catcher.dns.zones.catalogzone import CatalogDifference
from catcher.dns.zones.serials import GivenSerial


@dataclass(frozen=True, slots=True)
class KeptCatalog:
    """The catalog zone's part of the ledger."""

    kind: str
    """``CatalogZone.kind``."""
    given: GivenSerial
    journal: tuple[CatalogDifference, ...] = ()


@dataclass(frozen=True, slots=True)
class Ledger:
    """All serials after a load, and digests of what they stand for."""

    template: str
    """A digest of the completed template."""
    rows_digest: str
    """A digest of the catalogue's rows as they were read."""
    clearing: str
    """A digest of the names that a required guard clears."""
    refused: frozenset[str]
    """The names that the guard refused."""
    seen: float
    """The latest time of a load, in Unix seconds."""
    highest: int
    """The newest serial that any name ever had at a load."""
    base: GivenSerial
    rows: Mapping[str, GivenSerial] = field(default_factory=dict)
    catalog: KeptCatalog | None = None
    guard: str = ""
    """A digest of a required guard with its times: the guard that is kept for a restart is this one, or it counts for
    nothing."""
