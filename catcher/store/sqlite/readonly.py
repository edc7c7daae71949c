"""Opens a database to read it alone: no octet of it changes, no file is made beside it, and a server may write to it.

::

    a log or its index is there ─▶ mode=ro: a server may be running, and its commits are seen
    none of them                ─▶ immutable=1: nobody has the file open; that it stayed so is checked at the end

SQLite reads a database with a log only together with the log's index, which it would make. So without both files the
database is read as one that can't change, which needs no right to write to the folder either.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from catcher.model.errors import EnvironmentFailure, StoreUnavailable
from catcher.store.sqlite.connection import PatientDatabase
from catcher.store.sqlite.schema import migrations

_TRIES = 5
"""Times that the file is opened: a server that ends in this moment takes its log away."""


class ReadOnlyDatabase(PatientDatabase):
    """A connection that can't write."""

    def __init__(self, path: Path, connection: sqlite3.Connection, busy_seconds: float, *, immutable: bool) -> None:
        super().__init__(connection, busy_seconds)
        self._path = path
        self._before = _state(path) if immutable else None

    def close(self) -> None:
        """Raises StoreUnavailable if the database was written while it was read as one that can't change."""
        super().close()
        if self._before is not None and _state(self._path) != self._before:
            raise StoreUnavailable(f"{self._path}: a server wrote to it meanwhile; run the command again")


def connect_to_read(path: Path, *, busy_seconds: float) -> ReadOnlyDatabase:
    """Opens the database at ``path``, which must exist. Raises EnvironmentFailure for one of another version."""
    for left in reversed(range(_TRIES)):
        try:
            database = _opened(path, busy_seconds)
            break
        except sqlite3.OperationalError as error:
            if not left or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CANTOPEN:
                raise
    try:
        _check_version(path, database)
    except BaseException:
        database.conn.close()
        raise
    return database


def _opened(path: Path, busy_seconds: float) -> ReadOnlyDatabase:
    immutable = not any(path.with_name(path.name + suffix).exists() for suffix in ("-wal", "-shm"))
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{'immutable=1' if immutable else 'mode=ro'}", uri=True, isolation_level=None
    )
    try:
        database = ReadOnlyDatabase(path, connection, busy_seconds, immutable=immutable)
        for setting in ("query_only = 1", "temp_store = 2", "cache_size = -8000"):
            database.execute(f"PRAGMA {setting}")
        database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return database


def _state(path: Path) -> tuple[int, ...]:
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _check_version(path: Path, database: ReadOnlyDatabase) -> None:
    names = database.table_names()
    ledger = migrations.MIGRATIONS.migrations_table
    have = [step.name for step in migrations.applied(database)] if ledger in names else []
    known = migrations.known()
    if unknown := [name for name in have if name not in known]:
        raise EnvironmentFailure(
            f"{path}: a newer version of catcher made the database (it has {', '.join(unknown)}); install that version"
        )
    if have != known:
        raise EnvironmentFailure(
            f"{path}: an earlier version of catcher made the database; 'catcher store migrate' brings it to the "
            "present one, and so does a server that starts"
        )
