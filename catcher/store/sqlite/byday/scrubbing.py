"""The log is emptied after rows were removed: until then it holds the pages as they were before."""

from __future__ import annotations

from pathlib import Path

from catcher.model.errors import StoreUnavailable
from catcher.store.sqlite.connection import PatientDatabase, write_transaction

MOST_LOG_OCTETS = 512 * 1024 * 1024
"""Size of the log beyond which nothing more is forgotten until the log can be emptied: a reader that holds it would make
it grow by all that is removed. Mails are stored all the same."""


def scrub(db: PatientDatabase) -> bool:
    """Copies the log into the file and empties it; False if nothing was removed since the last time.

    First without waiting for anybody, which does most of the work; then what is left, for which no other process may
    read or write. Raises StoreUnavailable when another process does; it is tried again by the next call, and nothing
    is lost.
    """
    if db.execute("SELECT 1 FROM owed WHERE work = 'scrub'").fetchone() is None:
        return False
    db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    busy, frames, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StoreUnavailable(
            "the rows are deleted, but another process reads the database, so that the log still holds them "
            f"({max(frames, 0) * 4096 // 1_000_000} MB); it is emptied once that process has ended"
        )
    with write_transaction(db):
        db.execute("DELETE FROM owed WHERE work = 'scrub'")
    return True


def log_octets(path: Path) -> int:
    """The size of the log of the database at ``path``."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size
    except FileNotFoundError:
        return 0
