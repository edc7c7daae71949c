"""The group writer: what is told to be stored is, one failure harms nobody for long, and memory is bounded."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest

from catcher.model.errors import EnvironmentFailure, StoreUnavailable
from catcher.model.observation import Observation
from catcher.store import GroupWriter, MemoryStore, SqliteStore
from tests.support.observations import observation


def run(scenario: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(30):
            await scenario

    asyncio.run(bounded())


def mail(n: int) -> list[Observation]:
    return [observation(transaction=f"t{n}", retry_tag=None)]


def remove_all(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()


class Gate(MemoryStore):
    """A store whose writes wait at a gate, and which can be told to fail."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[int] = []
        self.entered = threading.Semaphore(0)
        self.gate = threading.Semaphore(0)
        self.failure: Callable[[Sequence[Sequence[Observation]]], Exception | None] = lambda batches: None
        self.opened = 0
        self.closed = 0
        self.threads: set[int] = set()

    def open(self) -> Gate:
        self.opened += 1
        self.threads.add(threading.get_ident())
        return self

    def add(self, batches: Sequence[Sequence[Observation]]) -> list[tuple[Observation, ...]]:
        self.threads.add(threading.get_ident())
        self.entered.release()
        self.gate.acquire()
        failure = self.failure(batches)
        if failure is not None:
            raise failure
        self.writes.append(len(batches))
        return super().add(batches)

    def close(self) -> None:
        self.threads.add(threading.get_ident())
        self.closed += 1

    async def reached(self) -> None:
        """Until the thread waits at the gate."""
        await asyncio.to_thread(self.entered.acquire)

    def let(self, writes: int = 1) -> None:
        self.gate.release(writes)


def test_what_is_committed_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"

    async def scenario() -> None:
        writer = GroupWriter(lambda: SqliteStore(path))
        await writer.start()
        results = await asyncio.gather(*(writer.commit(mail(n)) for n in range(100)))
        await writer.close()
        store = SqliteStore(path)
        assert [store.observation(result[0].id) for result in results] == [result[0] for result in results]
        store.close()

    run(scenario())


def test_all_that_waits_goes_into_one_write_in_order() -> None:
    async def scenario() -> None:
        store = Gate()
        writer = GroupWriter(store.open)
        await writer.start()
        first = asyncio.create_task(writer.commit(mail(0)))
        await store.reached()
        waiting = [asyncio.create_task(writer.commit(mail(n))) for n in range(1, 10)]
        await asyncio.sleep(0)
        store.let(2)
        ids = [(await task)[0].id for task in (first, *waiting)]
        assert ids == list(range(1, 11))
        assert store.writes == [1, 9]
        await writer.close()

    run(scenario())


def test_one_write_is_bounded() -> None:
    async def scenario() -> None:
        store = Gate()
        writer = GroupWriter(store.open, most_together=4)
        await writer.start()
        first = asyncio.create_task(writer.commit(mail(0)))
        await store.reached()
        waiting = [asyncio.create_task(writer.commit(mail(n))) for n in range(1, 11)]
        await asyncio.sleep(0)
        store.let(4)
        await asyncio.gather(first, *waiting)
        assert store.writes == [1, 4, 4, 2]
        await writer.close()

    run(scenario())


def test_nothing_is_told_before_the_write_returned() -> None:
    async def scenario() -> None:
        store = Gate()
        writer = GroupWriter(store.open)
        await writer.start()
        commit = asyncio.create_task(writer.commit(mail(0)))
        await store.reached()
        await asyncio.sleep(0)
        assert not commit.done()
        store.let()
        await commit
        await writer.close()

    run(scenario())


def test_the_store_belongs_to_one_thread_that_is_not_the_loops() -> None:
    async def scenario() -> None:
        store = Gate()
        writer = GroupWriter(store.open)
        await writer.start()
        store.let()
        await writer.commit(mail(0))
        await writer.close()
        assert len(store.threads) == 1
        assert threading.get_ident() not in store.threads

    run(scenario())


def test_over_the_bound_a_commit_fails_at_once() -> None:
    async def scenario() -> None:
        store = Gate()
        writer = GroupWriter(store.open, most_waiting=2)
        await writer.start()
        written = asyncio.create_task(writer.commit(mail(0)))
        await store.reached()
        waiting = [asyncio.create_task(writer.commit(mail(n))) for n in (1, 2)]
        await asyncio.sleep(0)
        with pytest.raises(StoreUnavailable, match="2 transactions wait"):
            await writer.commit(mail(3))
        store.let(2)
        await asyncio.gather(written, *waiting)
        await writer.close()

    run(scenario())


def test_a_store_that_fails_fails_its_group_is_closed_and_opened_again() -> None:
    async def scenario() -> None:
        store = Gate()
        writer = GroupWriter(store.open, pause_seconds=0.0)
        await writer.start()
        store.failure = lambda batches: StoreUnavailable("the disk is full")
        store.let()
        with pytest.raises(StoreUnavailable, match="the disk is full"):
            await writer.commit(mail(0))
        store.failure = lambda batches: None
        store.let(100)
        while True:
            try:
                await writer.commit(mail(1))
                break
            except StoreUnavailable:
                await asyncio.sleep(0)
        assert (store.opened, store.closed) == (2, 1)
        assert [o.transaction for o in store.observations()] == ["t1"]
        await writer.close()

    run(scenario())


