"""A database is new, of a release, or refused; it is brought to the present schema whole or not at all.

::

    a new file ───────────┐
    a database of 0.1 ────┴─▶ migrate, halted at each of its statements ─▶ as before, or done
                                └─ what a kill leaves there is read: SIGKILL changes no file
"""

from __future__ import annotations

import lzma
import os
import signal
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from catcher.model.errors import EnvironmentFailure
from catcher.store.sqlite import SqliteStore, migrate_file, verify_file
from catcher.store.sqlite.connection import connect, create_file
from catcher.store.sqlite.library import Database, Migrations
from catcher.store.sqlite.schema import migrations
from catcher.store.sqlite.schema import tables as present
from catcher.store.sqlite.schema.structure import StoredTable, tables_of
from tests.support.tree import ROOT

OLD = lzma.decompress((ROOT / "tests" / "releases" / "0.1" / "catcher.db.xz").read_bytes())


Files = tuple[tuple[str, bytes], ...]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catcher.db"


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    db = connect(path)
    try:
        yield db
    finally:
        db.close()


def old(path: Path) -> Path:
    """A database of release 0.1, as its own server made it."""
    for file in path.parent.iterdir():
        file.unlink()
    path.touch(mode=0o600)
    path.write_bytes(OLD)
    return path


def new(path: Path) -> Path:
    for file in path.parent.iterdir():
        file.unlink()
    create_file(path)
    return path


def tables(path: Path) -> tuple[StoredTable, ...]:
    with opened(path) as db:
        return tables_of(db)


def test_a_new_database_has_the_present_schema_and_the_moment_of_each_step(path: Path) -> None:
    before = datetime.now(UTC)
    assert migrate_file(path) == migrations.known()
    assert migrate_file(path) == []
    assert tables(path) == present.present_tables()
    with opened(path) as db:
        steps = migrations.applied(db)
    assert [step.name for step in steps] == migrations.known()
    assert all(before <= datetime.fromisoformat(step.applied_at) <= datetime.now(UTC) for step in steps)


def test_a_database_of_0_1_has_the_present_schema_and_says_that_its_moment_is_unknown(path: Path) -> None:
    migrate_file(old(path))
    assert tables(path) == present.present_tables()
    with opened(path) as db:
        assert not db.table("migration").exists()
        first = migrations.applied(db)[0]
    assert first == ("0.1", "unknown: release 0.1 kept no dates")
    assert verify_file(path) == ()


def test_the_printed_schema_makes_the_present_tables() -> None:
    with closing(Database(memory=True)) as again:
        again.executescript(present.present_sql())
        assert tables_of(again) == present.present_tables()


@pytest.mark.parametrize("made", [new, old])
def test_killed_at_any_statement_it_is_as_before_or_done(path: Path, made: Callable[[Path], Path]) -> None:
    before, after = tables(made(path)), present.present_tables()
    made(path)
    seen: dict[Files, Files] = {}
    left = [seen.setdefault(files, files) for files in _left_at_each_statement(path)]
    assert len(left) > 5, "there were statements to be killed at"
    for files in seen:
        again = _written(path, files)
        assert tables(again) in (before, after)
        migrate_file(again)
        assert tables(again) == after
    for at in (0, len(left) // 2, len(left) - 2):
        assert next(islice(_left_at_each_statement(made(path)), at, None)) == left[at]
        assert _files(path) == left[at], "SIGKILL left what was there"


def _files(path: Path) -> Files:
    """The database and its log. The log's index isn't read: after a kill it is made anew."""
    return tuple((f.name, f.read_bytes()) for f in sorted(path.parent.iterdir()) if not f.name.endswith("-shm"))


def _written(path: Path, files: Files) -> Path:
    for file in path.parent.iterdir():
        file.unlink()
    for name, content in files:
        path.with_name(name).touch(mode=0o600)
        path.with_name(name).write_bytes(content)
    return path


def _left_at_each_statement(path: Path) -> Iterator[Files]:
    """The files before each writing statement of a process that migrates, which waits meanwhile, and those at its end,
    while the database is open. A caller that takes no more kills the process where it is."""
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        db = connect(path)

        def halt(statement: str) -> None:
            if not statement.lstrip().lower().startswith(("select", "pragma")):
                theirs.send(b"s")
                theirs.recv(1)

        db.conn.set_trace_callback(halt)
        migrations.migrate(db)
        halt("the end")
        os._exit(0)
    theirs.close()
    with ours:
        try:
            while ours.recv(1):
                yield _files(path)
                ours.send(b"g")
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def later() -> Migrations:
    """The steps of a version to come: those of this one, and one that adds a table."""
    steps = Migrations("catcher")
    with closing(Database(memory=True)) as empty:
        for step in migrations.MIGRATIONS.pending(empty):
            steps(name=step.name)(step.fn)

    @steps()
    def tomorrow(db: Database) -> None:
        db.table("tomorrow").create({"weather": str})

    return steps


@pytest.mark.parametrize("made", [old, new])
def test_a_later_step_is_applied_once_to_what_there_is(
    path: Path, made: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate_file(made(path))
    monkeypatch.setattr(migrations, "MIGRATIONS", later())
    assert migrate_file(path) == ["tomorrow"]
    assert migrate_file(path) == []
    assert "tomorrow" in [table.name for table in tables(path)]
    with opened(path) as db:
        applied_at = datetime.fromisoformat(migrations.applied(db)[-1].applied_at)
    assert datetime.now(UTC) - applied_at < timedelta(minutes=1)


def test_a_newer_versions_database_is_left_alone(path: Path) -> None:
    migrate_file(path)
    with opened(path) as db:
        db.table("_sqlite_migrations").insert(
            {"migration_set": "catcher", "name": "tomorrow", "applied_at": str(datetime.now(UTC))}
        )
    with pytest.raises(EnvironmentFailure, match=r"newer version.*tomorrow"):
        SqliteStore(path)
    assert [fault.what for fault in verify_file(path)] == ["unknown: tomorrow"]


def test_a_database_of_a_version_before_0_1_is_refused_with_what_to_do(path: Path) -> None:
    with closing(sqlite3.connect(old(path))) as other, other:
        other.execute("DELETE FROM migration WHERE name = 'narrow_retries'")
    with pytest.raises(EnvironmentFailure, match=r"narrow_retries; open it once with release 0\.1"):
        SqliteStore(path)
    with opened(path) as db:
        assert db.table("migration").exists(), "it is left as it was"
    assert [fault.what for fault in verify_file(path)] == [f"not applied: {', '.join(migrations.known())}"]


def test_another_programs_database_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE recipe (name TEXT)")
    with pytest.raises(EnvironmentFailure, match="without a record of catcher's first step"):
        SqliteStore(path)
    assert [table.name for table in tables(path)] == ["recipe"]
