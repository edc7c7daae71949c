"""Writes many rows with one statement: between two statements the thread may wait milliseconds for the interpreter."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlite_utils import Database

from catcher.store.codec import Value

MOST_VALUES = 999
"""Bound values in a statement; every SQLite allows so many."""


def insert(db: Database, table: str, columns: Sequence[str], rows: Sequence[Sequence[Value]], then: str = "") -> None:
    """Inserts ``rows``; ``then`` is what follows the values, an ``ON CONFLICT`` clause."""
    most = MOST_VALUES // len(columns)
    for start in range(0, len(rows), most):
        chunk = rows[start : start + most]
        sql = _insert(table, tuple(columns), len(chunk), then)
        db.execute(sql, [value for row in chunk for value in row])


@lru_cache(maxsize=512)
def _insert(table: str, columns: tuple[str, ...], rows: int, then: str) -> str:
    """Names of tables and columns are ours, never a value from outside."""
    row = f"({','.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({quoted(columns)}) VALUES {','.join([row] * rows)} {then}"


def quoted(columns: Sequence[str]) -> str:
    """A list of columns; quoted, since ``transaction`` is a word of SQL."""
    return ",".join(f'"{column}"' for column in columns)
