"""Holds a million rows in tens of megabytes: one block of bytes with the lines, and a hash table of their ordinals.

A dict of a million names costs over 100 MB, and its reference counts unshare the pages of forked workers. The block
and two arrays here hold no Python objects; a line becomes an ``Entry`` when it is looked up.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import accumulate, repeat
from operator import setitem
from typing import Any, TypeAlias

from catcher.catalogue.entry import CATALOGUE_COLUMNS, Entry
from catcher.catalogue.row import cells_in
from catcher.model.mail.policy import Policy

_POLICY = {policy.value: policy for policy in Policy}
_COMMA = "\x1f"
"""The replacement for a comma in a note: a control character, which no note may contain."""
_REMEMBERED = 1_024
_LANG = CATALOGUE_COLUMNS.index("lang")
_PARENT = re.compile(rb"\n[^.,\n]++\.([^,\n]++)")
_MEANT = rb"\n([^,\n]++),([^,\n]*%s)(?![^,\n])"
"""Matches domain and intended domain of a line. It begins with the LF before the line, which makes the search fast: a
million lines take a sixth of a second."""
_ENDING = re.compile(rb"\n([^,\n]++),[^,\n]*+,[^,\n]*+,([0-9-]++)")
_FEW_TOPS = 50
_SMALL = 1 << 32
"""Octets of a block whose offsets fit into four octets each."""

Numbers: TypeAlias = "array[int] | memoryview[int]"

_PROBE = b"catcher"


def canonical(entry: Entry) -> bytes:
    """The canonical line of ``entry`` in a ``Table``."""
    return ",".join(cell.replace(",", _COMMA) for cell in cells_in(entry)).encode()


def cells_of_line(line: bytes) -> list[str]:
    """All cells of a canonical line, in the order of CATALOGUE_COLUMNS."""
    cells = line.decode().split(",")
    cells += [""] * (len(CATALOGUE_COLUMNS) - len(cells))
    return [cell.replace(_COMMA, ",") for cell in cells]


def language_of(line: bytes) -> str:
    """The language that a canonical line names, or an empty text."""
    return line.rpartition(b",")[2].decode() if line.count(b",") == _LANG else ""


def entry_of(line: bytes, where: str) -> Entry:
    """The row of a canonical line."""
    domain, intended, policy, until, then, note, lang = cells_of_line(line)
    return Entry(
        domain,
        intended or None,
        _POLICY[policy] if policy else Policy.ACCEPT,
        date.fromisoformat(until) if until else None,
        _POLICY[then] if then else Policy.OBSERVE,
        note,
        where,
        lang,
    )


class Table:
    """Rows by domain.

    ``block`` holds the lines, each ended by LF, in canonical form: names are A-labels, nothing is quoted, a comma in
    a note is replaced by a character that notes can't contain, and cells may be missing from the right. Blank lines
    are kept as empty lines, so that a line's ordinal gives its row number.
    """

    def __init__(
        self,
        block: bytes,
        lengths: Iterable[int],
        domains: Sequence[bytes],
        files: Sequence[tuple[int, str]],
        *,
        spoken: bool = True,
    ) -> None:
        """``lengths``, ``domains``: each line's length without LF, and its domain. ``files``: (first ordinal, name).

        ``spoken``: whether any line may name a language.

        Of several lines with the same domain the first counts; the others are listed in ``duplicates``.
        """
        self.duplicates: list[tuple[int, int]] = []
        """Ordinals of (a line, the first line with the same domain)."""
        self._block = block
        self.spoken = spoken
        """Whether any line may name a language."""
        starts = accumulate((length + 1 for length in lengths), initial=0)
        self._starts: Numbers = array("I" if len(block) < _SMALL else "Q", starts)
        self._slots: Numbers = self._hashed(domains)
        self._firsts = [first for first, _ in files]
        self._files = [name for _, name in files]
        self.depth = max(map(bytes.count, domains, repeat(b".")), default=-1) + 1
        """Number of labels of the domain with the most labels."""
        self._count = len(domains) - domains.count(b"") - len(self.duplicates)
        self._latest: dict[str, Entry | None] = {}
        """Recent results of ``get``: most mail goes to few of the domains. (A cache around a bound method would make a
        reference cycle and keep the old table after a reload until the next garbage collection.)"""

    def _hashed(self, domains: Sequence[bytes]) -> array[int]:
        """Open addressing with linear probing, at most half full: ordinal + 1, or 0 for a free slot.

        For each slot, C code stores the first line that hashes to it: ``setitem`` runs over the lines in reverse, so
        that the first line overwrites later lines. The other lines, about one in five, are inserted one by one.
        """
        size = 2 << max(3, len(domains).bit_length())
        mask = size - 1
        slots = array("I", bytes(array("I").itemsize * size))
        homes = array("I", map(mask.__and__, map(hash, domains)))
        deque(map(setitem, repeat(slots), reversed(homes), range(len(domains), 0, -1)), maxlen=0)
        stored = bytearray(len(domains) + 1)
        deque(map(setitem, repeat(stored), slots, repeat(1)), maxlen=0)
        for ordinal in [number for number, is_stored in enumerate(memoryview(stored)[1:]) if not is_stored]:
            home = slot = homes[ordinal]
            while other := slots[slot]:
                if homes[other - 1] == home and domains[other - 1] == domains[ordinal]:
                    if domains[ordinal]:
                        self.duplicates.append((ordinal, other - 1))
                    break
                slot = (slot + 1) & mask
            else:
                slots[slot] = ordinal + 1
        return slots

    def __len__(self) -> int:
        return self._count

    def __contains__(self, domain: object, /) -> bool:
        return isinstance(domain, str) and self.ordinal(domain) is not None

    def __iter__(self) -> Iterator[str]:
        for _, line in self.lines():
            yield line.partition(b",")[0].decode()

    def endings(self) -> Iterator[tuple[str, date]]:
        """Domain and ``until`` of each line that has one."""
        for match in _ENDING.finditer(b"\n" + self._block):
            yield match[1].decode(), date.fromisoformat(match[2].decode())

    def parts(self) -> list[tuple[str, bytes]]:
        """Name and canonical lines of each file."""
        ends = [*self._firsts[1:], len(self._starts) - 1]
        return [
            (name, self._block[self._starts[first] : self._starts[end]])
            for name, first, end in zip(self._files, self._firsts, ends, strict=True)
        ]

    def values(self) -> Iterator[Entry]:
        """Every row, in the order of the files."""
        for ordinal, line in self.lines():
            yield entry_of(line, self.where(ordinal))

    def get(self, domain: str) -> Entry | None:
        """The row of a domain, or None."""
        try:
            return self._latest[domain]
        except KeyError:
            if len(self._latest) >= _REMEMBERED:
                self._latest.clear()
            found = self._latest[domain] = self._get(domain)
            return found

    def _get(self, domain: str) -> Entry | None:
        ordinal = self.ordinal(domain)
        return None if ordinal is None else entry_of(self.line(ordinal), self.where(ordinal))

    def line(self, ordinal: int) -> bytes:
        """The line with this ordinal, without LF."""
        return self._block[self._starts[ordinal] : self._starts[ordinal + 1] - 1]

    def block(self, first: int, last: int) -> bytes:
        """The lines from ``first`` to before ``last``, each ended by LF."""
        return self._block[self._starts[first] : self._starts[last]]  # of a whole block it makes no copy

    def where(self, ordinal: int) -> str:
        """File and row of a line; the header row is row 1."""
        at = bisect_right(self._firsts, ordinal) - 1
        return f"{self._files[at]}:{ordinal - self._firsts[at] + 2}"

    def languages(self) -> dict[str, str]:
        """Language → file and row number of the first row that names this language."""
        first: dict[str, str] = {}
        for ordinal, line in self.lines() if self.spoken else ():
            if (lang := language_of(line)) and lang not in first:
                first[lang] = self.where(ordinal)
        return first

    def parents(self) -> set[str]:
        """The names one label above the domains."""
        return {parent.decode() for parent in set(_PARENT.findall(b"\n" + self._block))}

    def meant_under(self, tops: Collection[str]) -> Iterator[tuple[str, str]]:
        """Domain and intended domain of each line whose intended domain lies under ``tops``, in the files' order."""
        return meant_under(self._block, tops)

    def place(self, domain: str) -> tuple[int, int]:
        """Number of the file and number of the row of ``domain``, which must be in the table. The header is row 1."""
        ordinal = self.ordinal(domain)
        assert ordinal is not None
        at = bisect_right(self._firsts, ordinal) - 1
        return at, ordinal - self._firsts[at] + 2

    def ordinal(self, domain: str) -> int | None:
        """The ordinal of the line of ``domain``, or None."""
        wanted = domain.encode("ascii", "replace")
        slots, block = self._slots, self._block
        mask = len(slots) - 1
        slot = hash(wanted) & mask
        while found := slots[slot]:
            start = self._starts[found - 1]
            if block.startswith(wanted, start) and block[start + len(wanted)] in b",\n":
                return found - 1
            slot = (slot + 1) & mask
        return None

    def lines(self, first: int = 0, last: int | None = None) -> Iterator[tuple[int, bytes]]:
        """Ordinal and text of each line that isn't blank, from ``first`` to before ``last``."""
        starts = iter(self._starts[first : None if last is None else last + 1] if first or last else self._starts)
        start = next(starts)
        for ordinal, end in enumerate(starts, first):
            if line := self._block[start : end - 1]:
                yield ordinal, line
            start = end

    def __getstate__(self) -> dict[str, object]:
        """The numbers travel as octets, which the copy uses as they are: no further copy stays in a pickle's memo."""
        numbers = {name: _octets(self.__dict__[name]) for name in ("_starts", "_slots")}
        return self.__dict__ | numbers | {"_latest": {}, "_probe": hash(_PROBE)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        probe = state.pop("_probe")
        self.__dict__.update(state)
        for name in ("_starts", "_slots"):
            code, octets = state[name]
            self.__dict__[name] = memoryview(octets).cast(code)
        if probe != hash(_PROBE):  # it was made by a process that hashes otherwise (PYTHONHASHSEED)
            lines = self._block.split(b"\n")[:-1]
            self.duplicates = []
            self._slots = self._hashed([line.partition(b",")[0] for line in lines])


def _octets(numbers: Numbers) -> tuple[str, bytes]:
    """The kind of ``numbers`` and their octets."""
    return (numbers.typecode if isinstance(numbers, array) else numbers.format), numbers.tobytes()


def meant_under(block: bytes, tops: Collection[str]) -> Iterator[tuple[str, str]]:
    """Domain and intended domain of each line of ``block`` whose intended domain lies under ``tops``.

    ``tops`` are top-level domains. If they are more than 50, all lines with an intended domain are returned.
    """
    ending = rf"\.(?:{'|'.join(map(re.escape, tops))})" if len(tops) <= _FEW_TOPS else r"[^,\n]"
    for match in re.finditer(_MEANT % ending.encode(), b"\n" + block):
        yield match[1].decode(), match[2].decode()
