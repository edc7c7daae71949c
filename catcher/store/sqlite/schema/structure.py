"""The structure of a database's tables, independent of the SQL that made them: two databases are compared by it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from catcher.store.sqlite.library import Database


class TableColumn(NamedTuple):
    """A column as SQLite reports it."""

    name: str
    type: str
    not_null: bool
    default: str | None
    in_key: int
    """The column's place in the primary key, from 1; 0: the column is no part of the key."""


class TableIndex(NamedTuple):
    """The properties of an index. Its name is left out: SQLite itself chooses the names of indexes of UNIQUE
    constraints."""

    columns: tuple[str, ...]
    unique: bool
    where: str
    """The condition for rows in the index, as SQL; '': it holds all rows."""


class StoredTable(NamedTuple):
    """The columns and constraints of a table, independent of the SQL that made it."""

    name: str
    columns: tuple[TableColumn, ...]
    indexes: tuple[TableIndex, ...]
    references: tuple[tuple[str, str, str], ...]
    """Column, other table, the other table's column; several columns of one reference are joined by commas."""
    by_key: bool
    """Whether rows lie in the order of their key (WITHOUT ROWID)."""

    def to_json(self) -> dict[str, Any]:
        """A line of ``catcher store schema --json``."""
        return {
            "table": self.name,
            "columns": [column._asdict() for column in self.columns],
            "indexes": [index._asdict() for index in self.indexes],
            "references": [dict(zip(("column", "table", "other_column"), r, strict=True)) for r in self.references],
            "without_rowid": self.by_key,
        }


_BY_DAY = re.compile(r"[a-z]+_\d+(_\d+)?\Z")
"""Names of tables that are made for a day or a month, and dropped."""


def tables_of(db: Database) -> tuple[StoredTable, ...]:
    """The tables of a database by name, without those by day, the ledger of migrations and SQLite's own tables."""
    names = (name for name in db.table_names() if not name.startswith(("sqlite_", "_sqlite_")))
    return tuple(_table(db, name) for name in sorted(names) if _BY_DAY.match(name) is None)


def day_tables_of(db: Database) -> tuple[StoredTable, ...]:
    """The tables by day, by name."""
    return tuple(_table(db, name) for name in sorted(db.table_names()) if _BY_DAY.match(name) is not None)


def _table(db: Database, name: str) -> StoredTable:
    table = db.table(name)
    (by_key,) = db.execute("SELECT wr FROM pragma_table_list(?)", [name]).fetchone()
    made = [index for index in table.indexes if index.origin != "pk"]
    return StoredTable(
        name,
        tuple(TableColumn(c.name, c.type, bool(c.notnull), c.default_value, c.is_pk) for c in table.columns),
        tuple(sorted(TableIndex(tuple(i.columns), bool(i.unique), _condition(db, i.name)) for i in made)),
        tuple(sorted((",".join(k.columns), k.other_table, ",".join(k.other_columns)) for k in table.foreign_keys)),
        bool(by_key),
    )


def _condition(db: Database, index: str) -> str:
    (sql,) = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", [index]).fetchone()
    return (sql or "").partition(" WHERE ")[2]