def test_while_it_pauses_commits_fail_at_once_and_what_waited_is_not_kept_waiting() -> None:
    async def scenario() -> None:
        store = Gate()
        writer = GroupWriter(store.open, most_together=1, pause_seconds=3600.0)
        await writer.start()
        store.failure = lambda batches: StoreUnavailable("the disk is full")
        first = asyncio.create_task(writer.commit(mail(0)))
        await store.reached()
        second = asyncio.create_task(writer.commit(mail(1)))
        await asyncio.sleep(0)
        store.let()
        for task in (first, second):
            with pytest.raises(StoreUnavailable):
                await task
        with pytest.raises(StoreUnavailable, match="a moment ago"):
            await writer.commit(mail(2))
        await writer.close()
        assert store.opened == 1

    run(scenario())


def test_a_store_that_can_not_be_opened_again_goes_on_failing_and_then_heals() -> None:
    async def scenario() -> None:
        store, broken = Gate(), threading.Event()

        def open_store() -> Gate:
            if broken.is_set():
                raise EnvironmentFailure("the folder is gone")
            return store.open()

        writer = GroupWriter(open_store, pause_seconds=0.0)
        await writer.start()
        broken.set()
        store.failure = lambda batches: StoreUnavailable("the file is gone")
        store.let(100)
        reasons = set()
        while "the folder is gone" not in reasons:
            try:
                await writer.commit(mail(0))
            except StoreUnavailable as error:
                reasons.add(str(error))
            await asyncio.sleep(0)
        broken.clear()
        store.failure = lambda batches: None
        while not list(store.observations()):
            try:
                await writer.commit(mail(1))
            except StoreUnavailable:
                await asyncio.sleep(0)
        await writer.close()

    run(scenario())


def test_one_observation_that_can_not_be_stored_fails_alone(tmp_path: Path) -> None:
    """A lone surrogate is no text that SQLite takes: its mail gets 451, the others of its group 250."""

    async def scenario() -> None:
        gate, blocked = threading.Semaphore(0), threading.Event()

        class Slow(SqliteStore):
            def add(self, batches: Sequence[Sequence[Observation]]) -> list[tuple[Observation, ...]]:
                blocked.set()
                gate.acquire()
                return super().add(batches)

        writer = GroupWriter(lambda: Slow(tmp_path / "catcher.db"))
        await writer.start()
        first = asyncio.create_task(writer.commit(mail(0)))
        await asyncio.to_thread(blocked.wait)
        bad = [observation(transaction="bad", ref="CANARY\udc80")]
        group = [asyncio.create_task(writer.commit(o)) for o in (mail(1), bad, mail(2))]
        await asyncio.sleep(0)
        gate.release(100)
        await first
        good, failed, other = await asyncio.gather(*group, return_exceptions=True)
        assert isinstance(failed, StoreUnavailable)
        assert "CANARY" not in f"{failed!r} {failed.__cause__!r} {failed.__context__!r}"
        assert isinstance(good, tuple)
        assert isinstance(other, tuple)
        await writer.close()
        store = SqliteStore(tmp_path / "catcher.db")
        assert [o.transaction for o in store.observations()] == ["t0", "t1", "t2"]
        store.close()

    run(scenario())


def test_a_client_that_went_away_does_not_disturb_the_others() -> None:
    async def scenario() -> None:
        store = Gate()
        writer = GroupWriter(store.open)
        await writer.start()
        first = asyncio.create_task(writer.commit(mail(0)))
        await store.reached()
        gone, stays = (asyncio.create_task(writer.commit(mail(n))) for n in (1, 2))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        store.let(2)
        await first
        assert (await stays)[0].transaction == "t2"
        await writer.close()
        assert [o.transaction for o in store.observations()] == ["t0", "t1", "t2"]

    run(scenario())


def test_closing_writes_what_waits_and_refuses_what_comes_later() -> None:
    async def scenario() -> None:
        store = Gate()
        writer = GroupWriter(store.open)
        await writer.start()
        commits = [asyncio.create_task(writer.commit(mail(n))) for n in range(5)]
        await store.reached()
        closing = asyncio.create_task(writer.close())
        await asyncio.sleep(0)
        with pytest.raises(StoreUnavailable, match="closed"):
            await writer.commit(mail(9))
        store.let(10)
        await closing
        assert all(task.done() for task in commits)
        assert len(list(store.observations())) == 5
        assert store.closed == 1
        await writer.close()

    run(scenario())


def test_before_the_start_nothing_is_taken() -> None:
    async def scenario() -> None:
        writer = GroupWriter(MemoryStore)
        with pytest.raises(StoreUnavailable, match="closed"):
            await writer.commit(mail(0))
        await writer.close()

    run(scenario())


def test_a_store_that_can_not_be_opened_fails_the_start(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"
    path.write_bytes(b"no database" * 100)

    async def scenario() -> None:
        writer = GroupWriter(lambda: SqliteStore(path))
        with pytest.raises(EnvironmentFailure, match="damaged"):
            await writer.start()
        with pytest.raises(StoreUnavailable, match="closed"):
            await writer.commit(mail(0))
        await writer.close()

    run(scenario())


def test_a_mistake_while_opening_is_told_to_who_starts() -> None:
    def open_store() -> MemoryStore:
        raise ZeroDivisionError

    async def scenario() -> None:
        with pytest.raises(ZeroDivisionError):
            await GroupWriter(open_store).start()

    run(scenario())


def test_a_file_that_is_removed_while_it_serves_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"

    async def scenario() -> None:
        writer = GroupWriter(lambda: SqliteStore(path), pause_seconds=0.0)
        await writer.start()
        await writer.commit(mail(0))
        remove_all(tmp_path)
        with pytest.raises(StoreUnavailable, match="removed or replaced"):
            await writer.commit(mail(1))
        while True:
            try:
                (stored,) = await writer.commit(mail(2))
                break
            except StoreUnavailable:
                await asyncio.sleep(0)
        await writer.close()
        store = SqliteStore(path)
        assert list(store.observations()) == [stored]
        store.close()

    run(scenario())
