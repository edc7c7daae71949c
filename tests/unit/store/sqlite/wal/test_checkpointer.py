"""The thread that copies the log: beside the writer, which begins the log anew."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from catcher.store import SqliteStore
from catcher.store.sqlite.wal import checkpointer
from catcher.store.sqlite.wal.checkpointer import Checkpointer
from tests.support.observations import observation


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpointer, "BETWEEN_SECONDS", 0.001)


def add(store: SqliteStore, first: int, number: int) -> None:
    store.add([[observation(transaction=f"t{n}", retry_tag=None)] for n in range(first, first + number)])


def taken(copier: Checkpointer) -> bool:
    """Whether the thread says within a bounded time that a short rest is left."""
    pause = threading.Event()
    for _ in range(10_000):
        if copier.take_short_rest():
            return True
        copier.note_write()
        pause.wait(0.001)
    return False


def test_a_long_log_is_copied_and_begun_anew(tmp_path: Path, brisk: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpointer, "LONG_PAGES", 10)
    path = tmp_path / "catcher.db"
    store = SqliteStore(path, checkpointed=True)
    copier = Checkpointer(path)
    copier.start()
    add(store, 0, 1_000)
    copier.note_write()
    assert taken(copier)
    store.end_log()
    size = path.with_name("catcher.db-wal").stat().st_size
    for n in range(20):
        add(store, 1_000 + n, 1)
        store.end_log()
    assert path.with_name("catcher.db-wal").stat().st_size == size, "each write began the log anew"
    copier.stop()
    assert len(list(store.observations())) == 1_020
    store.close()


def test_without_a_write_nothing_is_copied(tmp_path: Path, brisk: None) -> None:
    """There isn't even a file: a round would warn of that."""
    copier = Checkpointer(tmp_path / "absent.db")
    copier.start()
    copier.stop()
    assert not copier.take_short_rest()


def test_a_file_that_cannot_be_opened_is_told_and_the_thread_goes_on(
    tmp_path: Path, brisk: None, caplog: pytest.LogCaptureFixture
) -> None:
    copier = Checkpointer(tmp_path / "absent.db")
    copier.start()
    while not caplog.text:
        copier.note_write()
    copier.stop()
    assert "the log waits" in caplog.text
