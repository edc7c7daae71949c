"""Changes rows of the CSV files: unchanged rows keep every octet, and each changed file is replaced atomically.

::

    with writing(files) as edit:        lock, read (every fault is told), nobody else writes meanwhile
        edit.add(…); edit.remove(…); edit.change(…)
        edit.commit()                   only files that changed; without it nothing is written
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from catcher.catalogue.atomic import locked, replace_file
from catcher.catalogue.entry import CATALOGUE_COLUMNS, Entry
from catcher.catalogue.loading.source import octets
from catcher.catalogue.reading import read_table
from catcher.catalogue.row import cells_in, cells_of, quoted, read_row
from catcher.model.errors import ConfigurationError, EnvironmentFailure, Fault

_BOM = b"\xef\xbb\xbf"


class FileEdit:
    """Changes to the rows of some files, gathered until ``commit``."""

    def __init__(self, files: Sequence[Path]) -> None:
        """Raises ConfigurationError when the files have faults before any change."""
        self._files = files
        self._texts = [_Text(octets(file)) for file in files]
        self.rows = read_table(files)
        """The rows before any change."""
        self._added: dict[str, Entry] = {}

    def add(self, cells: Mapping[str, str], file: int = 0) -> Entry:
        """Appends a row of ``cells`` (column → text) to file number ``file`` (from 0); returns its entry.

        Raises ConfigurationError when the row is wrong or its domain is catalogued already.
        """
        wanted = [cells.get(column, "") for column in CATALOGUE_COLUMNS]
        row = read_row(quoted(wanted), f"new row for {self._files[file].name}")
        faults = list(row.faults)
        there = None if row.domain is None else self.rows.get(row.domain) or self._added.get(row.domain)
        if there is not None:
            faults.append(Fault(there.where, f"{there.domain} is catalogued already", "remove that row first"))
        if faults or row.entry is None:
            raise ConfigurationError(faults)
        self._added[row.entry.domain] = row.entry
        self._texts[file].append(cells_in(row.entry))
        return row.entry

    def remove(self, entry: Entry) -> None:
        """Deletes the row of ``entry``."""
        file, row = self.rows.place(entry.domain)
        self._texts[file].lines[row - 1] = b""

    def change(self, entry: Entry, cells: Mapping[str, str]) -> None:
        """Writes ``cells`` (column → text) into the row of ``entry``; its other cells stay unchanged."""
        file, row = self.rows.place(entry.domain)
        self._texts[file].change(row - 1, cells)

    def commit(self) -> None:
        """Replaces every changed file. Raises EnvironmentFailure; then each file is either the old or the new one."""
        for file, text in zip(self._files, self._texts, strict=True):
            if octets(file) != text.found:
                raise EnvironmentFailure(f"{file}: somebody changed it meanwhile; nothing was written, try again")
        for file, text in zip(self._files, self._texts, strict=True):
            if (data := text.data()) != text.found:
                replace_file(file, data)


@contextmanager
def writing(files: Sequence[Path]) -> Iterator[FileEdit]:
    """A ``FileEdit`` of ``files``; their folders are locked against other writers until the end of the block."""
    with ExitStack() as held:
        for folder in sorted({file.resolve().parent for file in files}):
            held.enter_context(locked(folder))
        yield FileEdit(files)


class _Text:
    """A file as lines with their endings. The first line is the header row."""

    def __init__(self, data: bytes) -> None:
        self.found = data
        self.lines = [line + b"\n" for line in data.split(b"\n")]
        self.lines[-1] = self.lines[-1][:-1]
        self._end = b"\r\n" if self.lines[0].endswith(b"\r\n") else b"\n"

    def data(self) -> bytes:
        return b"".join(self.lines)

    def append(self, cells: Sequence[str]) -> None:
        self._widen(cells)
        if self.lines[-1]:
            self.lines[-1] += self._end
        self.lines.append(quoted(cells).encode() + self._end)

    def change(self, index: int, cells: Mapping[str, str]) -> None:
        found = cells_of(self.lines[index].decode().rstrip("\r\n"))
        found = [*found, *[""] * len(CATALOGUE_COLUMNS)][: len(CATALOGUE_COLUMNS)]
        wanted = [cells.get(column, cell) for column, cell in zip(CATALOGUE_COLUMNS, found, strict=True)]
        self._widen(wanted)
        ending = self.lines[index][len(self.lines[index].rstrip(b"\r\n")) :]
        self.lines[index] = quoted(wanted).encode() + ending

    def _widen(self, cells: Sequence[str]) -> None:
        """Adds the columns that ``cells`` need to the header row."""
        needed = max(i for i, cell in enumerate(cells, 1) if cell)
        mark = _BOM if self.lines[0].startswith(_BOM) else b""
        header = self.lines[0].removeprefix(_BOM)
        if len(header.decode().split(",")) < needed:
            self.lines[0] = (
                mark + ",".join(CATALOGUE_COLUMNS[:needed]).encode() + (self._end if len(self.lines) > 1 else b"")
            )
