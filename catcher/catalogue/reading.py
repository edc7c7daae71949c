"""Reads the CSV files: plain rows in one sweep, odd rows one by one, every fault at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from catcher.catalogue.catalogue import Catalogue
from catcher.catalogue.entry import COLUMNS
from catcher.catalogue.guard import Guard
from catcher.catalogue.row import cells, read
from catcher.catalogue.table import MOST, Table
from catcher.model.errors import ConfigurationError, Fault
from catcher.model.policy import Policy

_LABEL = r"(?!xn--)[a-z0-9]++(?:-++[a-z0-9]++)*+"
_NAME = rf"{_LABEL}(?:\.{_LABEL})++(?<=[a-z])"
_LONG_LABEL = re.compile(rb"[a-z0-9-]{64}")
_ALWAYS_SHORT = 63
"""A line of at most this many octets has no label and no name that is too long."""


def load(files: Sequence[Path], *, guard: Guard | None = None) -> Catalogue:
    """The catalogue in ``files``. Raises ConfigurationError with every fault of every file."""
    gathered = _Gathered()
    for file in files:
        gathered.add(file)
    return Catalogue(gathered.table(), guard)


@dataclass
class _Gathered:
    """What the files read so far hold."""

    lines: list[bytes] = field(default_factory=list)
    domains: list[bytes] = field(default_factory=list)
    files: list[tuple[int, str]] = field(default_factory=list)
    faults: list[tuple[int, Fault]] = field(default_factory=list)
    """With the ordinal of the line, to tell them in order."""

    def add(self, file: Path) -> None:
        """Adds the rows and faults of one file."""
        start = len(self.lines)
        try:
            header, body = _text(file)
            width = _width(header, file.name)
        except ConfigurationError as error:
            self.faults += [(start, fault) for fault in error.faults]
            return
        self.files.append((start, file.name))
        lines = body.split(b"\n")
        if lines[-1] == b"":
            lines.pop()
        plain = _plain(width)
        domains = re.findall(rb"^(?:" + plain + rb")$", body, re.M)
        odd = [i for i, line in enumerate(lines) if len(line) > _ALWAYS_SHORT and _too_long(line)]
        if odd or len(domains) != len(lines):
            matches = re.compile(plain).fullmatch
            domains = [line.partition(b",")[0] for line in lines]
            odd = [i for i, line in enumerate(lines) if not matches(line) or _too_long(line)]
            for i in odd:
                lines[i], domains[i] = self._odd(lines[i], start + i, f"{file.name}:{i + 2}", width)
        self.lines += lines
        self.domains += domains

    def _odd(self, line: bytes, ordinal: int, where: str, width: int) -> tuple[bytes, bytes]:
        """The canonical form of a line and its domain; both empty for a blank line."""
        if not line.strip():
            return b"", b""
        row = read(line.decode(), where, width)
        self.faults += [(ordinal, fault) for fault in row.faults]
        domain = row.domain.encode() if row.domain else b""
        return ",".join(cells(row.entry)).encode() if row.entry else domain, domain

    def table(self) -> Table:
        """All rows. Raises ConfigurationError."""
        self._find_duplicates()
        if len(self.lines) > MOST:
            where = ", ".join(name for _, name in self.files)
            self.faults.append((0, Fault(where, f"over {MOST} rows", "one catcher holds fewer; split the catalogue")))
        if self.faults:
            self.faults.sort(key=lambda told: told[0])
            raise ConfigurationError([fault for _, fault in self.faults])
        return Table(self.lines, self.domains, self.files)

    def _find_duplicates(self) -> None:
        held = len(self.domains) - self.domains.count(b"")
        if len(set(self.domains) - {b""}) == held:
            return
        first: dict[bytes, int] = {}
        for ordinal, domain in enumerate(self.domains):
            if domain and (other := first.setdefault(domain, ordinal)) != ordinal:
                what = f"{domain.decode()} stands in {self._where(other)} already"
                self.faults.append((ordinal, Fault(self._where(ordinal), what, "keep one row of the two")))

    def _where(self, ordinal: int) -> str:
        first, name = max(f for f in self.files if f[0] <= ordinal)
        return f"{name}:{ordinal - first + 2}"


def _too_long(line: bytes) -> bool:
    return len(line) > 253 or _LONG_LABEL.search(line) is not None


@cache
def _plain(width: int) -> bytes:
    """Matches a line that is canonical already, all lower-case ASCII; its one group is the domain.

    ``width`` is how many columns the header row names. The days 29 to 31 are left to the careful reader.
    """
    at_most = rf"(?!(?:[^,\n]*,){{{width}}})" if width < len(COLUMNS) else ""
    policy = "(?:" + "|".join(Policy) + ")"
    day = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])"
    note = r"[!#-+\--~](?:[ !#-+\--~]*[!#-+\--~])?"
    dated = rf"{day}(?:,{policy}?(?:,(?:{note})?)?)?"
    undated = rf"(?:,(?:,(?:{note})?)?)?"
    return rf"{at_most}({_NAME})(?:,(?:(?!\1(?:,|$)){_NAME})?(?:,{policy}?(?:,(?:{dated}|{undated}))?)?)?".encode()


def _text(file: Path) -> tuple[str, bytes]:
    """Header row and the rest, LF-ended, known to be UTF-8."""
    try:
        data = file.read_bytes()
        data.decode()
    except OSError as error:
        raise _alone(file.name, f"it can't be read: {error.strerror}", "name a readable file") from None
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise _alone(f"{file.name}:{row}", "the row is not UTF-8", "save the file as UTF-8") from None
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    header, _, body = data.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
    return header.decode(), body


def _width(header: str, name: str) -> int:
    """How many columns the header row names. Raises ConfigurationError."""
    where, right = f"{name}:1", f"write the header row {','.join(COLUMNS)}; columns may be left out from the right"
    found = [cell.strip().strip('"').lower() for cell in header.split(",")]
    while len(found) > 1 and not found[-1]:
        found.pop()
    if found == [""]:
        raise _alone(where, "the file has no header row", right)
    if unknown := [cell for cell in found if cell not in COLUMNS]:
        what = "there is no header row" if "domain" not in found else f'column "{unknown[0][:40]}" is unknown'
        raise _alone(where, what, right)
    if tuple(found) != COLUMNS[: len(found)]:
        raise _alone(where, "the columns are in another order", right)
    return len(found)


def _alone(where: str, what: str, remedy: str) -> ConfigurationError:
    return ConfigurationError([Fault(where, what, remedy)])
