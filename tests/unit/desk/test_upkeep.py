"""Upkeep: a key goes whatever else is wrong; a step that fails or is killed loses nothing and counts nothing twice."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from catcher.desk.upkeep import Pause, UpkeepStep, upkeep
from catcher.model.errors import StoreUnavailable
from catcher.model.leak.incident import MailboxTotal
from catcher.model.mail.observation import Observation
from catcher.model.ports import Store
from catcher.privacy import KeyRing
from catcher.store import MemoryStore, SqliteStore
from tests.support.clocks import Seconds
from tests.support.folding import folder
from tests.support.observations import NOON, observation

DAY = timedelta(days=1)
DECEMBER = datetime(2026, 12, 2, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    """A ring with the keys of November and December."""
    ring = KeyRing(tmp_path / "keys")
    ring.tokens(NOON)
    ring.tokens(DECEMBER)
    return ring


def filled(store: Store, days: Iterable[int] = range(40)) -> Store:
    samples: list[Observation] = [
        observation(transaction=f"t{n}", retry_tag=None, observed_at=NOON + n * DAY, recipients=(f"{n % 3:016x}",))
        for n in days
    ]
    store.add([[o] for o in samples])
    return store


def totals(store: Store) -> list[tuple[str, frozenset[MailboxTotal], int]]:
    return [(i.key.id, i.settled, i.mails) for i in store.incidents()]


def test_it_folds_settles_destroys_and_purges(keys: KeyRing) -> None:
    store = filled(MemoryStore())
    done = upkeep(store, keys, DECEMBER, keep_days=10, folder=folder)
    assert not done.failed
    assert done.folded == 40
    assert done.keys_destroyed == ("2026-11",)
    assert done.purged.mailbox_days_settled == 28 * 4
    assert done.purged.deleted == 20
    assert keys.key_ids() == ["2026-12"]
    assert {m.period for i in store.incidents() for m in i.mailboxes} == {"2026-12"}
    (record,) = store.periods()
    assert (record.period, record.settled_at, record.key_destroyed_at) == ("2026-11", DECEMBER, DECEMBER)


def test_a_second_upkeep_finds_nothing_to_do(keys: KeyRing) -> None:
    store = filled(MemoryStore())
    upkeep(store, keys, DECEMBER, keep_days=10, folder=folder)
    before = totals(store)
    again = upkeep(store, keys, DECEMBER, keep_days=10, folder=folder)
    assert not any(again.to_json().values())
    assert len(store.periods()) == 1
    assert totals(store) == before


def test_a_dry_run_tells_what_would_go_and_lets_it_stay(keys: KeyRing) -> None:
    store = filled(MemoryStore())
    said = upkeep(store, keys, DECEMBER, keep_days=10, folder=folder, dry_run=True)
    assert keys.key_ids() == ["2026-11", "2026-12"]
    assert len(list(store.observations())) == 40
    done = upkeep(store, keys, DECEMBER, keep_days=10, folder=folder)
    assert said.keys_destroyed == done.keys_destroyed
    assert said.folded == 40
    assert said.purged == done.purged


def test_a_period_ends_an_hour_late_for_what_began_in_it(keys: KeyRing) -> None:
    midnight = datetime(2026, 12, 1, tzinfo=UTC)
    store = filled(MemoryStore())
    assert upkeep(store, keys, midnight + timedelta(minutes=59), keep_days=90, folder=folder).keys_destroyed == ()
    done = upkeep(store, keys, midnight + timedelta(hours=1), keep_days=90, folder=folder)
    assert done.keys_destroyed == ("2026-11",)


def test_by_a_clock_that_jumped_only_the_sums_are_brought_up_to_date(keys: KeyRing) -> None:
    store = filled(MemoryStore())
    done = upkeep(store, keys, DECEMBER + 400 * DAY, keep_days=10, folder=folder, sure=False)
    assert (done.folded, done.keys_destroyed, done.epochs_destroyed) == (40, (), ())
    assert keys.key_ids() == ["2026-11", "2026-12"]
    assert len(list(store.observations())) == 40
    assert store.periods() == ()


STEPS = ["fold", "settle", "note_period", "forget"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("fault", [StoreUnavailable("the disk is full"), ValueError("CANARY"), RecursionError()])
def test_a_step_that_fails_stops_no_other_and_the_next_upkeep_ends_the_work(
    tmp_path: Path,
    keys: KeyRing,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    step: str,
    after: bool,
    fault: Exception,
) -> None:
    """The next one ends where an undisturbed one does: the same sums, the same numbers of mailboxes."""
    undisturbed_keys = KeyRing(tmp_path / "undisturbed")
    undisturbed_keys.tokens(NOON)
    undisturbed = filled(MemoryStore())
    upkeep(undisturbed, undisturbed_keys, DECEMBER, keep_days=28, folder=folder)

    store = filled(SqliteStore(tmp_path / "catcher.db"))
    actual = getattr(store, step)

    def failing(*args: object, **kwargs: object) -> None:
        if after:
            for _ in actual(*args, **kwargs) if step == "forget" else [actual(*args, **kwargs)]:
                pass
        raise fault

    with monkeypatch.context() as patched:
        patched.setattr(store, step, failing)
        done = upkeep(store, keys, DECEMBER, keep_days=28, folder=folder)
    assert len(done.failed) == 1
    assert done.keys_destroyed == ("2026-11",), "the key goes whatever else is wrong"
    assert "CANARY" not in caplog.text
    if step != "forget":
        assert done.purged.coarsened + done.purged.retry_tags_emptied > 0, "what rests on no sum is forgotten"
    assert not upkeep(store, keys, DECEMBER, keep_days=28, folder=folder).failed
    assert totals(store) == totals(undisturbed)
    assert list(store.observations()) == list(undisturbed.observations())
    assert keys.key_ids() == ["2026-12"]
    store.close()


def test_a_month_that_cannot_be_folded_is_settled_without_it_at_the_deadline(
    keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing keeps tokens alive: neither a full disk nor a row that stops the fold."""
    store = filled(MemoryStore())

    def failing(*_: object, **__: object) -> int:
        raise ValueError

    monkeypatch.setattr(store, "fold", failing)
    first = datetime(2026, 12, 1, 2, tzinfo=UTC)
    upkeep(store, keys, first, keep_days=90, folder=folder)
    assert keys.key_ids() == ["2026-12"]
    assert store.periods()[0].settled_at is None
    upkeep(store, keys, first + 3 * DAY, keep_days=90, folder=folder)
    (record,) = store.periods()
    assert record.settled_at is not None
    assert record.lost == 28
    assert {bool(o.recipients) for o in store.observations() if o.observed_at < first} == {False}


