"""Drops tables in short steps: marked first, so that nobody reads them any more; then emptied; then dropped.

Small tables that live long are written anew instead: the rows that stay are copied, and the old table is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator

from catcher.store.sqlite.connection import write_transaction
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.statement import quoted_columns

NARROW_ROWS = 5_000
"""Rows that a step deletes from a table of numbers and tokens: some milliseconds."""
WIDE_ROWS = 1_000
"""Rows that a step deletes from a table of a kilobyte a row: some milliseconds."""
_SCRUB, _REWRITE = "scrub", "rewrite "
"""Work in the table ``owed``: the log has to be emptied; the table behind the word has to be written anew."""


def mark_for_dropping(db: Database, table: str, *, rows: int = NARROW_ROWS) -> None:
    """Notes that ``table`` is to be dropped, in the caller's transaction. From then on the caller's readers ignore it,
    and its name isn't used again. ``rows``: rows that a step deletes."""
    db.execute("INSERT INTO dropping (name, rows) VALUES (?,?)", [table, rows])


def drop_in_steps(db: Database) -> Iterator[None]:
    """Drops the marked tables in the order of their marks. Each step is one transaction of some milliseconds; after an
    interruption the next call continues."""
    while (marked := db.execute("SELECT name, rows FROM dropping ORDER BY number LIMIT 1").fetchone()) is not None:
        with write_transaction(db):
            _drop_some(db, *marked)
        yield


def _drop_some(db: Database, table: str, rows: int) -> None:
    """Drops an index of ``table``, or deletes some of its rows; with its last rows the table itself."""
    note_scrub(db)
    listed = db.execute("SELECT name, origin FROM pragma_index_list(?)", [table]).fetchall()
    index = next((name for name, origin in listed if origin == "c"), None)
    if index is not None:
        db.execute(f'DROP INDEX "{index}"')
        return
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [table]).fetchone() is not None:
        key = _key(db, table)
        deleting = f'DELETE FROM "{table}" WHERE ({key}) IN (SELECT {key} FROM "{table}" LIMIT ?)'
        if db.execute(deleting, [rows]).rowcount == rows:
            return
        db.execute(f'DROP TABLE "{table}"')
    db.execute("DELETE FROM dropping WHERE name = ?", [table])


def _key(db: Database, table: str) -> str:
    """The columns by which the rows of ``table`` lie."""
    (by_key,) = db.execute("SELECT wr FROM pragma_table_list(?)", [table]).fetchone()
    if not by_key:
        return "rowid"
    columns = db.execute("SELECT name FROM pragma_table_info(?) WHERE pk ORDER BY pk", [table])
    return quoted_columns([name for (name,) in columns])


def note_scrub(db: Database) -> None:
    """Records that the log has to be emptied; called in the transaction that removes rows."""
    db.execute("INSERT OR IGNORE INTO owed (work) VALUES (?)", [_SCRUB])


def note_rewrite(db: Database, table: str) -> None:
    """Records that ``table`` has to be written anew; called in the transaction that deletes rows of it."""
    db.execute("INSERT OR IGNORE INTO owed (work) VALUES (?)", [_REWRITE + table])


def rewrite_in_steps(db: Database) -> Iterator[None]:
    """Writes the tables anew of which rows were deleted, each in one transaction: only for tables that stay small."""
    query = f"SELECT work FROM owed WHERE work LIKE '{_REWRITE}%' ORDER BY work LIMIT 1"
    while (owed := db.execute(query).fetchone()) is not None:
        with write_transaction(db):
            _rewrite(db, owed[0].removeprefix(_REWRITE))
            note_scrub(db)
            db.execute("DELETE FROM owed WHERE work = ?", owed)
        yield


def _rewrite(db: Database, table: str) -> None:
    """Copies all rows of ``table`` into a new table, which takes its place with its indexes."""
    (made,) = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", [table]).fetchone()
    indexes = db.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", [table]
    ).fetchall()
    db.execute(f'CREATE TABLE "new_{table}" {made[made.index("(") :]}')  # releases quote the name in their own way
    db.execute(f'INSERT INTO "new_{table}" SELECT * FROM "{table}"')
    db.execute(f'DROP TABLE "{table}"')
    db.execute(f'ALTER TABLE "new_{table}" RENAME TO "{table}"')
    for (sql,) in indexes:
        db.execute(sql)
