"""Reads master files (RFC 1035 §5): records with their file and line, or a fault.

Directives are $ORIGIN, $TTL (RFC 2308 §4), $INCLUDE and BIND's $GENERATE. Octets above 127 mean themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from catcher.dns.wire import Rdata, RRType, lower
from catcher.dns.zones.loaded import FileStamp
from catcher.dns.zones.masterfiles.entries import EntryError, MasterEntry, Quoted, entries, words
from catcher.dns.zones.masterfiles.generate import MAX_GENERATED, counters, expand
from catcher.dns.zones.masterfiles.nametext import name_from_text, unescape
from catcher.dns.zones.masterfiles.octets import MAX_OCTETS, read_stamped
from catcher.dns.zones.masterfiles.rdatafields import ttl_from_text
from catcher.dns.zones.masterfiles.rdatatext import rdata_from_text
from catcher.dns.zones.mnemonic import from_mnemonic
from catcher.model.errors import Fault

MAX_INCLUDES = 16
"""Most files nested by $INCLUDE: the reading of a file that includes itself must end."""
_MAX_FILES = 10_000
"""Most files that one master file may include, however they are nested."""
_MAX_GENERATED_TEXT = 64 << 20
"""Most characters that the $GENERATE lines of one master file may make."""
_META_TYPES = frozenset({0, RRType.OPT, *range(128, 256)})
"""Types that no zone holds (RFC 6895 §3.1)."""
_OTHER_CLASSES = frozenset({b"CH", b"HS", b"CS"})


class MasterRecord(NamedTuple):
    """One record of a master file."""

    owner: bytes
    """Absolute name, wire format, folded."""
    rrtype: int
    ttl: int
    rdata: Rdata
    place: tuple[str, int]
    """File and line."""

    @property
    def where(self) -> str:
        return f"{self.place[0]}:{self.place[1]}"


def read_master_file(
    path: Path, origin: bytes, *, most_generated: int = MAX_GENERATED
) -> tuple[list[MasterRecord], list[Fault]]:
    """The records of ``path``, which begins with ``origin`` (absolute, wire format) as its $ORIGIN.

    Records outside the zone are also returned: the caller checks them. Reading ends at the first fault. A path of
    $INCLUDE is relative to the file that holds the $INCLUDE line. The $GENERATE lines of all files together make at
    most ``most_generated`` records.
    """
    reading = read_with_files(path, origin, most_generated=most_generated)
    return reading.records, reading.faults


@dataclass(slots=True)
class Reading:
    """What was read of one master file."""

    records: list[MasterRecord]
    faults: list[Fault]
    files: list[FileStamp]
    """The master file and every file that it includes, each once."""


def read_with_files(path: Path, origin: bytes, *, most_generated: int = MAX_GENERATED) -> Reading:
    """As ``read_master_file``. Raises nothing but MemoryError: an error of a library is a fault of the record that
    provoked it."""
    reader = _Reader(origin, most_generated)
    faults = []
    try:
        reader.read(str(path))
    except MemoryError:
        raise
    except Exception as error:  # the edge to dnspython, which raises anything for a record that it can't take
        faults.append(_fault(error, reader.place))
    return Reading(reader.records, faults, list(reader.files.values()))


def _fault(error: Exception, place: tuple[str, int]) -> Fault:
    file, line = place
    match error:
        case OSError():
            if not line:
                return Fault(file, f"it can't be read: {error.strerror}", "name a readable file")
            remedy = "paths of $INCLUDE are relative to the file that they stand in"
            return Fault(f"{file}:{line}", f"the included file can't be read: {error.strerror}", remedy)
        case EntryError():
            return Fault(f"{file}:{error.line}", str(error), "write it as RFC 1035 §5.1 has it")
    what = str(error).rstrip(".").partition("\n")[0][:200]
    what = what if what.isprintable() else ascii(what)[1:-1]
    return Fault(f"{file}:{line}", what or type(error).__name__, _REMEDY)


_REMEDY = "write it as RFC 1035 §5 has it: name, TTL, class, type, data"


class _Reader:
    """The state of a reading: what a record inherits from the entries before it."""

    def __init__(self, origin: bytes, most_generated: int) -> None:
        self.records: list[MasterRecord] = []
        self.files: dict[str, FileStamp] = {}
        self.open: list[str] = []
        """The files that are being read, the outermost first."""
        self.place = ("", 0)
        self._origin = origin
        self._owner = origin
        self._default_ttl: int | None = None
        self._stated_default = False
        self._last_ttl: int | None = None
        self._most_generated = most_generated
        self._generated = self._generated_text = self._included = self._octets = 0
        self._names: dict[bytes, bytes] = {}

    def read(self, path: str) -> None:
        """Reads a file and what it includes."""
        if not self.open:
            self.place = (path, 0)
        octets, stamp = read_stamped(path, MAX_OCTETS - self._octets)
        self._octets += len(octets)
        self.files.setdefault(path, stamp)
        self.open.append(path)
        self.place = (path, 1)
        for entry in entries(octets):
            self.place = (path, entry.line)
            first = entry.words[0]
            if first[:1] == b"$" and not entry.indented and not isinstance(first, Quoted):
                self._directive(entry)
            else:
                self._record(entry)
        self.open.pop()

    def _directive(self, entry: MasterEntry) -> None:
        keyword, *arguments = entry.words
        if keyword.upper() in (b"$ORIGIN", b"$TTL") and any(isinstance(word, Quoted) for word in arguments):
            raise ValueError(f"what follows {keyword.decode().upper()} is not quoted")
        match keyword.upper(), len(arguments):
            case b"$ORIGIN", 1:
                self._move(name_from_text(arguments[0], self._origin))
            case b"$TTL", 1:
                self._default_ttl, self._stated_default = _ttl(arguments[0]), True
            case b"$INCLUDE", 1 | 2:
                self._include(arguments)
            case b"$GENERATE", _:
                self._generate(arguments)
            case ((b"$ORIGIN" | b"$TTL" | b"$INCLUDE"), _):
                raise ValueError(f"{keyword.decode().upper()} has {len(arguments)} words behind it")
            case _:
                raise ValueError(f"the directive {_shown(keyword)} is not known")

    def _include(self, arguments: Sequence[bytes]) -> None:
        """Afterwards origin, owner and TTLs are what they were before (RFC 1035 §5.1)."""
        path, *origin = arguments
        before = (self._origin, self._owner, self._default_ttl, self._stated_default, self._last_ttl, self.place)
        self._included += 1
        if len(self.open) > MAX_INCLUDES:
            raise ValueError(f"files are included over {MAX_INCLUDES} deep")
        if self._included > _MAX_FILES:
            raise ValueError(f"over {_MAX_FILES} files are included")
        if origin:
            self._move(name_from_text(origin[0], self._origin))
        name = unescape(path).decode("utf-8", "surrogateescape")
        self.read(str(Path(self.open[-1]).parent / name))
        self._move(before[0])
        _, self._owner, self._default_ttl, self._stated_default, self._last_ttl, self.place = before

    def _move(self, origin: bytes) -> None:
        if origin != self._origin:
            self._origin = origin
            self._names = {}

    def _record(self, entry: MasterEntry) -> None:
        left = entry.words
        at = 0
        if not entry.indented:
            self._owner = self._owner_name(left[0])
            at = 1
        ttl, at = self._ttl_and_class(left, at)
        if at >= len(left):
            raise ValueError("the record ends before its type")
        self._add(self._owner, ttl, _type(left[at]), left[at + 1 :])

    def _owner_name(self, text: bytes) -> bytes:
        known = self._names.get(text)
        if known is None:
            known = self._names[text] = lower(name_from_text(text, self._origin))
        return known

    def _ttl_and_class(self, left: Sequence[bytes], at: int) -> tuple[int | None, int]:
        """The TTL, if one stands there before or behind the class, and the place of the type."""
        ttl, classed = None, False
        while at < len(left):
            word = left[at]
            if ttl is None and word[:1].isdigit() and (found := ttl_from_text(word)) is not None:
                ttl = self._last_ttl = found
            elif not classed and word.upper() in (b"IN", b"CLASS1"):
                classed = True
            elif word.upper() in _OTHER_CLASSES or word[:5].upper() == b"CLASS":
                raise ValueError(f"the class {_shown(word)} is not IN")
            else:
                break
            at += 1
        return ttl, at

    def _add(self, owner: bytes, ttl: int | None, rrtype: int, data: Sequence[bytes]) -> None:
        rdata = rdata_from_text(rrtype, data, self._origin)
        if rrtype == RRType.SOA and self._default_ttl is None:
            # Without $TTL the SOA's MINIMUM is the default TTL (RFC 1035 §3.3.13), as BIND has it.
            self._default_ttl = min(int.from_bytes(rdata.tail[16:20], "big"), 0x7FFF_FFFF)
        if ttl is None:
            ttl = self._default_ttl if self._stated_default or self._last_ttl is None else self._last_ttl
        if ttl is None:
            raise ValueError("the record has no TTL, and there is no $TTL before it")
        self.records.append(MasterRecord(owner, rrtype, ttl, rdata, self.place))

    def _generate(self, arguments: Sequence[bytes]) -> None:
        """``$GENERATE range owner [TTL] [IN] type data``; data with blanks is quoted or ends the line."""
        if len(arguments) < 4:
            raise ValueError("$GENERATE needs a range, a name, a type and data")
        ttl, at = self._ttl_and_class(arguments, 2)
        data = arguments[at + 1 :]
        if not data:
            raise ValueError("$GENERATE needs a type and data")
        rrtype = _type(arguments[at])
        text = data[0].replace(rb"\"", b'"') if len(data) == 1 else b" ".join(map(_written, data))
        numbers = counters(arguments[0].decode("latin-1"))
        self._generated += len(numbers)
        if self._generated > self._most_generated:
            raise ValueError(f"$GENERATE makes over {self._most_generated} records")
        for owner, line in _expansions(arguments[1], text, numbers):
            self._generated_text += len(owner) + len(line)
            if self._generated_text > _MAX_GENERATED_TEXT:
                raise ValueError(f"$GENERATE makes over {_MAX_GENERATED_TEXT} octets of text")
            self._owner = lower(name_from_text(owner, self._origin))
            self._add(self._owner, ttl, rrtype, words(line))


def _expansions(owner: bytes, data: bytes, numbers: range) -> Iterator[tuple[bytes, bytes]]:
    name, text = owner.decode("latin-1"), data.decode("latin-1")
    for number in numbers:
        yield expand(name, number).encode("latin-1"), expand(text, number).encode("latin-1")


def _written(word: bytes) -> bytes:
    return b'"' + word + b'"' if isinstance(word, Quoted) else word


def _ttl(text: bytes) -> int:
    found = ttl_from_text(text)
    if found is None:
        raise ValueError(f"{_shown(text)} is not a TTL")
    return found


@lru_cache(maxsize=1024)
def _type(text: bytes) -> int:
    try:
        found = from_mnemonic(text.decode("ascii"))
    except ValueError:
        raise ValueError(f"the type {_shown(text)} is not known") from None
    if found in _META_TYPES:
        raise ValueError(f"no zone holds records of type {_shown(text)} (RFC 6895 §3.1)")
    return found


def _shown(text: bytes) -> str:
    return ascii(text[:40].decode("latin-1"))[1:-1]