def test_a_full_disk_in_the_last_days_of_a_month_keeps_no_key(tmp_path: Path, keys: KeyRing) -> None:
    """max_page_count stands for the disk: every write that needs a page fails."""
    store = filled(SqliteStore(tmp_path / "catcher.db"))
    with closing(sqlite3.connect(tmp_path / "catcher.db")) as other:
        (pages,) = other.execute("PRAGMA page_count").fetchone()
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    done = upkeep(store, keys, datetime(2026, 12, 1, 2, tzinfo=UTC), keep_days=90, folder=folder)
    assert UpkeepStep.FOLD in done.failed
    assert keys.key_ids() == ["2026-12"]
    store._db.execute("PRAGMA max_page_count = 1000000000")
    assert not upkeep(store, keys, DECEMBER, keep_days=90, folder=folder).failed
    assert store.periods()[0].settled_at == DECEMBER
    store.close()


def test_one_key_that_cannot_be_destroyed_stops_no_other_step(tmp_path: Path, keys: KeyRing) -> None:
    (tmp_path / "keys" / "period-2026-10.key").mkdir()
    store = filled(MemoryStore())
    done = upkeep(store, keys, DECEMBER, keep_days=10, folder=folder)
    assert list(done.failed) == [UpkeepStep.KEYS]
    assert keys.key_ids() == ["2026-10", "2026-12"]
    assert done.epochs_destroyed and done.folded == 40 and done.purged.deleted == 20


def test_a_command_pauses_after_each_step_for_as_long_as_it_took() -> None:
    now, slept = Seconds(), list[float]()
    pause = Pause(slept.append, now)
    now.now += 0.5
    pause()
    pause()
    assert slept == [0.5, Pause.SHORTEST_SECONDS]


def run_until_killed(folder_of_keys: Path, path: Path, writes: int) -> bool:
    """Runs upkeep in a process that is killed before the write number ``writes``, of a statement or of a key's file;
    whether it came to its end before that."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    try:
        left = writes

        def count() -> None:
            nonlocal left
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

        store, keys = SqliteStore(path), KeyRing(folder_of_keys)
        store._db.conn.set_trace_callback(
            lambda sql: None if sql.lstrip().lower().startswith(("select", "pragma")) else count()
        )
        sys.addaudithook(lambda event, _: count() if event == "os.remove" else None)
        done = upkeep(store, keys, DECEMBER, keep_days=10, folder=folder)
        os._exit(1 if done.failed else 0)
    finally:
        os._exit(70)


def test_killed_at_any_step_it_loses_nothing_and_the_next_one_ends_the_work(tmp_path: Path, keys: KeyRing) -> None:
    undisturbed_keys = KeyRing(tmp_path / "undisturbed")
    undisturbed_keys.tokens(NOON)
    undisturbed = filled(MemoryStore(), days=range(0, 40, 13))
    upkeep(undisturbed, undisturbed_keys, DECEMBER, keep_days=10, folder=folder)
    filled(SqliteStore(tmp_path / "filled.db"), days=range(0, 40, 13)).close()
    for writes in count(0, 13):
        path, kept = tmp_path / f"{writes}.db", tmp_path / f"keys{writes}"
        shutil.copy(tmp_path / "filled.db", path)
        shutil.copytree(tmp_path / "keys", kept)
        ended = run_until_killed(kept, path, writes)
        store = SqliteStore(path)
        assert not upkeep(store, KeyRing(kept), DECEMBER, keep_days=10, folder=folder).failed
        assert totals(store) == totals(undisturbed)
        assert list(store.observations()) == list(undisturbed.observations())
        assert store.periods() == undisturbed.periods()
        assert KeyRing(kept).key_ids() == ["2026-12"]
        store.close()
        if ended:
            break
    assert writes > 50, "it was killed at several steps"
