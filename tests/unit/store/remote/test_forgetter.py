"""Forgetting in the process that stores: one step at a time, under load, too; never by a clock that jumped."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from catcher.model.errors import StoreUnavailable
from catcher.model.ports import Purged
from catcher.store.remote.forgetter import DUE_EVERY_SECONDS, LONGEST_PAUSE_SECONDS, SHORTEST_PAUSE_SECONDS, Forgetter
from catcher.store.remote.groupwriter import GroupWriter
from tests.support.clocks import Clock, Seconds
from tests.support.observations import NOON
from tests.support.storing import Recording, mail, run, storing


class Forgetful(Recording):
    """A store with a number of steps to do, each of which takes a time; it can be told to fail."""

    def __init__(self, steps: int, now: Seconds | None = None, *, each: float = 0.0) -> None:
        super().__init__()
        self.left, self.begun = steps, 0
        self.trouble: Exception | None = None
        self._now, self._each = now, each

    def forget(self, now: datetime, *, keep_days: int) -> Iterator[Purged]:
        self.begun += 1
        while self.left:
            if self.trouble is not None:
                raise self.trouble
            self.left -= 1
            if self._now is not None:
                self._now.now += self._each
            yield Purged(deleted=1)


def forgetter(store: Forgetful, now: Seconds, *, at: datetime = NOON) -> Forgetter:
    writer = GroupWriter(store.open, now)
    writer.open()
    return Forgetter(writer, Clock(at), now, keep_days=10)


def test_each_step_is_followed_by_a_pause_four_times_as_long() -> None:
    now = Seconds()
    store = Forgetful(3, now, each=0.02)
    forgetting = forgetter(store, now)
    assert [forgetting.step() for _ in range(4)] == [pytest.approx(0.08)] * 3 + [DUE_EVERY_SECONDS]
    assert store.begun == 1
    assert forgetting.step() == DUE_EVERY_SECONDS


@pytest.mark.parametrize(("each", "pause"), [(0.0, SHORTEST_PAUSE_SECONDS), (9.0, LONGEST_PAUSE_SECONDS)])
def test_a_pause_has_bounds(each: float, pause: float) -> None:
    now = Seconds()
    assert forgetter(Forgetful(1, now, each=each), now).step() == pause


@pytest.mark.parametrize("error", [StoreUnavailable("the log can't be emptied"), RuntimeError("CANARY")])
def test_a_step_that_fails_is_told_and_tried_again_later(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    now = Seconds()
    store = Forgetful(2, now)
    forgetting = forgetter(store, now)
    store.trouble = error
    assert forgetting.step() == DUE_EVERY_SECONDS
    assert caplog.records and "CANARY" not in caplog.text
    store.trouble = None
    assert forgetting.step() == SHORTEST_PAUSE_SECONDS
    assert (store.left, store.begun, store.closed) == (1, 2, 0)


def test_a_step_that_fails_turns_no_mail_away() -> None:
    async def scenario() -> None:
        now = Seconds()
        store = Forgetful(5, now)
        store.trouble = StoreUnavailable("the disk is full")
        async with storing(
            store.open, forgetting=lambda writer: Forgetter(writer, Clock(NOON), now, keep_days=9)
        ) as link:
            assert len(await link.commit(mail(1))) == 1
        assert (store.opened, store.begun) == (1, 1)

    run(scenario())


@pytest.mark.parametrize("away", [timedelta(days=2, minutes=1), -timedelta(days=2, minutes=1)])
def test_by_a_clock_that_jumped_nothing_is_forgotten_until_a_person_says_so(
    away: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    now = Seconds()
    store = Forgetful(1, now)
    store.note_sure_moment(NOON)
    forgetting = forgetter(store, now, at=NOON + away)
    assert [forgetting.step() for _ in range(3)] == [DUE_EVERY_SECONDS] * 3
    assert (store.begun, caplog.text.count("catcher store clock")) == (0, 1)
    store.note_sure_moment(NOON + away, accepted_by="Awa Diarra")
    forgetting.step()
    assert store.begun == 1


def test_a_store_that_was_opened_again_is_asked_anew() -> None:
    now = Seconds()
    first, second = Forgetful(9, now), Forgetful(9, now)
    stores = iter((first, second))
    writer = GroupWriter(lambda: next(stores), now, pause_seconds=0.0)
    forgetting = Forgetter(writer, Clock(NOON), now, keep_days=10)
    forgetting.step()
    writer.close()
    forgetting.step()
    assert (first.left, second.left) == (8, 8)


@pytest.mark.parametrize("low", [True, False])
def test_on_a_disk_that_is_nearly_full_the_log_stays_short(low: bool) -> None:
    class Logging(Forgetful):
        copied = 0

        def end_log(self) -> None:
            self.copied += 1

    now = Seconds()
    store = Logging(3, now)
    writer = GroupWriter(store.open, now)
    forgetting = Forgetter(writer, Clock(NOON), now, keep_days=10, room_is_low=lambda: low)
    while forgetting.step() != DUE_EVERY_SECONDS:
        pass
    assert store.copied == (3 if low else 0)


def test_steps_go_on_under_constant_load() -> None:
    """Every turn of the loop has a group to write: the steps still get theirs."""

    async def scenario() -> None:
        store = Forgetful(20)
        clock = asyncio.get_running_loop().time
        forgetting = {
            "forgetting": lambda writer: Forgetter(writer, Clock(NOON), clock, keep_days=9, pause_per_step=0.0)
        }
        async with storing(store.open, **forgetting) as link:
            n = 0
            while store.left:
                n += 1
                await link.commit(mail(n))
        assert len(list(store.observations())) == n

    run(scenario())
