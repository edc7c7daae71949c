"""The group writer when the store fails: one failure harms nobody else, nobody for long, and heals."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from catcher.model.errors import EnvironmentFailure, StoreUnavailable
from catcher.model.observation import Observation
from catcher.store import GroupWriter, SqliteStore
from tests.support.gate import Gate, mail, remove_all, run
from tests.support.observations import observation


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
        first = asyncio.ensure_future(writer.commit(mail(0)))
        await store.reached()
        second = asyncio.ensure_future(writer.commit(mail(1)))
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
        first = asyncio.ensure_future(writer.commit(mail(0)))
        await asyncio.to_thread(blocked.wait)
        bad = [observation(transaction="bad", ref="CANARY\udc80")]
        group = [asyncio.ensure_future(writer.commit(o)) for o in (mail(1), bad, mail(2))]
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
