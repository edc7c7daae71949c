"""Parses one entry of a master file (RFC 1035 §5.1) to the letter: a field that no RFC knows is a fault.

Longer than others: the grammar of an entry stands beside the code for each of its parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

_SPECIAL = re.compile(rb'[;"()$\\@\x00-\x08\x0a-\x1f\x7f]')
_CONTROL = re.compile(rb"[\x00-\x20\x7f]")
_TTL = re.compile(rb"(?>(?:\d{1,10}+[smhdw]?)+)\Z")
_TTL_PART = re.compile(rb"(\d+)([smhdw]?)")
_SECONDS = {b"": 1, b"s": 1, b"m": 60, b"h": 3600, b"d": 86400, b"w": 604800}
_CLASS = re.compile(rb"(?:in|ch|hs|any|none|class\d{1,5}+)\Z")
_TOKEN = re.compile(
    rb'(?P<space>[ \t]++)|(?P<mark>[()])|;.*|(?P<quoted>"(?>(?:[^"\\]|\\.)*)")|(?P<word>(?>(?:[^\s;"()\\]|\\.)+))'
)
_ESCAPE = re.compile(rb"\\(?:(\d\d\d)|(.))", re.S)
_PLAIN_OCTET = re.compile(rb"[a-z0-9_/*-]")
_NAME = re.compile(rb"[a-z0-9_/*-]{1,63}+(?>(?:\.[a-z0-9_/*-]{1,63}+)*)\Z")
"""An absolute name without final dot, with short labels and without escapes."""
_OCTET = rb"(?:2(?:5[0-5]|[0-4]\d)|[01]?\d?\d)"
COMMON_RDATA = {
    rb"a": rb"[ \t]++" + rb"\.".join([_OCTET] * 4) + rb"(?![0-9.])",
    rb"aaaa": rb"[ \t]++[0-9a-f]{0,4}+:[0-9a-f:.]*+",
    rb"ds|dnskey": rb"[ \t]++\d{1,5}+[ \t]++\d{1,3}+[ \t]++\d{1,3}+[ \t]++[a-z0-9+/=][a-z0-9+/= \t]*+",
    rb"rrsig|nsec3?+": rb"[ \t]++[a-z0-9_*][a-z0-9+/=._ \t*-]*+",
}
"""Types that a TLD's zone is full of → the form of their RDATA in lower case, written plainly."""
_COMMON = re.compile(b"|".join(rb"(?:%b)%b" % (types, data) for types, data in COMMON_RDATA.items()))
_MOST_LINES = 10_000
_MOST_OCTETS = 1 << 20
"""Most octets in the fields of one entry; RDATA has at most 65,535, in text at most four times as many."""
_MOST_SECONDS = (1 << 31) - 1
"""The longest TTL (RFC 2181 §8)."""

PROOFS = frozenset((b"rrsig", b"nsec", b"nsec3", b"sig", b"nxt"))
"""Types that DNSSEC adds to a zone by itself (RFC 4034, RFC 5155, RFC 2535): they tell nothing of a name's holder."""
TARGETS = {
    **dict.fromkeys((b"ns", b"cname", b"dname", b"ptr"), 0),
    **dict.fromkeys((b"mx", b"kx", b"afsdb", b"rt", b"svcb", b"https"), 1),
    b"srv": 3,
    b"naptr": 5,
}
"""Type → the field of its RDATA that names a host."""
_REGISTERED = frozenset(
    b"a6 atma cla doa eid gid ipn mb md mf mg minfo mr nimloc ninfo null rkey sink talink uid uinfo unspec".split()
)
"""Mnemonics of IANA's registry whose RDATA dnspython doesn't parse."""
_META = frozenset((b"any", b"axfr", b"ixfr", b"maila", b"mailb", b"opt", b"tkey", b"nxname", b"type0", b"none"))
"""Types of queries and of single messages (RFC 6895 §3.1): no zone has them."""


class ZoneRecord(NamedTuple):
    """A record as the guard judges it. Names are absolute, in lower case, without the final dot."""

    owner: bytes
    rrtype: bytes
    """The type's mnemonic in lower case."""
    target: bytes
    """The host that the record names, for the types of TARGETS; empty for all others."""
    line: int
    """Number of the line of the file, or of the record of a transfer."""


class Broken(Exception):
    """The entry can't be parsed: ``what`` names the fault, ``remedy`` the correction."""

    def __init__(self, what: str, remedy: str = "mend the zone file") -> None:
        self.what, self.remedy = what, remedy
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class ZoneLine:
    """The parts of an entry that the guard uses."""

    owner: bytes | None = None
    """The owner as written, in lower case; None: the owner of the entry before."""
    rrtype: bytes = b""
    target: bytes | None = None
    """The host as written, in lower case, of the types in TARGETS."""
    serial: int | None = None
    """The serial of an SOA."""
    origin: bytes | None = None
    """The name after ``$ORIGIN``; None in all other entries."""


