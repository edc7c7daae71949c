"""The process for upkeep: when its rounds run."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from catcher.catalogue import Catalogue
from catcher.config import Config
from catcher.desk.watch import AlertWatch
from catcher.model.clock import Clock
from catcher.model.leak.incident import Incident
from catcher.model.mail.observation import Observation
from catcher.model.ports import Store
from catcher.privacy import KeyRing
from catcher.serve import upkeep
from catcher.serve.upkeep import UpkeepRounds
from catcher.store import MemoryStore
from catcher.supervise import Station
from tests.support.folding import folder
from tests.support.observations import observation

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


class Rounds:
    """A clock that shows one time after the other, and then has the process stop; and the watch that it calls."""

    def __init__(self, *times: datetime) -> None:
        self.times = list(times)
        self.watched: list[datetime] = []
        self.stopping = asyncio.Event()

    def now(self) -> datetime:
        if len(self.times) == 1:
            self.stopping.set()
        return self.times.pop(0)

    async def look(self, now: datetime) -> None:
        self.watched.append(now)

    def ready(self) -> None: ...

    def draining(self) -> None: ...


def test_a_clock_that_is_set_back_stops_no_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    minute, year = timedelta(minutes=1), timedelta(days=365)
    rounds = Rounds(NOON, NOON + minute, NOON - year, NOON - year + minute, NOON - year + 6 * minute, NOON)
    looked: list[datetime] = []
    monkeypatch.setattr(upkeep, "alert_watch", lambda *_: rounds)
    monkeypatch.setattr(upkeep, "upkeep_rounds", lambda *_: SimpleNamespace(look=looked.append))
    monkeypatch.setattr(upkeep, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(upkeep.wiring, "voucher", lambda *_: None)
    made: Any = rounds
    running = upkeep.run(cast(Config, None), cast(Clock, made), cast(Catalogue, None), (), made, cast(Station, made))
    asyncio.run(running)
    assert rounds.watched[:3] == [NOON, NOON - year, NOON - year + 6 * minute]
    assert len(looked) == 6, "what is due is looked for each minute"


class Kept:
    """A store that several openings share, and what upkeep does to it."""

    def __init__(self, folder_of_keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self.keys = MemoryStore(), KeyRing(folder_of_keys)
        self.failure: Exception | None = None
        self.folds = 0
        self.dropped: list[date] = []
        """The days of which the delivery log was told."""
        self._folding: Exception | None = None
        monkeypatch.setattr(upkeep.wiring, "open_store", self._open)

    def _open(self, _: Config) -> Store:
        if self.failure is not None:
            raise self.failure
        return self.store

    def fold(self, observations: Sequence[Observation]) -> Mapping[str, Incident]:
        self.folds += 1
        if self._folding is not None:
            raise self._folding
        return folder(observations)

    def folding_fails(self, error: Exception | None) -> None:
        self._folding = error

    def process(self) -> tuple[UpkeepRounds, AlertWatch]:
        """The upkeep of a new process, as after a reload."""
        watch = AlertWatch(lambda: self.store, self.fold, Catalogue.of([]))
        return UpkeepRounds(cast(Config, None), self.keys, self.fold, watch, self.dropped.append), watch

    def add(self, at: datetime) -> None:
        self.store.add([[observation(transaction=f"t{at:%d%H%M}", retry_tag=None, observed_at=at)]])


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    return Kept(tmp_path / "keys", monkeypatch)


DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FIRST = datetime(2026, 12, 1, tzinfo=UTC)


def test_a_reload_repeats_no_upkeep(kept: Kept) -> None:
    kept.add(NOON)
    kept.process()[0].look(NOON)
    assert kept.folds == 1
    for n in range(5):
        kept.add(NOON + n * HOUR)
        kept.process()[0].look(NOON + n * HOUR)
    assert kept.folds == 1
    kept.process()[0].look(NOON + DAY)
    assert kept.folds == 2


def test_it_runs_once_a_day_after_five_past_one(kept: Kept) -> None:
    rounds, _ = kept.process()
    rounds.look(NOON)
    kept.add(NOON)
    for minutes in (0, 64, 65, 66, 600):
        before = kept.folds
        rounds.look(FIRST + timedelta(minutes=minutes))
        assert (kept.folds > before) == (minutes == 65)


def test_a_key_goes_an_hour_after_its_month_whatever_the_store_does(kept: Kept) -> None:
    kept.keys.tokens(NOON)
    kept.failure = RuntimeError("CANARY")
    rounds, watch = kept.process()
    rounds.look(FIRST + 0.9 * HOUR)
    assert kept.keys.key_ids() == ["2026-11"]
    rounds.look(FIRST + HOUR)
    assert kept.keys.key_ids() == []
    assert watch.sure


def test_a_fold_that_fails_is_tried_again_after_ten_minutes_and_told(kept: Kept) -> None:
    kept.add(NOON)
    kept.keys.tokens(NOON)
    kept.folding_fails(ValueError())
    rounds, watch = kept.process()
    for minutes in (65, 66, 70, 75):
        rounds.look(FIRST + timedelta(minutes=minutes))
    assert (kept.folds, watch.failed) == (2, {"fold"})
    assert kept.keys.key_ids() == []
    kept.folding_fails(None)
    rounds.look(FIRST + timedelta(minutes=85))
    assert kept.store.periods()[0].settled_at == FIRST + timedelta(minutes=85)


def test_by_a_clock_that_jumped_nothing_is_destroyed(kept: Kept) -> None:
    kept.add(NOON)
    kept.keys.tokens(NOON)
    rounds, watch = kept.process()
    rounds.look(NOON)
    before = kept.store.periods()
    for now in (NOON + 40 * DAY, NOON - 40 * DAY):
        rounds.look(now)
        assert not watch.sure
        assert kept.keys.key_ids() == ["2026-11"]
        assert (kept.folds, kept.store.periods()) == (1, before)
        assert kept.dropped == [NOON.date()]
    rounds.look(NOON + timedelta(minutes=1))
    assert watch.sure
    kept.store.note_sure_moment(NOON + 40 * DAY, accepted_by="Awa Diarra")
    rounds.look(NOON + 40 * DAY)
    assert kept.keys.key_ids() == []
