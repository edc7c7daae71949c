"""The tables of a database as they are, whatever SQL once made them; two databases are compared by them."""

from __future__ import annotations

from typing import Any, NamedTuple

from catcher.store.sqlite.library import Database


class TableColumn(NamedTuple):
    """A column as SQLite understands it."""

    name: str
    type: str
    not_null: bool
    default: str | None
    in_key: int
    """Its place in the primary key, from 1; 0: it is not part of it."""


class TableIndex(NamedTuple):
    """An index by what it does. Its name is left out: SQLite itself names that of a UNIQUE constraint."""

    columns: tuple[str, ...]
    unique: bool
    where: str
    """The rows that it holds, as SQL; '': all."""


class StoredTable(NamedTuple):
    """A table by what it holds and enforces, whatever SQL once made it."""

    name: str
    columns: tuple[TableColumn, ...]
    indexes: tuple[TableIndex, ...]
    references: tuple[tuple[str, str, str], ...]
    """Column, other table, its column; several columns of one reference are joined by commas."""
    by_key: bool
    """Its rows lie in the order of their key (WITHOUT ROWID)."""

    def to_json(self) -> dict[str, Any]:
        """A line of ``catcher store schema --json``."""
        return {
            "table": self.name,
            "columns": [column._asdict() for column in self.columns],
            "indexes": [index._asdict() for index in self.indexes],
            "references": [dict(zip(("column", "table", "other_column"), r, strict=True)) for r in self.references],
            "without_rowid": self.by_key,
        }


def tables_of(db: Database) -> tuple[StoredTable, ...]:
    """The tables of a database by name, without the ledger of migrations and SQLite's own."""
    names = sorted(name for name in db.table_names() if not name.startswith(("sqlite_", "_sqlite_")))
    return tuple(_table(db, name) for name in names)


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