def is_special(text: bytes) -> bool:
    """Whether the line has special characters, so that ``read_split`` can't parse it."""
    return _SPECIAL.search(text) is not None


def read_split(text: bytes) -> ZoneLine | None:
    """Parses a line without special characters; None for a blank line. Raises Broken."""
    fields = text.split()
    return _record(fields, has_owner=text[0] not in b" \t") if fields else None


def read_careful(text: bytes, following: Callable[[], bytes | None]) -> ZoneLine | None:
    """Parses an entry whose parentheses may span several lines; ``following`` returns the next line. Raises Broken."""
    fields: list[bytes] = []
    depth = _tokens(text, 0, fields)
    lines, octets = 1, len(text)
    while depth:
        more = following()
        lines += 1
        if more is None or lines > _MOST_LINES or octets > _MOST_OCTETS:
            raise Broken("a parenthesis isn't closed", "give the whole zone file; it may be cut off")
        octets += len(more)
        depth = _tokens(more, depth, fields)
    if not fields:
        return None
    if fields[0].startswith(b"$") and text.startswith(b"$"):
        return _directive(fields)
    return _record(fields, has_owner=text[0] not in b" \t")


def absolute(name: bytes, origin: bytes | None) -> bytes:
    """``name`` as an absolute name without final dot: ``origin`` is appended, and needless escapes are removed.

    Raises Broken for a relative name without origin and for a name that RFC 1035 §2.3.4 forbids.
    """
    if name == b"@":
        if origin is None:
            raise _no_origin(name)
        return origin
    if b"\\" in name:
        name = _ESCAPE.sub(_unescaped, name)
    if name == b".":
        return b""
    if name.endswith(b".") and not name.endswith(b"\\."):
        name = name[:-1]
    elif origin is None:
        raise _no_origin(name)
    elif origin:
        name = name + b"." + origin
    if len(name) > 253 or not _NAME.match(name):
        _check_labels(name)
    return name


def _check_labels(name: bytes) -> None:
    octets = 1
    for label in name.split(b"."):
        size = len(label) - 3 * label.count(b"\\")
        if not 0 < size < 64:
            raise Broken("a name has an empty label" if size <= 0 else "a label has over 63 octets")
        octets += size + 1
    if octets > 255:
        raise Broken("a name has over 255 octets")


def _no_origin(name: bytes) -> Broken:
    return Broken(
        f"{shown(name)} is a relative name and nothing says to what", "begin the file with $ORIGIN and the TLD"
    )


def shown(text: bytes) -> str:
    """A field of the file for a message: ASCII, at most 80 characters."""
    return text.decode("ascii", "backslashreplace")[:80]


def _unescaped(found: re.Match[bytes]) -> bytes:
    """An escaped letter is that letter (RFC 1035 §5.1); any other octet becomes ``\\DDD``."""
    octet = int(found[1]) if found[1] else found[2][0]
    if octet > 255:
        raise Broken(f"there is no octet {octet}")
    if not found[1] and found[2].isdigit():
        raise Broken("a backslash and a digit, but not three digits")
    plain = bytes([octet]).lower()
    return plain if _PLAIN_OCTET.match(plain) else b"\\%03d" % octet


def _tokens(text: bytes, depth: int, fields: list[bytes]) -> int:
    """Appends the line's fields to ``fields``; returns the depth of parentheses at the end of the line."""
    at, key = 0, False
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise Broken("a quote isn't closed" if text[at] == 34 else "a backslash at the end of the line")
        at = token.end()
        if token["mark"] == b"(":
            depth += 1
        elif token["mark"] == b")":
            if not depth:
                raise Broken("a parenthesis is closed that wasn't opened")
            depth -= 1
        elif key and token["quoted"]:
            fields[-1] += token["quoted"]  # alpn="h2,h3" is one field (RFC 9460 §2.1)
        elif (field := token["word"] or token["quoted"]) is not None:
            if token["word"] and _CONTROL.search(field):
                raise Broken(f"a control character in {shown(field)}", "give a zone in master file format")
            fields.append(field)
        key = token["word"] is not None and token["word"].endswith(b"=")
    return depth


def _directive(fields: Sequence[bytes]) -> ZoneLine | None:
    name = fields[0].lower()
    if name == b"$ttl":
        if len(fields) != 2 or not _is_ttl(fields[1].lower()):
            raise Broken("$TTL takes one number of seconds")
        return None
    if name == b"$origin":
        if len(fields) != 2:
            raise Broken("$ORIGIN takes one name")
        return ZoneLine(origin=fields[1].lower())
    raise Broken(f"{shown(name).upper()} is not followed", "give the zone as one file with every record written out")


