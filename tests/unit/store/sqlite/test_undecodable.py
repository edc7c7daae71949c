"""Rows that no version of catcher wrote stop nothing: they are left out, verify names them, and they are forgotten."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from catcher.store.sqlite import SqliteStore, verify_file
from tests.support.observations import NOON, observation

DAY = timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catcher.db"


def spoil(path: Path, change: str) -> None:
    """Another hand changes the second row of mail."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(change)


BAD = {
    "policy": "UPDATE mail_1 SET policy = 'acceptt' WHERE id = 2",
    "outcome": "UPDATE mail_1 SET outcome = 'CANARY' WHERE id = 2",
    "domain": "UPDATE mail_1 SET domain = x'00ff41' WHERE id = 2",
    "ref": "UPDATE mail_1 SET ref = CAST(x'61ff62' AS TEXT) WHERE id = 2",
    "sender": """UPDATE mail_1 SET sender = '["CANARY"]' WHERE id = 2""",
    "nature": "UPDATE mail_1 SET nature = '{' WHERE id = 2",
    "intended": "UPDATE mail_1 SET intended = '" + "[" * 100_000 + "' WHERE id = 2",
    "markings": "UPDATE mail_1 SET markings = '[1]' WHERE id = 2",
    "authentication": "UPDATE mail_1 SET authentication = NULL WHERE id = 2",
    "fresh": "UPDATE mail_1 SET fresh = 'yes' WHERE id = 2",
    "observed_at": "UPDATE trace_1 SET observed_at = 'noon' WHERE id = 2",
    "recipients": "UPDATE token_1 SET recipients = 'a' WHERE id = 2",
    "signatures": "UPDATE recent_1 SET signatures = '5' WHERE id = 2",
}


@pytest.mark.parametrize("column", BAD)
def test_it_is_left_out_and_named_without_its_value(path: Path, column: str) -> None:
    store = SqliteStore(path)
    store.add([[observation(transaction=f"t{n}", retry_tag=f"{n}")] for n in range(3)])
    spoil(path, BAD[column])
    assert [o.id for o in store.observations()] == [1, 3]
    assert [o.id for o in store.observations(limit=2, newest_first=True)] == [3, 1]
    assert [o.id for o in store.observations(limit=1)] == [1]
    assert store.observation(2) is None
    assert store.revise([observation(id=2)]) == ()
    (fault,) = verify_file(path)
    assert fault.where.endswith("observation 2")
    assert fault.what == f"can't be decoded: column {column}"
    assert "CANARY" not in repr(fault)
    store.close()


def test_mails_go_on_to_come_and_to_be_forgotten(path: Path) -> None:
    store = SqliteStore(path)
    store.add([[observation(transaction=f"t{n}", retry_tag=f"{n}")] for n in range(3)])
    spoil(path, "UPDATE mail_1 SET policy = 'acceptt', ref = 'CANARY'")
    (again,) = store.add([[observation(transaction="t9", retry_tag="1")]])[0]
    assert again.retry_of == 2
    assert [o.id for o in store.observations()] == [again.id]
    list(store.forget(NOON + 100 * DAY, keep_days=30))
    assert list(store.observations()) == [] and verify_file(path) == ()
    assert b"CANARY" not in b"".join(file.read_bytes() for file in path.parent.iterdir())
    store.close()


def test_of_many_the_first_are_named_and_all_are_counted(path: Path) -> None:
    store = SqliteStore(path)
    store.add([[observation(transaction=f"t{n}", retry_tag=None)] for n in range(1_050)])
    spoil(path, "UPDATE mail_1 SET policy = 'acceptt'")
    faults = verify_file(path)
    assert len(faults) == 21
    assert faults[-1].what == "1050 can't be decoded"
    assert list(store.observations()) == []
    store.close()
