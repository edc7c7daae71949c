"""Streams through a TLD's master file (RFC 1035 §5) and yields its NS and MX records for the guard.

::

    file ─▶ stretches of whole lines ─┬─▶ only plain lines: one expression takes them all ──┬─▶ Links
                                      └─▶ anything else: entry by entry, see ``zoneline`` ──┘

A TLD zone has millions of lines. Nearly all are NS records (``owner [ttl] [class] ns host``), glue or DNSSEC records.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from catcher.catalogue.zoneline import Broken, ZoneLine, absolute, is_special, read_careful, read_split
from catcher.model.errors import ConfigurationError, Fault

STRETCH = 1 << 18
"""Octets read from the file at a time; tests lower it, so that the cut falls at every place of a line."""
_LONGEST = 1 << 20
_GZIP = b"\x1f\x8b"

_NAME = rb"([a-z0-9._/-]++)"
_HEAD = rb"^(?:" + _NAME + rb")?[ \t]++(?:\d++[ \t]++)?(?:in[ \t]++)?(?:\d++[ \t]++)?"
_OTHER = rb'(?:a|aaaa|ds|rrsig|nsec|nsec3|nsec3param|dnskey|cds|cdnskey)[ \t][^\n;"()$\\@]*+'
_PLAIN = re.compile(_HEAD + rb"(?:ns[ \t]++" + _NAME + rb"|" + _OTHER + rb")[ \t\r]*+\n", re.M)
"""Matches a plain line: owner (empty: the owner of the line before) and host (empty: the type isn't NS)."""
_DOT = ord(".")

Link = tuple[bytes, bytes, bytes, int]
"""(owner, ``ns`` or ``mx``, host, line number): names absolute, lower case, without the final dot."""


@dataclass(frozen=True, slots=True)
class Apex:
    """The zone's SOA."""

    origin: str
    serial: int


class TldZone:
    """A zone file, plain or gzipped, read in constant memory. Raises ConfigurationError when the file is broken."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stretches = _stretches(file)
        self._origin: bytes | None = None
        self._suffix = b""
        self._owner: bytes | None = None
        self._apex: Apex | None = None
        self._read = 0
        """Number of lines read so far."""
        self._first = self._next()

    @property
    def apex(self) -> Apex:
        """The zone's SOA. It is known from the beginning, because it has to be the first record."""
        assert self._apex is not None
        return self._apex

    def links(self) -> Iterator[list[Link]]:
        """Every NS and MX record, in lists of some thousand records. Call it once only."""
        links: list[Link] | None = self._first
        while links is not None:
            yield links
            links = self._next()

    def _next(self) -> list[Link] | None:
        """The links of the next stretch; None at the end of the file."""
        try:
            stretch = next(self._stretches, None)
            if stretch is not None:
                return self._in_bulk(stretch) if self._apex else self._one_by_one(stretch)
        except Broken as error:
            raise self._fault(f":{self._read}", error.what, error.remedy) from None
        except (OSError, EOFError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or "the gzip stream is damaged"
            raise self._fault("", f"it can't be read: {reason}", "name a readable zone file") from None
        if self._apex is None:
            raise self._fault("", "it has no SOA record", "give the whole zone of a TLD")
        return None

    def _in_bulk(self, stretch: bytes) -> list[Link]:
        rows = _PLAIN.findall(stretch)
        if len(rows) != stretch.count(b"\n"):
            return self._one_by_one(stretch)
        links: list[Link] = []
        owner, suffix, read = self._owner, self._suffix, self._read
        assert owner is not None
        for number, (name, host) in enumerate(rows, read + 1):
            if name:
                owner = name[:-1] if name[-1] == _DOT else name + suffix
            if host:
                links.append((owner, b"ns", host[:-1] if host[-1] == _DOT else host + suffix, number))
        self._owner, self._read = owner, read + len(rows)
        return links

    def _one_by_one(self, stretch: bytes) -> list[Link]:
        links: list[Link] = []
        lines = iter(stretch.split(b"\n")[:-1])

        def following() -> bytes | None:
            nonlocal lines
            text = next(lines, None)
            if text is None:
                lines = iter(next(self._stretches, b"").split(b"\n")[:-1])
                text = next(lines, None)
            if text is not None:
                self._read += 1
            return text

        while (text := next(lines, None)) is not None:
            self._read += 1
            number = self._read
            line = read_careful(text, following) if is_special(text) else read_split(text)
            if line is not None and (link := self._link(line, number)) is not None:
                links.append(link)
        return links

    def _link(self, line: ZoneLine, number: int) -> Link | None:
        if line.origin is not None:
            self._origin = absolute(line.origin, self._origin)
            self._suffix = b"." + self._origin if self._origin else b""
            return None
        if line.owner is not None:
            self._owner = absolute(line.owner, self._origin)
        if self._owner is None:
            raise Broken("the first record has no owner", "give the whole zone, from its SOA on")
        if line.rrtype == b"soa" and line.data is not None:
            self._take_soa(self._owner, int(line.data))
            return None
        if line.data is None:
            return None
        if self._apex is None:
            raise Broken("a record stands before the SOA", "give the zone with its SOA first")
        return self._owner, line.rrtype, absolute(line.data, self._origin), number

    def _take_soa(self, owner: bytes, serial: int) -> None:
        apex = Apex(owner.decode("ascii", "backslashreplace"), serial)
        if self._apex is not None and self._apex.origin != apex.origin:
            raise Broken(f"a second SOA, beside that of {self._apex.origin}", "give one zone a file")
        self._apex = apex
        if self._origin is None:
            self._origin, self._suffix = owner, b"." + owner if owner else b""

    def _fault(self, place: str, what: str, remedy: str) -> ConfigurationError:
        return ConfigurationError([Fault(f"{self._file.name}{place}", what, remedy)])


def _stretches(file: Path) -> Iterator[bytes]:
    """The file in pieces of whole lines, in lower case, each ended by LF."""
    with file.open("rb") as raw:
        gzipped = raw.read(2) == _GZIP
        raw.seek(0)
        with gzip.open(raw) if gzipped else raw as stream:
            while piece := stream.read(STRETCH):
                rest = stream.readline(_LONGEST)
                if len(rest) == _LONGEST and not rest.endswith(b"\n"):
                    raise Broken("a line of over a million octets", "give a zone in master file format")
                piece = (piece + rest).lower()
                if not piece.endswith(b"\n"):
                    raise Broken("the last line has no end: the file is cut off", "give the whole zone")
                yield piece
