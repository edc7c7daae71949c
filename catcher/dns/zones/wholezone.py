"""The records of one whole zone → a Zone, or all its faults."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from catcher.dns.wire import Name, Rdata, RRset, RRType, lower, name_to_wire
from catcher.dns.zones.loaded import FileStamp
from catcher.dns.zones.masterfiles.masterfile import MasterRecord, read_with_files
from catcher.dns.zones.masterfiles.nametext import name_to_text
from catcher.dns.zones.mnemonic import from_mnemonic, to_mnemonic
from catcher.dns.zones.zone import Zone, apex_of
from catcher.model.errors import Fault

MAX_RRSET = 60_000
"""Most octets of an RRset in an answer. A message over TCP has 65,535 (RFC 1035 §4.2.2): room is left for the question,
a chain of CNAMEs before the RRset, and EDNS with TSIG behind it."""
_RECORD = 12
"""Octets of a record beside its data, with the owner as a compression pointer (RFC 1035 §4.1.4)."""
_SIGNED = frozenset(map(from_mnemonic, ("RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "CDNSKEY", "CDS")))
"""Types of a signed zone (RFC 4034, RFC 5155, RFC 7344). A DS is data of a delegation, a ZONEMD (RFC 8976) is a digest
for whoever copies the zone."""
_DELETE_DS = frozenset({b"\0\0\0\0\0", b"\0\0\3\0\0"})
""""Delete the DS", as CDS and as CDNSKEY (RFC 8078 §4)."""
_ALONE = (RRType.SOA, RRType.CNAME, RRType.DNAME)

Sets = dict[bytes, dict[int, list[MasterRecord]]]
"""Relative owner → RR type → records without duplicates."""


def load_zone(name: str, path: Path) -> tuple[Zone | None, list[Fault]]:
    """The zone ``name`` (A-labels) from its master file; None when there are faults."""
    zone, faults, _ = load_zone_with_files(name, path)
    return zone, faults


def load_zone_with_files(name: str, path: Path) -> tuple[Zone | None, list[Fault], tuple[FileStamp, ...]]:
    """As ``load_zone``, with the stamps of the files that were read."""
    origin = name_to_wire(name)
    reading = read_with_files(path, origin)
    sets, outside = group(reading.records, origin, name)
    faults = reading.faults + outside
    files = tuple(reading.files)
    if not faults:
        faults = _faults(sets, name, path)
    if faults:
        return None, faults, files
    zone = Zone({owner: {t: rrset(of) for t, of in types.items()} for owner, types in sets.items()}, origin)
    return zone, [], files


def group(records: Iterable[MasterRecord], origin: bytes, name: str) -> tuple[Sets, list[Fault]]:
    """Records by relative owner and type, and a fault for each that lies outside ``origin``."""
    sets: Sets = {}
    seen: set[tuple[bytes, int, bytes]] = set()
    faults = []
    last, types = b"", None
    for record in records:
        owner, rrtype, _, rdata, _ = record
        if types is None or owner != last:
            apex = apex_of(Name(owner), origin)
            if apex is None:
                remedy = "end relative names without a dot"
                faults.append(Fault(record.where, f"the record lies outside of {name}", remedy))
                continue
            last, types = owner, sets.setdefault(owner[:apex], {})
        octets = rdata.octets if rdata.names else rdata.head
        identity = (owner, rrtype, lower(octets) if rdata.names else octets)
        if identity not in seen:
            seen.add(identity)
            types.setdefault(rrtype, []).append(record)
    return sets, faults


def rrset(records: Iterable[MasterRecord]) -> RRset:
    """An RRset; if TTLs differ, it gets the lowest (RFC 2181 §5.2)."""
    records = list(records)
    rdatas: tuple[Rdata, ...] = tuple(record.rdata for record in records)
    return RRset(records[0].rrtype, min(record.ttl for record in records), rdatas)


def too_large(owner: bytes, name: str, rrtype: int, records: list[MasterRecord]) -> Fault | None:
    """A fault if no message can hold the RRset at the relative ``owner`` of the zone ``name``."""
    octets = sum([_RECORD + len(record.rdata.octets) for record in records])
    if octets <= MAX_RRSET:
        return None
    what = f"the {to_mnemonic(rrtype)} records of {name_to_text(owner)}{name} have {octets} octets, over {MAX_RRSET}"
    return Fault(records[-1].where, what, "no message can hold them: split them")


def _faults(sets: Sets, name: str, path: Path) -> list[Fault]:
    signed = _signed(sets)
    if signed is not None:
        return [signed]
    faults = []
    apex = sets.get(b"", {})
    if RRType.SOA not in apex:
        faults.append(Fault(str(path), f"there is no SOA at {name}", f"the zone's apex must be {name}"))
    if RRType.NS not in apex:
        faults.append(Fault(str(path), f"there is no NS at {name}", "name the zone's servers"))
    if RRType.DNAME in apex:
        faults += _below_dname(sets, name)
    for owner, types in sets.items():
        if owner and RRType.SOA in types:
            faults.append(Fault(types[RRType.SOA][0].where, "an SOA stands below the apex", "take it out"))
        faults += _together(types)
        for rrtype, records in types.items():
            fault = too_large(owner, name, rrtype, records)
            faults += [fault] if fault is not None else []
    return faults


def _signed(sets: Sets) -> Fault | None:
    """The fault of a signed zone: served here, without its signatures, it would be bogus to validating resolvers.

    CDS and CDNSKEY ask the parent for a DS; the form that asks it to take the DS away (RFC 8078 §4) is data.
    """
    for types in sets.values():
        for rrtype in _SIGNED & types.keys():
            for record in types[rrtype]:
                if record.rdata.octets not in _DELETE_DS:
                    kind = to_mnemonic(rrtype)
                    remedy = (
                        "this server proves nothing: take the signatures out and the DS at the parent away, or serve "
                        "the zone elsewhere"
                    )
                    return Fault(record.where, f"the zone is signed: it holds {kind}", remedy)
    return None


def _below_dname(sets: Sets, name: str) -> Iterable[Fault]:
    """A fault for each name server whose records the DNAME at the apex hides (RFC 6672 §2.4)."""
    origin = name_to_wire(name)
    for server in sets[b""].get(RRType.NS, ()):
        host = lower(server.rdata.octets)
        apex = apex_of(Name(host), origin)
        if apex and host[:apex] in sets:
            what = f"the DNAME at {name} leads away from the name server below it"
            yield Fault(server.where, what, "name servers outside of the zone (RFC 6672 §2.4)")


def _together(types: dict[int, list[MasterRecord]]) -> Iterable[Fault]:
    """Faults of RR types that may not stand together at one name."""
    for alone in _ALONE:
        if len(types.get(alone, ())) > 1:
            yield Fault(types[alone][1].where, f"the name has a second {alone.name}", "one is allowed")
    if RRType.CNAME in types and len(types) > 1:
        where = types[RRType.CNAME][0].where
        yield Fault(where, "a CNAME stands beside other data", "a name with a CNAME has nothing else (RFC 1034 §3.6.2)")
    if RRType.DNAME in types and RRType.NS in types and RRType.SOA not in types:
        where = types[RRType.DNAME][0].where
        yield Fault(where, "a DNAME stands at a delegation", "take one of them out (RFC 6672 §2.3)")
