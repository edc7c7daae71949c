"""The fields of RDATA, one row a type: the types that most zones hold, whose names answers need, or that dnspython
doesn't read although BIND and NSD do (RFC 1035 §3.3, obsolete types).

Longer than others: the table of types stands beside the fields that its rows use.
"""

from __future__ import annotations

import base64
import binascii
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from catcher.dns.wire import MAX_NAME, Rdata, RRType
from catcher.dns.zones.masterfiles.nametext import name_from_text, unescape
from catcher.dns.zones.masterfiles.svcbtext import check_svcparams, svcparams_from_text
from catcher.dns.zones.mnemonic import from_mnemonic

MAX_TTL = (1 << 31) - 1
"""Seconds (RFC 2181 §8)."""

_MOST_SECONDS = (1 << 32) - 1
"""Seconds of a timer of the SOA (RFC 1035 §3.3.13)."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_TTL = re.compile(rb"(?:[0-9]{1,10}[smhdwSMHDW])*(?:[0-9]{1,10})?\Z")
_SPAN = re.compile(r"([0-9]+)([smhdw]?)")


class RdataWords:
    """The words of an entry that are still to be read."""

    __slots__ = ("origin", "rest")

    def __init__(self, words: Sequence[bytes], origin: bytes) -> None:
        self.rest = list(reversed(words))
        self.origin = origin

    def next(self) -> bytes:
        """Raises ValueError at the end."""
        if not self.rest:
            raise ValueError("the data ends too early")
        return self.rest.pop()

    def all(self) -> list[bytes]:
        """All words to the end."""
        taken = list(reversed(self.rest))
        self.rest.clear()
        return taken


@dataclass(frozen=True, slots=True)
class RdataField:
    """One field: how its words are read, and how long it is in wire format."""

    read: Callable[[RdataWords], bytes]
    measure: Callable[[bytes, int], int]
    """RDATA and the field's offset → the offset behind the field. Raises ValueError."""


RdataFields = tuple[RdataField, ...]


def ttl_from_text(text: bytes, most: int = MAX_TTL) -> int | None:
    """Seconds of ``3600`` or ``1h30m``; None if the word is no TTL. Raises ValueError above ``most``."""
    if text.isdigit() and len(text) <= 10:
        seconds = int(text)
    elif text[:1].isdigit() and _TTL.match(text):
        spans = _SPAN.findall(text.decode("ascii").lower())
        seconds = sum(int(number) * _UNITS[unit or "s"] for number, unit in spans)
    else:
        return None
    if seconds > most:
        raise ValueError(f"a TTL is {most} seconds at most (RFC 2181 §8)")
    return seconds


def is_name_at(octets: bytes, at: int) -> int:
    """The offset behind the uncompressed name at ``at``. Raises ValueError."""
    start = at
    while at < len(octets) and (length := octets[at]):
        if length > 63:
            break
        at += length + 1
    if at >= len(octets) or octets[at] or at + 1 - start > MAX_NAME:
        raise ValueError("the data holds no whole name")
    return at + 1


def checked(rrtype: int, octets: bytes) -> bytes:
    """RDATA that was written as octets, of a type with a row. Raises ValueError unless its fields fill it exactly."""
    fields = FIELDS[rrtype]
    at = 0
    for field in fields:
        at = field.measure(octets, at)
        if at > len(octets):
            raise ValueError("the data ends too early")
    if at < len(octets):
        raise ValueError("the data is longer than its type")
    return octets


def split(rrtype: int, octets: bytes) -> Rdata:
    """RDATA taken apart, if its names may be compressed (RFC 3597 §4) and the type is still in use. ``octets`` are
    valid."""
    match rrtype:
        case RRType.NS | RRType.CNAME | RRType.PTR:
            return Rdata(b"", (octets,))
        case RRType.MX:
            return Rdata(octets[:2], (octets[2:],))
        case RRType.SOA:
            middle = is_name_at(octets, 0)
            return Rdata(b"", (octets[:middle], octets[middle:-20]), octets[-20:])
    return Rdata(octets)


