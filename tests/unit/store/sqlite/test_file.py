"""The database file: its mode, its settings, its schema, and what happens when it is not what it should be."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from catcher.incident import MailFolder
from catcher.model.errors import EnvironmentFailure, StoreUnavailable
from catcher.model.leak.shares import MailShares
from catcher.model.mail.observation import Observation, Retention, field_dictionary
from catcher.model.ports import Folded
from catcher.store.sqlite import SqliteStore, verify_file
from catcher.store.sqlite.connection import medium
from catcher.store.sqlite.schema.tables import day_tables
from tests.support.folding import folder, party_of
from tests.support.observations import NOON, observation
from tests.support.tree import ROOT


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "catcher.db"


@contextmanager
def store_at(path: Path, busy_seconds: float = 1.0) -> Iterator[SqliteStore]:
    store = SqliteStore(path, busy_seconds=busy_seconds)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def plain(path: Path) -> Iterator[sqlite3.Connection]:
    """Another program's connection."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def test_the_columns_equal_the_field_dictionary() -> None:
    """In the tables of a part; what is only compared has no column."""
    columns = {t.name: {c.name for c in t.columns} for t in day_tables()}
    by_retention = {r: {n for n, e in field_dictionary().items() if e["retention"] == r} for r in Retention}
    traces = by_retention[Retention.COARSE_30_DAYS]
    assert columns["mail_1"] == by_retention[Retention.KEEP_DAYS] | traces
    assert columns["trace_1"] == traces | {"id", "resting"}
    assert columns["token_1"] == by_retention[Retention.PERIOD] | {"id", "buckets"}
    assert columns["recent_1"] == by_retention[Retention.FIVE_DAYS] | {"id", "used"}
    assert not by_retention[Retention.NEVER] & set().union(*columns.values())


