"""The rows of a large, unchanged table with a few lines changed, added or taken away.

::

    Base: the files as they were when they were last read as a whole ─▶ Table, a million rows
    Change … : stretches of lines of one file that differ from the base ─▶ Revision ◀─ get, values, where

A reload makes a new ``Revision`` of the same ``Base``; it costs what changed. A line's row number is its number in the
base, moved by the changes before it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, islice

from catcher.catalogue.entry import Entry
from catcher.catalogue.loading.stretches import Change, revised
from catcher.catalogue.row import quoted
from catcher.catalogue.table import Table, cells_of_line, entry_of, language_of, meant_under

_REMEMBERED = 1024
_HEADER_ROWS = 1


@dataclass(frozen=True, slots=True)
class BaseFile:
    """One file of a ``Base``."""

    name: str
    width: int
    """Number of columns in the header row. Every line of the base is right for this width and above."""
    first: int
    """Ordinal of its first line in the table."""
    last: int
    """Ordinal after its last line."""
    text: bytes | None
    """Its lines as they were read; None: as they stand in the table."""
    left_out: int
    """Number of lines that the table leaves out because they are faulty or repeat a domain."""
    odd: tuple[Change, ...]
    """These lines, or the first of very many: one change for each, which replaces the line with itself."""


@dataclass(frozen=True, slots=True)
class Base:
    """The files as they were when they were last read as a whole."""

    table: Table
    """All rows without a fault, each domain once."""
    files: tuple[BaseFile, ...]

    @property
    def complete(self) -> bool:
        """Whether ``odd`` names every line that the table leaves out; else no revision can be made of it."""
        return all(file.left_out == len(file.odd) for file in self.files)

    def text(self, number: int) -> bytes:
        """The lines of file ``number`` as they were read."""
        file = self.files[number]
        return self.table.block(file.first, file.last) if file.text is None else file.text


class Part:
    """One file in a ``Revision``: the lines of its base, and the changes to them in order."""

    def __init__(self, file: BaseFile, changes: Sequence[Change]) -> None:
        self.file = file
        self.changes = tuple(changes)
        self._firsts = [change.first for change in changes]
        added = (change.text.count(b"\n") - (change.last - change.first) for change in changes)
        self._shifts = [*accumulate(added, initial=0)]

    def row_of(self, line: int) -> int | None:
        """The row number of line ``line`` of the base; None if a change takes the line away."""
        at = bisect_right(self._firsts, line) - 1
        if at >= 0 and line < self.changes[at].last:
            return None
        return line + self._shifts[at + 1] + 1 + _HEADER_ROWS

    def rows(self) -> Iterator[int]:
        """The row number of each line that the changes bring, in order."""
        for change, shift in zip(self.changes, self._shifts, strict=False):
            first = change.first + shift + 1 + _HEADER_ROWS
            yield from range(first, first + change.text.count(b"\n"))

    def removed(self) -> Iterator[int]:
        """The ordinals in the table of the lines that the changes take away."""
        for change in self.changes:
            yield from range(self.file.first + change.first, self.file.first + change.last)

    def stretches(self) -> Iterator[tuple[int, int, int, int]]:
        """The stretches of the table before, between and after the changes, with the number of new lines after each.

        Each as: ordinal of the first line, ordinal after the last line, row number of the first line, new lines.
        """
        at = 0
        for change, shift in zip(self.changes, self._shifts, strict=False):
            added = change.text.count(b"\n")
            yield self.file.first + at, self.file.first + change.first, at + shift + 1 + _HEADER_ROWS, added
            at = change.last
        yield self.file.first + at, self.file.last, at + self._shifts[-1] + 1 + _HEADER_ROWS, 0


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line that a change brings."""

    file: int
    row: int
    line: bytes
    """In canonical form; empty if it brings no row: it is blank or faulty, or another line of its domain stands."""
    faulty: bool
    """Whether the line as it was read is faulty. ``line`` is then the last good row of its domain."""

    @property
    def domain(self) -> bytes:
        """The domain of ``line``; empty if it brings no row."""
        return self.line.partition(b",")[0]


