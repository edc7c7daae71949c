"""Parses a query: octets from the network → one question with its EDNS, or what the reply that refuses it echoes."""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from catcher.dns.wire import CLASS_ANY, MAX_NAME, Name, Opcode, Rcode, RRType, question_end

_HEADER = Struct("!HHHHHH")
_RECORD = Struct("!HHIH")
"""TYPE, CLASS, TTL and RDLENGTH: the fields after the owner."""
_NSID, _COOKIE, _KEEPALIVE = 3, 10, 11
"""Option codes of RFC 5001, 7873 and 7828."""

_OPTION = Struct("!HH")
"""Code and length of an option."""
_SERVED = frozenset((_NSID, _COOKIE, _KEEPALIVE))
_NO_OPTIONS: dict[int, bytes] = {}
MAX_ADDITIONALS = 4
"""Most additional records of a query. Only OPT and TSIG have a meaning there; the rest is read and ignored, and a
message of 300 of them would cost as much as a hundred queries."""
MAX_OPTIONS = 8
"""Most EDNS options of a query, for the same reason. A client that sends all that there are for queries has seven."""
_MAX_SKIPPED = 8
"""Most questions and records, OPT included, of a message that isn't answered but gets an OPT, for the same reason."""


class Edns(NamedTuple):
    """The fields of an OPT record (RFC 6891 §6.1). Of other options, like client-subnet, only the format is checked."""

    size: int
    """Most octets of a UDP reply that the client accepts."""
    version: int
    dnssec_ok: bool
    cookie: bytes | None = None
    """The first COOKIE: eight octets of the client's cookie, then 8 to 32 octets of a server's cookie if the client has
    one (RFC 7873 §4)."""
    nsid: bool = False
    """Whether the client asks for the server's identifier (RFC 5001)."""
    keepalive: bool = False
    """Whether the client wants to know how long a TCP connection may be idle (RFC 7828)."""


class Query(NamedTuple):
    """A well-formed standard query."""

    id: int
    recursion_desired: bool
    name: Name
    qtype: int
    qclass: int
    rest: bytes
    """QTYPE and QCLASS in wire format."""
    edns: Edns | None
    serial: int | None = None
    """The serial of the client's copy, in an IXFR (RFC 1995 §3)."""
    tsig: int = 0
    """Offset of the TSIG record (RFC 8945); 0: there is none."""


class CookieQuery(NamedTuple):
    """A message without a question that asks for a server cookie (RFC 7873 §5.4)."""

    edns: Edns
    """With a cookie."""


class Rejection(NamedTuple):
    """A message that isn't answered, with what its reply echoes."""

    rcode: Rcode
    question: bytes = b""
    """The question's octets; empty if it was not read, or if the reply is a header alone."""
    edns: Edns | None = None
    """The OPT, if it was read: the reply then has one, too (RFC 6891 §6.1.1, §7)."""


class FormatError(Exception):
    """The octets break the format."""

    edns: Edns | None = None
    """The OPT whose options are wrong."""


def parse_query(data: bytes) -> Query | CookieQuery | Rejection | None:
    """The query in ``data``. None: no reply is sent.

    There is no reply to octets shorter than a header, and none to a response: two servers could answer each other for
    ever.
    """
    if len(data) < 12 or data[2] & 0x80:
        return None
    id_, flags, questions, answers, authorities, additionals = _HEADER.unpack_from(data)
    opcode = flags >> 11 & 15
    if opcode != Opcode.QUERY:
        turned = rejection(data, Rcode.REFUSED if opcode in (Opcode.NOTIFY, Opcode.UPDATE) else Rcode.NOTIMP)
        known = turned.edns
        return turned if known is None or not known.version else turned._replace(rcode=Rcode.BADVERS)
    if questions > 1 or answers or additionals > MAX_ADDITIONALS:
        return rejection(data, Rcode.FORMERR)
    edns, tsig, serial, question = None, 0, None, b""
    try:
        at = 12
        if questions:
            name, at = _question_name(data)
            rest = data[at : at + 4]
            if len(rest) < 4:
                raise FormatError
            qtype = rest[0] << 8 | rest[1]
            at += 4
            question = data[12:at]
        if authorities:
            if authorities > 1 or not questions or qtype != RRType.IXFR:
                raise FormatError
            serial, at = _soa_serial(data, at)
        for _ in range(additionals):
            if tsig:
                raise FormatError
            start = at
            rrtype, found, at = _record(data, at)
            if found is not None:
                if edns is not None:
                    raise FormatError  # RFC 6891 §6.1.1
                edns = found
            elif rrtype == RRType.TSIG:
                tsig = start
    except FormatError as error:
        known = error.edns or edns
        return rejection(data, Rcode.FORMERR) if known is None else Rejection(Rcode.FORMERR, question, known)
    if not questions:
        if edns is not None and edns.cookie is not None and not tsig:
            return CookieQuery(edns)
        return Rejection(Rcode.BADVERS if edns is not None and edns.version else Rcode.FORMERR, b"", edns)
    return Query(id_, bool(flags & 0x100), name, qtype, rest[2] << 8 | rest[3], rest, edns, serial, tsig)


