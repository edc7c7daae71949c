"""The catalogue as a catalog zone (RFC 9432): secondaries learn from it which member zones to fetch.

::

    CATALOG                  SOA, NS invalid.
    version.CATALOG          TXT "2"
    ID.zones.CATALOG         PTR army.ml.        one for each catalogued name that isn't released
    group.ID.zones.CATALOG   TXT "accept"        where the operator wants groups

A transfer reads the catalogue's rows while it sends them: a million members need no memory of their own. IXFR
(RFC 1995) sends the members that changed since the secondary's copy, from the journal of the last changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from datetime import UTC, date, datetime, time
from enum import StrEnum
from hashlib import blake2b
from pathlib import PurePath
from typing import NamedTuple, assert_never

from catcher.catalogue import Catalogue, Entry
from catcher.dns.wire import Rdata, RRset, RRType, name_to_wire
from catcher.dns.zones.serials import INSTANT, GivenSerial, raised

MAX_JOURNAL = 10_000
"""Most changes of members that the journal holds, and that IXFR sends; a copy older than that gets the whole zone."""
_REFRESH, _RETRY, _EXPIRE, _MINIMUM = 900, 300, 2_419_200, 0
_TTL = 0
"""Seconds: no resolver asks for these names, so no TTL is needed (RFC 9432 §4.1)."""
_INVALID = b"\x07invalid\0"
_VERSION = b"\x07version"
_ZONES = b"\x05zones"
_GROUP = b"\x05group"
_ID_OCTETS = 16
"""Octets of the hash that labels a member: a name always gets the same label, so secondaries keep its zone's state
(RFC 9432 §5.4)."""
_MAX_TEXT = 255


class CatalogGroup(StrEnum):
    """The value of the property ``group`` of members (RFC 9432 §4.4.2)."""

    NONE = "none"
    """Members have no such property."""
    POLICY = "policy"
    """The policy in force."""
    PARENT = "parent"
    """The name one label above the member."""
    FILE = "file"
    """The name of the catalogue's file, without its ending."""


MemberState = str | None
"""A name's property ``group``, empty if it has none; None: the name is no member."""


class CatalogDifference(NamedTuple):
    """A step of the catalog zone from one serial to the next."""

    before: int
    after: int
    members: Mapping[str, tuple[MemberState, MemberState]] | None
    """The names that changed: state before and after. None: too many to be listed."""


