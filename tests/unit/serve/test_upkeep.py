"""The process for upkeep: when its rounds run."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from catcher.catalogue import Catalogue
from catcher.config import Config
from catcher.model.clock import Clock
from catcher.serve import upkeep
from catcher.supervise import Station

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
    monkeypatch.setattr(upkeep, "alert_watch", lambda *_: rounds)
    monkeypatch.setattr(upkeep, "upkeep_round", lambda *_: None)
    monkeypatch.setattr(upkeep, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(upkeep.wiring, "voucher", lambda *_: None)
    made: Any = rounds
    running = upkeep.run(cast(Config, None), cast(Clock, made), cast(Catalogue, None), (), made, cast(Station, made))
    asyncio.run(running)
    assert rounds.watched[:3] == [NOON, NOON - year, NOON - year + 6 * minute]
