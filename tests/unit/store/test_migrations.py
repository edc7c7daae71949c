"""What an earlier version stored means the same after the schema's later steps."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from sqlite_utils import Database

from catcher.store import SqliteStore, verify
from catcher.store.codec import COLUMNS, encode
from catcher.store.sqlite.connection import connect, create, writing
from catcher.store.sqlite.migrations import MIGRATIONS, narrow_retries
from tests.support.folding import folder
from tests.support.observations import NOON, observation


def database_before(step: Callable[[Database], None], path: Path) -> Database:
    """A database with the steps that came before ``step``, as the version of then recorded them."""
    create(path)
    db = connect(path)
    with writing(db):
        db.execute("CREATE TABLE migration (name TEXT PRIMARY KEY NOT NULL)")
        for each in MIGRATIONS[: MIGRATIONS.index(step)]:
            each(db)
            db.table("migration").insert({"name": each.__name__})
    return db


def test_a_retry_of_what_an_earlier_version_stored_is_known(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"
    db = database_before(narrow_retries, path)
    earlier = [observation(transaction=f"t{n}", retry_tag=f"{n:06x}", recipients=("b", "a")) for n in range(20)]
    with writing(db):
        for id, o in enumerate(earlier, 1):
            db.execute(f"INSERT INTO observation VALUES ({','.join('?' * len(COLUMNS))})", [id, *encode(o)[1:]])
            text = "\n".join((str(o.retry_tag), o.domain, str(o.reverse_path_token), "a", "b"))
            key = hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
            db.execute("INSERT INTO retry VALUES (?,?,?,?)", [key, id, o.transaction, "2026-11-03T12:00:00Z"])
    db.close()
    store = SqliteStore(path)
    again = [observation(transaction=f"t{n}-again", retry_tag=f"{n:06x}", recipients=("a", "b")) for n in range(21)]
    (told,) = store.add([again])
    assert [o.retry_of for o in told] == [*range(1, 21), None]
    store.purge(NOON.replace(day=28), keep_days=400, folder=folder)
    assert [tuple(row) for row in store._db.execute("SELECT * FROM retry")] == [], "what tells retries is forgotten"
    store.close()
    assert verify(path) == ()
