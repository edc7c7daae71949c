"""Reads a CSV file into header and body, and names the inputs that aren't such a file, Excel's forms above all.

A fault of the file as a whole is found here; the faults of its rows are found by ``lines``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from catcher.catalogue.entry import CATALOGUE_COLUMNS
from catcher.catalogue.row import OTHER_SEPARATORS
from catcher.model.errors import ConfigurationError, Fault
from catcher.regularfile import UnreadableFile, read_regular

_BOM = b"\xef\xbb\xbf"
_MOST_OCTETS = 1 << 30
"""Octets of one file at most: some twenty million rows, more names than any registry has."""
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
"""UTF-16 and UTF-32, each in both orders of octets."""
_WORKBOOKS = {b"PK\x03\x04": "a workbook or another zip archive", b"\xd0\xcf\x11\xe0": "an old Excel workbook"}
_PACKED = {b"\x1f\x8b": "gzip", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2"}
_AS_CSV = "save it as CSV with commas; in Excel the type is called 'CSV UTF-8 (comma delimited)'"
_COMMAS = f"write commas, or {_AS_CSV}"
_COLUMNS = f"write the header row {','.join(CATALOGUE_COLUMNS)}; columns may be left out from the right"


@dataclass(frozen=True, slots=True)
class SourceText:
    """The contents of one file."""

    width: int
    """Number of columns in the header row."""
    body: bytes
    """The lines after the header row, each ended by LF."""
    ended: bool
    """Whether the file itself ends the last line."""
    digest: bytes
    """SHA-256 of the file's octets."""


def octets(file: Path) -> bytes:
    """The contents of a file. Raises ConfigurationError."""
    try:
        return read_regular(file, _MOST_OCTETS)
    except UnreadableFile as error:
        raise _alone(file.name, f"{error.strerror}", "name a readable file") from None
    except OSError as error:
        raise _alone(file.name, f"it can't be read: {error.strerror}", "name a readable file") from None


def read_source(data: bytes, name: str, digest: bytes | None = None) -> SourceText:
    """``data``, the contents of the file ``name``, and their ``digest``, if it is known already. Raises
    ConfigurationError with the one fault of the file.
    """
    _is_text(data, name)
    text = data.replace(b"\r\n", b"\n") if b"\r" in data else data
    header, _, body = text.removeprefix(_BOM).partition(b"\n")
    width = _width(header, name)
    ended = text.endswith(b"\n")
    return SourceText(width, body if ended or not body else body + b"\n", ended, digest or digest_of(data))


def digest_of(data: bytes) -> bytes:
    """The digest by which the contents of two files are compared."""
    return hashlib.sha256(data).digest()


def _is_text(data: bytes, name: str) -> None:
    """Raises ConfigurationError for what isn't text in UTF-8 at first sight."""
    for mark, what in _WORKBOOKS.items():
        if data.startswith(mark):
            raise _alone(f"{name}:1", f"the file is {what}, not CSV", _AS_CSV)
    for mark, what in _PACKED.items():
        if data.startswith(mark):
            raise _alone(f"{name}:1", f"the file is packed with {what}, not CSV", "unpack it")
    head = data[:64]
    zeros = head.count(0)
    if data.startswith(_WIDE_BOMS) or (zeros * 3 >= len(head) > zeros):
        raise _alone(f"{name}:1", "the file is UTF-16 or UTF-32", _AS_CSV)
    if b"\0" in data and (hole := data.find(b"\0\0")) >= 0:
        row = data.count(b"\n", 0, hole) + 1
        what = "the file holds a run of NUL octets, as after a crash or a copy that was interrupted"
        raise _alone(f"{name}:{row}", what, "restore the file")


def _width(line: bytes, name: str) -> int:
    """Number of columns in the header row. Raises ConfigurationError."""
    where = f"{name}:1"
    header = line.decode("utf-8", "replace").strip()
    if "\r" in header:
        what = "the lines end in a carriage return (CR) alone, or some of them do"
        raise _alone(where, what, "end each line with LF or CR LF, as 'CSV UTF-8' of Excel does")
    if header.lower().replace('"', "").startswith("sep="):
        what = f'the first line is "{header[:10]}", which only Excel reads'
        raise _alone(where, what, "delete this line, so that the header row is the first, and separate cells by commas")
    found = _cells(header, ",")
    if found == [""]:
        raise _alone(where, "the file has no header row", _COLUMNS)
    if unknown := [cell for cell in found if cell not in CATALOGUE_COLUMNS]:
        for separator, called in OTHER_SEPARATORS.items():
            if separator in header and set(_cells(header, separator)) & set(CATALOGUE_COLUMNS):
                raise _alone(where, f"{called} stand where commas should be", _COMMAS)
        what = "there is no header row" if "domain" not in found else f'column "{_shown(unknown[0])}" is unknown'
        raise _alone(where, what, _COLUMNS)
    if found != [*CATALOGUE_COLUMNS[: len(found)]]:
        raise _alone(where, "the columns are in another order", _COLUMNS)
    return len(found)


def _cells(header: str, separator: str) -> list[str]:
    found = [cell.strip().strip('"').strip().lower() for cell in header.split(separator)]
    while len(found) > 1 and not found[-1]:
        found.pop()
    return found


def _shown(text: str) -> str:
    return "".join(c if c.isprintable() else "·" for c in text[:40])


def _alone(where: str, what: str, remedy: str) -> ConfigurationError:
    return ConfigurationError([Fault(where, what, remedy)])
