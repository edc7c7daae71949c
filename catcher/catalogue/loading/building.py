"""Builds a ``Base`` of whole files, and a ``Revision`` of a base and changes; finds the faults of rows.

Of several rows with one domain the first right one stands, in the order of the files. For a domain with faulty rows
alone, the last good row stands in the place of the first of them.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from catcher.catalogue.entry import CATALOGUE_COLUMNS, Entry
from catcher.catalogue.loading.lines import parse
from catcher.catalogue.loading.revision import Base, BaseFile, NewLine, Part, Revision, place_in
from catcher.catalogue.loading.stretches import Change
from catcher.catalogue.table import Table, canonical
from catcher.model.errors import Fault

MOST_FAULTY = 10_000
"""Most faulty lines in one file that are served row by row."""

LastGood = Callable[[str], Entry | None]


@dataclass(frozen=True, slots=True)
class Text:
    """What a file holds."""

    name: str
    width: int
    """Number of columns in the header row."""
    body: bytes
    """The lines after the header row, each ended by LF."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """A fault of one row."""

    file: int
    row: int
    domain: str
    """The domain that the row is for; empty if that can't be read from it."""
    fault: Fault
    served: bool
    """Whether a row of the domain is served, the last good one or another one of the files."""


def build(texts: Sequence[Text], widths: Sequence[int] | None = None) -> Base:
    """A base of whole files. ``widths``: those of ``BaseFile``, if they aren't the widths of ``texts``."""
    wanted = [text.width for text in texts] if widths is None else widths
    blocks, lengths, domains = [], array("I"), list[bytes]()
    spans, odd = [], [list[int]() for _ in texts]
    for number, text in enumerate(texts):
        lines = parse(text.body, text.width)
        odd[number] += [faulty.line for faulty in lines.faulty]
        spans.append((len(domains), len(domains) + len(lines.domains), lines.block is text.body))
        blocks.append(lines.block)
        lengths.extend(lines.lengths)
        domains += lines.domains
    spoken = any(text.width > CATALOGUE_COLUMNS.index("lang") for text in texts)
    firsts = [(first, text.name) for (first, _, _), text in zip(spans, texts, strict=True)]
    block = b"".join(blocks)
    table = Table(block, lengths, domains, firsts, spoken=spoken)
    repeated = sorted(ordinal for ordinal, _ in table.duplicates)
    if repeated:
        table = _without(table, repeated, block, lengths, domains, firsts, spoken=spoken)
    files = []
    for text, width, (first, last, plain), wrong in zip(texts, wanted, spans, odd, strict=True):
        again = [ordinal - first for ordinal in repeated if first <= ordinal < last]
        left_out = sorted({*wrong, *again})
        changes = _lines_at(text.body, left_out[:MOST_FAULTY])
        kept = None if plain and not again else text.body
        files.append(BaseFile(text.name, width, first, last, kept, len(left_out), changes))
    return Base(table, tuple(files))


def _without(
    table: Table,
    left_out: Sequence[int],
    block: bytes,
    lengths: array[int],
    domains: list[bytes],
    firsts: Sequence[tuple[int, str]],
    *,
    spoken: bool,
) -> Table:
    """``table`` with some lines blank."""
    pieces, at = [], 0
    for ordinal in left_out:
        pieces += [table.block(at, ordinal), b"\n"]
        lengths[ordinal], domains[ordinal], at = 0, b"", ordinal + 1
    pieces.append(table.block(at, len(domains)))
    return Table(b"".join(pieces), lengths, domains, firsts, spoken=spoken)


def _lines_at(body: bytes, lines: Sequence[int]) -> tuple[Change, ...]:
    """Each of ``lines``, as a change that replaces the line with itself."""
    found, start, at = [], 0, 0
    for line in lines:
        while at < line:
            start, at = body.index(b"\n", start) + 1, at + 1
        end = body.index(b"\n", start) + 1
        found.append(Change(line, line + 1, start, end, body[start:end]))
        start, at = end, line + 1
    return tuple(found)


def with_odd(changes: Sequence[Change], file: BaseFile) -> list[Change]:
    """``changes`` and the odd lines of ``file`` that are outside them, in order."""
    found, left = [], list(reversed(file.odd))
    for change in changes:
        while left and left[-1].first < change.first:
            found.append(left.pop())
        while left and left[-1].first < change.last:
            left.pop()
        found.append(change)
    return [*found, *reversed(left)]


