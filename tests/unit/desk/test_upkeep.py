"""Upkeep: in an order in which a crash between any two steps loses nothing and counts nothing twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catcher.desk.upkeep import upkeep
from catcher.model.leak.incident import MailboxTotal
from catcher.model.mail.observation import Observation
from catcher.model.ports import Store
from catcher.privacy import KeyRing
from catcher.store import MemoryStore, SqliteStore
from tests.support.folding import folder
from tests.support.observations import NOON, observation

DAY = timedelta(days=1)
DECEMBER = datetime(2026, 12, 2, tzinfo=UTC)


class Crash(Exception):
    """Stands for the process's end."""


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    """A ring with the keys of November and December."""
    ring = KeyRing(tmp_path / "keys")
    ring.tokens(NOON)
    ring.tokens(DECEMBER)
    return ring


def filled(store: Store) -> Store:
    samples: list[Observation] = [
        observation(transaction=f"t{n}", retry_tag=None, observed_at=NOON + n * DAY, recipients=(f"{n % 3:016x}",))
        for n in range(40)
    ]
    store.add([[o] for o in samples])
    return store


def totals(store: Store) -> list[tuple[str, frozenset[MailboxTotal], int]]:
    return [(i.key.id, i.settled, i.mails) for i in store.incidents()]


def test_it_folds_settles_destroys_and_purges(keys: KeyRing) -> None:
    store = filled(MemoryStore())
    done = upkeep(store, keys, DECEMBER, keep_days=10, folder=folder)
    assert done.folded == 40
    assert done.keys_destroyed == ("2026-11",)
    assert done.purged.mailbox_days_settled == 28 * 4
    assert done.purged.deleted == 19
    assert keys.key_ids() == ["2026-12"]
    assert {m.period for i in store.incidents() for m in i.mailboxes} == {"2026-12"}


def test_a_second_upkeep_finds_nothing_to_do(keys: KeyRing) -> None:
    store = filled(MemoryStore())
    upkeep(store, keys, DECEMBER, keep_days=10, folder=folder)
    before = totals(store)
    again = upkeep(store, keys, DECEMBER, keep_days=10, folder=folder)
    assert not any(again.to_json().values())
    assert totals(store) == before


def test_a_dry_run_tells_what_would_go_and_lets_it_stay(keys: KeyRing) -> None:
    store = filled(MemoryStore())
    said = upkeep(store, keys, DECEMBER, keep_days=10, folder=folder, dry_run=True)
    assert keys.key_ids() == ["2026-11", "2026-12"]
    assert len(list(store.observations())) == 40
    done = upkeep(store, keys, DECEMBER, keep_days=10, folder=folder)
    assert said.keys_destroyed == done.keys_destroyed
    assert said.purged == done.purged


def test_a_period_ends_an_hour_late_for_what_began_in_it(keys: KeyRing) -> None:
    midnight = datetime(2026, 12, 1, tzinfo=UTC)
    store = filled(MemoryStore())
    assert upkeep(store, keys, midnight + timedelta(minutes=59), keep_days=90, folder=folder).keys_destroyed == ()
    done = upkeep(store, keys, midnight + timedelta(hours=1), keep_days=90, folder=folder)
    assert done.keys_destroyed == ("2026-11",)


@pytest.mark.parametrize("step", ["fold", "settle", "purge"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_around_any_step_loses_nothing(
    tmp_path: Path, keys: KeyRing, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    """The next upkeep ends where an undisturbed one does: the same sums, the same numbers of mailboxes."""
    undisturbed_keys = KeyRing(tmp_path / "undisturbed")
    undisturbed_keys.tokens(NOON)
    undisturbed = filled(MemoryStore())
    upkeep(undisturbed, undisturbed_keys, DECEMBER, keep_days=10, folder=folder)

    store = filled(SqliteStore(tmp_path / "catcher.db"))
    actual = getattr(store, step)

    def crashing(*args: object, **kwargs: object) -> None:
        if after:
            actual(*args, **kwargs)
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(store, step, crashing)
        with pytest.raises(Crash):
            upkeep(store, keys, DECEMBER, keep_days=10, folder=folder)
    upkeep(store, keys, DECEMBER, keep_days=10, folder=folder)
    assert totals(store) == totals(undisturbed)
    assert list(store.observations()) == list(undisturbed.observations())
    assert keys.key_ids() == ["2026-12"]
    store.close()


def test_no_key_is_destroyed_while_its_mailboxes_are_not_settled(
    keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = filled(MemoryStore())

    def crashing(period: str) -> int:
        raise Crash

    monkeypatch.setattr(store, "settle", crashing)
    with pytest.raises(Crash):
        upkeep(store, keys, DECEMBER, keep_days=10, folder=folder)
    assert keys.key_ids() == ["2026-11", "2026-12"]
