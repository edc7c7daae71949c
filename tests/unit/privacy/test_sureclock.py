"""The guard against a clock that jumps, over the store and over a store that fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from catcher.model.errors import StoreUnavailable
from catcher.privacy.sureclock import NOTED_EVERY, SureClock
from catcher.store import MemoryStore

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


class Failing(MemoryStore):
    """A store that can be told to take no writes, or not to be read."""

    reads = writes = True

    def upkeep_state(self):  # type: ignore[no-untyped-def]
        if not self.reads:
            raise StoreUnavailable("the file is damaged")
        return super().upkeep_state()

    def note_sure_moment(self, now: datetime, *, accepted_by: str | None = None) -> None:
        if not self.writes:
            raise StoreUnavailable("the disk is full")
        super().note_sure_moment(now, accepted_by=accepted_by)


@pytest.mark.parametrize("direction", [1, -1])
def test_two_days_away_it_is_sure_and_not_beyond(direction: int) -> None:
    store = MemoryStore()
    assert SureClock().look(store, NOON)
    assert SureClock().look(store, NOON + direction * 2 * DAY)
    store = MemoryStore()
    store.note_sure_moment(NOON)
    assert not SureClock().look(store, NOON + direction * (2 * DAY + MINUTE))
    assert store.upkeep_state().sure_at == NOON, "what isn't sure isn't noted"


def test_it_is_sure_again_when_the_clock_is_back() -> None:
    store, clock = MemoryStore(), SureClock()
    assert [clock.look(store, NOON + days * DAY) for days in (0, 40, 40, 0, 1)] == [True, False, False, True, True]


def test_a_person_decides_for_every_process() -> None:
    store, clock = MemoryStore(), SureClock()
    assert clock.look(store, NOON)
    assert not clock.look(store, NOON + 40 * DAY)
    store.note_sure_moment(NOON + 40 * DAY, accepted_by="Awa Diarra")
    assert clock.look(store, NOON + 40 * DAY + MINUTE)
    store.note_sure_moment(NOON, accepted_by="Awa Diarra")
    assert clock.look(store, NOON + MINUTE)
    assert not clock.look(store, NOON + 40 * DAY)


def test_a_full_disk_for_weeks_makes_no_moment_doubtful() -> None:
    store, clock = Failing(), SureClock()
    assert clock.look(store, NOON)
    store.writes = False
    assert all(clock.look(store, NOON + days * DAY) for days in range(30))
    assert store.upkeep_state().sure_at == NOON


@pytest.mark.parametrize("store", [None, Failing()])
def test_a_store_that_cannot_be_read_makes_no_moment_doubtful(store: Failing | None) -> None:
    if store is not None:
        store.reads = False
    clock = SureClock()
    assert clock.look(store, NOON)
    assert not clock.look(store, NOON + 3 * DAY), "the process remembers"


def test_it_is_noted_every_ten_minutes_not_every_minute() -> None:
    store, clock = MemoryStore(), SureClock()
    noted = set()
    for minutes in range(31):
        clock.look(store, NOON + minutes * MINUTE)
        noted.add(store.upkeep_state().sure_at)
    assert noted == {NOON + n * NOTED_EVERY for n in range(4)}