def _number(size: int) -> RdataField:
    def read(words: RdataWords) -> bytes:
        text = words.next()
        if not text.isdigit() or len(text) > 10 or int(text) >> 8 * size:
            raise ValueError(f'"{_shown(text)}" is not a number of 0 to {(1 << 8 * size) - 1}')
        return int(text).to_bytes(size, "big")

    return RdataField(read, lambda octets, at: at + size)


def _read_name(words: RdataWords) -> bytes:
    return name_from_text(words.next(), words.origin)


def _read_seconds(words: RdataWords) -> bytes:
    seconds = ttl_from_text(text := words.next(), _MOST_SECONDS)
    if seconds is None:
        raise ValueError(f'"{_shown(text)}" is not a number of seconds')
    return seconds.to_bytes(4, "big")


def _address(family: socket.AddressFamily, size: int, kind: str) -> RdataField:
    def read(words: RdataWords) -> bytes:
        text = words.next()
        try:
            return socket.inet_pton(family, text.decode("ascii"))
        except (OSError, ValueError):
            raise ValueError(f'"{_shown(text)}" is not an {kind} address') from None

    return RdataField(read, lambda octets, at: at + size)


def _string(text: bytes) -> bytes:
    octets = unescape(text)
    if len(octets) > 255:
        raise ValueError("a string has over 255 octets (RFC 1035 §3.3)")
    return bytes((len(octets),)) + octets


def _read_strings(words: RdataWords) -> bytes:
    if not words.rest:
        raise ValueError("the data ends too early")
    return b"".join(map(_string, words.all()))


def _measure_string(octets: bytes, at: int) -> int:
    if at >= len(octets):
        raise ValueError("the data ends too early")
    return at + 1 + octets[at]


def _measure_strings(octets: bytes, at: int) -> int:
    at = _measure_string(octets, at)
    while at < len(octets):
        at = _measure_string(octets, at)
    return at


def _read_hex(words: RdataWords) -> bytes:
    try:
        return bytes.fromhex(_joined(words).decode("ascii"))
    except ValueError:
        raise ValueError("the data is not hexadecimal, or ends too early") from None


def _read_base64(words: RdataWords) -> bytes:
    try:
        return base64.b64decode(_joined(words), validate=True)
    except binascii.Error:
        raise ValueError("the data is not base64") from None


def _joined(words: RdataWords) -> bytes:
    text = b"".join(words.all())
    if not text:
        raise ValueError("the data ends too early")
    return text


def _read_digest(words: RdataWords) -> bytes:
    octets = _read_hex(words)
    _measure_digest(octets, 0)
    return octets


def _measure_digest(octets: bytes, at: int) -> int:
    if len(octets) - at < 12:
        raise ValueError("a ZONEMD digest has at least 12 octets (RFC 8976 §2.2.4)")
    return len(octets)


def _read_doa(words: RdataWords) -> bytes:
    if words.rest == [b"-"]:
        words.all()
        return b""
    return _read_base64(words)


def _read_types(words: RdataWords) -> bytes:
    """The bit map of NXT (RFC 2535 §5.2): types 1 to 127."""
    bits = bytearray(16)
    for word in words.all():
        rrtype = from_mnemonic(word.decode("ascii"))
        if not 0 < rrtype < 128:
            raise ValueError("NXT names types of 1 to 127 only")
        bits[rrtype >> 3] |= 0x80 >> (rrtype & 7)
    return bytes(bits).rstrip(b"\0")