def rejection(data: bytes, rcode: Rcode) -> Rejection:
    """What the reply with ``rcode`` echoes of a message that isn't answered, whatever its opcode and faults: the first
    OPT that can be read (RFC 6891 §6.1.1), and beside an OPT the question, if it is the only one (§7). No part of an
    UPDATE is echoed (RFC 2136 §3.8)."""
    _, _, questions, answers, authorities, additionals = _HEADER.unpack_from(data)
    others = answers + authorities
    if not additionals or questions + others >= _MAX_SKIPPED:
        return Rejection(rcode)
    at = end = question_end(data) if questions == 1 else 0
    edns = None
    try:
        if not end:
            at = 12
            for _ in range(questions):
                at = _skip_name(data, at)[1] + 4
        for number in range(others + min(additionals, _MAX_SKIPPED - questions - others)):
            _, edns, at = _record(data, at)
            if edns is not None and number >= others:
                break
    except FormatError as error:
        edns = error.edns
    if edns is None:
        return Rejection(rcode)
    return Rejection(rcode, b"" if data[2] >> 3 & 15 == Opcode.UPDATE else data[12:end], edns)


def signature_at(data: bytes) -> int:
    """Offset of the TSIG that ends a reply; 0 if there is none, or if ``data`` is no message."""
    if len(data) < 12:
        return 0
    _, _, questions, *records = _HEADER.unpack_from(data)
    at, start, rrtype = 12, 0, 0
    try:
        for _ in range(questions):
            at = _skip_name(data, at)[1] + 4
        for _ in range(sum(records)):
            start = at
            rrtype, _, at = _record(data, at)
    except FormatError:
        return 0
    return start if rrtype == RRType.TSIG else 0


def _question_name(data: bytes) -> tuple[Name, int]:
    """The QNAME and the offset behind it. A QNAME has no compression pointer: no name comes before it."""
    offsets, at, end = [], 12, len(data)
    while True:
        if at >= end:
            raise FormatError
        length = data[at]
        if not length:
            break
        if length > 63:
            raise FormatError
        offsets.append(at - 12)
        at += length + 1
    wire = data[12 : at + 1]
    if len(wire) > MAX_NAME:
        raise FormatError
    return Name(wire, offsets), at + 1


def _record(data: bytes, at: int) -> tuple[int, Edns | None, int]:
    """Reads one record: its type, its EDNS fields if it is an OPT, and the offset behind it."""
    root, at = _skip_name(data, at)
    if at + 10 > len(data):
        raise FormatError
    rrtype, rrclass, ttl, length = _RECORD.unpack_from(data, at)
    end = at + 10 + length
    if end > len(data) or (rrtype == RRType.TSIG and rrclass != CLASS_ANY):
        raise FormatError
    if rrtype != RRType.OPT:
        return rrtype, None, end
    if not root:
        raise FormatError
    try:
        options = parse_options(data, at + 10, end) if length else _NO_OPTIONS
    except FormatError as error:
        error.edns = Edns(rrclass, 0, bool(ttl & 0x8000))
        raise
    cookie = options.get(_COOKIE)
    edns = Edns(rrclass, ttl >> 16 & 0xFF, bool(ttl & 0x8000), cookie, options.get(_NSID) == b"", _KEEPALIVE in options)
    return rrtype, edns, end


def _soa_serial(data: bytes, at: int) -> tuple[int | None, int]:
    """The serial of the record at ``at``, None if it is no SOA, and the offset behind the record."""
    rrtype, _, end = _record(data, at)
    if rrtype == RRType.TSIG:
        raise FormatError  # a TSIG stands in the additional section (RFC 8945 §5.1)
    fixed = _skip_name(data, at)[1]
    if rrtype != RRType.SOA or end - fixed < 32:
        return None, end
    return int.from_bytes(data[end - 20 : end - 16], "big"), end


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
    raise FormatError


def parse_options(data: bytes, at: int, end: int) -> dict[int, bytes]:
    """The first option of each code that is served here. All options together must fill the RDATA exactly (RFC 6891
    §6.1.2), and a cookie has 8 or 16 to 40 octets (RFC 7873 §5.2.2)."""
    found: dict[int, bytes] = {}
    left, header = MAX_OPTIONS, _OPTION.unpack_from
    while at < end:
        if at + 4 > end or not left:
            raise FormatError
        code, length = header(data, at)
        at, left = at + 4, left - 1
        if code in _SERVED and code not in found:
            found[code] = data[at : at + length]
        at += length
    if at != end:
        raise FormatError
    cookie = found.get(_COOKIE)
    if cookie is not None and len(cookie) != 8 and not 16 <= len(cookie) <= 40:
        raise FormatError
    return found
