"""The domains whose mail the operator stopped: a list in the state folder, which the sink checks for every recipient.

::

    catcher stop-mail ─▶ Stops.add ─▶ state/stopped ─▶ Stops.covers ─▶ Catalogue.under(stops.covers) ─▶ policy null
    CSV says the same ─▶ Stops.settle: the entry goes

A stop takes effect at once, also in open sessions, and even if the configuration or the catalogue is broken. The CSV
files stay authoritative: once they turn the same mail away, ``settle`` deletes the entries.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from catcher.catalogue.atomic import locked, replace_file
from catcher.catalogue.catalogue import Catalogue
from catcher.regularfile import FileIdentity, read_regular

EVERY_DOMAIN = "*"
"""The entry for all catalogued domains."""

_FILE = "stopped"


class Stops:
    """The stopped domains (A-labels) in the folder ``state``. Reading never fails: a missing list counts as empty."""

    def __init__(self, state: Path) -> None:
        self._file = state / _FILE
        self._path = str(self._file)
        self._seen: FileIdentity | None = None
        self._names: frozenset[str] = frozenset()

    def covers(self, domain: str) -> bool:
        """Whether mail for the catalogued ``domain`` is stopped. Costs one or two system calls if nothing changed."""
        if not os.access(self._path, os.F_OK):  # usually there is no list, and a failing stat(2) costs twice as much
            return False
        try:
            status = self._file.stat()
        except OSError:
            return False
        version = FileIdentity.of(status)
        if version != self._seen:
            self._names, self._seen = self._read(), version
        return domain in self._names or EVERY_DOMAIN in self._names

    def add(self, domains: Iterable[str]) -> None:
        """Stops mail for ``domains``, which may include ``EVERY_DOMAIN``. Raises EnvironmentFailure."""
        with locked(self._file.parent):
            self._write(self._read() | set(domains))

    def discard(self, domains: Collection[str]) -> None:
        """Removes ``domains`` from the list. Raises EnvironmentFailure."""
        if not self._file.exists():
            return
        with locked(self._file.parent):
            self._write(self._read() - set(domains))

    def settle(self, catalogue: Catalogue, now: datetime) -> None:
        """Removes the domains whose mail ``catalogue`` itself turns away at ``now``. Raises EnvironmentFailure."""

        def is_turned_away(name: str) -> bool:
            if name == EVERY_DOMAIN:
                return not any(entry.policy_at(now).above_null for entry in catalogue)
            entry = catalogue.get(name)
            return entry is None or not entry.policy_at(now).above_null

        self.discard([name for name in self._read() if is_turned_away(name)])

    def _read(self) -> frozenset[str]:
        with suppress(OSError):
            return frozenset(read_regular(self._file).decode("ascii", "replace").split())
        return frozenset()

    def _write(self, names: Collection[str]) -> None:
        if names:
            replace_file(self._file, "".join(f"{name}\n" for name in sorted(names)).encode(), mode=0o644)
        else:
            self._file.unlink(missing_ok=True)
