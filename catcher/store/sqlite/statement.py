"""What statements of several nouns share: rows inserted, columns quoted. Names are ours, never a value from outside."""

from __future__ import annotations

from collections.abc import Sequence

from catcher.model.ports import ColumnValue
from catcher.store.sqlite.library import Database


def insert(
    db: Database, table: str, columns: Sequence[str], rows: Sequence[Sequence[ColumnValue]], then: str = ""
) -> None:
    """Inserts ``rows``, in a transaction of the caller's; ``then`` is what follows the values, ``ON CONFLICT``."""
    marks = ",".join("?" * len(columns))
    db.conn.executemany(f"INSERT INTO {table} ({quoted(columns)}) VALUES ({marks}) {then}", rows)


def quoted(columns: Sequence[str]) -> str:
    """A list of columns; quoted, since ``transaction`` is a word of SQL."""
    return ",".join(f'"{column}"' for column in columns)
