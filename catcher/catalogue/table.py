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
from itertools import accumulate, compress, count, repeat
from operator import ne, setitem

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


def canonical(entry: Entry) -> bytes:
    """The canonical line of ``entry`` in a ``Table``."""
    return ",".join(cell.replace(",", _COMMA) for cell in cells_in(entry)).encode()


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
        self._spoken = spoken
        self._starts = array("Q", accumulate((length + 1 for length in lengths), initial=0))
        self._slots = self._hashed(domains)
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
        left_over = compress(count(), map(ne, map(slots.__getitem__, homes), count(1)))
        for ordinal in left_over:
            slot = homes[ordinal]
            while other := slots[slot]:
                if domains[other - 1] == domains[ordinal]:
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
        return isinstance(domain, str) and self._ordinal(domain) is not None

    def __iter__(self) -> Iterator[str]:
        for _, line in self._lines():
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
        for ordinal, line in self._lines():
            yield self._entry(ordinal, line)

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
        ordinal = self._ordinal(domain)
        if ordinal is None:
            return None
        return self._entry(ordinal, self._block[self._starts[ordinal] : self._starts[ordinal + 1] - 1])

    def where(self, ordinal: int) -> str:
        """File and row of a line; the header row is row 1."""
        at = bisect_right(self._firsts, ordinal) - 1
        return f"{self._files[at]}:{ordinal - self._firsts[at] + 2}"

    def languages(self) -> dict[str, str]:
        """Language → file and row number of the first row that names this language."""
        first: dict[str, str] = {}
        if self._spoken:
            for ordinal, line in self._lines():
                if line.count(b",") == _LANG and (lang := line.rpartition(b",")[2].decode()) not in first:
                    first[lang] = self.where(ordinal)
        first.pop("", None)
        return first

    def parents(self) -> set[str]:
        """The names one label above the domains."""
        return {parent.decode() for parent in set(_PARENT.findall(b"\n" + self._block))}

    def meant_under(self, tops: Collection[str]) -> Iterator[tuple[str, str]]:
        """Domain and intended domain of each line whose intended domain lies under ``tops``, in the files' order.

        ``tops`` are top-level domains. If they are more than 50, all lines with an intended domain are returned.
        """
        ending = rf"\.(?:{'|'.join(map(re.escape, tops))})" if len(tops) <= _FEW_TOPS else r"[^,\n]"
        for match in re.finditer(_MEANT % ending.encode(), b"\n" + self._block):
            yield match[1].decode(), match[2].decode()

    def place(self, domain: str) -> tuple[int, int]:
        """Number of the file and number of the row of ``domain``, which must be in the table. The header is row 1."""
        ordinal = self._ordinal(domain)
        assert ordinal is not None
        at = bisect_right(self._firsts, ordinal) - 1
        return at, ordinal - self._firsts[at] + 2

    def _ordinal(self, domain: str) -> int | None:
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

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        starts = iter(self._starts)
        start = next(starts)
        for ordinal, end in enumerate(starts):
            if line := self._block[start : end - 1]:
                yield ordinal, line
            start = end

    def _entry(self, ordinal: int, line: bytes) -> Entry:
        cells = line.decode().split(",")
        cells += [""] * (len(CATALOGUE_COLUMNS) - len(cells))
        domain, intended, policy, until, then, note, lang = cells
        return Entry(
            domain,
            intended or None,
            _POLICY[policy] if policy else Policy.ACCEPT,
            date.fromisoformat(until) if until else None,
            _POLICY[then] if then else Policy.OBSERVE,
            note.replace(_COMMA, ","),
            self.where(ordinal),
            lang,
        )
