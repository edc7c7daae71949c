"""Tables are dropped in steps, each durable and small; small tables are written anew."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from catcher.store.sqlite.byday.dropping import (
    drop_in_steps,
    mark_for_dropping,
    note_rewrite,
    note_scrub,
    rewrite_in_steps,
)
from catcher.store.sqlite.byday.scrubbing import scrub
from catcher.store.sqlite.connection import PatientDatabase, connect, create_file, write_transaction
from catcher.store.sqlite.schema import migrations
from catcher.store.sqlite.schema.structure import day_tables_of, tables_of


@pytest.fixture
def db(tmp_path: Path) -> Iterator[PatientDatabase]:
    create_file(tmp_path / "catcher.db")
    db = connect(tmp_path / "catcher.db")
    migrations.migrate(db)
    yield db
    db.close()


def content(db: PatientDatabase) -> bytes:
    (path,) = (Path(file) for _, name, file in db.execute("PRAGMA database_list") if name == "main")
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


def fill(db: PatientDatabase, number: int, rows: int = 2_500) -> None:
    """A table with an index, and one without rowids, with tokens that nothing else has."""
    with write_transaction(db):
        db.execute(f"CREATE TABLE wide_{number} (id INTEGER PRIMARY KEY, text TEXT)")
        db.execute(f"CREATE INDEX idx_wide_{number} ON wide_{number} (text)")
        db.execute(f"CREATE TABLE narrow_{number} (a TEXT, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID")
        db.conn.executemany(
            f"INSERT INTO wide_{number} (text) VALUES (?)", ((f"CANARY{n * 7919 % rows}",) for n in range(rows))
        )
        db.conn.executemany(
            f"INSERT INTO narrow_{number} VALUES (?,?)", ((f"CANARY{n * 7919 % rows}", n) for n in range(rows))
        )
        for kind in ("wide", "narrow"):
            mark_for_dropping(db, f"{kind}_{number}", rows=1_000)


def test_it_goes_in_small_steps_and_leaves_no_octet(db: PatientDatabase) -> None:
    fill(db, 1)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert b"CANARY" in content(db)
    changes = []
    before = db.conn.total_changes
    for _ in drop_in_steps(db):
        changes.append(db.conn.total_changes - before)
        before = db.conn.total_changes
    assert max(changes) <= 1_010, "rows of one step, and the notes about it"
    assert len(changes) == 1 + 3 + 3, "an index, and three steps for each table"
    assert day_tables_of(db) == ()
    assert db.execute("SELECT count(*) FROM dropping").fetchone() == (0,)
    assert scrub(db)
    assert b"CANARY" not in content(db)
    assert not scrub(db), "there is nothing left to do"


@pytest.mark.parametrize("steps", range(9))
def test_what_is_left_over_is_dropped_by_the_next(db: PatientDatabase, steps: int) -> None:
    fill(db, 1)
    taken = list(islice(drop_in_steps(db), steps))
    rest = list(drop_in_steps(db))
    assert len(taken) + len(rest) == 7
    assert day_tables_of(db) == ()


def test_a_mark_that_is_rolled_back_is_none(db: PatientDatabase) -> None:
    fill(db, 1)
    list(drop_in_steps(db))
    with pytest.raises(ZeroDivisionError), write_transaction(db):
        db.execute("CREATE TABLE wide_2 (id INTEGER PRIMARY KEY)")
        mark_for_dropping(db, "wide_2")
        _ = 1 / 0
    assert list(drop_in_steps(db)) == []


def test_a_marked_table_that_is_gone_is_no_error(db: PatientDatabase) -> None:
    with write_transaction(db):
        mark_for_dropping(db, "wide_9")
    assert len(list(drop_in_steps(db))) == 1
    assert list(drop_in_steps(db)) == []


def test_a_table_that_is_written_anew_keeps_its_rows_keys_and_indexes(db: PatientDatabase) -> None:
    """Deleting alone isn't enough: SQLite has moved rows between pages, and copies stay."""
    before = tables_of(db)
    with write_transaction(db):
        for table in ("contact", "alert", "notice_text"):
            note_rewrite(db, table)
        db.execute("INSERT INTO alert (key, kind, at, counts) VALUES ('k', 'spike', 'now', '{}')")
        rows = [(f"party{n:05}.example", f"CANARY{n * 7919 % 4_000:05}@a.example") for n in range(4_000)]
        for party, address in sorted(rows, key=lambda row: row[1]):
            db.execute(
                "INSERT INTO contact (party, address, source, seen_at, own, preference) VALUES (?,?,'soa','now',1,0)",
                [party, address],
            )
    with write_transaction(db):
        db.execute("DELETE FROM contact WHERE party <> 'party00007.example'")
    assert len(list(rewrite_in_steps(db))) == 3
    assert list(rewrite_in_steps(db)) == []
    assert scrub(db)
    assert tables_of(db) == before
    (kept,) = db.execute("SELECT address FROM contact").fetchone()
    assert db.execute("SELECT key FROM alert").fetchall() == [("k",)]
    octets = content(db)
    assert octets.count(b"CANARY") == octets.count(kept.encode()) == 1


def test_work_that_is_owed_is_noted_once(db: PatientDatabase) -> None:
    with write_transaction(db):
        for _ in range(2):
            note_scrub(db)
            note_rewrite(db, "contact")
    assert db.execute("SELECT work FROM owed ORDER BY work").fetchall() == [("rewrite contact",), ("scrub",)]
