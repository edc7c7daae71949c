"""Rows and files of a catalogue, and a server that loads them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from catcher.catalogue import Entry
from catcher.catalogue.loading import copies
from catcher.catalogue.loading.loaded import LoadedCatalogue
from catcher.catalogue.loading.tolerant import load_tolerant
from catcher.model.mail.policy import Policy

Write = Callable[..., Path]
"""Writes rows into a catalogue file and names it."""


def row(
    domain: str, policy: Policy = Policy.ACCEPT, *, until: date | None = None, then: Policy = Policy.OBSERVE
) -> Entry:
    """A row that stands for army.mil."""
    return Entry(domain, "army.mil", policy, until, then, "", "catalogue.csv:2")


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
"""Before the files' times of change: no file counts as settled, so that each is read at each load."""
HEADER = "domain,intended,policy,until,then,note,lang"


class CatalogueServer:
    """Loads files again and again, as a server does; ``restart`` forgets what is in memory."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.files = [folder / name for name in names or ("catalogue.csv",)]
        self.kept = folder / "kept"
        self.loaded: LoadedCatalogue | None = None
        self.now = LONG_AGO

    def load(self, *texts: str | bytes | None, header: str = HEADER) -> LoadedCatalogue:
        """Writes the files, None: removes it, and loads them an hour after the last load."""
        for file, text in zip(self.files, texts, strict=True):
            if text is None:
                file.unlink(missing_ok=True)
            else:
                file.write_bytes(text if isinstance(text, bytes) else f"{header}\n{text}".encode())
        self.now += timedelta(hours=1)
        self.loaded = load_tolerant(self.files, before=self.loaded, kept=self.kept, guard=None, now=self.now)
        return self.loaded

    def restart(self) -> None:
        assert self.loaded is not None
        copies.save(self.loaded, self.kept)
        self.loaded = None
