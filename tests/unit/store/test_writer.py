"""The group writer: what is told to be stored is, in groups, in order, within bounds."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from catcher.model.errors import EnvironmentFailure, StoreUnavailable
from catcher.store import GroupWriter, MemoryStore, SqliteStore
from tests.support.gate import Gate, mail, run


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
        first = asyncio.ensure_future(writer.commit(mail(0)))
        await store.reached()
        waiting = [asyncio.ensure_future(writer.commit(mail(n))) for n in range(1, 10)]
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
        first = asyncio.ensure_future(writer.commit(mail(0)))
        await store.reached()
        waiting = [asyncio.ensure_future(writer.commit(mail(n))) for n in range(1, 11)]
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
        commit = asyncio.ensure_future(writer.commit(mail(0)))
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
        written = asyncio.ensure_future(writer.commit(mail(0)))
        await store.reached()
        waiting = [asyncio.ensure_future(writer.commit(mail(n))) for n in (1, 2)]
        await asyncio.sleep(0)
        with pytest.raises(StoreUnavailable, match="2 transactions wait"):
            await writer.commit(mail(3))
        store.let(2)
        await asyncio.gather(written, *waiting)
        await writer.close()

    run(scenario())


def test_a_client_that_went_away_does_not_disturb_the_others() -> None:
    async def scenario() -> None:
        store = Gate()
        writer = GroupWriter(store.open)
        await writer.start()
        first = asyncio.ensure_future(writer.commit(mail(0)))
        await store.reached()
        gone, stays = (asyncio.ensure_future(writer.commit(mail(n))) for n in (1, 2))
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
        commits = [asyncio.ensure_future(writer.commit(mail(n))) for n in range(5)]
        await store.reached()
        closing = asyncio.ensure_future(writer.close())
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