class Revision:
    """Rows by domain: those of ``base`` but for the changes, and those that the changes bring."""

    def __init__(self, base: Base, parts: Sequence[Part], new: Sequence[NewLine], hidden: Collection[int]) -> None:
        """``new``: the lines that the changes of all ``parts`` bring, in order; no domain has two.

        ``hidden``: ordinals of lines of the base for whose domain a new line stands although they are still there.
        """
        self.base = base
        self.parts = tuple(parts)
        self.new = tuple(new)
        self.hidden = frozenset(hidden)
        self._placed: dict[str, int | None] = {}
        """Each domain that the changes touch → the index of its new line; None: it has no row any more."""
        table = base.table
        for ordinal in chain(hidden, *(part.removed() for part in self.parts)):
            if domain := table.line(ordinal).partition(b",")[0]:
                self._placed[domain.decode()] = None
        gone = len(self._placed)
        lines = {brought.domain.decode(): i for i, brought in enumerate(new) if brought.line}
        self._placed.update(lines)
        self._count = len(table) - gone + len(lines)
        self.depth = max([table.depth, *(domain.count(".") + 1 for domain in lines)])
        """Number of labels of the deepest domain, at least: a domain that was taken away may still count."""
        self._latest: dict[str, Entry | None] = {}

    @property
    def touched(self) -> Collection[str]:
        """The domains whose rows may differ from those of the base."""
        return self._placed.keys()

    def __len__(self) -> int:
        return self._count

    def __contains__(self, domain: object, /) -> bool:
        if not isinstance(domain, str):
            return False
        return self._placed[domain] is not None if domain in self._placed else domain in self.base.table

    def __iter__(self) -> Iterator[str]:
        for _, line in self._lines():
            yield line.partition(b",")[0].decode()

    def values(self) -> Iterator[Entry]:
        """Every row, in the order of the files."""
        for (file, row), line in self._lines():
            yield entry_of(line, self.where(file, row))

    def where(self, file: int, row: int) -> str:
        """File and row as they are told: ``catalogue.csv:7``."""
        return f"{self.parts[file].file.name}:{row}"

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
        if domain in self._placed:
            at = self._placed[domain]
            return None if at is None else entry_of(self.new[at].line, self.where(self.new[at].file, self.new[at].row))
        ordinal = self.base.table.ordinal(domain)
        if ordinal is None:
            return None
        place = self.place(ordinal)
        assert place is not None
        return entry_of(self.base.table.line(ordinal), self.where(*place))

    def place(self, ordinal: int) -> tuple[int, int] | None:
        """The number of the file and the row of a line of the base; None if a change takes the line away."""
        return place_in(self.parts, ordinal)

    def languages(self) -> dict[str, str]:
        """Language → file and row number of the first row that names this language."""
        first: dict[str, str] = {}
        spoken = self.base.table.spoken or any(language_of(brought.line) for brought in self.new)
        for place, line in self._lines() if spoken else ():
            if (lang := language_of(line)) and lang not in first:
                first[lang] = self.where(*place)
        return first

    def parents(self) -> set[str]:
        """The names one label above the domains; the parent of a domain that was taken away may still count."""
        return self.base.table.parents().union(
            brought.domain.partition(b".")[2].decode() for brought in self.new if brought.line
        )

    def meant_under(self, tops: Collection[str]) -> Iterator[tuple[str, str]]:
        """Domain and intended domain of each line whose intended domain lies under ``tops``, in the files' order.

        ``tops`` are top-level domains. If they are more than 50, all lines with an intended domain are returned.
        """
        new = iter(self.new)
        for part in self.parts:
            for first, last, _, added in part.stretches():
                for found in meant_under(self.base.table.block(first, last), tops):
                    if found[0] not in self._placed:
                        yield found
                brought = (b"%b\n" % line.line for line in islice(new, added))
                yield from meant_under(b"".join(brought), tops)

    def text(self, number: int) -> bytes:
        """The lines of file ``number`` as they were read."""
        return revised(self.base.text(number), self.parts[number].changes)

    def served_text(self, number: int) -> bytes:
        """The lines of file ``number`` as they are served: a faulty line is replaced by its last good row, or blank."""
        return revised(self.base.text(number), self.served_changes(number))

    def served_changes(self, number: int) -> list[Change]:
        """The changes to file ``number`` with its lines as they are served; they need every column."""
        new = iter([brought for brought in self.new if brought.file == number])
        served = []
        for change in self.parts[number].changes:
            lines = [
                quoted(cells_of_line(brought.line)).encode() if brought.faulty else line
                for line, brought in zip(change.text.split(b"\n")[:-1], new, strict=False)
            ]
            served.append(replace(change, text=b"".join(b"%b\n" % line for line in lines)))
        return served

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_latest": {}}

    def _lines(self) -> Iterator[tuple[tuple[int, int], bytes]]:
        """The place and the text of each line that brings a row, in the order of the files."""
        new = iter(self.new)
        for number, part in enumerate(self.parts):
            for first, last, row, added in part.stretches():
                for ordinal, line in self.base.table.lines(first, last) if first < last else ():
                    if ordinal not in self.hidden:
                        yield (number, ordinal - first + row), line
                for brought in islice(new, added):
                    if brought.line:
                        yield (number, brought.row), brought.line


def place_in(parts: Sequence[Part], ordinal: int) -> tuple[int, int] | None:
    """The number of the file and the row of a line of the base; None if a change takes the line away."""
    number = bisect_right(parts, ordinal, key=lambda part: part.file.first) - 1
    row = parts[number].row_of(ordinal - parts[number].file.first)
    return None if row is None else (number, row)
