"""The records of one whole zone → a Zone, or all its faults."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from catcher.dns.wire import Name, Rdata, RRset, RRType, lower, name_to_wire
from catcher.dns.zones.masterfile import MasterRecord, read
from catcher.dns.zones.zone import Zone, apex_of
from catcher.model.errors import Fault

_MAX_RRSET = 60_000
"""Most octets of an RRset with its owners: they surely fit into one message over TCP, which has 65,535."""
_BESIDE_CNAME = frozenset({RRType.CNAME, RRType.RRSIG, RRType.NSEC})
_ALONE = (RRType.SOA, RRType.CNAME, RRType.DNAME)

Sets = dict[bytes, dict[int, list[MasterRecord]]]
"""Relative owner → RR type → records without duplicates."""


def load_zone(name: str, path: Path) -> tuple[Zone | None, list[Fault]]:
    """The zone ``name`` (A-labels) from its master file; None when there are faults."""
    origin = name_to_wire(name)
    records, faults = read(path, origin)
    sets, outside = group(records, origin, name)
    faults += outside
    if not faults:
        faults = _faults(sets, name, path)
    if faults:
        return None, faults
    return Zone({owner: {t: rrset(of) for t, of in types.items()} for owner, types in sets.items()}, origin), []


def group(records: Iterable[MasterRecord], origin: bytes, name: str) -> tuple[Sets, list[Fault]]:
    """Records by relative owner and type, and a fault for each that lies outside ``origin``."""
    sets: Sets = defaultdict(lambda: defaultdict(list))
    seen: set[tuple[bytes, int, bytes]] = set()
    faults = []
    for record in records:
        apex = apex_of(Name(record.owner), origin)
        if apex is None:
            faults.append(Fault(record.where, f"the record lies outside of {name}", "end relative names without a dot"))
            continue
        octets = record.rdata.octets
        identity = (record.owner, record.rrtype, lower(octets) if record.rdata.names else octets)
        if identity not in seen:
            seen.add(identity)
            sets[record.owner[:apex]][record.rrtype].append(record)
    return sets, faults


def rrset(records: Iterable[MasterRecord]) -> RRset:
    """An RRset; if TTLs differ, it gets the lowest (RFC 2181 §5.2)."""
    records = list(records)
    rdatas: tuple[Rdata, ...] = tuple(record.rdata for record in records)
    return RRset(records[0].rrtype, min(record.ttl for record in records), rdatas)


def _faults(sets: Sets, name: str, path: Path) -> list[Fault]:
    faults = []
    apex = sets.get(b"", {})
    if RRType.SOA not in apex:
        faults.append(Fault(str(path), f"there is no SOA at {name}", f"the zone's apex must be {name}"))
    if RRType.NS not in apex:
        faults.append(Fault(str(path), f"there is no NS at {name}", "name the zone's servers"))
    for owner, types in sets.items():
        if owner and RRType.SOA in types:
            faults.append(Fault(types[RRType.SOA][0].where, "an SOA stands below the apex", "take it out"))
        faults += _together(types)
        for records in types.values():
            if sum(len(record.owner) + 10 + len(record.rdata.octets) for record in records) > _MAX_RRSET:
                where = records[-1].where
                faults.append(
                    Fault(where, f"the RRset is over {_MAX_RRSET} octets", "no message can hold it: split it")
                )
    return faults


def _together(types: dict[int, list[MasterRecord]]) -> Iterable[Fault]:
    """Faults of RR types that may not stand together at one name."""
    for alone in _ALONE:
        if len(types.get(alone, ())) > 1:
            yield Fault(types[alone][1].where, f"the name has a second {alone.name}", "one is allowed")
    if RRType.CNAME in types and not types.keys() <= _BESIDE_CNAME:
        where = types[RRType.CNAME][0].where
        yield Fault(where, "a CNAME stands beside other data", "a name with a CNAME has nothing else (RFC 1034 §3.6.2)")
    if RRType.DNAME in types and RRType.NS in types and RRType.SOA not in types:
        where = types[RRType.DNAME][0].where
        yield Fault(where, "a DNAME stands at a delegation", "take one of them out (RFC 6672 §2.3)")