def _read_a6(words: RdataWords) -> bytes:
    """Prefix length, the rest of the address, and the prefix's name unless the length is 0 (RFC 2874 §3.1)."""
    length, octets = words.next(), b""
    if not length.isdigit() or len(length) > 3 or int(length) > 128:
        raise ValueError("A6 begins with a prefix length of 0 to 128")
    prefix = int(length)
    if prefix < 128:
        octets = _IPV6.read(words)[prefix // 8 :]
        octets = bytes((octets[0] & 0xFF >> prefix % 8,)) + octets[1:]
    return bytes((prefix,)) + octets + (_read_name(words) if prefix else b"")


def _measure_a6(octets: bytes, at: int) -> int:
    if not octets or octets[0] > 128:
        raise ValueError("A6 begins with a prefix length of 0 to 128")
    at = 17 - octets[0] // 8
    return is_name_at(octets, at) if octets[0] else at


def _shown(text: bytes) -> str:
    return ascii(text[:40].decode("latin-1"))[1:-1]


def _to_end(octets: bytes, at: int) -> int:
    return max(at, len(octets))


def _some_to_end(octets: bytes, at: int) -> int:
    return max(at + 1, len(octets))


_NAME = RdataField(_read_name, is_name_at)
_UINT8, _UINT16, _UINT32 = _number(1), _number(2), _number(4)
_SECONDS = RdataField(_read_seconds, lambda octets, at: at + 4)
_IPV4 = _address(socket.AF_INET, 4, "IPv4")
_IPV6 = _address(socket.AF_INET6, 16, "IPv6")
_STRING = RdataField(lambda words: _string(words.next()), _measure_string)
_STRINGS = RdataField(_read_strings, _measure_strings)
_LONG_STRING = RdataField(lambda words: unescape(words.next()), _to_end)
_HEX = RdataField(_read_hex, _some_to_end)
_BASE64 = RdataField(_read_base64, _some_to_end)
_SERVICE = (_UINT16, _NAME, RdataField(lambda words: svcparams_from_text(words.all()), check_svcparams))
_ASSOCIATION = (_UINT8, _UINT8, _UINT8, _HEX)

FIELDS: Mapping[int, RdataFields] = {
    RRType.A: (_IPV4,),
    RRType.NS: (_NAME,),
    3: (_NAME,),  # MD
    4: (_NAME,),  # MF
    RRType.CNAME: (_NAME,),
    RRType.SOA: (_NAME, _NAME, _UINT32, _SECONDS, _SECONDS, _SECONDS, _SECONDS),
    7: (_NAME,),  # MB
    8: (_NAME,),  # MG
    9: (_NAME,),  # MR
    RRType.PTR: (_NAME,),
    14: (_NAME, _NAME),  # MINFO
    RRType.MX: (_UINT16, _NAME),
    RRType.TXT: (_STRINGS,),
    17: (_NAME, _NAME),  # RP
    18: (_UINT16, _NAME),  # AFSDB
    19: (_STRING,),  # X25
    21: (_UINT16, _NAME),  # RT
    23: (_NAME,),  # NSAP-PTR
    26: (_UINT16, _NAME, _NAME),  # PX
    RRType.AAAA: (_IPV6,),
    30: (_NAME, RdataField(_read_types, _to_end)),  # NXT
    31: (_HEX,),  # EID
    32: (_HEX,),  # NIMLOC
    RRType.SRV: (_UINT16, _UINT16, _UINT16, _NAME),
    35: (_UINT16, _UINT16, _STRING, _STRING, _STRING, _NAME),  # NAPTR
    36: (_UINT16, _NAME),  # KX
    38: (RdataField(_read_a6, _measure_a6),),  # A6
    RRType.DNAME: (_NAME,),
    40: (_UINT8, _UINT8, _UINT8, _BASE64),  # SINK
    52: _ASSOCIATION,  # TLSA
    53: _ASSOCIATION,  # SMIMEA
    57: (_UINT16, _UINT8, _UINT8, _BASE64),  # RKEY
    58: (_NAME, _NAME),  # TALINK
    63: (_UINT32, _UINT8, _UINT8, RdataField(_read_digest, _measure_digest)),  # ZONEMD
    64: _SERVICE,  # SVCB
    65: _SERVICE,  # HTTPS
    107: (_UINT16, _NAME),  # LP
    256: (_UINT16, _UINT16, _LONG_STRING),  # URI
    259: (_UINT32, _UINT32, _UINT8, _STRING, RdataField(_read_doa, _to_end)),  # DOA
    32_768: (_UINT16, _UINT8, _UINT8, _HEX),  # TA
}
"""RR type → its fields."""
