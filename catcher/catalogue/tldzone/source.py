"""A TLD's zone as the guard reads it, whether it comes from a file or from a transfer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from catcher.catalogue.tldzone.entries import ZoneRecord


@dataclass(frozen=True, slots=True)
class Apex:
    """The zone's SOA."""

    origin: str
    serial: int


class ZoneSource(Protocol):
    """A zone that is read once. ``apex`` and ``closed`` are known when ``records`` has ended."""

    @property
    def name(self) -> str:
        """The file's name, or the zone and the server."""
        ...

    @property
    def apex(self) -> Apex: ...

    @property
    def closed(self) -> bool:
        """Whether the zone ended with the SOA that it began with, as a whole transfer does (RFC 5936 §2.2)."""
        ...

    @property
    def is_current(self) -> bool:
        """Whether the zone was transferred just now: then its age is counted from now."""
        ...

    def records(self) -> Iterator[list[ZoneRecord]]:
        """The records of the zone, in lists of some thousand.

        Left out: RRSIG, NSEC, NSEC3 and the SOA. Raises ConfigurationError or EnvironmentFailure for a zone that is
        cut, or that can't be read to the letter.
        """
        ...
