"""RDATA as a master file has it → wire format: a row of fields for frequent and for obsolete types, dnspython for the
others, and ``\\#`` for every type (RFC 3597 §5).

Only this module and ``mnemonic`` handle dnspython's own types.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from catcher.dns.wire import Rdata
from catcher.dns.zones.masterfiles.entries import Attached, Quoted
from catcher.dns.zones.masterfiles.rdatafields import FIELDS, RdataFields, RdataWords, checked, split
from catcher.dns.zones.mnemonic import to_mnemonic

MAX_RDATA = 65_535
"""Octets: RDLENGTH has two (RFC 1035 §3.2.1)."""

_AMTRELAY = 260
_RELAY_TYPES = 4
"""Number of types of a relay in AMTRELAY (RFC 8777 §4.2.3); of another type only the octets are known."""
_LOC = 29
_DEGREES = rb"\d{1,3}(?: \d{1,2}(?: \d{1,2}(?:\.\d{1,3})?)?)?"
_METRES = rb"\d{1,12}(?:\.\d{1,2})?m?"
_LOC_FORM = re.compile(rb"%b [NS] %b [EW] -?%b(?: %b){0,3}\Z" % (_DEGREES, _DEGREES, _METRES, _METRES), re.IGNORECASE)
"""The text of a LOC (RFC 1876 §3): dnspython reads its numbers as Python does, with exponents and more digits."""

_RAW = re.compile(rb"\\\\|\\?[\x00-\x1f\x7f-\xff]")
"""An octet that dnspython would read as a part of UTF-8 text; an escaped backslash is passed over."""


def rdata_from_text(rrtype: int, words: Sequence[bytes], origin: bytes) -> Rdata:
    """The RDATA of one record; relative names lie below ``origin``.

    Raises ValueError; dnspython, which reads rare types, raises errors of other kinds, too.
    """
    if words and words[0] == rb"\#" and not isinstance(words[0], Quoted):
        octets = _generic(words[1:])
        return split(rrtype, checked(rrtype, octets) if rrtype in FIELDS else _checked_by_library(rrtype, octets))
    fields = FIELDS.get(rrtype)
    octets = _by_library(rrtype, words, origin) if fields is None else _by_fields(rrtype, fields, words, origin)
    if len(octets) > MAX_RDATA:
        raise ValueError(f"the data has over {MAX_RDATA} octets")
    return split(rrtype, octets)


def _by_fields(rrtype: int, fields: RdataFields, words: Sequence[bytes], origin: bytes) -> bytes:
    left = RdataWords(words, origin)
    octets = b"".join([field.read(left) for field in fields])
    if left.rest:
        raise ValueError(f"{to_mnemonic(rrtype)} has a word too many")
    return octets


def _generic(words: Sequence[bytes]) -> bytes:
    r"""``\# LENGTH HEX…``"""
    try:
        length = int(words[0].decode("ascii")) if words and len(words[0]) <= 5 else -1
        octets = bytes.fromhex(b"".join(words[1:]).decode("ascii"))
    except ValueError:
        length, octets = -1, b""
    if length != len(octets) or length > MAX_RDATA:
        raise ValueError(
            r"\# is followed by the number of octets, at most 65535, and by two hexadecimal digits for each"
        )
    return octets


def _checked_by_library(rrtype: int, octets: bytes) -> bytes:
    """RDATA that was written as octets, of a type without a row. Raises ValueError unless the octets are of the form of
    their type. A type that dnspython doesn't know has no form, nor has a LOC of a version above 0 (RFC 1876 §2)."""
    is_of_later = (rrtype == _LOC and octets[:1] > b"\0") or (
        rrtype == _AMTRELAY and len(octets) > 1 and octets[1] & 0x7F >= _RELAY_TYPES
    )
    if is_of_later or not _is_known(rrtype):
        return octets
    kind = dns.rdatatype.RdataType.make(rrtype)
    try:
        dns.rdata.from_wire(dns.rdataclass.IN, kind, octets, 0, len(octets))
    except Exception:  # dnspython raises errors of many kinds for octets that it can't take
        raise ValueError(f"the octets are not of the form of {to_mnemonic(rrtype)}") from None
    return octets


def _is_known(rrtype: int) -> bool:
    library: Any = dns.rdata
    kind = dns.rdatatype.RdataType.make(rrtype)
    return library.get_rdata_class(dns.rdataclass.IN, kind) is not dns.rdata.GenericRdata


def _by_library(rrtype: int, words: Sequence[bytes], origin: bytes) -> bytes:
    kind = dns.rdatatype.RdataType.make(rrtype)
    if not _is_known(rrtype):
        raise ValueError(rf"no text form of {to_mnemonic(rrtype)} is known: write \# (RFC 3597 §5)")
    if rrtype == _LOC and not _LOC_FORM.match(b" ".join(words)):
        raise ValueError(
            "LOC is written as degrees, minutes, seconds, N or S, the same with E or W, metres (RFC 1876 §3)"
        )
    try:
        wire = dns.rdata.from_text(dns.rdataclass.IN, kind, _text(words), _origin(origin), False).to_wire()
    except (struct.error, OverflowError):
        raise ValueError(f"a number in the data of {to_mnemonic(rrtype)} is out of range") from None
    assert isinstance(wire, bytes)
    return wire


def _text(words: Sequence[bytes]) -> str:
    """The words as one line for dnspython, with every octet that isn't printable ASCII as ``\\DDD``."""
    line: list[str] = []
    for word in words:
        text = _RAW.sub(_escaped, word).decode("ascii")
        if isinstance(word, Attached) and line:
            line[-1] += f'"{text}"'
        else:
            line.append(f'"{text}"' if isinstance(word, Quoted) else text)
    return " ".join(line)


def _escaped(match: re.Match[bytes]) -> bytes:
    found = match[0]
    return found if found == rb"\\" else b"\\%03d" % found[-1]


@lru_cache(maxsize=64)
def _origin(wire: bytes) -> dns.name.Name:
    return dns.name.from_wire(wire, 0)[0]
