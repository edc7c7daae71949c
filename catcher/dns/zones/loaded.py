"""Zones and template with the files from which they came: a reload takes over what didn't change.

::

    LoadedFiles ─▶ zones: apex → LoadedZone ─▶ Zone, FileStamp of its master file and of every $INCLUDE
                ├▶ template: LoadedTemplate
                └▶ kept: a KeptPart for each file with a fault, whose last good state is served or none
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from catcher.dns.wire import RRset
from catcher.dns.zones.zone import Zone
from catcher.model.errors import Fault
from catcher.model.serving import KeptPart
from catcher.regularfile import FileIdentity


class FileStamp(NamedTuple):
    """One file as it was read: by it a later load sees without reading that the file is the same."""

    path: str
    identity: FileIdentity
    read: int
    """Nanoseconds since 1970: the begin of the load that read it; 0: not known. Where the file wasn't settled by then
    its content is compared as well."""
    digest: bytes
    """BLAKE2b of the content, 16 octets."""


@dataclass(frozen=True, slots=True)
class LoadedZone:
    """A whole zone and its files."""

    zone: Zone
    files: tuple[FileStamp, ...]
    """The master file first, then every included file."""
    loaded: datetime
    """The load that read this content."""
    unseen: Fault | None = None
    """Why secondaries don't fetch this content: it changed, and the SOA's serial didn't rise (RFC 1982)."""


@dataclass(frozen=True, slots=True)
class LoadedTemplate:
    """The completed zone template."""

    rrsets: Mapping[bytes, Mapping[int, RRset]]
    loaded: datetime


@dataclass(frozen=True, slots=True)
class LoadedFiles:
    """What one load read, or took over from the load before."""

    zones: Mapping[str, LoadedZone] = field(default_factory=dict)
    """By apex."""
    template: LoadedTemplate | None = None
    kept: tuple[KeptPart, ...] = ()
    """Files with faults, each with what is served in their place."""

    @property
    def unseen(self) -> tuple[Fault, ...]:
        """Zones whose content secondaries don't fetch."""
        return tuple(zone.unseen for zone in self.zones.values() if zone.unseen is not None)
