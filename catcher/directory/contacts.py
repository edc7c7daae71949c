"""Contacts that a person is responsible for: from the operator's own file and from imported directories.

The file is CSV with a header row ``party,address,language,openpgp``; columns may be absent from the right. ``openpgp``
names a key file, relative to the CSV. A party with two rows has two addresses; the first address is preferred.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from catcher.directory.csvfiles import read_csv_text
from catcher.directory.imports import Listed, directories
from catcher.directory.parties import party_of
from catcher.directory.suffixes import Suffixes
from catcher.model.csvrows import csv_rows
from catcher.model.domain import DomainError, parents, to_alabel
from catcher.model.errors import ConfigurationError, Fault
from catcher.model.mail.mailaddress import AddressError, mail_address
from catcher.model.telling.contact import Contact, Source

CONTACT_COLUMNS = ("party", "address", "language", "openpgp")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}\Z")
"""The part of RFC 5646's syntax for a language with script and region."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A row of the operator's file."""

    party: str
    address: str
    language: str | None
    openpgp: str | None
    """The key file, as the row names it: relative to the operator's file."""


class Listings:
    """The entries of the operator's file and of the imported directories, by party."""

    def __init__(
        self,
        entered: Sequence[Entered],
        imported: Mapping[str, Sequence[Listed]],
        *,
        folder: Path = Path(),
        organizational_domain: Callable[[str], str] | None = None,
    ) -> None:
        """``imported``: directory → its rows. ``folder``: the folder with the key files of ``entered``."""
        self._organizational_domain = organizational_domain or Suffixes().organizational_domain
        self._folder = folder
        self._entered: dict[str, list[Entered]] = defaultdict(list)
        for row in entered:
            self._entered[row.party].append(row)
        self._imported: dict[str, list[tuple[str, Listed]]] = defaultdict(list)
        for name, rows in imported.items():
            for listed in rows:
                if listed.contact is not None:
                    self._imported[self._organizational_domain(listed.domain)].append((name, listed))

    @classmethod
    def load(cls, file: Path, state: Path) -> Listings:
        """The operator's file, which may be absent, and the directories in the folder ``state``.

        Raises ConfigurationError with every fault.
        """
        return cls(entered_in(file), directories(state / "directory"), folder=file.parent)

    def parties(self) -> list[str]:
        """The parties in the operator's file."""
        return sorted(self._entered)

    def of(self, party: str, now: datetime) -> tuple[Contact, ...]:
        """The contacts of ``party``: first the entered ones, then the imported ones.

        Among imported rows, the party's own rows come first, then the rows of names below it. An invalid address is
        skipped.
        """
        found = [
            self._contact(party, row.address, Source.ENTERED, number, now, row)
            for number, row in enumerate(self._entered.get(party, ()))
        ]
        rows = sorted(self._imported.get(party, ()), key=lambda pair: len(parents(pair[1].domain)))
        for number, (_, listed) in enumerate(rows):
            try:
                address = mail_address(listed.contact or "")
            except AddressError:
                continue
            found.append(self._contact(party, address, Source.IMPORTED, number, now))
        once: dict[str, Contact] = {}
        for contact in found:
            once.setdefault(contact.address.lower(), contact)
        return tuple(once.values())

    def directory_of(self, party: str) -> str | None:
        """The first imported directory that names a contact of ``party``."""
        return next((name for name, _ in self._imported.get(party, ())), None)

    def _contact(
        self, party: str, address: str, source: Source, preference: int, now: datetime, row: Entered | None = None
    ) -> Contact:
        contact = Contact(
            party=party,
            address=address,
            source=source,
            seen_at=now,
            own=self._organizational_domain(address.rpartition("@")[2]) == party,
            preference=preference,
        )
        if row is None:
            return contact
        key = None if row.openpgp is None else str(self._folder / row.openpgp)
        return replace(contact, language=row.language, openpgp=key)


def entered_in(file: Path) -> list[Entered]:
    """The rows of the operator's file; none when there is no file. Raises ConfigurationError with every fault."""
    return read_entered(read_csv_text(file), file) if file.exists() else []


def read_entered(text: str, file: Path) -> list[Entered]:
    """The rows of ``text``, the content of ``file``. Raises ConfigurationError with every fault."""
    rows = csv_rows(text, file.name)
    header = tuple(cell.lower() for cell in next(rows, (1, []))[1])
    if len(header) < 2 or header != CONTACT_COLUMNS[: len(header)]:
        raise ConfigurationError([Fault(f"{file.name}:1", "the header row is missing", ",".join(CONTACT_COLUMNS))])
    found: dict[tuple[str, str], Entered] = {}
    faults: list[Fault] = []
    for line, cells in rows:
        if not any(cells):
            continue
        where = f"{file.name}:{line}"
        read = entered(cells, where, file.parent)
        faults += read if isinstance(read, list) else ()
        if isinstance(read, Entered):
            key = (read.party, read.address.lower())
            if key in found:
                faults.append(Fault(where, "an earlier row has this address", "one row for each"))
            found.setdefault(key, read)
    if faults:
        raise ConfigurationError(faults)
    return list(found.values())


def entered(cells: Sequence[str], where: str, folder: Path) -> Entered | list[Fault]:
    """The row that ``cells`` (in the order of ``CONTACT_COLUMNS``) make, or its faults."""
    party_text, address_text, language, openpgp = [*cells, "", "", "", ""][: len(CONTACT_COLUMNS)]
    faults: list[Fault] = []
    party = address = ""
    try:
        party = to_alabel(party_text)
        if (own := party_of(party)) is None:
            faults.append(Fault(where, f"{party} is a mailbox provider, a platform or a suffix", "an organisation"))
        elif own != party:
            faults.append(Fault(where, f"{party} belongs to {own}", f"write {own}"))
    except DomainError as error:
        faults.append(Fault(where, f"the party: {error}", "a domain name in the first column"))
    try:
        address = mail_address(address_text)
    except AddressError as error:
        faults.append(Fault(where, str(error), "one mail address in the second column"))
    if language and not _LANGUAGE.match(language):
        faults.append(Fault(where, "the language is not one", 'a tag like "en" or "fr"'))
    if openpgp and not _is_file(folder / openpgp):
        faults.append(Fault(where, "the OpenPGP key is no file", "a file beside this one, or nothing"))
    if len(cells) > len(CONTACT_COLUMNS) and any(cells[len(CONTACT_COLUMNS) :]):
        faults.append(Fault(where, f"it has over {len(CONTACT_COLUMNS)} cells", ",".join(CONTACT_COLUMNS)))
    return faults or Entered(party, address, language or None, openpgp or None)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that the file system can't hold
        return False


def rendered_contacts(rows: Sequence[Entered]) -> str:
    """The text of an operator's file with ``rows``."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(CONTACT_COLUMNS)
    writer.writerows((row.party, row.address, row.language or "", row.openpgp or "") for row in rows)
    return stream.getvalue()
