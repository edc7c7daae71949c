"""Zone files and template → what is served of them. A file that didn't change is not read again, and a file with a
fault takes only itself down.

The last good state of a zone comes from the load before, after a restart from its copy (module ``copies``).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from catcher.dns.answering.transfer import serial_of
from catcher.dns.loading.copies import Copies
from catcher.dns.wire import RRset, RRType
from catcher.dns.zones.loaded import FileStamp, LoadedFiles, LoadedTemplate, LoadedZone
from catcher.dns.zones.masterfiles.octets import restamp
from catcher.dns.zones.packed import pack
from catcher.dns.zones.serials import is_newer
from catcher.dns.zones.wholezone import load_zone_with_files
from catcher.dns.zones.zone import Zone
from catcher.model.errors import Fault
from catcher.model.moments import nanoseconds
from catcher.model.serving import KeptPart, ServedPart

log = logging.getLogger(__name__)


class Loading:
    """One load: the state of before, the copies, and the parts that keep their last good state."""

    def __init__(self, before: LoadedFiles | None, copies: Copies, now: datetime, *, told: bool) -> None:
        """``told``: faults are logged; else the caller prints them."""
        self._before = before or LoadedFiles()
        self._copies = copies
        self.now = now
        self._told = told
        self.faults: list[Fault] = []
        """Every fault that was found."""
        self.kept: list[KeptPart] = []

    def zones(self, files: Iterable[tuple[str, Path]], refused: Mapping[str, Fault]) -> dict[str, LoadedZone]:
        """The whole zones by apex, as far as there is a good state of each. ``refused``: faults of zones that may not
        be served as they are configured."""
        made = {}
        for apex, fault in refused.items():
            known, _ = self._known(apex)
            self.keep(ServedPart.ZONE, apex, [fault], None if known is None else known.loaded)
            made[apex] = known
        for apex, path in files:
            if apex not in refused:
                made[apex] = self._zone(apex, path)
        return {apex: zone for apex, zone in made.items() if zone is not None}

    def template(
        self, rrsets: Mapping[bytes, Mapping[int, RRset]] | None, faults: Sequence[Fault], name: str
    ) -> LoadedTemplate | None:
        """The template that was read, or the last good one."""
        known = self._before.template or self._copies.template()
        if rrsets is not None:
            same = known is not None and _packed(known.rrsets) == _packed(rrsets)
            return known if same else LoadedTemplate(rrsets, self.now)
        loaded = None if known is None else known.loaded
        self.keep(ServedPart.TEMPLATE, name, faults, loaded, "queries for catalogued names get REFUSED")
        return known

    def keep(
        self, part: ServedPart, name: str, faults: Sequence[Fault], serves: datetime | None, instead: str = ""
    ) -> None:
        """Notes that an older state of a part is served, or none; ``instead`` as in ``KeptPart``.

        The server logs the part with its first fault; any further new ones are logged here.
        """
        self.faults += faults
        known = next((k for k in self._before.kept if (k.part, k.name) == (part, name)), None)
        since = self.now if known is None else known.since
        self.kept.append(KeptPart(part, name, faults[0], since, serves, instead if serves is None else ""))
        if self._told and (known is None or known.fault != faults[0]):
            for fault in faults[1:]:
                log.error("%s %s: %s", part.value, name, fault)

    def _zone(self, apex: str, path: Path) -> LoadedZone | None:
        known, current = self._known(apex)
        if known is not None and current and known.files and known.files[0].path == str(path):
            same = _unchanged(known, self.now)
            if same is not None:
                return same
        zone, faults, read = load_zone_with_files(apex, path)
        files = tuple(_read_at(stamp, self.now) for stamp in read)
        if zone is None:
            loaded = None if known is None else known.loaded
            self.keep(ServedPart.ZONE, apex, faults, loaded, "queries for it get SERVFAIL")
            return known
        return self._renewed(apex, path, zone, files, known)

    def _known(self, apex: str) -> tuple[LoadedZone | None, bool]:
        """The last good state of a zone, and whether this version of catcher read its files."""
        known = self._before.zones.get(apex)
        if known is not None:
            return known, True
        return self._copies.zone(apex) or (None, False)

    def _renewed(
        self, apex: str, path: Path, zone: Zone, files: tuple[FileStamp, ...], known: LoadedZone | None
    ) -> LoadedZone:
        """The zone that was read; where its content is that of before, the Zone of before."""
        if known is None or is_newer(_serial(zone), _serial(known.zone)):
            return LoadedZone(zone, files, self.now)
        if _content(zone) == _content(known.zone):
            return replace(known, files=files)
        old, new = _serial(known.zone), _serial(zone)
        what = f"{apex} changed, but its serial {new} is not above {old}: secondaries keep what they have"
        fault = Fault(str(path), what, f"raise the serial in its SOA above {old}")
        if self._told:
            log.warning("%s", fault)
        return LoadedZone(zone, files, self.now, fault)


def _unchanged(known: LoadedZone, now: datetime) -> LoadedZone | None:
    """The zone of before, if each of its files is as it was."""
    stamps = []
    for stamp in known.files:
        fresh = restamp(stamp)
        if fresh is None:
            return None
        stamps.append(fresh if fresh.read else _read_at(fresh, now))
    files = tuple(stamps)
    return known if files == known.files else replace(known, files=files)


def _read_at(stamp: FileStamp, now: datetime) -> FileStamp:
    """The stamp of a file that was read in the load that began at ``now``."""
    return stamp._replace(read=nanoseconds(now))


def _packed(rrsets: Mapping[bytes, Mapping[int, RRset]]) -> bytes:
    return pack((owner, rrset) for owner, types in rrsets.items() for rrset in types.values())


def _serial(zone: Zone) -> int:
    return serial_of(zone.apex.rrsets[RRType.SOA])


def _content(zone: Zone) -> dict[tuple[bytes, int], tuple[int, frozenset[bytes]]]:
    """The records of a zone without their order."""
    return {
        (owner, rrset.rrtype): (rrset.ttl, frozenset(rdata.octets for rdata in rrset.rdatas)) for owner, rrset in zone
    }
