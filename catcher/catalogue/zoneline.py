"""Parses one entry of a master file (RFC 1035 §5.1). The text is already in lower case."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_SPECIAL = re.compile(rb'[;"()$\\@]')
_TTL = re.compile(rb"(?:\d+[smhdw]?)+\Z")
_CLASS = re.compile(rb"(?:in|ch|hs|class\d+)\Z")
_TOKEN = re.compile(
    rb'(?P<space>[ \t\r\f\v]+)|(?P<mark>[()])|;.*|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>(?:[^\s;"()\\]|\\.)+)'
)
_ESCAPE = re.compile(rb"\\(?:(\d\d\d)|(.))")
_PLAIN_OCTET = re.compile(rb"[a-z0-9_-]")
_MOST_LINES = 10_000


class Broken(Exception):
    """The entry can't be parsed: ``what`` names the fault, ``remedy`` the correction."""

    def __init__(self, what: str, remedy: str = "mend the zone file") -> None:
        self.what, self.remedy = what, remedy
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class ZoneLine:
    """The parts of an entry that the guard uses."""

    owner: bytes | None = None
    """The owner as written; None: the owner of the entry before."""
    rrtype: bytes = b""
    data: bytes | None = None
    """NS, MX: the host as written. SOA: the serial. None for all other types."""
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
    lines = 1
    while depth:
        more = following()
        lines += 1
        if more is None or lines > _MOST_LINES:
            raise Broken("a parenthesis isn't closed", "give the whole zone file; it may be cut off")
        depth = _tokens(more, depth, fields)
    if not fields:
        return None
    if fields[0].startswith(b"$") and text.startswith(b"$"):
        return _directive(fields)
    return _record(fields, has_owner=text[0] not in b" \t(")


def absolute(name: bytes, origin: bytes | None) -> bytes:
    """``name`` as an absolute name without final dot: ``origin`` is appended, and needless escapes are removed."""
    if name == b"@":
        if origin is None:
            raise _no_origin(name)
        return origin
    if b"\\" in name:
        name = _ESCAPE.sub(_unescaped, name)
    if name.endswith(b".") and not name.endswith(b"\\."):
        return name[:-1]
    if origin is None:
        raise _no_origin(name)
    return name + b"." + origin if origin else name


def _no_origin(name: bytes) -> Broken:
    shown = name.decode("ascii", "backslashreplace")[:80]
    return Broken(f"{shown} is a relative name and nothing says to what", "begin the file with $ORIGIN and the TLD")


def _unescaped(found: re.Match[bytes]) -> bytes:
    """An escaped letter is that letter (RFC 1035 §5.1); any other octet becomes ``\\DDD``."""
    octet = int(found[1]) if found[1] else found[2][0]
    if octet > 255:
        raise Broken(f"there is no octet {octet}")
    plain = bytes([octet]).lower()
    return plain if _PLAIN_OCTET.match(plain) else b"\\%03d" % octet


def _tokens(text: bytes, depth: int, fields: list[bytes]) -> int:
    """Appends the line's fields to ``fields``; returns the depth of parentheses at the end of the line."""
    at = 0
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
        elif token["word"] is not None:
            fields.append(token["word"])
        elif token["quoted"] is not None:
            fields.append(token["quoted"])
    return depth


def _directive(fields: Sequence[bytes]) -> ZoneLine | None:
    name = fields[0]
    if name == b"$ttl":
        return None
    if name == b"$origin" and len(fields) == 2:
        return ZoneLine(origin=fields[1])
    shown = name.decode("ascii", "backslashreplace")[:40].upper()
    if name == b"$origin":
        raise Broken("$ORIGIN takes one name")
    raise Broken(f"{shown} is not followed", "give the zone as one file with every record written out")


def _record(fields: Sequence[bytes], *, has_owner: bool) -> ZoneLine:
    owner = fields[0] if has_owner else None
    at = 1 if has_owner else 0
    internet = True
    while at < len(fields) and (_TTL.match(fields[at]) or _CLASS.match(fields[at])):
        internet = internet and (fields[at][:1].isdigit() or fields[at] in (b"in", b"class1"))
        at += 1
    if at == len(fields):
        raise Broken("a record has no type")
    rrtype, rdata = fields[at], fields[at + 1 :]
    if not internet:
        return ZoneLine(owner, rrtype)
    match rrtype:
        case b"ns" if len(rdata) == 1:
            return ZoneLine(owner, rrtype, rdata[0])
        case b"mx" if len(rdata) == 2 and rdata[0].isdigit():
            return ZoneLine(owner, rrtype, rdata[1])
        case b"soa" if len(rdata) == 7 and rdata[2].isdigit():
            return ZoneLine(owner, rrtype, rdata[2])
        case b"ns" | b"mx" | b"soa" | b"type2" | b"type15" | b"type6":
            shown = rrtype.decode().upper()
            raise Broken(f"the {shown} record's data is not of the form of RFC 1035 §3.3", "write it as RFC 1035 does")
        case _:
            return ZoneLine(owner, rrtype)
