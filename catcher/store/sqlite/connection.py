"""The database file: its settings for durability and deletion, its transactions, and one exception for all failures."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from catcher.model.errors import StoreUnavailable
from catcher.store.sqlite.byday.registry import Registry
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.wal.lockholder import lock_holder

PRAGMAS: dict[str, str | int] = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: the log is synced at each commit, before the commit returns
    "secure_delete": 1,
    "foreign_keys": 1,
    "temp_store": 2,  # sorting stays in memory: a temporary file would outlive a purge
    "cache_size": -8_000,  # KiB
    "wal_autocheckpoint": 4_000,  # pages; mails change random pages, and a long log joins several changes of one page
}
"""The settings of every connection."""

BUSY_SECONDS = 20.0
"""Seconds that a writer waits for another process's transaction; a purge of a million observations takes several."""

_TURN_SECONDS = 0.005
"""Seconds for which SQLite itself tries to take the write lock. SQLite sleeps longer after each try, up to a tenth of a
second: among many writers of a few milliseconds each, a writer with such long sleeps may never find the lock free."""


@contextmanager
def medium(path: Path) -> Iterator[None]:
    """Turns a failure of the medium into StoreUnavailable. An error in our own SQL passes through."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise
    except sqlite3.DatabaseError as error:
        raise StoreUnavailable(f"{path}: {_what(path, error)}") from None
    except OSError as error:
        raise StoreUnavailable(f"{path}: {error.strerror}; look at the folder and its permissions") from None


def _what(path: Path, error: sqlite3.DatabaseError) -> str:
    """SQLite's message and a remedy. The message may name a table, never a value."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            holder = lock_holder(path) or "another process"
            remedy = f"{holder} writes to it; try again, and see what it does if that doesn't help"
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            remedy = "make room on the disk, or look for its errors in the system log"
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            remedy = "the file is damaged or no database; move it away (a new one is made) or restore a copy"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            remedy = "let catcher's user write the file and its folder"
        case _:
            remedy = "run 'catcher store verify'"
    return f"{error}; {remedy}"


class PatientDatabase(Database):
    """A database whose statements try again every few milliseconds while another process holds the lock."""

    def __init__(self, connection: sqlite3.Connection, busy_seconds: float) -> None:
        super().__init__(connection)
        self.busy_seconds = busy_seconds
        self.registry = Registry(self)

    def execute(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> sqlite3.Cursor:
        try:
            return super().execute(sql, parameters)
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or self.conn.in_transaction:
                raise
        deadline = time.monotonic() + self.busy_seconds
        while True:
            try:
                return super().execute(sql, parameters)
            except sqlite3.OperationalError as error:
                if not _is_busy(error) or time.monotonic() > deadline:
                    raise

    @contextmanager
    def waiting_by_itself(self) -> Iterator[None]:
        """Lets SQLite itself wait for the lock: some statements report a busy database in their result, without an
        error."""
        self.execute(f"PRAGMA busy_timeout = {int(self.busy_seconds * 1000)}")
        try:
            yield
        finally:
            self.execute(f"PRAGMA busy_timeout = {int(_TURN_SECONDS * 1000)}")


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def connect(path: Path, *, busy_seconds: float = BUSY_SECONDS) -> PatientDatabase:
    """Opens the database at ``path``. The file must exist; ``create_file`` makes it.

    Only ``write_transaction`` commits. The connection belongs to the calling thread.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=min(_TURN_SECONDS, busy_seconds),
        isolation_level=None,
    )
    try:
        database = PatientDatabase(connection, busy_seconds)
        with _alone_in(path.parent):
            for name, value in PRAGMAS.items():
                database.execute(f"PRAGMA {name}={value}").fetchall()
    except BaseException:
        connection.close()
        raise
    return database


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Admits one process at a time: if two processes switch a new file to WAL, SQLite fails at once, despite its
    timeout."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def create_file(path: Path) -> None:
    """Makes an empty file with mode 0600 and its folder with mode 0700, both durable. An existing file stays unchanged.

    SQLite gives the log and its index the mode of the database.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def write_transaction(database: Database) -> Iterator[None]:
    """One transaction that holds the write lock from its start. It commits all changes or none; after its end they are
    durable."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.conn.in_transaction:
            database.execute("ROLLBACK")
        if isinstance(database, PatientDatabase):
            database.registry.clear()
        raise


@contextmanager
def read_transaction(database: Database) -> Iterator[None]:
    """All reads within see one state of the database; within a transaction of the caller, that of the caller."""
    if database.conn.in_transaction:
        yield
        return
    database.execute("BEGIN")
    try:
        yield
    finally:
        if database.conn.in_transaction:  # a damaged file ends it
            database.execute("COMMIT")


def is_at(path: Path, identity: tuple[int, int]) -> bool:
    """Whether the file at ``path`` still has this identity. SQLite itself would continue to write to a removed file."""
    try:
        return identity_of(path) == identity
    except FileNotFoundError:
        return False


def identity_of(path: Path) -> tuple[int, int]:
    """Device and inode of the file at ``path``."""
    status = path.stat()
    return status.st_dev, status.st_ino
