"""DNS messages of a stub resolver (RFC 1035 §4): one question to octets, octets of a reply to what they say. Pure.

dnspython takes half a second for a hostile reply of 64 kB; mail would make every session of the worker wait for that.
This reads the few types that are asked for, in a time that grows with the octets alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address
from struct import Struct
from typing import NamedTuple

import dns.name

from catcher.model.mail.lookup import LookupRecord, LookupResult, LookupType, Status
from catcher.resolve.records import RDTYPES

_PAYLOAD = 1232
"""Most octets of a UDP response that we accept (DNS Flag Day 2020)."""
_MAX_TTL = 0x7FFF_FFFF
"""A TTL with the highest bit set means zero (RFC 2181 §8)."""
_MAX_CHAIN = 16
"""Most aliases followed in one reply."""
_MAX_POINTERS = 127
"""Most pointers in one name: a name has no more labels (RFC 1035 §3.1)."""
_MAX_OCTETS = 16_384
"""Octets of the largest reply that is read; a larger one is a failure. It takes some milliseconds."""
_HEADER = Struct("!HHHHHH")
_FIXED = Struct("!HHIH")
"""Type, class, TTL and RDLENGTH of a record (RFC 1035 §4.1.3)."""
_OPT = b"\0" + Struct("!HHIH").pack(41, _PAYLOAD, 0, 0)
"""EDNS version 0 without options (RFC 6891 §6.1.2)."""
_IN = 1
_QR, _TC, _RD, _OPCODE, _RCODE = 0x8000, 0x0200, 0x0100, 0x7800, 0x000F
_NOERROR, _NXDOMAIN = 0, 3
_CNAME, _SOA = 5, 6
_PLAIN = re.compile(rb"[a-z0-9_-]*\Z")
"""A label that is its own presentation format (RFC 1035 §5.1)."""


@dataclass(frozen=True, slots=True)
class DnsReply:
    """A reply that says something about the question."""

    answer: LookupResult
    ttl: int
    """Seconds; of a negative answer the lesser of its SOA's TTL and MINIMUM, 0 without an SOA (RFC 2308 §5)."""
    aliases: tuple[dns.name.Name, ...] = ()
    """The targets of the aliases that the server followed, in order."""
    alias: dns.name.Name | None = None
    """The target of an alias for which the server added no records: it is asked about next."""


@dataclass(frozen=True, slots=True)
class FailedReply:
    """A reply without an answer: SERVFAIL, REFUSED, a malformed record, a chain of aliases that is broken."""


def query_octets(name: dns.name.Name, rrtype: LookupType, message_id: int) -> bytes:
    """A query with recursion desired and EDNS."""
    question = _wire(name) + int(RDTYPES[rrtype]).to_bytes(2) + _IN.to_bytes(2)
    return _HEADER.pack(message_id, _RD, 1, 0, 0, 1) + question + _OPT


def is_reply(octets: bytes, query: bytes) -> bool:
    """Whether ``octets`` reply to this very query: the same ID, opcode and question (RFC 5452 §9.1).

    A failure may come without the question (RFC 1035 §4.1.1 lets a server that can't read a query do so).
    """
    if len(octets) < _HEADER.size:
        return False
    _, flags, questions, _, _, _ = _HEADER.unpack_from(octets)
    if octets[:2] != query[:2] or not flags & _QR or flags & _OPCODE:
        return False
    if not questions:
        return flags & _RCODE not in (_NOERROR, _NXDOMAIN)
    question = query[_HEADER.size : -len(_OPT)]
    return questions == 1 and octets[_HEADER.size :][: len(question)].lower() == question.lower()


def is_truncated(octets: bytes) -> bool:
    """Whether a reply is to be fetched over TCP (RFC 2181 §9)."""
    return bool(octets[2] & _TC >> 8)


def read_reply(octets: bytes, name: dns.name.Name, rrtype: LookupType) -> DnsReply | FailedReply:
    """What a reply to the question says."""
    rcode = octets[3] & _RCODE
    if rcode not in (_NOERROR, _NXDOMAIN) or is_truncated(octets) or len(octets) > _MAX_OCTETS:
        return FailedReply()
    try:
        return _Reading(octets).reply(_wire(name).lower(), rrtype, is_nxdomain=rcode == _NXDOMAIN)
    except (_MalformedError, IndexError):
        return FailedReply()


class _MalformedError(ValueError):
    """Octets that are no message."""


class _Record(NamedTuple):
    owner: bytes
    """Wire format, lower case, not compressed."""
    rdtype: int
    ttl: int
    at: int
    """Where its data begins."""
    size: int


