"""Directories of organisations that an operator imports: read in their own shape, kept as one CSV each.

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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from catcher.model.domain import DomainError, to_alabel
from catcher.model.errors import ConfigurationError, Fault

HEADER = ("domain", "organisation", "contact")
MAX_ROWS = 1_000_000
_MAX_TEXT = 200
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}\Z")
_CONTACT = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,253}\Z")


class Kind(StrEnum):
    GOV = "gov"
    MIL = "mil"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the columns of one kind, lower case."""

    domain: str
    organisation: str
    part: str | None = None
    """A part of the organisation, named before it."""
    contact: str | None = None


_COLUMNS = {
    Kind.GOV: Columns("domain name", "organization name", "suborganization name", "security contact email"),
    Kind.MIL: Columns("domain name", "organization"),
    Kind.CSV: Columns("domain", "organisation", contact="contact"),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a directory."""

    domain: str
    """A-labels."""
    organisation: str
    contact: str | None
    """Mailbox that takes security reports."""


def read(text: str, kind: Kind, where: str) -> tuple[list[Listed], list[Fault]]:
    """(the rows that can be used, a fault for each that can't). A domain that comes again is passed over.

    Raises ConfigurationError when the header row isn't that of ``kind``.
    """
    reader = csv.reader(io.StringIO(text, newline=""))
    columns = _COLUMNS[kind]
    names = [cell.strip().lower() for cell in next(reader, [])]
    if columns.domain not in names or columns.organisation not in names:
        wanted = f"a header row with {columns.domain} and {columns.organisation}, as --kind {kind} has it"
        raise ConfigurationError([Fault(f"{where}:1", "the columns are not those of this kind", wanted)])
    at = {name: number for number, name in reversed(list(enumerate(names)))}
    found: dict[str, Listed] = {}
    faults: list[Fault] = []
    try:
        for row in reader:
            listed = _listed(row, at, columns, f"{where}:{reader.line_num}", faults)
            if listed is not None:
                found.setdefault(listed.domain, listed)
            if len(found) > MAX_ROWS:
                raise ConfigurationError([Fault(where, "it has too many rows", f"at most {MAX_ROWS}")])
    except csv.Error as error:
        raise ConfigurationError([Fault(f"{where}:{reader.line_num}", "it is no CSV", "quotes closed")]) from error
    return list(found.values()), faults


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
    contact = cell(columns.contact)
    return Listed(domain, organisation[:_MAX_TEXT], contact if _CONTACT.match(contact) else None)


def file_name(name: str) -> str:
    """The file of the directory ``name``. Raises ConfigurationError for a name that can't be a file's."""
    if not _NAME.match(name):
        raise ConfigurationError([Fault(f"--name {name!r}", "it can't name a directory", "a-z, 0-9 and hyphens")])
    return f"{name}.csv"


def rendered(rows: Iterable[Listed]) -> str:
    """The text of a directory's file."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows((row.domain, row.organisation, row.contact or "") for row in rows)
    return stream.getvalue()


def directories(folder: Path) -> dict[str, list[Listed]]:
    """The imported directories by name, in order. Raises ConfigurationError for a file that was damaged."""
    found = {}
    for file in sorted(folder.glob("[a-z0-9]*.csv")) if folder.is_dir() else ():
        rows, faults = read(file.read_text(encoding="utf-8"), Kind.CSV, file.name)
        if faults:
            raise ConfigurationError(faults)
        found[file.stem] = rows
    return found