class CatalogZone:
    """The catalog zone at ``name`` (A-labels)."""

    def __init__(
        self,
        name: str,
        catalogue: Catalogue,
        serial: int | GivenSerial,
        mname: str,
        *,
        group: CatalogGroup = CatalogGroup.NONE,
        journal: Sequence[CatalogDifference] = (),
        ending: Mapping[date, Sequence[str]] | None = None,
    ) -> None:
        """``serial``: the serial after the last load. ``mname``: the SOA's MNAME. ``journal``: the steps up to
        ``serial``, the oldest first. ``ending``: the names by the date of their ``until``."""
        self.name = name
        self.origin = name_to_wire(name)
        self.group = group
        self.given = serial if isinstance(serial, GivenSerial) else GivenSerial(serial, 0.0)
        self.journal = tuple(journal)
        self.catalogue = catalogue
        self._mname = name_to_wire(mname)
        self._ending = dict(ending) if ending is not None else ending_dates(catalogue)
        self._steps: list[tuple[datetime, CatalogDifference]] = []
        """The steps since the load, with the moment of each."""
        self._moments = self._moments_since_load()

    @property
    def kind(self) -> str:
        """A digest of all that transfers show beside the members: with another one no old copy can be mended."""
        text = f"{self.name} {self._mname.hex()} {self.group} {_REFRESH} {_RETRY} {_EXPIRE} {_MINIMUM} {_TTL}"
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    def serial(self, now: datetime) -> int:
        """The serial at ``now``. It rises when members or properties change, also by a date or by the guard alone."""
        steps = self.steps(now)
        return steps[-1].after if steps else self.given.serial

    def steps(self, now: datetime) -> list[CatalogDifference]:
        """The steps that the catalog zone made by itself between the load and ``now``."""
        while self._moments and self._moments[-1] <= now:
            moment = self._moments.pop()
            members = self._changed_at(moment)
            if members is None or members:
                last = self._steps[-1][1].after if self._steps else self.given.serial
                step = CatalogDifference(last, raised(last, moment.timestamp()), members)
                self._steps.append((moment, step))
        return [step for moment, step in self._steps if moment <= now]

    def continuing(
        self, kept: GivenSerial, journal: Sequence[CatalogDifference], catalogue: Catalogue | None = None
    ) -> CatalogZone:
        """The same zone with another serial and journal, and over another ``catalogue`` if one is given."""
        zone = copy(self)
        if catalogue is not None:
            zone.catalogue, zone._ending = catalogue, ending_dates(catalogue)
        zone.given, zone.journal, zone._steps = kept, tuple(journal), []
        zone._moments = zone._moments_since_load()
        return zone

    def soa(self, now: datetime) -> RRset:
        """The SOA as of ``now``."""
        return self._soa(self.serial(now))

    def records(self, now: datetime) -> Iterator[tuple[bytes, RRset]]:
        """All records, in the order of a transfer (RFC 5936 §2.2)."""
        soa = self.soa(now)
        yield self.origin, soa
        yield self.origin, RRset(RRType.NS, _TTL, (Rdata(b"", (_INVALID,)),))
        yield _VERSION + self.origin, RRset(RRType.TXT, _TTL, (Rdata(b"\x012"),))
        for entry in self.catalogue:
            yield from self._records_of(entry.domain, None, self.state(entry, now))
        yield self.origin, soa

    def records_since(self, serial: int, now: datetime) -> Iterator[tuple[bytes, RRset]] | None:
        """The records of an IXFR for a copy with ``serial``, as one condensed difference (RFC 1995 §4); None: the
        journal doesn't reach back to it, or the whole zone is shorter."""
        members = self._members_since(serial, now)
        if members is None or len(members) > min(MAX_JOURNAL, len(self.catalogue)):
            return None
        return self._difference(serial, members, now)

    def state(self, entry: Entry | None, now: datetime) -> MemberState:
        """The state of a row at ``now``."""
        if entry is None or not entry.policy_at(now).is_served:
            return None
        match self.group:
            case CatalogGroup.NONE:
                return ""
            case CatalogGroup.POLICY:
                return self.catalogue.policy_at(entry, now).value
            case CatalogGroup.PARENT:
                return entry.domain.partition(".")[2]
            case CatalogGroup.FILE:
                return PurePath(entry.file).stem
            case _:
                assert_never(self.group)

    def _difference(
        self, serial: int, members: Mapping[str, tuple[MemberState, MemberState]], now: datetime
    ) -> Iterator[tuple[bytes, RRset]]:
        soa = self.soa(now)
        yield self.origin, soa
        yield self.origin, self._soa(serial)
        for domain, (old, new) in members.items():
            yield from self._records_of(domain, new, old)
        yield self.origin, soa
        for domain, (old, new) in members.items():
            yield from self._records_of(domain, old, new)
        yield self.origin, soa

    def _members_since(self, serial: int, now: datetime) -> dict[str, tuple[MemberState, MemberState]] | None:
        """The names whose state at ``now`` isn't that of the copy with ``serial``; None: not known."""
        steps = [*self.journal, *self.steps(now)]
        first = next((at for at, step in enumerate(steps) if step.before == serial), None)
        if first is None:
            return None
        members: dict[str, tuple[MemberState, MemberState]] = {}
        for step in steps[first:]:
            if step.members is None:
                return None
            for domain, (old, new) in step.members.items():
                members[domain] = members.get(domain, (old,))[0], new
        return {domain: (old, new) for domain, (old, new) in members.items() if old != new}

    def _records_of(self, domain: str, without: MemberState, state: MemberState) -> Iterator[tuple[bytes, RRset]]:
        """The records of a member in ``state`` that it hasn't in the state ``without``."""
        if state is None or state == without:
            return
        owner = _member(domain) + _ZONES + self.origin
        if without is None:
            yield owner, RRset(RRType.PTR, _TTL, (Rdata(b"", (name_to_wire(domain),)),))
        if state:
            text = state.encode("utf-8")[:_MAX_TEXT]
            yield _GROUP + owner, RRset(RRType.TXT, _TTL, (Rdata(len(text).to_bytes(1, "big") + text),))

    def _soa(self, serial: int) -> RRset:
        numbers = (serial, _REFRESH, _RETRY, _EXPIRE, _MINIMUM)
        tail = b"".join(number.to_bytes(4, "big") for number in numbers)
        return RRset(RRType.SOA, _TTL, (Rdata(b"", (self._mname, _INVALID), tail),))

    def _moments_since_load(self) -> list[datetime]:
        """The moments after the load at which members may change by themselves, the last first."""
        since = datetime.fromtimestamp(self.given.at, UTC)
        moments = {datetime.combine(day, time(), UTC) for day in self._ending}
        if self.group is CatalogGroup.POLICY:
            moments.update(self.catalogue.turns_after(since))
        return sorted((moment for moment in moments if moment > since), reverse=True)

    def _changed_at(self, moment: datetime) -> dict[str, tuple[MemberState, MemberState]] | None:
        """The names whose state changes at ``moment``; None: too many."""
        domains: Sequence[str] = self._ending.get(moment.date(), ()) if moment.time() == time() else ()
        if self.group is CatalogGroup.POLICY and moment in self.catalogue.turns_after(moment - INSTANT):
            if len(self.catalogue) > MAX_JOURNAL:
                return None
            domains = tuple(self.catalogue.domains())
        changed: dict[str, tuple[MemberState, MemberState]] = {}
        for domain in domains:
            entry = self.catalogue.get(domain)
            old, new = self.state(entry, moment - INSTANT), self.state(entry, moment)
            if old != new:
                changed[domain] = old, new
                if len(changed) > MAX_JOURNAL:
                    return None
        return changed


def ending_dates(catalogue: Catalogue) -> dict[date, list[str]]:
    """The names by the date of their ``until``."""
    found: dict[date, list[str]] = {}
    for domain, day in catalogue.endings():
        found.setdefault(day, []).append(domain)
    return found


def _member(domain: str) -> bytes:
    """The label of a member, with its length octet."""
    text = blake2b(domain.encode("ascii"), digest_size=_ID_OCTETS).hexdigest().encode("ascii")
    return len(text).to_bytes(1, "big") + text
