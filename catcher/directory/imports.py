"""Directories of organisations that an operator imports: each is read in its own format and kept as one CSV file.

=======  ====================================================================================
``gov``  the .gov list: Domain name, Organization name, Suborganization name, Security contact email
``mil``  the .mil list: Domain Name, Organization
``csv``  domain,organisation and, where there is one, contact
=======  ====================================================================================
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from catcher.directory.csvfiles import read_csv_text
from catcher.directory.parties import party_of
from catcher.model.csvrows import csv_rows
from catcher.model.domain import DomainError, to_alabel
from catcher.model.errors import ConfigurationError, Fault
from catcher.model.mail.mailaddress import AddressError, mail_address

IMPORT_HEADER = ("domain", "organisation", "contact")
MAX_ROWS = 1_000_000
_MAX_TEXT = 200
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}\Z")
_FILE = re.compile(r"[a-z0-9].*\.csv\Z")


class DirectoryKind(StrEnum):
    GOV = "gov"
    MIL = "mil"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the columns of one kind, lower case."""

    domain: str
    organisation: str
    part: str | None = None
    """A part of the organisation; its name is put before the organisation's."""
    contact: str | None = None


COLUMNS_OF_KIND = {
    DirectoryKind.GOV: Columns("domain name", "organization name", "suborganization name", "security contact email"),
    DirectoryKind.MIL: Columns("domain name", "organization"),
    DirectoryKind.CSV: Columns("domain", "organisation", contact="contact"),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a directory."""

    domain: str
    """The domain in A-labels."""
    organisation: str
    contact: str | None
    """The mailbox for security reports, as ``mail_address`` gives it."""


@dataclass(frozen=True, slots=True)
class Read:
    """The content of a file."""

    rows: list[Listed]
    """The usable rows."""
    faults: list[Fault] = field(default_factory=list)
    """One fault for each unusable row."""
    unusable: list[Fault] = field(default_factory=list)
    """One fault for each of ``rows`` with an unusable contact: ``rows`` has that row without its contact."""


def read(text: str, kind: DirectoryKind, where: str, *, is_typo: Callable[[str], bool] = lambda _: False) -> Read:
    """The rows of ``text``. Only the first row of a domain counts.

    ``is_typo``: whether a domain lies at or below a catalogued domain; no address there is ever used.

    Raises ConfigurationError when the header row isn't that of ``kind``, and for a text that is no CSV.
    """
    rows = csv_rows(text, where)
    columns = COLUMNS_OF_KIND[kind]
    names = [cell.lower() for cell in next(rows, (1, []))[1]]
    if columns.domain not in names or columns.organisation not in names:
        wanted = f"a header row with {columns.domain} and {columns.organisation}, as --kind {kind} has it"
        raise ConfigurationError([Fault(f"{where}:1", "the columns are not those of this kind", wanted)])
    at = {name: number for number, name in reversed(list(enumerate(names)))}
    found: dict[str, Listed] = {}
    faults: list[Fault] = []
    unusable: list[Fault] = []
    for line, row in rows:
        place = f"{where}:{line}"
        listed = _listed(row, at, columns, place, faults)
        if listed is not None and listed.domain not in found:
            found[listed.domain] = _writable(listed, is_typo, place, unusable)
        if len(found) > MAX_ROWS:
            raise ConfigurationError([Fault(where, "it has too many rows", f"at most {MAX_ROWS}")])
    return Read(list(found.values()), faults, unusable)


def _listed(row: list[str], at: Mapping[str, int], columns: Columns, where: str, faults: list[Fault]) -> Listed | None:
    def cell(name: str | None) -> str:
        number = at.get(name) if name else None
        text = row[number].strip() if number is not None and number < len(row) else ""
        return "" if text == "(blank)" else " ".join("".join(c if c.isprintable() else " " for c in text).split())

    if not any(text.strip() for text in row):
        return None
    try:
        domain = to_alabel(cell(columns.domain))
    except DomainError as error:
        faults.append(Fault(where, str(error), "a domain name"))
        return None
    part, whole = cell(columns.part), cell(columns.organisation)
    organisation = f"{part}, {whole}" if part and whole and part != whole else whole or part
    if not organisation:
        faults.append(Fault(where, "the organisation's name is missing", "a name"))
        return None
    return Listed(domain, organisation[:_MAX_TEXT], cell(columns.contact) or None)


def _writable(listed: Listed, is_typo: Callable[[str], bool], where: str, unusable: list[Fault]) -> Listed:
    """``listed`` with its contact as ``mail_address`` gives it, or without its contact when that can't be used."""
    if listed.contact is None:
        return listed
    try:
        address = mail_address(listed.contact)
        if is_typo(address.rpartition("@")[2]):
            raise AddressError("it lies at a domain of the catalogue")
        if party_of(listed.domain) is None:
            raise AddressError("behind a mailbox provider, a platform or a suffix there are many")
    except AddressError as error:
        what = f"the contact of {listed.domain} can't be used: {error}"
        unusable.append(Fault(where, what, "one mail address of the organisation itself, or none"))
        return replace(listed, contact=None)
    return replace(listed, contact=address)


def file_name(name: str) -> str:
    """The file of the directory ``name``. Raises ConfigurationError for a name that can't be a file name."""
    if not _NAME.match(name):
        raise ConfigurationError([Fault(f"--name {name!r}", "it can't name a directory", "a-z, 0-9 and hyphens")])
    return f"{name}.csv"


def rendered_directory(rows: Iterable[Listed]) -> str:
    """The text of a directory's file."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(IMPORT_HEADER)
    writer.writerows((row.domain, row.organisation, row.contact or "") for row in rows)
    return stream.getvalue()


def directories(folder: Path) -> dict[str, list[Listed]]:
    """The imported directories by name, in order. Raises ConfigurationError for a damaged file."""
    return {file.stem: directory_in(file) for file in directory_files(folder)}


def directory_files(folder: Path) -> list[Path]:
    """The files of the imported directories, in order; none if ``folder`` is absent. Raises ConfigurationError."""
    try:
        files = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigurationError([Fault(folder.name, f"it can't be read: {error.strerror}", "mend it")]) from None
    return [file for file in files if _FILE.match(file.name)]


def directory_in(file: Path) -> list[Listed]:
    """The rows of one imported directory. Raises ConfigurationError for a damaged file."""
    kept = read(read_csv_text(file), DirectoryKind.CSV, file.name)
    if kept.faults:
        raise ConfigurationError(kept.faults)
    return kept.rows
