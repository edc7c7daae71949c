"""However many mails rest on an address, one transaction stops some; the others follow in steps of forgetting."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from catcher.model.mail.fingerprint import EvidenceKind
from catcher.model.mail.observation import Observation
from catcher.store import SqliteStore
from catcher.store.sqlite.byday import clients, stopping
from tests.support.folding import folder
from tests.support.observations import NOON, observation, sender

DAY = timedelta(days=1)
ONE, OTHER = "192.0.2.25", "198.51.100.9"


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (clients, stopping):
        monkeypatch.setattr(module, "STOPPED_AT_ONCE", 3)


def resting(name: str, client: str, organisation: str = "contractor.example", day: int = 0) -> list[Observation]:
    by_spf = sender(organisation, kind=EvidenceKind.SPF)
    at = NOON + day * DAY
    rests = {"fresh_reason": "spf", "sender": by_spf, "client": client, "observed_at": at}
    return [observation(transaction=name, retry_tag=None, **rests)]


def counting(store: SqliteStore) -> int:
    return sum(o.fresh for o in store.observations())


def test_the_mails_of_an_address_stop_in_steps_and_the_sums_follow(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"
    with closing(SqliteStore(path)) as store:
        store.add([resting(f"{day}{n}", ONE, day=day) for day in range(2) for n in range(4)])
        store.add([resting(f"other{n}", OTHER) for n in range(2)])
        store.fold(folder)
        store.add([resting("second", ONE, "hospital.example"), resting("second other", OTHER, "hospital.example")])
        assert counting(store) == 8 + 2 - 3
        ((later,),) = store.add([resting("later", ONE, day=1)])
        assert not later.fresh
        steps = store.forget(NOON + DAY, keep_days=180)
        next(steps)
        assert counting(store) > 0
    with closing(SqliteStore(path)) as store:
        list(store.forget(NOON + DAY, keep_days=180))
        assert counting(store) == 0
        store.fold(folder)
        assert {i.key.id: i for i in store.incidents()} == folder(list(store.observations()))
        list(store.forget(NOON + 40 * DAY, keep_days=180))
    assert not any(ONE.encode() in file.read_bytes() for file in tmp_path.iterdir())


def test_exactly_as_many_as_one_transaction_stops_leave_nothing_behind(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "catcher.db")) as store:
        store.add([resting(str(n), ONE) for n in range(3)])
        store.add([resting("second", ONE, "hospital.example")])
        assert counting(store) == 0
        assert list(store.forget(NOON, keep_days=180)) != []
        assert list(store.forget(NOON, keep_days=180)) == []
