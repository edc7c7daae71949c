"""Verifies a database file or migrates it, for commands that don't serve from it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from catcher.model.errors import EnvironmentFailure, Fault
from catcher.store.sqlite.byday.layout import table_names
from catcher.store.sqlite.byday.registry import DailyKind
from catcher.store.sqlite.connection import PRAGMAS, PatientDatabase, connect, create_file, medium, read_transaction
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.schema import migrations, tables
from catcher.store.sqlite.schema.structure import StoredTable, day_tables_of, tables_of
from catcher.store.sqlite.sums import mailboxes

_MOST_LINES = 20
"""Most shown lines of SQLite's integrity check."""


def migrate_file(path: Path) -> list[str]:
    """Makes the database, or brings it to the present schema; returns the names of the applied steps.

    Raises EnvironmentFailure when the database can't be written, is damaged, or comes from a newer version.
    """
    with medium(path):
        create_file(path)
        db = connect(path)
        try:
            return migrations.migrate(db)
        finally:
            db.close()


def verify_file(path: Path) -> tuple[Fault, ...]:
    """The faults of the database at ``path``; an empty tuple if it has none. Changes nothing.

    Checks the file's integrity, its references, the applied steps, its tables against the schema, the durability
    settings, and the file's mode. Raises EnvironmentFailure when the database doesn't exist.
    """
    if not path.exists():
        raise EnvironmentFailure(f"{path}: there is no database; 'catcher store migrate' makes one")
    with medium(path):
        db = connect(path)
        try:
            faults = _integrity(db) or [*_references(db), *_schema(db), *_settings(db)]
            faults += _mode(path)
        finally:
            db.close()
    return tuple(Fault(f"{path}: {where}", what, remedy) for where, what, remedy in faults)


_Finding = tuple[str, str, str]
_RESTORE = "restore a copy, or save what is readable with 'catcher observation export'"


def _integrity(db: Database) -> list[_Finding]:
    try:
        lines = [line for (line,) in db.execute(f"PRAGMA integrity_check({_MOST_LINES})") if line != "ok"]
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        lines = [str(error)]
    return [("integrity", line, _RESTORE) for line in lines]


def _references(db: Database) -> list[_Finding]:
    dangling = db.execute("PRAGMA foreign_key_check").fetchmany(_MOST_LINES)
    return [
        (f"table {table}", f"a line refers to a missing line of {parent}", _RESTORE) for table, _, parent, _ in dangling
    ]


def _schema(db: PatientDatabase) -> list[_Finding]:
    applied, known = [step.name for step in migrations.applied(db)], migrations.known()
    found = []
    if missing := [name for name in known if name not in applied]:
        found.append(("migrations", f"not applied: {', '.join(missing)}", "run 'catcher store migrate'"))
    if unknown := [name for name in applied if name not in known]:
        found.append(("migrations", f"unknown: {', '.join(unknown)}", "install the version of catcher that made it"))
    return found or _tables(db)


def _tables(db: PatientDatabase) -> list[_Finding]:
    """Findings for tables that differ from the schema; tables added by an operator are ignored."""
    wanted = [*tables.present_tables(), *_wanted_by_day(db)]
    actual = {table.name: table for table in (*tables_of(db), *day_tables_of(db))}
    found = []
    for table in wanted:
        if table.name not in actual:
            found.append((f"table {table.name}", "is missing", _RESTORE))
        elif actual[table.name] != table:
            names, right = ({column.name for column in t.columns} for t in (actual[table.name], table))
            what = f"columns differ: {', '.join(sorted(names ^ right))}" if names != right else "keys or indexes differ"
            remedy = "'catcher store schema' shows what is right; remove what catcher did not make, or restore a copy"
            found.append((f"table {table.name}", f"{what}", remedy))
    return found


def _wanted_by_day(db: PatientDatabase) -> Iterator[StoredTable]:
    """The tables that the registry names."""
    pattern = {table.name.partition("_")[0]: table for table in tables.day_tables()}
    with read_transaction(db):
        names = [name for part in db.registry.parts() for name in table_names(part)]
        names += [table.name for kind in DailyKind for table in db.registry.daily(kind)]
        names += [name for _, name in mailboxes.tables(db)]
    for name in names:
        yield pattern[name.partition("_")[0]]._replace(name=name)


def _settings(db: Database) -> list[_Finding]:
    found = []
    for name, wanted in PRAGMAS.items():
        actual = db.execute(f"PRAGMA {name}").fetchone()[0]
        if actual != wanted:
            found.append((f"setting {name}", f"is {actual}", f"{wanted} is needed; look at how SQLite was built"))
    return found


def _mode(path: Path) -> list[_Finding]:
    others = path.stat().st_mode & 0o077
    return [("mode", "others may read or write the file", f"chmod 600 {path}")] if others else []
