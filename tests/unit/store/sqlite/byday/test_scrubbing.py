"""The log is emptied once, when nobody reads; a reader delays it, and never makes it grow without bound."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from catcher.model.errors import StoreUnavailable
from catcher.model.mail.policy import Policy
from catcher.store.sqlite import SqliteStore
from catcher.store.sqlite.byday.dropping import note_scrub
from catcher.store.sqlite.byday.scrubbing import log_octets, scrub
from catcher.store.sqlite.connection import connect, write_transaction
from tests.support.folding import folder
from tests.support.observations import NOON, observation

DAY = timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catcher.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path, busy_seconds=0.0)
    yield store
    store.close()


@contextmanager
def reader(path: Path) -> Iterator[None]:
    """Another process that reads one state of the database for long."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM part").fetchone()
        yield


def is_owed(store: SqliteStore) -> bool:
    return store._db.execute("SELECT count(*) FROM owed WHERE work = 'scrub'").fetchone() == (1,)


def test_without_anything_removed_nothing_is_written(store: SqliteStore, path: Path) -> None:
    store.add([[observation()]])
    before = log_octets(path)
    assert before > 0
    assert not scrub(store._db)
    assert list(store.forget(NOON, keep_days=30)) == []
    assert log_octets(path) == before


def test_a_reader_delays_it_and_each_call_tries_once(store: SqliteStore, path: Path) -> None:
    store.add([[observation(ref="CANARY")]])
    store.fold(folder)
    statements: list[str] = []
    with reader(path):
        for _ in range(2):
            store._db.conn.set_trace_callback(statements.append)
            with pytest.raises(StoreUnavailable, match="another process reads"):
                list(store.forget(NOON + 90 * DAY, keep_days=30))
            store._db.conn.set_trace_callback(None)
        assert sum("TRUNCATE" in statement for statement in statements) == 2
        assert list(store.observations()) == []
        assert is_owed(store)
        assert store.add([[observation(transaction="t2")]]), "mails go on to come"
    list(store.forget(NOON + 90 * DAY, keep_days=300))
    assert not is_owed(store)
    assert b"CANARY" not in b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_beyond_a_bound_of_the_log_nothing_more_is_forgotten(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add([[observation(transaction=f"t{n}", retry_tag=None, observed_at=NOON + n * DAY)] for n in range(30)])
    monkeypatch.setattr("catcher.store.sqlite.store.MOST_LOG_OCTETS", 0)
    taken = 0
    with reader(path), pytest.raises(StoreUnavailable, match="another process reads"):
        for _ in store.forget(NOON + 120 * DAY, keep_days=30):
            taken += 1
    assert 0 < taken < 5
    steps = list(store.forget(NOON + 120 * DAY, keep_days=30))
    assert len(steps) > 100 and log_octets(path) == 0


def test_what_another_process_removes_meanwhile_is_scrubbed_by_the_next_call(store: SqliteStore, path: Path) -> None:
    store.note_policies(NOON.date(), {"army.ml": Policy.ACCEPT})
    with write_transaction(store._db):
        note_scrub(store._db)
    other = connect(path)

    def removes(statement: str) -> None:
        if statement == "BEGIN IMMEDIATE":
            with write_transaction(other):
                other.execute("DELETE FROM policy")
                note_scrub(other)

    store._db.conn.set_trace_callback(removes)
    assert scrub(store._db)
    store._db.conn.set_trace_callback(None)
    assert is_owed(store), "it may have removed rows after the log was emptied"
    assert scrub(store._db)
    assert not is_owed(store)
    other.close()


def test_the_size_of_no_log_is_zero(tmp_path: Path) -> None:
    assert log_octets(tmp_path / "none.db") == 0
