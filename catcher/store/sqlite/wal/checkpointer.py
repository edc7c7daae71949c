"""The thread that copies the log into the database, so that no commit waits for it.

::

    commits ─▶ log (WAL) ─▶ thread, four times a second: PASSIVE, beside the commits ─▶ database
                                 └─▶ a short rest is left of a long log: the writer copies it between two groups,
                                     and its next commit begins the log anew

The thread alone never empties the log of a busy writer: each time new pages came while it copied. Measured with groups
of ten on a busy machine: the longest of 4,000 commits took 190 to 250 ms with SQLite's own checkpoints every 4,000
pages, 80 to 125 ms so; the log stays under 30 MB.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from pathlib import Path

log = logging.getLogger("catcher.store")

BETWEEN_SECONDS = 0.25
"""Seconds between two rounds of the thread."""
LONG_PAGES = 4_000
"""Pages of a log that is begun anew: 16 MB."""
SHORT_PAGES = 400
"""Pages of a rest that the writer copies itself, in about a step of forgetting."""
BACKSTOP_PAGES = 32_000
"""Pages of a log (128 MB) at which SQLite copies it in the commit: only when the thread doesn't come through."""


class Checkpointer:
    """Copies the log of the database at ``path``, from ``start`` to ``stop``. It opens its own connection."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ending = threading.Event()
        self._written = threading.Event()
        self._short_rest = threading.Event()
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when the thread has ended."""
        self._ending.set()
        self._thread.join()

    def note_write(self) -> None:
        """Says that something was written since the last round."""
        self._written.set()

    def take_short_rest(self) -> bool:
        """Whether the writer should copy the rest of the log now; True once for each time."""
        if not self._short_rest.is_set():
            return False
        self._short_rest.clear()
        return True

    def _run(self) -> None:
        while not self._ending.wait(BETWEEN_SECONDS):
            if self._written.is_set():
                self._written.clear()
                self._round()

    def _round(self) -> None:
        try:
            connection = sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
            try:
                connection.execute("PRAGMA synchronous = 2")
                _, pages, copied = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            finally:
                connection.close()
        except sqlite3.Error as error:
            log.warning("the log waits to be copied: %s", error)
            return
        if pages > LONG_PAGES and pages - copied < SHORT_PAGES:
            self._short_rest.set()
