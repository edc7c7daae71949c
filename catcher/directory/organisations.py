"""Names of organisations by domain: from the watch-list (domain,organisation), then from imported directories."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from catcher.directory.imports import directories
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
    def load(cls, watchlist: Path | None, state: Path | None = None) -> Organisations:
        """The names in the watch-list ``watchlist`` and in the directories imported into the folder ``state``.

        Raises ConfigurationError with a fault for every invalid row.
        """
        lists = directories(state / "directory").values() if state is not None else ()
        imported: dict[str, str] = {}
        for rows in lists:
            for row in rows:
                imported.setdefault(row.domain, row.organisation)
        if watchlist is None:
            return cls({}, imported)
        try:
            text = watchlist.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            fault = Fault(watchlist.name, f"it can't be read: {reason}", "a CSV file in UTF-8 with domain,organisation")
            raise ConfigurationError([fault]) from error
        return cls(_read(text, watchlist.name), imported)


def _read(text: str, where: str) -> dict[str, str]:
    rows = list(csv.reader(text.splitlines()))
    if not rows or [cell.strip() for cell in rows[0][:2]] != _HEADER:
        raise ConfigurationError([Fault(f"{where}:1", "the header row is missing", "domain,organisation")])
    watched: dict[str, str] = {}
    faults: list[Fault] = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        at = f"{where}:{number}"
        try:
            domain = to_alabel(row[0].strip())
        except DomainError as error:
            faults.append(Fault(at, str(error), "a domain name in the first column"))
            continue
        if len(row) < 2 or not row[1].strip():
            faults.append(Fault(at, "the organisation's name is missing", "a name in the second column"))
        elif domain in watched:
            faults.append(Fault(at, "the domain stands in an earlier row, too", "one row for each domain"))
        else:
            watched[domain] = row[1].strip()
    if faults:
        raise ConfigurationError(faults)
    return watched
