"""Reads the CSV files: plain rows with one expression, odd rows one by one; reports all faults together."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from catcher.catalogue.catalogue import Catalogue
from catcher.catalogue.entry import CATALOGUE_COLUMNS
from catcher.catalogue.guard import Guard
from catcher.catalogue.row import read
from catcher.catalogue.table import Table, canonical
from catcher.model.errors import ConfigurationError, Fault
from catcher.model.language import LANGUAGE
from catcher.model.mail.policy import Policy

_NAME = r"(?!xn--)[a-z0-9]++(?>(?:(?:\.(?!xn--)|-++)[a-z0-9]++)*)"
_CAREFUL = rf"(?=[a-z0-9-]++\.){_NAME}(?<=[a-z])"
"""A name in canonical form without an IDN label."""
_QUICK = r"[a-z0-9][a-z0-9-]*+\.[a-z0-9.-]++(?<=[a-z])"
"""The same as ``_CAREFUL`` for a file without any of ``_TELLING``, at half the cost."""
_TELLING = (b"xn--", b"..", b".-", b"-.")
_NEEDLESS_QUOTES = re.compile(rb'(?:"[^",]*"|[^",]*)(?:,(?:"[^",]*"|[^",]*))*')
_LONG_LABEL = re.compile(rb"[a-z0-9-]{64}")
_BOM = b"\xef\xbb\xbf"
_ALWAYS_SHORT = 63
"""Longest line, in octets, that is too short for an overlong label or name."""
_LONGEST = 253
"""Longest line, in octets, that is too short for an overlong name (RFC 1035 §2.3.4)."""


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
            header, body = _text(file)
            width = _width(header, file.name)
        except ConfigurationError as error:
            self.faults += [(start, fault) for fault in error.faults]
            return
        self.files.append((start, file.name))
        self.spoken = self.spoken or width > CATALOGUE_COLUMNS.index("lang")
        lines = body.split(b"\n")
        if lines[-1] == b"":
            lines.pop()
        domains = _plain(width, any(octets in body for octets in _TELLING)).findall(body)
        del domains[len(lines) :]  # the expression also matches the empty string after the last LF
        odd = [i for i, line in enumerate(lines) if len(line) > _ALWAYS_SHORT and _too_long(line)]
        if b"" in domains:
            odd = sorted({*odd, *(i for i, domain in enumerate(domains) if not domain)})
        if odd:
            careful = _plain(width, True)
            for i in odd:
                tidy = _tidied(lines[i])
                match = careful.fullmatch(tidy)
                if match and match[1] and not _too_long(tidy):
                    lines[i], domains[i] = tidy, match[1]
                    continue
                lines[i], domains[i] = self._odd(lines[i], start + i, f"{file.name}:{i + 2}", width)
            body = b"\n".join([*lines, b""])
        self.blocks.append(body if body.endswith(b"\n") or not body else body + b"\n")
        self.lengths.extend(map(len, lines))
        self.domains += domains

    def _odd(self, line: bytes, ordinal: int, where: str, width: int) -> tuple[bytes, bytes]:
        """The canonical form of a line and its domain; both empty for a blank line."""
        text = line.decode()
        if not text.strip():
            return b"", b""
        row = read(text, where, width)
        self.faults += [(ordinal, fault) for fault in row.faults]
        domain = row.domain.encode() if row.domain else b""
        return canonical(row.entry) if row.entry else domain, domain

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


def _tidied(line: bytes) -> bytes:
    """``line`` without needless quotes and capitals, which programs that export CSV often write."""
    if b'"' in line and _NEEDLESS_QUOTES.fullmatch(line):
        line = line.replace(b'"', b"")
    return line.lower() if line.count(b",") < CATALOGUE_COLUMNS.index("note") else line


def _too_long(line: bytes) -> bool:
    """Whether a name or label in ``line`` may be too long."""
    return len(line) > _LONGEST or _LONG_LABEL.search(line) is not None


@cache
def _plain(width: int, careful: bool) -> re.Pattern[bytes]:
    """Matches every line. Its one group is the domain if the line is already canonical, else empty.

    ``width`` is the number of columns in the header row. ``row.read`` handles lines with a 29th of February.
    """
    name = _CAREFUL if careful else _QUICK
    policy = "(?:" + "|".join(Policy) + ")"
    day = (
        r"(?!0000)\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|"
        r"(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    )
    note = r"[!#-+\--~](?:[ !#-+\--~]*[!#-+\--~])?"
    then, remark = (policy if width > 4 else ""), (f"(?:{note})?" if width > 5 else "")
    lang = f"(?:{LANGUAGE})?"
    columns = rf",(?!\1(?:,|$))(?:{name})?", f",{policy}?"
    dated = _nested(f"{day}", *(f",{then}?", f",{remark}", f",{lang}")[: width - 4])
    undated = _nested("", *(",", f",{remark}", f",{lang}")[: width - 4])
    last = (f",(?:{dated}|{undated})",) if width > 3 else ()
    line = _nested(f"({name})", *(*columns, *last)[: width - 1])
    return re.compile(f"^(?:{line}|.*)$".encode(), re.M)


def _nested(first: str, *rest: str) -> str:
    """An expression for ``first``, optionally followed by the first of ``rest``, then by the second, and so on."""
    return first + (f"(?:{_nested(*rest)})?" if rest else "")


def octets(file: Path) -> bytes:
    """The contents of a file. Raises ConfigurationError."""
    try:
        if file.exists() and not file.is_file():  # reading a pipe would wait for its writer
            raise _alone(file.name, "it is no regular file", "name a readable file")
        return file.read_bytes()
    except OSError as error:
        raise _alone(file.name, f"it can't be read: {error.strerror}", "name a readable file") from None


def _text(file: Path) -> tuple[str, bytes]:
    """The header row, and the rest as valid UTF-8 with LF as line ending."""
    data = octets(file)
    try:
        if not data.isascii():
            data.decode()
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise _alone(f"{file.name}:{row}", "the row is not UTF-8", "save the file as UTF-8") from None
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    if data.startswith(_BOM):
        data = data[len(_BOM) :]
    header, _, body = data.partition(b"\n")
    return header.decode(), body


def _width(header: str, name: str) -> int:
    """Number of columns in the header row. Raises ConfigurationError."""
    where = f"{name}:1"
    right = f"write the header row {','.join(CATALOGUE_COLUMNS)}; columns may be left out from the right"
    found = [cell.strip().strip('"').lower() for cell in header.split(",")]
    while len(found) > 1 and not found[-1]:
        found.pop()
    if found == [""]:
        raise _alone(where, "the file has no header row", right)
    if unknown := [cell for cell in found if cell not in CATALOGUE_COLUMNS]:
        what = "there is no header row" if "domain" not in found else f'column "{unknown[0][:40]}" is unknown'
        raise _alone(where, what, right)
    if tuple(found) != CATALOGUE_COLUMNS[: len(found)]:
        raise _alone(where, "the columns are in another order", right)
    return len(found)


def _alone(where: str, what: str, remedy: str) -> ConfigurationError:
    return ConfigurationError([Fault(where, what, remedy)])