class _Reading:
    """One reply while it is read."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._names: dict[int, bytes] = {}
        """Offset → the name there: each name is read once, however many records point to it."""

    def reply(self, name: bytes, rrtype: LookupType, *, is_nxdomain: bool) -> DnsReply | FailedReply:
        answers, authority = self._sections()
        rdtype = int(RDTYPES[rrtype])
        by_owner: dict[tuple[bytes, int], list[_Record]] = {}
        for record in answers:
            by_owner.setdefault((record.owner, record.rdtype), []).append(record)
        ttls: list[int] = []
        aliases: list[bytes] = []
        while (found := by_owner.get((name, rdtype))) is None:
            cname = by_owner.get((name, _CNAME))
            if cname is None:
                break
            if len(aliases) == _MAX_CHAIN:
                return FailedReply()
            ttls.append(cname[0].ttl)
            name = self._name_in(cname[0], cname[0].at).lower()
            aliases.append(name)
        targets = tuple(_name_of(each) for each in aliases)
        if found is not None:
            if is_nxdomain:
                return FailedReply()
            records = tuple(dict.fromkeys(self._value(record, rrtype) for record in found))
            ttls += [record.ttl for record in found]
            return DnsReply(LookupResult(Status.FOUND, records), min(ttls), targets)
        ttls.append(self._negative_ttl(authority, name))
        if is_nxdomain:
            return DnsReply(LookupResult(Status.NXDOMAIN), min(ttls), targets)
        alias = targets[-1] if targets and not authority else None
        return DnsReply(LookupResult(Status.NODATA), min(ttls), targets, alias)

    def _sections(self) -> tuple[list[_Record], list[_Record]]:
        """The records of class IN in the answer and the authority section."""
        _, _, questions, answers, authority, _ = _HEADER.unpack_from(self._octets)
        at = _HEADER.size
        for _ in range(questions):
            at = self._after_name(at) + 4
        found: list[list[_Record]] = []
        for count in (answers, authority):
            section: list[_Record] = []
            for _ in range(count):
                owner, at = self._name(at), self._after_name(at)
                if at + _FIXED.size > len(self._octets):
                    raise _MalformedError
                rdtype, rdclass, ttl, size = _FIXED.unpack_from(self._octets, at)
                at += _FIXED.size
                if at + size > len(self._octets):
                    raise _MalformedError
                if rdclass == _IN:
                    section.append(_Record(owner.lower(), rdtype, ttl if ttl <= _MAX_TTL else 0, at, size))
                at += size
            found.append(section)
        return found[0], found[1]

    def _after_name(self, at: int) -> int:
        octets = self._octets
        while length := octets[at]:
            if length >= 0xC0:
                return at + 2
            if length > 63:
                raise _MalformedError
            at += 1 + length
        return at + 1

    def _name(self, at: int) -> bytes:
        """The name at an offset. A pointer leads backwards (RFC 1035 §4.1.4): no chain of them is endless."""
        known = self._names.get(at)
        if known is not None:
            return known
        octets, labels, place, pointers = self._octets, bytearray(), at, 0
        while length := octets[place]:
            if length >= 0xC0:
                target = (length & 0x3F) << 8 | octets[place + 1]
                pointers += 1
                if target >= place or pointers > _MAX_POINTERS:
                    raise _MalformedError
                place = target
                continue
            end = place + 1 + length
            if length > 63 or end >= len(octets) or len(labels) + 1 + length > 254:
                raise _MalformedError
            labels += octets[place:end]
            place = end
        name = self._names[at] = bytes(labels) + b"\0"
        return name

    def _name_in(self, record: _Record, at: int) -> bytes:
        """A name in a record's data, which must not end behind the data."""
        name = self._name(at)
        if self._after_name(at) > record.at + record.size:
            raise _MalformedError
        return name

    def _value(self, record: _Record, rrtype: LookupType) -> LookupRecord:
        data = self._octets[record.at : record.at + record.size]
        match rrtype:
            case LookupType.A if len(data) == 4:
                return ".".join(map(str, data))
            case LookupType.AAAA if len(data) == 16:
                return str(IPv6Address(data))
            case LookupType.MX if len(data) > 2:
                return (int.from_bytes(data[:2]), _text(self._name_in(record, record.at + 2).lower()))
            case LookupType.PTR | LookupType.NS | LookupType.CNAME:
                return _text(self._name_in(record, record.at).lower())
            case LookupType.SOA:
                return _text(self._name_in(record, self._after_name(record.at))) or "."
            case LookupType.TXT:
                return b"".join(_strings(data))
        raise _MalformedError

    def _negative_ttl(self, authority: list[_Record], name: bytes) -> int:
        """Seconds for which a negative answer holds (RFC 2308 §5); 0 without the SOA of a zone that holds the name."""
        for record in authority:
            if record.rdtype == _SOA and _is_at_or_below(name, record.owner):
                at = self._after_name(self._after_name(record.at))
                if at + 20 != record.at + record.size:
                    raise _MalformedError
                minimum = int.from_bytes(self._octets[at + 16 : at + 20])
                return min(record.ttl, minimum if minimum <= _MAX_TTL else 0)
        return 0


def _strings(data: bytes) -> Iterator[bytes]:
    """The character-strings of a TXT record (RFC 1035 §3.3.14)."""
    at = 0
    while at < len(data):
        end = at + 1 + data[at]
        if end > len(data):
            raise _MalformedError
        yield data[at + 1 : end]
        at = end


def _wire(name: dns.name.Name) -> bytes:
    return b"".join(len(label).to_bytes() + label for label in name.labels)


def _labels(name: bytes) -> list[bytes]:
    labels, at = [], 0
    while length := name[at]:
        labels.append(name[at + 1 : at + 1 + length])
        at += 1 + length
    return labels


def _is_at_or_below(name: bytes, zone: bytes) -> bool:
    """Both in wire format and lower case."""
    at = 0
    while len(name) - at > len(zone):
        at += 1 + name[at]
    return name[at:] == zone


def _name_of(name: bytes) -> dns.name.Name:
    return dns.name.Name([*_labels(name), b""])


def _text(name: bytes) -> str:
    """Presentation format without the final dot; ``''`` for the root (a null MX)."""
    labels = _labels(name)
    if all(map(_PLAIN.match, labels)):
        return b".".join(labels).decode("ascii")
    return _name_of(name).to_text(omit_final_dot=True)