def _record(fields: Sequence[bytes], *, has_owner: bool) -> ZoneLine:
    owner = fields[0].lower() if has_owner else None
    if owner is not None and owner.startswith(b'"'):
        raise Broken("the owner is in quotes", "write it as RFC 1035 does")
    rest = fields[1:] if has_owner else fields
    internet, at = _head(rest)
    if at == len(rest):
        raise Broken("a record has no type")
    word = rest[at].lower()
    rrtype = _type(word)
    if rrtype is None:
        raise Broken(
            f"{shown(rest[at])} is no TTL, no class and no type that is registered", "write it as RFC 1035 §5.1 does"
        )
    if rrtype == b"tsig":
        # Left by dig beside the records of a transfer that was signed.
        return ZoneLine(owner, rrtype)
    if not internet:
        raise Broken("a record of another class than IN", "give the zone of class IN alone")
    rdata = rest[at + 1 :]
    place = TARGETS.get(rrtype)
    if rrtype == b"soa":
        return ZoneLine(owner, rrtype, serial=_serial(rdata))
    if (word.startswith(b"type") and place is not None) or (place is not None and rdata[:1] == [b"\\#"]):
        raise _not_by_the_book(word)
    _check(rrtype, rdata, word)
    return ZoneLine(owner, rrtype, target=None if place is None else rdata[place].lower())


def _head(fields: Sequence[bytes]) -> tuple[bool, int]:
    """Whether the class is IN, and the place of the type: at most one TTL and one class, in either order."""
    ttl: bytes | None = None
    kind: bytes | None = None
    at = 0
    while at < len(fields):
        word = fields[at].lower()
        if ttl is None and _TTL.match(word):
            if not _is_ttl(word):
                raise Broken(f"the TTL {shown(word)} is above 2147483647", "write a TTL as RFC 2181 §8 does")
            ttl = word
        elif kind is None and _CLASS.match(word):
            kind = word
        else:
            break
        at += 1
    return kind in (None, b"in", b"class1"), at


def _is_ttl(word: bytes) -> bool:
    if not _TTL.match(word):
        return False
    parts = _TTL_PART.findall(word)
    return sum(int(number) * _SECONDS[unit] for number, unit in parts) <= _MOST_SECONDS


@lru_cache(256)
def _type(word: bytes) -> bytes | None:
    """The mnemonic in lower case of a registered type, or of ``TYPEnnn``; None for anything else."""
    if word in _REGISTERED:
        return word
    try:
        number = dns.rdatatype.from_text(word.decode("ascii"))
    except (dns.rdatatype.UnknownRdatatype, ValueError):
        return None
    rrtype = dns.rdatatype.to_text(number).lower().encode()
    return None if rrtype in _META or (word[:4] == b"type" and not word[4:].isdigit()) else rrtype


def _serial(rdata: Sequence[bytes]) -> int:
    is_serial = len(rdata) == 7 and len(rdata[2]) <= 10 and rdata[2].isdigit() and int(rdata[2]) < 1 << 32
    if is_serial and all(_is_ttl(field.lower()) for field in rdata[3:]):
        return int(rdata[2])
    raise _not_by_the_book(b"soa")


def _check(rrtype: bytes, rdata: Sequence[bytes], word: bytes) -> None:
    """Raises Broken unless the RDATA has the form of its type. The common types are checked without dnspython."""
    match rrtype:
        case b"ns" | b"cname" | b"dname" | b"ptr":
            right = len(rdata) == 1 and not rdata[0].startswith(b'"')
        case b"mx" | b"kx" | b"afsdb" | b"rt":
            right = len(rdata) == 2 and len(rdata[0]) <= 5 and rdata[0].isdigit() and int(rdata[0]) < 65536
        case _:
            right = bool(_COMMON.fullmatch(b" ".join((rrtype, *rdata)).lower())) or _parses(rrtype, rdata)
    if not right:
        raise _not_by_the_book(word)


def _parses(rrtype: bytes, rdata: Sequence[bytes]) -> bool:
    if rrtype in _REGISTERED and rdata[:1] != [b"\\#"]:
        return bool(rdata)
    try:
        number = dns.rdatatype.from_text(rrtype.decode("ascii"))
        text = b" ".join(rdata).decode("latin-1")
        dns.rdata.from_text(dns.rdataclass.IN, number, text, origin=dns.name.root, relativize=False)
    except Exception:  # dnspython raises ValueError, struct.error, OverflowError and others for odd RDATA
        return False
    return True


def _not_by_the_book(word: bytes) -> Broken:
    what = f"the {shown(word).upper()} record's data is not of the form of its type"
    return Broken(what, "write it as RFC 1035 §3.3 does")
