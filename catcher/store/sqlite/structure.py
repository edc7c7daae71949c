"""The tables of a database as they are, whatever SQL once made them: what two versions' databases are compared by."""

from __future__ import annotations

from typing import Any, NamedTuple

from catcher.store.sqlite.library import Database


class Column(NamedTuple):
    """A column as SQLite understands it."""

    name: str
    type: str
    not_null: bool
    default: str | None
    in_key: int
    """Its place in the primary key, from 1; 0: it is not part of it."""


class Index(NamedTuple):
    """An index by what it does. Its name is left out: SQLite itself names that of a UNIQUE constraint."""

    columns: tuple[str, ...]
    unique: bool
    where: str
    """The rows that it holds, as SQL; '': all."""


class Table(NamedTuple):
    """A table by what it holds and enforces, whatever SQL once made it."""

    name: str
    columns: tuple[Column, ...]
    indexes: tuple[Index, ...]
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


def tables_of(db: Database) -> tuple[Table, ...]:
    """The tables of a database by name, without the ledger of migrations and SQLite's own."""
    by_key = {name for name, without_rowid in db.execute("SELECT name, wr FROM pragma_table_list") if without_rowid}
    names = sorted(name for name in db.table_names() if not name.startswith(("sqlite_", "_sqlite_")))
    return tuple(
        Table(
            name,
            tuple(Column(c.name, c.type, bool(c.notnull), c.default_value, c.is_pk) for c in db.table(name).columns),
            tuple(sorted(_index(db, index.name, index.columns, bool(index.unique)) for index in _made(db, name))),
            tuple(
                sorted(
                    (",".join(k.columns), k.other_table, ",".join(k.other_columns)) for k in db.table(name).foreign_keys
                )
            ),
            name in by_key,
        )
        for name in names
    )


def _made(db: Database, table: str) -> list[Any]:
    """The indexes of a table but for that of its primary key."""
    return [index for index in db.table(table).indexes if index.origin != "pk"]


def _index(db: Database, name: str, columns: list[str], unique: bool) -> Index:
    (sql,) = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", [name]).fetchone()
    return Index(tuple(columns), unique, (sql or "").partition(" WHERE ")[2])
