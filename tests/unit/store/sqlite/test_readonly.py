"""A store that is opened to read changes nothing: with a server beside it, without one, of another version, foreign."""

from __future__ import annotations

import lzma
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from catcher.model.errors import EnvironmentFailure, StoreUnavailable
from catcher.store import MemoryStore, SqliteStore, store_to_read
from tests.support.folding import folder
from tests.support.observations import observation
from tests.support.tree import ROOT


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """A database with one observation, which nobody has open."""
    yield filled(tmp_path / "catcher.db")


def filled(path: Path) -> Path:
    store = SqliteStore(path)
    store.add([[observation()]])
    store.fold(folder)
    store.close()
    return path


def state(path: Path) -> dict[str, tuple[bytes, int]]:
    """The octets of the database and its log, and the time of the database; the index of a log may change."""
    files = sorted(file for file in path.parent.iterdir() if not file.name.endswith("-shm"))
    return {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in files}


def read_all(path: Path) -> int:
    store = SqliteStore(path, read_only=True)
    try:
        assert store.fold_state().waiting == 0
        return len(list(store.observations())) + len(list(store.incidents()))
    finally:
        store.close()


def test_where_nobody_has_it_open_no_octet_changes_and_no_file_comes(path: Path) -> None:
    before = state(path)
    assert read_all(path) == 3
    assert state(path) == before
    assert [file.name for file in path.parent.iterdir()] == ["catcher.db"]


def test_beside_a_server_it_sees_what_is_committed(path: Path) -> None:
    with closing(SqliteStore(path)) as server:
        server.add([[observation(transaction="t2", retry_tag=None)]])
        server.fold(folder)
        before = state(path)
        assert "catcher.db-wal" in before
        assert read_all(path) == 4
        assert state(path) == before


def test_the_log_of_a_killed_server_is_read_and_stays(path: Path) -> None:
    child = os.fork()
    if child == 0:
        SqliteStore(path).add([[observation(transaction="t2", retry_tag=None)]])
        os._exit(0)
    os.waitpid(child, 0)
    before = state(path)
    assert "catcher.db-wal" in before
    with closing(SqliteStore(path, read_only=True)) as store:
        assert len(list(store.observations())) == 2
        assert store.fold_state().waiting == 1
    assert state(path) == before


def test_without_the_right_to_write_to_the_folder_it_is_read(path: Path) -> None:
    """Root may write all the same, so that nothing is written is seen in the folder."""
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        assert read_all(path) == 3
        assert [file.name for file in path.parent.iterdir()] == ["catcher.db"]
    finally:
        path.parent.chmod(0o700)


def test_a_server_that_writes_meanwhile_is_noticed(path: Path) -> None:
    """Pages of two moments may have been read together."""
    store = SqliteStore(path, read_only=True)
    assert list(store.observations())
    with closing(SqliteStore(path)) as server:
        server.add([[observation(transaction="t2", retry_tag=None)]])
    with pytest.raises(StoreUnavailable, match="run the command again"):
        store.close()


def test_it_cannot_be_written(path: Path) -> None:
    with closing(SqliteStore(path, read_only=True)) as store:
        with pytest.raises(StoreUnavailable):
            store.add([[observation(transaction="t2")]])
        with pytest.raises(StoreUnavailable):
            store.settle("2026-11")


def test_an_earlier_version_is_not_migrated(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"
    path.write_bytes(lzma.decompress((ROOT / "tests" / "releases" / "0.1" / "catcher.db.xz").read_bytes()))
    before = state(path)
    with pytest.raises(EnvironmentFailure, match="catcher store migrate"):
        SqliteStore(path, read_only=True)
    assert state(path) == before


def test_a_newer_version_is_named(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('catcher', 'x', '')")
    with pytest.raises(EnvironmentFailure, match=r"newer version of catcher .* x"):
        SqliteStore(path, read_only=True)


def test_what_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"
    path.write_bytes(b"no database" * 100)
    with pytest.raises(StoreUnavailable, match="no database"):
        SqliteStore(path, read_only=True)


def test_a_missing_store_is_an_empty_one(tmp_path: Path) -> None:
    store = store_to_read(f"sqlite:{tmp_path / 'catcher.db'}")
    assert isinstance(store, MemoryStore)
    assert list(tmp_path.iterdir()) == []
