"""Octets from the network → one question with its EDNS, or the rcode that they deserve."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

from catcher.dns.wire import MAX_NAME, Name, Opcode, Rcode, RRType

_HEADER = Struct("!HHHHHH")
_RECORD = Struct("!HHIH")
"""TYPE, CLASS, TTL and RDLENGTH: what follows the owner."""


@dataclass(frozen=True, slots=True)
class Edns:
    """What an OPT record says (RFC 6891 §6.1). Options are read for their form and not heeded; so is client-subnet."""

    size: int
    """Octets that the asking side can take over UDP."""
    version: int
    dnssec_ok: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A well-formed standard query."""

    id: int
    recursion_desired: bool
    name: Name
    qtype: int
    qclass: int
    rest: bytes
    """QTYPE and QCLASS as they stood in the question."""
    edns: Edns | None


class _FormatError(Exception):
    """The octets break the format."""


def parse(data: bytes) -> Query | Rcode | None:
    """The query in ``data``; an rcode when it must be turned down with its header alone; None when silence is due.

    Silence: shorter than a header, or a response (an answer to it could loop between servers).
    """
    if len(data) < 12 or data[2] & 0x80:
        return None
    id_, flags, questions, answers, authorities, additionals = _HEADER.unpack_from(data)
    opcode = flags >> 11 & 15
    if opcode != Opcode.QUERY:
        return Rcode.REFUSED if opcode == Opcode.UPDATE else Rcode.NOTIMP
    try:
        if questions != 1 or answers:
            return Rcode.FORMERR
        name, at = _question_name(data)
        rest = data[at : at + 4]
        if len(rest) < 4:
            return Rcode.FORMERR
        qtype = rest[0] << 8 | rest[1]
        at += 4
        if authorities:
            if authorities > 1 or qtype != RRType.IXFR:
                return Rcode.FORMERR
            at = _record(data, at)[1]
        edns = None
        for _ in range(additionals):
            found, at = _record(data, at)
            if found is not None:
                if edns is not None:
                    return Rcode.FORMERR
                edns = found
    except _FormatError:
        return Rcode.FORMERR
    return Query(id_, bool(flags & 0x100), name, qtype, rest[2] << 8 | rest[3], rest, edns)


def _question_name(data: bytes) -> tuple[Name, int]:
    """The QNAME and the offset behind it. Nothing stands before it that a pointer could mean."""
    offsets, at, end = [], 12, len(data)
    while True:
        if at >= end:
            raise _FormatError
        length = data[at]
        if not length:
            break
        if length > 63:
            raise _FormatError
        offsets.append(at - 12)
        at += length + 1
    wire = data[12 : at + 1]
    if len(wire) > MAX_NAME:
        raise _FormatError
    return Name(wire, offsets), at + 1


def _record(data: bytes, at: int) -> tuple[Edns | None, int]:
    """Steps over one record; returns the EDNS when it is an OPT, and the offset behind it."""
    root, at = _skip_name(data, at)
    if at + 10 > len(data):
        raise _FormatError
    rrtype, rrclass, ttl, length = _RECORD.unpack_from(data, at)
    end = at + 10 + length
    if end > len(data):
        raise _FormatError
    if rrtype != RRType.OPT:
        return None, end
    if not root:
        raise _FormatError
    _check_options(data, at + 10, end)
    return Edns(rrclass, ttl >> 16 & 0xFF, bool(ttl & 0x8000)), end


def _skip_name(data: bytes, at: int) -> tuple[bool, int]:
    """Whether the name at ``at`` is the root, and the offset behind it. A pointer ends a name and isn't followed."""
    start, end = at, len(data)
    while at < end:
        length = data[at]
        if not length:
            return at == start, at + 1
        if length >= 0xC0:
            return False, at + 2
        if length > 63:
            break
        at += length + 1
    raise _FormatError


def _check_options(data: bytes, at: int, end: int) -> None:
    """Options must fill the RDATA exactly (RFC 6891 §6.1.2)."""
    while at < end:
        if at + 4 > end:
            raise _FormatError
        at += 4 + (data[at + 2] << 8 | data[at + 3])
    if at != end:
        raise _FormatError