def revise(
    base: Base, widths: Sequence[int], changes: Sequence[Sequence[Change]], last_good: LastGood
) -> tuple[Revision, list[RowFault]]:
    """The rows of ``base`` with the ``changes`` of each file, which include its odd lines; and the faults of the rows.

    ``widths``: number of columns in each file's header row.
    """
    parts = [Part(file, found) for file, found in zip(base.files, changes, strict=True)]
    return _Revising(base, parts, last_good).revision(widths)


class _Revising:
    """Chooses the line that stands for each domain."""

    def __init__(self, base: Base, parts: Sequence[Part], last_good: LastGood) -> None:
        self._base = base
        self._parts = parts
        self._last_good = last_good
        self._new: list[NewLine] = []
        self._faults: list[RowFault] = []
        self._hidden: list[int] = []
        self._first: dict[bytes, tuple[int, int]] = {}
        """Domain → file and row of the line that stands for it, of the domains that right new lines have."""

    def revision(self, widths: Sequence[int]) -> tuple[Revision, list[RowFault]]:
        wrong: list[tuple[int, bytes, tuple[Fault, ...]]] = []
        for file, (part, width) in enumerate(zip(self._parts, widths, strict=True)):
            lines = parse(b"".join(change.text for change in part.changes), width)
            start = len(self._new)
            found = lines.block.split(b"\n")
            faulty = {line.line: line for line in lines.faulty}
            for i, row in enumerate(part.rows()):
                self._new.append(NewLine(file, row, found[i], i in faulty))
            wrong += [(start + line.line, line.domain, line.faults) for line in lines.faulty]
        for index, new in enumerate(self._new):
            if new.line:
                self._stand(index, new)
        for index, domain, faults in wrong:
            self._instead(index, domain, faults)
        self._faults.sort(key=lambda told: (told.file, told.row))
        return Revision(self._base, self._parts, self._new, self._hidden), self._faults

    def _stand(self, index: int, new: NewLine) -> None:
        """Decides whether a right new line stands for its domain."""
        domain, here = new.domain, (new.file, new.row)
        if domain not in self._first:
            there = self._in_base(domain)
            if there is None or here < there:
                self._first[domain] = here
                if there is not None:
                    self._hide(domain, here, there)
                return
            self._first[domain] = there
        self._new[index] = NewLine(new.file, new.row, b"", False)
        self._repeated(domain, here, self._first[domain])

    def _in_base(self, domain: bytes) -> tuple[int, int] | None:
        """File and row of the base's line for ``domain`` that is still there."""
        ordinal = self._base.table.ordinal(domain.decode())
        return None if ordinal is None else place_in(self._parts, ordinal)

    def _hide(self, domain: bytes, here: tuple[int, int], there: tuple[int, int]) -> None:
        ordinal = self._base.table.ordinal(domain.decode())
        assert ordinal is not None
        self._hidden.append(ordinal)
        self._repeated(domain, there, here)

    def _repeated(self, domain: bytes, here: tuple[int, int], first: tuple[int, int]) -> None:
        what = f"{domain.decode()} stands in {self._where(*first)} already"
        fault = Fault(self._where(*here), what, "keep one row of the two")
        self._faults.append(RowFault(*here, domain.decode(), fault, served=True))

    def _instead(self, index: int, domain: bytes, faults: Sequence[Fault]) -> None:
        """Puts the last good row in the place of a faulty line, unless a right one of its domain stands elsewhere."""
        new, name = self._new[index], domain.decode()
        served = bool(name) and (domain in self._first or self._in_base(domain) is not None)
        if name and not served and (good := self._last_good(name)) is not None:
            self._new[index] = NewLine(new.file, new.row, canonical(good), True)
            self._first[domain] = (new.file, new.row)
            served = True
        where = self._where(new.file, new.row)
        self._faults += [
            RowFault(new.file, new.row, name, Fault(where, fault.what, fault.remedy), served) for fault in faults
        ]

    def _where(self, file: int, row: int) -> str:
        return f"{self._parts[file].file.name}:{row}"
