"""The store's part of ``catcher status``: what is well, what isn't, and how it is said."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from catcher.desk.storestatus import StoreStatus, store_status, unreadable
from catcher.model.diskroom import DiskRoom
from catcher.model.errors import StoreUnavailable
from catcher.model.leak.unstored import UnstoredKey, UnstoredKind
from catcher.model.ports import UpkeepState
from catcher.privacy import KeyRing
from catcher.store import MemoryStore

NOW = datetime(2026, 12, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ROOM = DiskRoom(5_000_000_000, 1_000_000_000)


def test_all_is_well(tmp_path: Path) -> None:
    store, keys = MemoryStore(), KeyRing(tmp_path)
    store.note_sure_moment(NOW - timedelta(minutes=5))
    store.note_upkeep(NOW.date())
    keys.tokens(NOW)
    found = store_status(store, keys, ROOM, NOW)
    assert found.is_well(NOW)
    assert list(found.lines()) == [
        "upkeep: done for 2026-12-05; keys: 2026-12",
        "disk: 5000 MB free, 1000 MB kept for forgetting",
    ]
    assert json.loads(json.dumps(found.to_json()))["disk"] == {"free_mb": 5000, "reserve_mb": 1000, "low": False}


def test_a_new_store_is_well(tmp_path: Path) -> None:
    found = store_status(MemoryStore(), KeyRing(tmp_path), None, NOW)
    assert found.is_well(NOW)
    assert next(found.lines()) == "upkeep: not yet; keys: none"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (StoreStatus(error="the file is damaged"), "can't be read: the file is damaged"),
        (StoreStatus(upkeep=UpkeepState(NOW - 9 * DAY), sure=False), "catcher store clock"),
        (StoreStatus(room=DiskRoom(1, 2_000_000)), "0 MB free, 2 MB kept for forgetting: no observation is added"),
        (StoreStatus(set_apart=3), "can't be decoded: 3"),
        (StoreStatus(overdue_keys=("2026-11",)), "should be destroyed: 2026-11"),
        (StoreStatus(upkeep=UpkeepState(day=date(2026, 12, 2))), "done for 2026-12-02"),
    ],
)
def test_what_is_wrong_is_said(status: StoreStatus, said: str) -> None:
    assert not status.is_well(NOW)
    assert said in "\n".join(status.lines())


def test_mailboxes_that_could_not_be_counted_are_said_and_are_no_fault() -> None:
    status = StoreStatus(lost=28)
    assert status.is_well(NOW)
    assert "couldn't be counted: 28" in "\n".join(status.lines())


def test_mail_for_the_operator_is_said_beside_what_was_only_counted(tmp_path: Path) -> None:
    store, day = MemoryStore(), NOW.date()
    kinds = [UnstoredKind.POSTMASTER] * 2 + [UnstoredKind.ABUSE] + [UnstoredKind.PROVEN] * 4
    for age in (0, 7, 8):
        for kind in kinds:
            store.add_rows([], unstored={UnstoredKey(day - age * DAY, "army.ml", kind): 1})
    found = StoreStatus(unstored=8, to_postmaster=4, to_abuse=2)
    assert store_status(store, KeyRing(tmp_path), None, NOW) == found
    assert found.is_well(NOW)
    assert "for you: 4 to postmaster@, 2 to abuse@ held domains" in "\n".join(found.lines())
    assert found.to_json()["operator_mail"] == {"postmaster": 4, "abuse": 2}


def test_a_key_is_overdue_three_days_after_its_month(tmp_path: Path) -> None:
    keys = KeyRing(tmp_path)
    keys.tokens(datetime(2026, 11, 30, tzinfo=UTC))
    first = datetime(2026, 12, 1, tzinfo=UTC)
    assert store_status(MemoryStore(), keys, None, first + 2 * DAY).overdue_keys == ()
    assert store_status(MemoryStore(), keys, None, first + 3 * DAY).overdue_keys == ("2026-11",)


def test_a_store_that_fails_is_said(tmp_path: Path) -> None:
    class Damaged(MemoryStore):
        def upkeep_state(self) -> UpkeepState:
            raise StoreUnavailable("it is damaged")

    found = store_status(Damaged(), KeyRing(tmp_path), ROOM, NOW)
    assert (found.error, found.room) == ("it is damaged", ROOM)
    assert unreadable(StoreUnavailable("it is damaged"), ROOM) == StoreStatus(error="it is damaged", room=ROOM)
