"""Every party's contacts: the operator's files, merged with the contacts that were found, confirmed or bounced.

::

    contacts.csv, imported directories ─┐
    store: found, confirmed, bounced ───┴─▶ ContactBook.of ─▶ next_contact (model.contact)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from catcher.catalogue.atomic import locked, replace_file
from catcher.desk.context import NotFound
from catcher.directory.contacts import Entered, Listings, entered, entered_in, rendered_contacts
from catcher.model.errors import ConfigurationError, Fault
from catcher.model.ports import Store
from catcher.model.telling.contact import Contact, Source, StepOutcome, bounced, confirmed, merged


@dataclass(frozen=True, slots=True)
class ContactBook:
    """Every party's contacts. It reads and writes the store; only ``add`` and ``remove`` change the files."""

    store: Store
    listings: Listings
    is_typo: Callable[[str], bool]
    """Whether a domain lies at or below a catalogued one. Catcher never writes to such an address."""

    def of(self, party: str, now: datetime) -> tuple[Contact, ...]:
        """All known contacts of ``party``, the best one first."""
        return self._current(party, tuple(self.store.contacts(party)), now)

    def parties(self) -> list[str]:
        """Parties with a contact that was entered, found, confirmed or bounced; directories are not searched."""
        return sorted({*self.listings.parties(), *(contact.party for contact in self.store.contacts())})

    def record(
        self,
        party: str,
        found: Iterable[Contact],
        outcomes: Sequence[StepOutcome],
        *,
        looked: Collection[Source],
        now: datetime,
    ) -> tuple[Contact, ...]:
        """Stores the result of a search for contacts of ``party``; returns all contacts known afterwards.

        ``looked``: the sources that answered. A contact that its source no longer names is deleted, unless a person
        confirmed it or it bounced.
        """
        found = tuple(found)

        def change(known: Sequence[Contact]) -> tuple[Contact, ...]:
            return self._writable(merged(self._current(party, known, now), found, looked=looked))

        return self.store.change_contacts(party, change, outcomes=outcomes)

    def confirm(self, party: str, address: str, *, by: str, now: datetime) -> Contact:
        """Records that the person ``by`` confirmed ``address``; from then on catcher may write to it.

        Raises NotFound when ``party`` has no such contact.
        """
        return self._change(party, address, now, lambda known: confirmed(known, address, by=by, at=now))

    def bounced(self, party: str, address: str, *, at: datetime) -> Contact:
        """Records a bounced mail to ``address``: the address is bad until a person confirms it. Raises NotFound."""
        return self._change(party, address, at, lambda known: bounced(known, address, at=at))

    def _change(
        self, party: str, address: str, now: datetime, change: Callable[[Sequence[Contact]], tuple[Contact, ...]]
    ) -> Contact:
        after = self.store.change_contacts(party, lambda known: change(self._current(party, known, now)))
        found = next((contact for contact in after if contact.address.lower() == address.lower()), None)
        if found is None:
            raise NotFound(
                f"{party} has no such contact; `catcher contact list {party}` shows those it has, "
                "`catcher contact add` enters one"
            )
        return found

    def _current(self, party: str, stored: Sequence[Contact], now: datetime) -> tuple[Contact, ...]:
        return self._writable(merged(stored, self.listings.of(party, now)))

    def _writable(self, contacts: Iterable[Contact]) -> tuple[Contact, ...]:
        return tuple(c for c in contacts if not self.is_typo(c.address.rpartition("@")[2]))


def add(
    file: Path,
    *,
    party: str,
    address: str,
    language: str = "",
    openpgp: str = "",
    is_typo: Callable[[str], bool],
    dry_run: bool = False,
) -> Entered:
    """Appends a row to the operator's file. Raises ConfigurationError when the row or the file is wrong."""
    with locked(file.parent):
        rows = entered_in(file)
        row = entered([party, address, language, openpgp], f"new row for {file.name}", file.parent)
        faults = row if isinstance(row, list) else []
        if isinstance(row, Entered):
            if is_typo(row.address.rpartition("@")[2]):
                faults.append(
                    Fault("ADDRESS", "it lies at a domain of the catalogue", "an address of the party itself")
                )
            if any((other.party, other.address.lower()) == (row.party, row.address.lower()) for other in rows):
                faults.append(Fault(file.name, f"{row.party} has this address already", "another, or nothing"))
        if faults or isinstance(row, list):
            raise ConfigurationError(faults)
        if not dry_run:
            replace_file(file, rendered_contacts([*rows, row]).encode(), mode=None if file.exists() else 0o600)
    return row


def remove(file: Path, *, party: str, address: str, dry_run: bool = False) -> Entered:
    """Deletes a row of the operator's file. Raises NotFound when there is no such row; ConfigurationError."""
    with locked(file.parent):
        rows = entered_in(file)
        row = next((r for r in rows if (r.party, r.address.lower()) == (party.lower(), address.lower())), None)
        if row is None:
            raise NotFound(f"{file.name} has no such row; `catcher contact list {party}` shows what there is")
        if not dry_run:
            replace_file(file, rendered_contacts([other for other in rows if other is not row]).encode())
    return row
