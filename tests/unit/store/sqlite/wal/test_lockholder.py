"""Who holds the database: by the kernel's list of locks, in words that name a program and no argument."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from catcher.model.errors import StoreUnavailable
from catcher.store import SqliteStore
from catcher.store.sqlite.wal.lockholder import lock_holder
from tests.support.observations import NOON

_HOLDS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


def test_a_locked_database_names_the_process_that_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"
    store = SqliteStore(path, busy_seconds=0.1)
    other = subprocess.Popen(
        [sys.executable, "-c", _HOLDS, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdin is not None and other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StoreUnavailable) as failure:
            store.beat(NOON)
        other.stdin.write("\n")
    assert "locked" in str(failure.value)
    assert "end it" not in str(failure.value), "it may be catcher itself"
    assert f"process {other.pid}" in str(failure.value) or not Path("/proc/locks").read_text()
    store.beat(NOON)
    store.close()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    (tmp_path / "a.db-shm").touch()
    return tmp_path / "a.db"


def holder(database: Path, tmp_path: Path, *, cmdline: bytes = b"", lock: str = "WRITE 71 fe:00:INODE 120 120") -> str:
    inode = database.with_name("a.db-shm").stat().st_ino
    (tmp_path / "locks").write_text(
        f"1: POSIX  ADVISORY  READ 5 fe:00:{inode} 123 123\n2: POSIX ADVISORY {lock}\n".replace("INODE", str(inode))
    )
    (tmp_path / "71").mkdir()
    (tmp_path / "71" / "cmdline").write_bytes(cmdline)
    return lock_holder(database, locks=tmp_path / "locks", processes=tmp_path)


@pytest.mark.parametrize(
    ("cmdline", "said"),
    [
        (b"/usr/bin/python3\0/opt/bin/catcher\0store\0purge\0-c\0/etc/secret.toml\0", "catcher store purge"),
        (b"/usr/bin/python3\0-m\0catcher\0serve\0", "catcher serve"),
        (b"/usr/bin/sqlite3\0/var/lib/catcher/catcher.db\0", "sqlite3"),
        (b"\x1b[31m\0", ""),
        (b"", ""),
    ],
)
def test_a_program_is_named_without_its_arguments(database: Path, tmp_path: Path, cmdline: bytes, said: str) -> None:
    assert holder(database, tmp_path, cmdline=cmdline) == "process 71" + (f" ({said})" if said else "")


@pytest.mark.parametrize(
    "lock",
    [
        "READ 71 fe:00:INODE 120 120",
        "WRITE 71 fe:00:1 120 120",
        "WRITE 71 fe:00:INODE 121 127",
        "WRITE -1 x:INODE 0 EOF",
        "x",
    ],
)
def test_another_lock_is_not_the_one(database: Path, tmp_path: Path, lock: str) -> None:
    assert holder(database, tmp_path, lock=lock) == ""


def test_where_nothing_is_known_nothing_is_said(database: Path, tmp_path: Path) -> None:
    assert lock_holder(tmp_path / "absent.db") == ""
    assert lock_holder(database, locks=tmp_path / "absent") == ""
    assert lock_holder(database) == "", f"nobody holds it, not even process {os.getpid()}"


def test_the_process_itself_keeps_its_locks(tmp_path: Path) -> None:
    """A descriptor of the file that is closed would take the process's own locks away."""
    path = tmp_path / "catcher.db"
    store = SqliteStore(path)
    store._db.execute("BEGIN IMMEDIATE")
    lock_holder(path)
    done = subprocess.run(
        [sys.executable, "-c", _HOLDS.replace("None)", "None, timeout=0)"), str(path)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert sqlite3.OperationalError.__name__ in done.stderr
    store._db.execute("ROLLBACK")
    store.close()
