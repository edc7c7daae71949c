"""SQL shared by several modules: inserts rows, quotes columns. Names come from the code, never from outside."""

from __future__ import annotations

from collections.abc import Sequence

from catcher.model.ports import ColumnValue
from catcher.store.sqlite.library import Database


def insert(
    db: Database, table: str, columns: Sequence[str], rows: Sequence[Sequence[ColumnValue]], then: str = ""
) -> None:
    """Inserts ``rows`` in the caller's transaction. ``then``: SQL after the values, like ON CONFLICT."""
    marks = ",".join("?" * len(columns))
    db.conn.executemany(f"INSERT INTO {table} ({quoted_columns(columns)}) VALUES ({marks}) {then}", rows)


def quoted_columns(columns: Sequence[str]) -> str:
    """A list of quoted columns; the quotes are needed because ``transaction`` is a keyword of SQL."""
    return ",".join(f'"{column}"' for column in columns)
