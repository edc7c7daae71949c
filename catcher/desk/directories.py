"""Imports directories of organisations into the state folder and lists their contents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from catcher.desk.privatefile import write_private
from catcher.directory import csirts, imports, providers
from catcher.directory.csvfiles import read_csv_text
from catcher.model.domain import parents
from catcher.model.errors import Fault

CSIRT = "csirt"
"""The import kind for the table of national CSIRTs; there is only one such table."""
MAILBOX_LIST = "mailboxes"
"""The import kind for the operator's list of mailbox providers, which are nobody's organisation."""
IMPORT_KINDS = (*map(str, imports.DirectoryKind), CSIRT, MAILBOX_LIST)
_FOLDER = "directory"


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import."""

    name: str
    domains: int
    contacts: int
    faults: Sequence[Fault]
    """Faults of the rows that were left out."""
    unusable: Sequence[Fault] = ()
    """Faults of the unusable contacts in the other rows; these rows are kept without their contact."""


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    """A directory's row for a domain."""

    directory: str
    domain: str
    organisation: str
    contact: str | None


def import_file(
    file: Path, kind: str, *, name: str | None, state: Path, is_typo: Callable[[str], bool] = lambda _: False
) -> Imported:
    """Stores the usable rows of ``file`` as the directory ``name`` (None: the name of the file).

    ``is_typo``: whether a domain lies at or below a catalogued one; a contact at such a domain can't be used.

    Raises ConfigurationError when the file is not of kind ``kind``; EnvironmentFailure.
    """
    text = read_csv_text(file)
    if kind == CSIRT:
        teams, faults = csirts.read(text, file.name)
        write_private(state, csirts.CSIRT_FILE, csirts.rendered_csirts(teams))
        return Imported("csirts", len(teams), len(teams), faults)
    if kind == MAILBOX_LIST:
        names, faults = providers.read_mailbox_providers(text, file.name)
        write_private(state, providers.MAILBOXES_FILE, providers.rendered_mailbox_providers(names))
        return Imported(MAILBOX_LIST, len(names), 0, faults)
    found = imports.read(text, imports.DirectoryKind(kind), file.name, is_typo=is_typo)
    name = name or file.stem.lower().replace("_", "-").replace(".", "-")
    write_private(state / _FOLDER, imports.file_name(name), imports.rendered_directory(found.rows))
    contacts = sum(row.contact is not None for row in found.rows)
    return Imported(name, len(found.rows), contacts, found.faults, found.unusable)


def summary(state: Path) -> list[tuple[str, int, int]]:
    """Each directory's name, its number of domains, and the number of these domains that have a contact."""
    found = imports.directories(state / _FOLDER)
    return [(name, len(rows), sum(row.contact is not None for row in rows)) for name, rows in found.items()]


def about(domain: str, state: Path) -> list[DirectoryRow]:
    """The directories' rows for ``domain`` (A-labels) and for the names above it, nearest first."""
    above = parents(domain)
    found = [
        DirectoryRow(name, row.domain, row.organisation, row.contact)
        for name, rows in imports.directories(state / _FOLDER).items()
        for row in rows
        if row.domain in above
    ]
    return sorted(found, key=lambda row: above.index(row.domain))
