"""Opens the store that a URL names (``[store] url``): only this module chooses among the kinds of store.

Each function here has a case for each kind; today there is one, ``sqlite:`` and an absolute file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, assert_never

from catcher.model.errors import Fault
from catcher.model.ports import Store
from catcher.model.storekind import StoreKind
from catcher.store import sqlite
from catcher.store.memory import MemoryStore

PATIENCE_SECONDS = sqlite.BUSY_SECONDS
"""Seconds that a write waits for another process's write before it fails."""


def store_at(url: str, *, patience: float = PATIENCE_SECONDS, checkpointed: bool = False) -> Store:
    """Opens the store, makes a missing one, and brings it to the present schema. Raises EnvironmentFailure.

    The store belongs to the calling thread. ``patience``: as PATIENCE_SECONDS. ``checkpointed``: whether the caller
    runs ``checkpointer_at``.
    """
    return sqlite.SqliteStore(_file(url), busy_seconds=patience, checkpointed=checkpointed)


def checkpointer_at(url: str) -> sqlite.Checkpointer:
    """The thread that keeps the store's log short, for a process that commits all the time."""
    return sqlite.Checkpointer(_file(url))


def folder_of_store(url: str) -> Path:
    """The folder in whose file system the store grows."""
    return _file(url).parent


def store_to_read(url: str) -> Store:
    """Opens the store without changing it in any way; a missing one is an empty one. Raises EnvironmentFailure, also
    for the store of another version. ``close`` raises StoreUnavailable if what was read may be wrong.
    """
    file = _file(url)
    return sqlite.SqliteStore(file, read_only=True) if file.exists() else MemoryStore()


def store_exists(url: str) -> bool:
    """Whether the store exists; it may be damaged."""
    return _file(url).exists()


def migrate_store(url: str) -> list[str]:
    """Makes the store, or brings it to the present schema; returns the names of the applied steps.

    Raises EnvironmentFailure when the store can't be written, is damaged, or comes from a newer version.
    """
    return sqlite.migrate_file(_file(url))


def verify_store(url: str) -> tuple[Fault, ...]:
    """The faults of the store; an empty tuple if it has none. Changes nothing.

    Raises EnvironmentFailure when the store doesn't exist.
    """
    return sqlite.verify_file(_file(url))


def schema_sql(url: str) -> str:
    """The present schema of stores of this kind, as statements that make it."""
    _file(url)
    return sqlite.present_sql()


def schema_tables(url: str) -> list[dict[str, Any]]:
    """The present schema of stores of this kind, table by table."""
    _file(url)
    return [table.to_json() for table in sqlite.present_tables()]


def shown_store(url: str) -> str:
    """The store's name in messages."""
    return str(_file(url))


def _file(url: str) -> Path:
    word, _, file = url.partition(":")
    kind = StoreKind(word)
    match kind:
        case StoreKind.SQLITE:
            return Path(file)
        case _:
            assert_never(kind)
