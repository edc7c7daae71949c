"""National CSIRTs by top-level domain: they can reach a party that has no contact of its own.

``csirts.csv`` holds only CSIRTs whose own description (RFC 2350) was read, each with its source; the list is short on
purpose. An operator's table, imported as kind ``csirt``, replaces it: ``under,name,contact``, where ``under`` is a
top-level domain or a name below one (``gv.at``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from catcher.directory.csvfiles import read_csv_text
from catcher.model.csvrows import csv_rows
from catcher.model.domain import DomainError, parents, to_alabel
from catcher.model.errors import ConfigurationError, Fault
from catcher.model.mail.mailaddress import AddressError, mail_address

CSIRT_FILE = "csirts.csv"
"""File name of the operator's table in the state folder."""
CSIRT_HEADER = ("under", "name", "contact")


@dataclass(frozen=True, slots=True)
class Csirt:
    under: str
    """The CSIRT is responsible for names below this one; A-labels."""
    name: str
    contact: str


class Csirts:
    """The table of CSIRTs, by name."""

    def __init__(self, rows: Mapping[str, Csirt]) -> None:
        self._rows = rows

    @classmethod
    def load(cls, state: Path) -> Csirts:
        """The operator's table in the folder ``state``, else the table that comes with catcher.

        Raises ConfigurationError with every fault.
        """
        own = state / CSIRT_FILE
        if own.exists():
            rows, faults = read(read_csv_text(own), own.name)
        else:
            rows, faults = read(files("catcher.directory").joinpath(CSIRT_FILE).read_text(encoding="utf-8"), CSIRT_FILE)
        if faults:
            raise ConfigurationError(faults)
        return cls({row.under: row for row in rows})

    def of(self, domain: str) -> Csirt | None:
        """The CSIRT responsible for ``domain``: the row with the nearest name above it."""
        return next((self._rows[name] for name in parents(domain) if name in self._rows), None)


def read(text: str, where: str) -> tuple[list[Csirt], list[Fault]]:
    """(the usable rows, a fault for each unusable row). Raises ConfigurationError without the header row, and for a
    text that is no CSV."""
    rows = csv_rows(text, where)
    _, header = next(rows, (1, []))
    if tuple(cell.lower() for cell in header)[: len(CSIRT_HEADER)] != CSIRT_HEADER:
        raise ConfigurationError([Fault(f"{where}:1", "the header row is missing", ",".join(CSIRT_HEADER))])
    found: dict[str, Csirt] = {}
    faults: list[Fault] = []
    for line, cells in rows:
        if not any(cells):
            continue
        under, name, contact = [*cells, "", "", ""][:3]
        try:
            csirt = Csirt(to_alabel(under), " ".join(name.split())[:100], mail_address(contact))
        except (DomainError, AddressError) as error:
            faults.append(Fault(f"{where}:{line}", str(error), "a domain, a name, a mail address"))
        else:
            found.setdefault(csirt.under, csirt)
    return list(found.values()), faults


def rendered_csirts(rows: list[Csirt]) -> str:
    """The text of the operator's table."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(CSIRT_HEADER)
    writer.writerows((row.under, row.name, row.contact) for row in rows)
    return stream.getvalue()
