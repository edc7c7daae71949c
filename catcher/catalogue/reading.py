"""Reads the CSV files strictly, as commands do: reports all faults together and takes nothing from a faulty file."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from catcher.catalogue.catalogue import Catalogue
from catcher.catalogue.entry import CATALOGUE_COLUMNS
from catcher.catalogue.guard import Guard
from catcher.catalogue.loading.lines import parse
from catcher.catalogue.loading.source import octets, read_source
from catcher.catalogue.table import Table
from catcher.model.errors import ConfigurationError, Fault


def read_catalogue(
    files: Sequence[Path], *, guard: Guard | None = None, tell: Callable[[str], None] | None = None
) -> Catalogue:
    """The catalogue in ``files``. Raises ConfigurationError with every fault of every file.

    ``tell`` is called with a text before each step; reading a million rows takes some seconds.
    """
    return Catalogue(read_table(files, tell), guard)


def read_table(files: Sequence[Path], tell: Callable[[str], None] | None = None) -> Table:
    """The rows of ``files``. Raises ConfigurationError with every fault of every file."""
    gathered = _Gathered()
    for number, file in enumerate(files, 1):
        if tell is not None:
            tell(f"reading {file.name}, file {number} of {len(files)}")
        gathered.add(file)
    if tell is not None:
        tell(f"indexing {len(gathered.domains):,} rows")
    return gathered.table()


@dataclass
class _Gathered:
    """The contents of the files read so far."""

    blocks: list[bytes] = field(default_factory=list)
    lengths: array[int] = field(default_factory=lambda: array("I"))
    domains: list[bytes] = field(default_factory=list)
    files: list[tuple[int, str]] = field(default_factory=list)
    faults: list[tuple[int, Fault]] = field(default_factory=list)
    """(ordinal of the line, fault); the faults are sorted by the ordinal at the end."""
    spoken: bool = False
    """Whether any file names languages."""

    def add(self, file: Path) -> None:
        """Adds the rows and faults of one file."""
        start = len(self.domains)
        try:
            source = read_source(octets(file), file.name)
        except ConfigurationError as error:
            self.faults += [(start, fault) for fault in error.faults]
            return
        self.files.append((start, file.name))
        self.spoken = self.spoken or source.width > CATALOGUE_COLUMNS.index("lang")
        lines = parse(source.body, source.width)
        for faulty in lines.faulty:
            where = f"{file.name}:{faulty.line + 2}"
            self.faults += [(start + faulty.line, Fault(where, f.what, f.remedy)) for f in faulty.faults]
            if faulty.named:  # a second row of this domain is told as well
                lines.domains[faulty.line] = faulty.domain
        self.blocks.append(lines.block)
        self.lengths.extend(lines.lengths)
        self.domains += lines.domains

    def table(self) -> Table:
        """All rows. Raises ConfigurationError."""
        table = Table(b"".join(self.blocks), self.lengths, self.domains, self.files, spoken=self.spoken)
        for ordinal, first in table.duplicates:
            what = f"{self.domains[ordinal].decode()} stands in {table.where(first)} already"
            self.faults.append((ordinal, Fault(table.where(ordinal), what, "keep one row of the two")))
        if self.faults:
            self.faults.sort(key=lambda told: told[0])
            raise ConfigurationError([fault for _, fault in self.faults])
        return table
