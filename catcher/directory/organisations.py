"""Names of organisations by domain: from the watch-list (domain,organisation), then from imported directories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from catcher.directory.csvfiles import read_csv_text
from catcher.directory.imports import directory_in
from catcher.model.csvrows import csv_rows
from catcher.model.domain import DomainError, parents, to_alabel
from catcher.model.errors import ConfigurationError, Fault

_HEADER = ["domain", "organisation"]


class Organisations:
    """Domain → the organisation's name, for a domain and all names below it."""

    def __init__(self, watched: Mapping[str, str], imported: Mapping[str, str] = MappingProxyType({})) -> None:
        """``watched`` and ``imported``: A-label domain → name."""
        self._names = {**imported, **watched}
        self.names = MappingProxyType(self._names)
        """All known names, by domain."""
        self.watched = MappingProxyType(dict(watched))
        """The watch-list's names, by domain."""

    def name(self, domain: str) -> str | None:
        """The name for ``domain``: from its own row, else from the row of the nearest domain above it. The watch-list
        has priority."""
        return next((self._names[name] for name in parents(domain) if name in self._names), None)

    @classmethod
    def load(cls, watchlist: Path | None, imports: Iterable[Path] = ()) -> Organisations:
        """The names in the watch-list ``watchlist`` and in the files ``imports`` of imported directories.

        Raises ConfigurationError with a fault for every invalid row.
        """
        imported: dict[str, str] = {}
        for file in imports:
            for row in directory_in(file):
                imported.setdefault(row.domain, row.organisation)
        if watchlist is None:
            return cls({}, imported)
        return cls(_read(read_csv_text(watchlist), watchlist.name), imported)


def _read(text: str, where: str) -> dict[str, str]:
    rows = csv_rows(text, where)
    _, header = next(rows, (1, []))
    if [cell.lower() for cell in header[:2]] != _HEADER:
        raise ConfigurationError([Fault(f"{where}:1", "the header row is missing", "domain,organisation")])
    watched: dict[str, str] = {}
    faults: list[Fault] = []
    for line, cells in rows:
        if not any(cells):
            continue
        at = f"{where}:{line}"
        try:
            domain = to_alabel(cells[0])
        except DomainError as error:
            faults.append(Fault(at, str(error), "a domain name in the first column"))
            continue
        if len(cells) < 2 or not cells[1]:
            faults.append(Fault(at, "the organisation's name is missing", "a name in the second column"))
        elif domain in watched:
            faults.append(Fault(at, "the domain stands in an earlier row, too", "one row for each domain"))
        elif "." not in domain:
            what = f"{domain} is a whole top-level domain: the names below it belong to many organisations"
            faults.append(Fault(at, what, "the domain of one organisation"))
        else:
            watched[domain] = cells[1]
    if faults:
        raise ConfigurationError(faults)
    return watched
