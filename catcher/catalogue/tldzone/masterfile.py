"""Streams through a TLD's master file (RFC 1035 §5) and yields the records that the guard judges.

::

    stream ─▶ packing ─▶ stretches of whole lines ─┬─▶ only plain lines: one expression takes them all ──┬─▶ ZoneRecord
                                                   └─▶ anything else: entry by entry, see ``entries``  ──┘

A TLD zone has millions of lines. Nearly all are NS records (``owner [ttl] [class] ns host``), glue or DNSSEC records.
The SOA may stand anywhere. A printed transfer has it twice, at its begin and at its end: without the second one the
file is cut off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO

from catcher.catalogue.tldzone import dump
from catcher.catalogue.tldzone.entries import (
    COMMON_RDATA,
    PROOFS,
    Broken,
    ZoneLine,
    ZoneRecord,
    absolute,
    is_special,
    read_careful,
    read_split,
)
from catcher.catalogue.tldzone.packing import unpacked
from catcher.catalogue.tldzone.source import Apex
from catcher.model.errors import ConfigurationError, Fault

STRETCH = 1 << 18
"""Octets read from the file at a time; tests lower it, so that the cut falls at every place of a line."""
_LONGEST = 1 << 20

_NAME = rb"([a-z0-9_/-]{1,63}+(?>(?:\.[a-z0-9_/-]{1,63}+)*)\.?+)"
_HEAD = rb"^(?:" + _NAME + rb")?[ \t]++(?:\d{1,9}+[ \t]++(?:in[ \t]++)?|in[ \t]++(?:\d{1,9}+[ \t]++)?)?"
_DATA = (
    rb"(?:ns[ \t]++"
    + _NAME
    + b"".join(
        rb"|%b%b" % (rb"(?:%b)" % types if types.startswith(b"rrsig") else rb"(%b)" % types, data)
        for types, data in COMMON_RDATA.items()
    )
    + rb")"
)
_PLAIN = re.compile(_HEAD + _DATA + rb"[ \t\r]*+\n", re.M)
"""Matches a plain line: owner (empty: the owner of the line before), host of an NS record, and the type of A, AAAA, DS
and DNSKEY."""
_DOT = ord(".")
_LONGEST_NAME = 253


class TldZoneFile:
    """A zone file, plain or packed, or a pipe, read once in constant memory. Faults are ConfigurationErrors."""

    is_current = False
    """A file may be of any age: it counts from the first sight of its serial."""

    def __init__(self, file: Path | IO[bytes], name: str) -> None:
        """``file``: opened and closed by ``records`` if it is a path. ``name``: of the file, for messages."""
        self.name = name
        self._file = file
        self._stretches: Iterator[bytes] = iter(())
        self._origin: bytes | None = None
        self._suffix = b""
        self._owner: bytes | None = None
        self._apex: Apex | None = None
        self._is_transfer = False
        """Whether the file's own words or form say that a transfer was printed into it."""
        self._is_whole = True
        """False from the first line of Knot's dump to its last line."""
        self._directives = False
        self._any = False
        """Whether a record was read."""
        self._closing = False
        """Whether the last record was the second SOA."""
        self._read = 0
        """Number of lines read so far."""

    @property
    def apex(self) -> Apex:
        """The zone's SOA; known when ``records`` has ended."""
        assert self._apex is not None
        return self._apex

    @property
    def closed(self) -> bool:
        return self._closing

    def records(self) -> Iterator[list[ZoneRecord]]:
        """Every record but SOA and DNSSEC's proofs, in lists of some thousand records. Call it once only."""
        try:
            with self._file.open("rb") if isinstance(self._file, Path) else nullcontext(self._file) as stream:
                self._stretches = _stretches(stream)
                for stretch in self._stretches:
                    yield self._in_bulk(stretch)
        except Broken as error:
            raise self._fault(f":{self._read}" if self._read else "", error.what, error.remedy) from None
        except OSError as error:
            what = f"it can't be read: {error.strerror or 'the file is damaged'}"
            raise self._fault("", what, "name a readable zone file") from None
        if self._apex is None:
            raise self._fault("", "it has no SOA record", "give the whole zone of a TLD")
        if not self._is_whole:
            what = 'Knot\'s dump in it is cut off: it has no line "Written … records"'
            raise self._fault(f":{self._read}", what, "give the whole file")
        if self._is_transfer and not self._closing:
            raise self._fault(
                f":{self._read}",
                "the transfer in it is cut off: it doesn't end with the SOA that it began with (RFC 5936 §2.2)",
                "transfer the zone again, with dig without +onesoa; a file that no transfer made says so with $TTL as "
                "its first line",
            )

    def _in_bulk(self, stretch: bytes) -> list[ZoneRecord]:
        owner, suffix, read = self._owner, self._suffix, self._read
        if owner is None or self._origin is None:
            return self._one_by_one(stretch)
        rows = _PLAIN.findall(stretch.lower())
        if len(rows) != stretch.count(b"\n"):
            return self._one_by_one(stretch)
        records: list[ZoneRecord] = []
        longest = 0
        for number, (name, host, a, aaaa, key) in enumerate(rows, read + 1):
            if name:
                owner = name[:-1] if name[-1] == _DOT else name + suffix
                if len(owner) > longest:
                    longest = len(owner)
            if host:
                host = host[:-1] if host[-1] == _DOT else host + suffix
                if len(host) > longest:
                    longest = len(host)
                records.append(ZoneRecord(owner, b"ns", host, number))
            elif kind := a or aaaa or key:
                records.append(ZoneRecord(owner, kind, b"", number))
        if longest > _LONGEST_NAME:
            return self._one_by_one(stretch)
        if rows:
            self._any, self._closing = True, False
        self._owner, self._read = owner, read + len(rows)
        return records

    def _one_by_one(self, stretch: bytes) -> list[ZoneRecord]:
        records: list[ZoneRecord] = []
        lines = iter(stretch.split(b"\n")[:-1])

        def following() -> bytes | None:
            nonlocal lines
            text = next(lines, None)
            if text is None:
                lines = iter(next(self._stretches, b"").split(b"\n")[:-1])
                text = next(lines, None)
            if text is not None:
                self._read += 1
            return text and text.removesuffix(b"\r")

        while (text := next(lines, None)) is not None:
            self._read += 1
            number = self._read
            if text.startswith(b";"):
                self._note_comment(text.lower())
                continue
            text = text.removesuffix(b"\r")
            line = read_careful(text, following) if is_special(text) else read_split(text)
            if text.startswith(b"$"):
                self._directives = True
            if line is not None and (record := self._record(line, number, text)) is not None:
                records.append(record)
        return records

    def _note_comment(self, comment: bytes) -> None:
        failure = dump.failure(comment)
        if failure is not None:
            raise Broken(f'the program that made the file says "{failure}": it is cut off', "transfer the zone again")
        self._is_transfer = self._is_transfer or dump.is_of_transfer(comment)
        mark = dump.knot_mark(comment)
        self._is_whole = self._is_whole if mark is None else mark

    def _record(self, line: ZoneLine, number: int, text: bytes) -> ZoneRecord | None:
        if line.origin is not None:
            self._origin = absolute(line.origin, self._origin)
            self._suffix = b"." + self._origin if self._origin else b""
            return None
        if line.rrtype == b"tsig":
            return None
        if line.owner is not None:
            self._owner = absolute(line.owner, self._origin)
        owner = self._owner
        if owner is None:
            raise Broken("the first record has no owner", "give the whole zone, from its SOA on")
        if line.serial is not None:
            self._take_soa(owner, line.serial, text)
            return None
        self._any, self._closing = True, False
        if line.rrtype in PROOFS:
            return None
        target = b"" if line.target is None else absolute(line.target, self._origin)
        return ZoneRecord(owner, line.rrtype, target, number)

    def _take_soa(self, owner: bytes, serial: int, text: bytes) -> None:
        apex = Apex(owner.decode("ascii", "backslashreplace"), serial)
        if self._apex is None:
            is_first = not self._any and not self._directives and self._is_whole
            if is_first and dump.is_printed_soa(text.lower()):
                self._is_transfer = True
            self._apex = apex
        elif self._apex.origin != apex.origin:
            raise Broken(f"a second SOA, beside that of {self._apex.origin}", "give one zone a file")
        elif self._apex != apex:
            what = f"a second SOA with the serial {serial}, where the first has {self._apex.serial}"
            raise Broken(what, "transfer the zone again: the file holds two states of it")
        else:
            self._closing = True
        self._any = True
        if self._origin is None:
            self._origin, self._suffix = owner, b"." + owner if owner else b""

    def _fault(self, place: str, what: str, remedy: str) -> ConfigurationError:
        return ConfigurationError([Fault(f"{self.name}{place}", what, remedy)])


def _stretches(stream: IO[bytes]) -> Iterator[bytes]:
    """The unpacked stream in pieces of whole lines, each ended by LF. Raises Broken, OSError."""
    source = unpacked(stream)
    waiting: list[bytes] = []
    size = 0
    while piece := source.read(STRETCH):
        end = piece.rfind(b"\n") + 1
        if end:
            yield b"".join([*waiting, piece[:end]])
            waiting, size = [], 0
        if end < len(piece):
            waiting.append(piece[end:])
            size += len(piece) - end
            if size > _LONGEST:
                raise Broken("a line of over a million octets", "give a zone in master file format")
    if waiting:
        raise Broken("the last line has no end: the file is cut off", "give the whole zone")
