"""Makes tables without ROWID and indexes of some rows, which sqlite-utils' API doesn't offer."""

from __future__ import annotations

from typing import Any

from catcher.store.sqlite.library import Database


def create_by_key(
    db: Database,
    table: str,
    columns: dict[str, Any],
    *,
    key: tuple[str, ...],
    nullable: set[str] | None = None,
    parent: tuple[str, str, str] | None = None,
) -> None:
    """Makes a table whose rows lie in the order of their key, which is stored once (WITHOUT ROWID).

    ``parent``: a column, and the table and column to which it refers.
    """
    sql = db.create_table_sql(
        table,
        columns,
        pk=key,
        not_null=set(columns) - (nullable or set()),
        foreign_keys=[parent] if parent else None,
    )
    db.execute(f"{sql.rstrip().removesuffix(';')} WITHOUT ROWID")


def index_some(db: Database, name: str, table: str, column: str, *, where: str) -> None:
    """Makes an index of the rows for which ``where`` holds."""
    db.execute(f'CREATE INDEX "{name}" ON "{table}" ("{column}") WHERE {where}')
