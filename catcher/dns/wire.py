"""Numbers of the wire format (RFC 1035 §4), names as wire bytes, and the writer that compresses them."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from struct import Struct
from typing import NamedTuple

MAX_NAME = 255
"""Octets of a name with its length octets and the root (RFC 1035 §2.3.4)."""
MAX_LABEL = 63
"""Octets of a label, without its length octet (RFC 1035 §2.3.4)."""
_POINTER_LIMIT = 0x4000
"""Lowest offset that a compression pointer, which has 14 bits, can't hold (RFC 1035 §4.1.4)."""

_LOWER = bytes(range(256)).translate(bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz"))
_TEXT = bytes(range(256)).translate(bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ.", b"abcdefghijklmnopqrstuvwxyz\0"))
"""Folds case, and maps a dot inside a label to zero, so that it can't pass for a dot between labels."""


class Transport(StrEnum):
    """The transport of a query; it bounds the reply's size."""

    UDP = "udp"
    TCP = "tcp"


class Rcode(IntEnum):
    """Response codes (RFC 1035 §4.1.1, RFC 6895 §2.3)."""

    NOERROR = 0
    FORMERR = 1
    """The query can't be read."""
    SERVFAIL = 2
    NXDOMAIN = 3
    """Neither the name nor any name below it exists (RFC 8020)."""
    NOTIMP = 4
    """An opcode that isn't served here."""
    REFUSED = 5
    """The name is not ours, or the service is for our secondaries only."""
    YXDOMAIN = 6
    """A DNAME made the name too long (RFC 6672 §2.2)."""
    NOTAUTH = 9
    """A wrong signature, or a transfer of a name that is no zone here (RFC 8945 §5.2, RFC 5936 §2.2.1)."""
    BADVERS = 16
    """An EDNS version that isn't known here (RFC 6891 §6.1.3)."""
    BADCOOKIE = 23
    """Cookies are required, and the client's cookie was not made here (RFC 7873 §5.2.3)."""


class ExtendedError(IntEnum):
    """Reasons for which a query isn't answered (RFC 8914 §5.2)."""

    NOT_READY = 14
    PROHIBITED = 18
    NOT_AUTHORITATIVE = 20
    NOT_SUPPORTED = 21


class Opcode(IntEnum):
    """Kinds of message (RFC 6895 §2.2)."""

    QUERY = 0
    NOTIFY = 4
    UPDATE = 5


class RRType(IntEnum):
    """The types that answering has to know; records of every other type are only data (RFC 3597)."""

    A = 1
    NS = 2
    CNAME = 5
    SOA = 6
    PTR = 12
    MX = 15
    TXT = 16
    AAAA = 28
    SRV = 33
    DNAME = 39
    OPT = 41
    DS = 43
    RRSIG = 46
    NSEC = 47
    TSIG = 250
    IXFR = 251
    AXFR = 252
    ANY = 255
    CAA = 257


CLASS_IN = 1
CLASS_ANY = 255
_RECORD = Struct("!HHIH")
"""TYPE, CLASS, TTL and RDLENGTH."""


def lower(wire: bytes) -> bytes:
    """``wire`` with A-Z folded (RFC 4343). Length octets are below 64 and stay."""
    return wire.translate(_LOWER)


def name_to_wire(text: str) -> bytes:
    """An A-label name of letters, digits, hyphens and underscores (model.domain.to_alabel) as wire bytes."""
    return b"".join(len(label).to_bytes(1, "big") + label.encode("ascii") for label in text.split(".")) + b"\0"


def label_offsets(wire: bytes) -> list[int]:
    """Offsets of the labels' length octets, leftmost first, without the root's. ``wire`` is a whole name."""
    offsets, at = [], 0
    while wire[at]:
        offsets.append(at)
        at += wire[at] + 1
    return offsets


def question_end(message: bytes, at: int = 12) -> int:
    """Offset behind the question that begins at ``at``; 0 if the question is cut off or its name is malformed."""
    start, end = at, len(message)
    while at < end and (length := message[at]):
        if length > 63:
            return 0
        at += length + 1
    return at + 5 if at + 5 <= end and at + 1 - start <= MAX_NAME else 0


def record_at(message: bytes, at: int) -> tuple[int, int, int, int]:
    """TYPE and CLASS of the record at ``at``, the offset of its TYPE, and the offset behind it.

    A pointer ends the owner and isn't followed. Raises IndexError or struct.error if the record is cut off or its owner
    is malformed.
    """
    while length := message[at]:
        if length >= 0xC0:
            at += 1
            break
        if length > 63:
            raise IndexError
        at += length + 1
    rrtype, rrclass, _, length = _RECORD.unpack_from(message, at + 1)
    end = at + 11 + length
    if end > len(message):
        raise IndexError
    return rrtype, rrclass, at + 1, end


class Name:
    """An absolute name as it was written, its folded form, and its labels."""

    __slots__ = ("folded", "offsets", "wire")

    def __init__(self, wire: bytes, offsets: list[int] | None = None) -> None:
        self.wire = wire
        """Uncompressed, with the root's zero octet, case kept."""
        self.folded = lower(wire)
        self.offsets = label_offsets(wire) if offsets is None else offsets
        """See ``label_offsets``."""


def dotted(name: Name) -> str:
    """The text of ``name`` with a dot before each label; octets that are no ASCII stay apart from those that are."""
    text = bytearray(name.wire.translate(_TEXT))
    for at in name.offsets:
        text[at] = 0x2E
    return text[:-1].decode("latin-1")


class Rdata(NamedTuple):
    """RDATA, split if its names may be compressed: they may only in types of RFC 1035 (RFC 3597 §4)."""

    head: bytes
    """The octets before the names; the whole RDATA if no name in it may be compressed."""
    names: tuple[bytes, ...] = ()
    """Absolute, uncompressed."""
    tail: bytes = b""

    @property
    def octets(self) -> bytes:
        """The RDATA without compression."""
        return b"".join((self.head, *self.names, self.tail))


class RRset:
    """The records of one type at one name, encoded as far as possible before a query comes."""

    __slots__ = ("additional", "fixed", "rdatas", "rrtype", "ttl")

    def __init__(self, rrtype: int, ttl: int, rdatas: tuple[Rdata, ...]) -> None:
        self.rrtype = rrtype
        self.ttl = ttl
        """Seconds."""
        self.rdatas = rdatas
        self.fixed = rrtype.to_bytes(2, "big") + CLASS_IN.to_bytes(2, "big") + ttl.to_bytes(4, "big")
        """TYPE, CLASS and TTL."""
        self.additional: tuple[tuple[bytes, RRset], ...] = ()
        """Addresses of the hosts that the records name, if the zone has them: (owner, RRset)."""

    def with_ttl(self, ttl: int) -> RRset:
        return RRset(self.rrtype, ttl, self.rdatas)


class Writer:
    """A message under construction. A repeated name becomes a compression pointer (RFC 1035 §4.1.4)."""

    __slots__ = ("_places", "buffer")

    def __init__(self, question: Name, rest: bytes) -> None:
        """Leaves twelve octets for the header; ``rest`` is QTYPE and QCLASS."""
        self.buffer = bytearray(12)
        self.buffer += question.wire
        self.buffer += rest
        self._places = {question.folded[at:]: at + 12 for at in question.offsets}

    def name(self, wire: bytes) -> None:
        buffer, places, folded, at = self.buffer, self._places, lower(wire), 0
        while length := folded[at]:
            suffix = folded[at:]
            place = places.get(suffix)
            if place is not None:
                buffer += (0xC000 | place).to_bytes(2, "big")
                return
            if len(buffer) < _POINTER_LIMIT:
                places[suffix] = len(buffer)
            buffer += wire[at : at + length + 1]
            at += length + 1
        buffer.append(0)

    def rrset(self, owner: bytes, rrset: RRset) -> int:
        """Appends every record of ``rrset`` under ``owner``; returns their number."""
        buffer, fixed = self.buffer, rrset.fixed
        for head, names, tail in rrset.rdatas:
            self.name(owner)
            buffer += fixed
            if names:
                at = len(buffer)
                buffer += b"\0\0"
                buffer += head
                for name in names:
                    self.name(name)
                buffer += tail
                buffer[at : at + 2] = (len(buffer) - at - 2).to_bytes(2, "big")
            else:
                buffer += len(head).to_bytes(2, "big")
                buffer += head
        return len(rrset.rdatas)

    def cut(self, length: int) -> None:
        """Removes everything after the first ``length`` octets."""
        del self.buffer[length:]
        self._places = {suffix: place for suffix, place in self._places.items() if place < length}