def test_files_and_folder_are_the_owners_alone(path: Path) -> None:
    previous = os.umask(0)
    try:
        with store_at(path) as store:
            store.add([[observation()]])
            modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in path.parent.iterdir()}
    finally:
        os.umask(previous)
    assert modes == {"catcher.db": 0o600, "catcher.db-wal": 0o600, "catcher.db-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_every_connection_is_durable_and_forgetful(path: Path) -> None:
    with store_at(path) as store:
        settings = {
            name: store._db.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "temp_store")
        }
    full, on, memory = 2, 1, 2
    assert settings == {
        "journal_mode": "wal",
        "synchronous": full,
        "secure_delete": on,
        "foreign_keys": on,
        "temp_store": memory,
    }


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough to be looked at" * 20, b"SQLite format 3\0"]
)
def test_a_file_that_is_no_database_is_told_clearly(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(EnvironmentFailure, match=r"catcher\.db: .*damaged or no database"):
        SqliteStore(path)
    with pytest.raises(EnvironmentFailure, match="damaged or no database"):
        verify_file(path)
    assert path.read_bytes() == content


def test_a_damaged_page_is_a_finding_and_no_traceback(path: Path) -> None:
    with store_at(path) as store:
        store.add([[observation(transaction=f"t{n}", retry_tag=f"{n:06x}")] for n in range(500)])
    octets = bytearray(path.read_bytes())
    for page in range(len(octets) // 2, len(octets), 4096):
        octets[page : page + 512] = b"\xff" * 512
    path.write_bytes(octets)
    faults = verify_file(path)
    assert faults
    assert all("integrity" in fault.where for fault in faults)
    with store_at(path) as store, pytest.raises(StoreUnavailable, match="damaged"):
        list(store.observations())


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentFailure, match="look at the folder"):
        SqliteStore(tmp_path / "file" / "catcher.db")


@pytest.mark.parametrize("error", [sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError])
def test_a_mistake_of_our_own_is_neither_hidden_nor_taken_for_the_disks(path: Path, error: type[sqlite3.Error]) -> None:
    """A commit that ended without an error is promised: an error that went missing would be a lost mail."""
    with pytest.raises(error, match="ours"), medium(path):
        raise error("ours")


def test_a_folder_in_its_place_is_told(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(EnvironmentFailure, match=r"catcher\.db: "):
        SqliteStore(path)


def test_another_process_that_holds_the_database_is_told_in_time(path: Path) -> None:
    with store_at(path, busy_seconds=0.0) as store, plain(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match=r"process \d+ .*writes to it"):
            store.add([[observation()]])
        other.execute("ROLLBACK")
        assert store.add([[observation()]])[0][0].id == 1


def test_a_removed_file_is_noticed_before_anything_is_promised(path: Path) -> None:
    """SQLite would go on writing into the unlinked file, and every 250 would be a lie."""
    with store_at(path) as store:
        for file in path.parent.iterdir():
            file.unlink()
        with pytest.raises(StoreUnavailable, match="removed or replaced"):
            store.add([[observation()]])


def test_a_full_disk_stores_nothing_and_heals(path: Path) -> None:
    with store_at(path) as store:
        (most,) = store._db.execute("PRAGMA page_count").fetchone()
        store._db.execute(f"PRAGMA max_page_count = {most}").fetchall()
        with pytest.raises(StoreUnavailable, match="make room"):
            store.add([[observation(transaction=f"t{n}", retry_tag=None)] for n in range(1_000)])
        assert list(store.observations()) == []
        store._db.execute("PRAGMA max_page_count = 1000000").fetchall()
        assert store.add([[observation()]])[0][0].id == 1


def test_one_bad_observation_spoils_no_other_write(path: Path) -> None:
    """A lone surrogate can't be stored as text: nothing of its write is, and the next one works."""
    with store_at(path) as store:
        with pytest.raises(UnicodeEncodeError):
            store.add([[observation()], [observation(ref="\udc80")]])
        assert list(store.observations()) == []
        assert store.add([[observation()]])[0][0].id == 1


def test_verify_finds_nothing_wrong_with_a_store_in_use(path: Path) -> None:
    with store_at(path) as store:
        store.add([[observation()]])
        store.fold(folder)
        assert verify_file(path) == ()


def test_verify_names_every_fault(path: Path) -> None:
    with store_at(path) as store:
        store.add([[observation()]])
    with plain(path) as other:
        other.execute("ALTER TABLE mail_1 ADD COLUMN subject TEXT")
        other.execute("DROP TABLE token_1")
        other.execute("DROP INDEX idx_policy_domain")
        other.execute("DROP TABLE owed")
        other.execute(
            "INSERT INTO incident_cell VALUES "
            "(99, '2026-11-03', '', 'claimed', 'spam', 'accepted', '', 0, 'spam', '', 0, 1, 0)"
        )
    path.chmod(0o644)
    faults = verify_file(path)
    assert [fault.where.removeprefix(f"{path}: ") for fault in faults] == [
        "table incident_cell",
        "table owed",
        "table policy",
        "table mail_1",
        "table token_1",
        "mode",
    ]
    assert [fault.what for fault in faults[1:5]] == [
        *("is missing", "keys or indexes differ", "columns differ: subject", "is missing")
    ]


def test_verify_of_no_database_says_how_to_make_one(path: Path) -> None:
    with pytest.raises(EnvironmentFailure, match="catcher store migrate"):
        verify_file(path)
    assert not path.exists()


def test_a_report_reads_while_another_process_writes(path: Path) -> None:
    """Readers see what was committed, writers don't wait for them."""
    with store_at(path, 0.0) as writer, store_at(path, 0.0) as reader:
        writer.add([[observation(transaction=f"t{n}", retry_tag=None)] for n in range(1_500)])
        reading = reader.observations()
        next(reading)
        writer.add([[observation(transaction="t-new", retry_tag=None)]])
        assert sum(1 for _ in reading) == 1_500, "the second page is read later and has the new one"


def test_two_stores_that_fold_at_once_fold_each_observation_once(path: Path) -> None:
    """The second one folds while the first has read its batch but not written it."""
    with store_at(path) as one, store_at(path) as other:
        one.add([[observation(transaction=f"t{n}", retry_tag=None)] for n in range(3)])

        class Interrupted(MailFolder):
            def shares(self, observation: Observation) -> MailShares:
                other.fold(folder)
                return super().shares(observation)

        assert one.fold(Interrupted(party_of)) == Folded()
        assert {incident.mails for incident in one.incidents()} == {3}


_OPENER = """
import sys
from pathlib import Path
from catcher.store import SqliteStore
from tests.support.observations import observation
print("ready", flush=True)
sys.stdin.readline()
store = SqliteStore(Path(sys.argv[1]))
for n in range(20):
    store.add([[observation(transaction=f"{sys.argv[2]}-{n}", retry_tag=None)]])
store.close()
print("done", flush=True)
"""


def test_processes_may_make_and_write_the_database_at_once(path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _OPENER, str(path), str(n)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for n in range(4)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    for writer in writers:
        out, err = writer.communicate(timeout=60)
        assert out == "done\n", err
    with store_at(path) as store:
        stored = list(store.observations())
    assert len(stored) == len({o.transaction for o in stored}) == 80
    assert verify_file(path) == ()


def test_no_value_of_an_observation_is_in_an_errors_text(path: Path) -> None:
    with store_at(path, 0.0) as store, plain(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable) as raised:
            store.add([[observation(ref="CANARY", retry_tag="canary", observed_at=NOON)]])
        assert not re.search("canary", f"{raised.value!r} {raised.value.__context__!r}", re.IGNORECASE)
