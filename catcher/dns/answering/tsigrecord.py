"""The TSIG record (RFC 8945 §4.2) as octets: read from a message, appended to a message. Pure."""

from __future__ import annotations

from struct import Struct
from struct import error as StructError
from typing import NamedTuple

from catcher.dns.wire import CLASS_ANY, MAX_NAME, RRType, lower

_FIXED = Struct("!HHIH")
"""TYPE, CLASS, TTL and RDLENGTH."""
_TIMERS = Struct("!HIHH")
"""The upper two and the lower four octets of Time Signed, Fudge, and MAC Size."""
_ENDING = Struct("!HHH")
"""Original ID, Error and Other Len."""
_VARIABLES = Struct("!HIHHH")
"""Time Signed in two parts, Fudge, Error and Other Len, as the MAC covers them (§4.3.3)."""
_CLASS_AND_TTL = CLASS_ANY.to_bytes(2, "big") + bytes(4)
_TYPE_TO_TTL = RRType.TSIG.to_bytes(2, "big") + _CLASS_AND_TTL


class TsigRecord(NamedTuple):
    """The fields of a TSIG record."""

    owner: bytes
    """The name of the key: absolute, folded, not compressed."""
    algorithm: bytes
    """The name of the algorithm in the same form."""
    time: int
    """Time Signed, Unix seconds in 48 bits."""
    fudge: int
    """Seconds by which the clocks may differ."""
    mac: bytes
    original_id: int
    error: int
    other: bytes

    def variables(self) -> bytes:
        """The octets that the MAC covers beside the message (§4.3.3)."""
        upper, under = self.time >> 32, self.time & 0xFFFFFFFF
        numbers = _VARIABLES.pack(upper, under, self.fudge, self.error, len(self.other))
        return self.owner + _CLASS_AND_TTL + self.algorithm + numbers + self.other

    def timers(self) -> bytes:
        """The octets that the MAC of a later message of a reply covers beside the message (§5.3.1)."""
        return self.time.to_bytes(6, "big") + self.fudge.to_bytes(2, "big")

    def appended(self, message: bytes) -> bytes:
        """``message`` with this record at its end."""
        timers = _TIMERS.pack(self.time >> 32, self.time & 0xFFFFFFFF, self.fudge, len(self.mac))
        ending = _ENDING.pack(self.original_id, self.error, len(self.other))
        rdata = b"".join((self.algorithm, timers, self.mac, ending, self.other))
        count = (message[10] << 8 | message[11]) + 1
        length = len(rdata).to_bytes(2, "big")
        return b"".join((message[:10], count.to_bytes(2, "big"), message[12:], self.owner, _TYPE_TO_TTL, length, rdata))


def read_tsig(message: bytes, at: int) -> TsigRecord | None:
    """The TSIG record that begins at ``at``; None if it breaks the format: its class is ANY, its TTL zero, its
    algorithm isn't compressed, and the fields fill the RDATA exactly (§4.2)."""
    try:
        owner, at = _name(message, at)
        rrtype, rrclass, ttl, length = _FIXED.unpack_from(message, at)
        at += _FIXED.size
        end = at + length
        if rrtype != RRType.TSIG or rrclass != CLASS_ANY or ttl or end > len(message):
            return None
        algorithm, at = _plain_name(message, at)
        upper, under, fudge, size = _TIMERS.unpack_from(message, at)
        at += _TIMERS.size
        mac = message[at : at + size]
        original_id, error, others = _ENDING.unpack_from(message, at + size)
        at += size + _ENDING.size
    except (IndexError, ValueError, StructError):
        return None
    if at + others != end:
        return None
    return TsigRecord(owner, algorithm, upper << 32 | under, fudge, mac, original_id, error, message[at:end])


def _plain_name(message: bytes, at: int) -> tuple[bytes, int]:
    """The folded name at ``at`` and the offset behind it. Raises ValueError for a pointer or a name too long."""
    start = at
    while length := message[at]:
        if length > 63:
            raise ValueError
        at += length + 1
    at += 1
    if at - start > MAX_NAME:
        raise ValueError
    return lower(message[start:at]), at


def _name(message: bytes, at: int) -> tuple[bytes, int]:
    """The same; pointers are followed: BIND compresses the owner. Each has to lead to an octet before the name or
    pointer that it stands in, so that no chain of them has an end without one."""
    first, labels, octets, behind = at, [], 0, 0
    while length := message[at]:
        if length >= 0xC0:
            behind = behind or at + 2
            at = (length & 0x3F) << 8 | message[at + 1]
            if at >= first or at < 12:
                raise ValueError
            first = at
            continue
        if length > 63:
            raise ValueError
        labels.append(message[at : at + length + 1])
        at += length + 1
        octets += length + 1
        if octets >= MAX_NAME:
            raise ValueError
    return lower(b"".join((*labels, b"\0"))), behind or at + 1
