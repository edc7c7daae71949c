"""The registry of parts says what the database says, whoever changed it; ids and numbers are never used again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from catcher.store.sqlite import SqliteStore
from catcher.store.sqlite.byday import registry
from catcher.store.sqlite.byday.registry import DailyKind, checked_day
from tests.support.folding import folder
from tests.support.observations import NOON, observation

DAY = timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catcher.db"


def test_what_another_connection_changes_is_seen(path: Path) -> None:
    one, other = SqliteStore(path), SqliteStore(path)
    assert list(other.observations()) == []
    one.add([[observation(transaction="t1")]])
    assert [o.id for o in other.observations()] == [1]
    other.add([[observation(transaction="t2", observed_at=NOON + DAY, retry_tag=None)]])
    assert [o.id for o in one.observations()] == [1, 2]
    one.purge(NOON + 60 * DAY, keep_days=60, folder=folder)
    assert [o.id for o in other.observations()] == [2]
    assert other.add([[observation(transaction="t3", observed_at=NOON)]])[0][0].id == 3
    one.close()
    other.close()


def test_a_transaction_that_failed_leaves_nothing_behind(path: Path) -> None:
    store = SqliteStore(path)
    with pytest.raises(UnicodeEncodeError):
        store.add([[observation(observed_at=NOON + DAY, client="\udc80")], [observation(ref="\udc80")]])
    assert list(store.observations()) == []
    assert store._db.registry.parts() == []
    assert store.add([[observation()]])[0][0].id == 1
    assert [part.day for part in store._db.registry.parts()] == ["2026-11-03"]
    store.close()


def test_numbers_and_ids_are_not_used_again(path: Path) -> None:
    store = SqliteStore(path)
    numbers = []
    for n in range(3):
        at = NOON + n * 10 * DAY
        assert store.add([[observation(transaction=f"t{n}", observed_at=at, retry_tag=None)]])[0][0].id == n + 1
        numbers += [part.number for part in store._db.registry.parts()]
        numbers += [table.number for table in store._db.registry.daily(DailyKind.ORGANISATION)]
        store.purge(at + 5 * DAY, keep_days=2, folder=folder)
        assert store._db.registry.parts() == []
    assert len(set(numbers)) == len(numbers) == 6
    store.close()


def test_a_day_with_many_mails_has_several_parts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So no index of a part is too large to be dropped at once."""
    monkeypatch.setattr("catcher.store.sqlite.observation.MOST_ROWS", 3)
    store = SqliteStore(path)
    for n in range(8):
        (stored,) = store.add([[observation(transaction=f"t{n}", retry_tag=f"{n % 7}", ref=f"REF{n}")]])[0]
    assert stored.retry_of == 1
    assert [part.rows for part in store._db.registry.parts()] == [3, 3, 2]
    assert [o.id for o in store.observations()] == list(range(1, 9))
    assert [o.id for o in store.observations(newest_first=True, limit=5)] == [8, 7, 6, 5, 4]
    assert [o.id for o in store.observations(ref="REF6")] == [7]
    store.close()


def test_each_database_has_an_epoch_of_its_own(tmp_path: Path) -> None:
    epochs = set()
    for name in ("one", "other"):
        store = SqliteStore(tmp_path / f"{name}.db")
        epochs.add(store._db.execute("SELECT epoch FROM origin").fetchone())
        store.close()
    assert {len(epoch) for (epoch,) in epochs} == {32} and len(epochs) == 2


@pytest.mark.parametrize("text", ["", "2026-13-01T00:00:00Z", "'; DROP TABLE part; --"])
def test_a_day_is_a_date(text: str) -> None:
    with pytest.raises(ValueError):
        checked_day(text)
    assert registry.checked_day("2026-11-03T12:00:00Z") == "2026-11-03"
