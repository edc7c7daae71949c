"""Statements that several nouns share: insert rows, quote columns. Names come from the code, never from outside."""

from __future__ import annotations

from collections.abc import Sequence

from catcher.model.ports import ColumnValue
from catcher.store.sqlite.library import Database


def insert(
    db: Database, table: str, columns: Sequence[str], rows: Sequence[Sequence[ColumnValue]], then: str = ""
) -> None:
    """Inserts ``rows`` in the caller's transaction; ``then`` follows the values: ON CONFLICT and so on."""
    marks = ",".join("?" * len(columns))
    db.conn.executemany(f"INSERT INTO {table} ({quoted_columns(columns)}) VALUES ({marks}) {then}", rows)


def quoted_columns(columns: Sequence[str]) -> str:
    """A list of columns, quoted: ``transaction`` is a keyword of SQL."""
    return ",".join(f'"{column}"' for column in columns)
