"""The process that stores, and the way to it: one write for all, nothing lost when one is replaced, quick failure.

Longer than others: both ends of one way, each also against a played other one.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from catcher.model.errors import EnvironmentFailure, StoreUnavailable
from catcher.model.mail.observation import Stored
from catcher.store import SqliteStore
from catcher.store.codec import to_row
from catcher.store.remote.client import StoreClient, StoreLink
from catcher.store.remote.messages import OPEN, from_commits, from_results
from catcher.store.remote.server import handoff_sockets
from tests.support.observations import observation
from tests.support.storing import Process, Recording, mail, run, storing


@asynccontextmanager
async def links(store: Recording, count: int) -> AsyncIterator[tuple[Process, list[StoreClient]]]:
    writing, reading = handoff_sockets()
    with writing, reading:
        process = Process(store.open, reading)
        made = [StoreClient(writing) for _ in range(count)]
        await asyncio.gather(*(link.start() for link in made))
        yield process, made
        await asyncio.gather(*(link.close() for link in made))
        await process.stop()


class Peer:
    """The process at the other end of a client's handoff socket, played by a test."""

    def __init__(self, reading: socket.socket) -> None:
        self._handoff = reading

    async def meet(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The next connection that a link hands over."""
        readable = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(self._handoff, readable.set)
        await readable.wait()
        loop.remove_reader(self._handoff)
        _, (descriptor,), _, _ = socket.recv_fds(self._handoff, 1, 1)
        return await asyncio.open_unix_connection(sock=socket.socket(fileno=descriptor))


@asynccontextmanager
async def played(**options: int) -> AsyncIterator[tuple[StoreClient, Peer, asyncio.StreamReader, asyncio.StreamWriter]]:
    """A link that has started, with the test as its service."""
    writing, reading = handoff_sockets()
    with writing, reading:
        link, peer = StoreClient(writing, **options), Peer(reading)
        starting = asyncio.create_task(link.start())
        reader, writer = await peer.meet()
        writer.write(OPEN)
        await starting
        yield link, peer, reader, writer
        writer.close()
        await link.close()


def fates(*ids: int) -> bytes:
    return from_results([(Stored(id, None, False),) for id in ids])


def test_what_several_workers_commit_at_once_is_one_write() -> None:
    async def scenario() -> None:
        store = Recording()
        async with links(store, 3) as (_, workers):
            for _ in range(5):
                await asyncio.gather(*(worker.commit(mail(n)) for worker in workers for n in range(4)))
        assert sum(store.writes) == 60
        assert len(store.writes) < 20, "fewer writes than workers had turns"

    run(scenario())


def test_each_worker_hears_of_its_own_in_order() -> None:
    async def scenario() -> None:
        store = Recording()
        async with links(store, 2) as (_, workers):
            for n in range(3):
                told = [worker.commit([observation(transaction=f"{n}-{w}")]) for w, worker in enumerate(workers)]
                for w, ((stored,), _) in enumerate(zip(await asyncio.gather(*told), workers, strict=True)):
                    kept = store.observation(stored.id)
                    assert kept is not None
                    assert kept.transaction == f"{n}-{w}"

    run(scenario())


def test_one_write_is_bounded() -> None:
    async def scenario() -> None:
        store = Recording()
        async with storing(store.open, most_commits=4) as link:
            await asyncio.gather(*(link.commit(mail(n)) for n in range(10)))
        assert store.writes == [4, 4, 2]

    run(scenario())


def test_a_retry_and_a_revision_are_told() -> None:
    async def scenario() -> None:
        store = Recording()
        async with storing(store.open) as link:
            (first,), (second,) = await asyncio.gather(
                *(link.commit([observation(transaction=name, retry_tag="abc123")]) for name in "ab")
            )
            assert second == Stored(second.id, first.id, False)
            assert await link.revise([observation(id=12345)]) == 0

    run(scenario())


def test_a_failure_is_told_as_store_unavailable_and_heals() -> None:
    async def scenario() -> None:
        store = Recording()
        async with storing(store.open) as link:
            store.failure = lambda batches: StoreUnavailable("the disk is full")
            with pytest.raises(StoreUnavailable, match="the disk is full"):
                await link.commit(mail(0))
            store.failure = lambda batches: None
            assert await link.commit(mail(1)) == (Stored(1, None, False),)

    run(scenario())


def test_a_client_says_whether_the_store_is_up() -> None:
    async def scenario() -> None:
        store = Recording()
        async with storing(store.open) as link:
            assert link.is_up and link.link is StoreLink.UP
            store.failure = lambda batches: StoreUnavailable("the disk is full")
            with pytest.raises(StoreUnavailable):
                await link.commit(mail(0))
            assert not link.is_up and link.link is StoreLink.FAILING
            store.failure = lambda batches: None
            await link.commit(mail(1))
            assert link.is_up
        assert link.link is StoreLink.CLOSED

    run(scenario())


def test_a_client_without_a_storing_process_says_so_before_any_commit() -> None:
    async def scenario() -> None:
        writing, reading = handoff_sockets()
        with writing, reading:
            alone = StoreClient(writing)
            assert alone.link is StoreLink.ABSENT and not alone.is_up
        async with played(most_unanswered=1) as (link, peer, _, writer):
            assert link.is_up
            waiting = link.commit(mail(0))
            assert link.link is StoreLink.FULL and not link.is_up
            writer.close()
            with pytest.raises(StoreUnavailable):
                await waiting
            assert link.link is StoreLink.ABSENT
            _, successor = await peer.meet()
            successor.write(OPEN)
            while not link.is_up:  # noqa: ASYNC110 - the client has no event for it
                await asyncio.sleep(0)
            successor.close()

    run(scenario())


def test_a_store_that_can_not_be_opened_ends_the_service_before_it_is_ready(tmp_path: Path) -> None:
    (tmp_path / "catcher.db").write_bytes(b"no database" * 100)

    async def scenario() -> None:
        with pytest.raises(EnvironmentFailure, match="damaged"):
            async with storing(lambda: SqliteStore(tmp_path / "catcher.db")):
                pass

    run(scenario())


def test_a_worker_that_speaks_nonsense_is_sent_away_and_the_others_stay(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        writing, reading = handoff_sockets()
        with writing, reading:
            process = Process(Recording().open, reading)
            link = StoreClient(writing)
            await link.start()
            for nonsense in (b"CANARY", b"\xc1", b"\x91\x91\x01", b"\x07", b"\xa6CANARY", b"\xff"):
                ours, theirs = socket.socketpair()
                socket.send_fds(writing, [b"\0"], [theirs.fileno()])
                theirs.close()
                reader, writer = await asyncio.open_unix_connection(sock=ours)
                assert await reader.readexactly(len(OPEN)) == OPEN
                writer.write(nonsense)
                assert await reader.read() == b""
                writer.close()
            assert await link.commit(mail(1)) == (Stored(1, None, False),)
            await link.close()
            await process.stop()
        assert "CANARY" not in caplog.text
        assert "no commit" in caplog.text

    run(scenario())


def test_when_the_process_is_replaced_every_commit_is_answered() -> None:
    """A reload: the old one ends once its workers have gone over to the next, with commits under way all the time."""

    async def scenario() -> None:
        store = Recording()
        async with links(store, 2) as (old, workers):
            done = 0

            async def commit_on(link: StoreClient, until: asyncio.Event) -> None:
                nonlocal done
                while not until.is_set():
                    await link.commit(mail(done))
                    done += 1

            enough = asyncio.Event()
            busy = [asyncio.create_task(commit_on(link, enough)) for link in workers for _ in range(3)]
            process = old
            for _ in range(5):
                before = process
                process = Process(store.open, before.reading)
                await process.ready.wait()
                await before.stop()
                for _ in range(20):
                    await workers[0].commit(mail(0))
                    done += 1
            enough.set()
            await asyncio.gather(*busy)
            await asyncio.gather(*(link.close() for link in workers))
            await process.stop()
        assert len(list(store.observations())) == done
        assert store.opened == 6
        assert store.closed == 6

    run(scenario())


def test_nothing_is_told_before_the_answer_and_what_goes_together_is_one_message() -> None:
    async def scenario() -> None:
        async with played() as (link, _, reader, writer):
            told = [link.commit(mail(n)) for n in range(3)]
            wanted = from_commits([(False, [to_row(o) for o in mail(n)]) for n in range(3)])
            assert await reader.readexactly(len(wanted)) == wanted
            assert not any(each.done() for each in told)
            writer.write(fates(7, 8))
            assert [(await each)[0].id for each in told[:2]] == [7, 8]
            assert not told[2].done()
            writer.write(fates(9))
            await told[2]

    run(scenario())


def test_when_the_process_ends_what_waited_fails_and_so_does_what_comes_until_there_is_another() -> None:
    async def scenario() -> None:
        async with played() as (link, peer, reader, writer):
            waiting = link.commit(mail(0))
            assert await reader.read(1 << 16)
            writer.transport.abort()
            with pytest.raises(StoreUnavailable, match="ended before it answered"):
                await waiting
            with pytest.raises(StoreUnavailable, match="is not there"):
                await link.commit(mail(1))
            _, next_writer = await peer.meet()
            with pytest.raises(StoreUnavailable, match="is not there"):
                await link.commit(mail(1))
            next_writer.write(OPEN)
            answer = None
            while answer is None:
                try:
                    answer = link.commit(mail(2))
                    if answer.done():
                        await answer
                except StoreUnavailable:
                    answer = None
                    await asyncio.sleep(0)
            next_writer.write(fates(1))
            assert await answer == (Stored(1, None, False),)
            next_writer.close()

    run(scenario())


def test_over_the_bound_a_commit_fails_at_once() -> None:
    async def scenario() -> None:
        async with played(most_unanswered=2) as (link, _, reader, writer):
            told = [link.commit(mail(n)) for n in range(2)]
            with pytest.raises(StoreUnavailable, match="2 transactions wait"):
                await link.commit(mail(3))
            assert await reader.read(1 << 16)
            writer.write(fates(1, 2))
            await asyncio.gather(*told)
            assert not link.commit(mail(4)).done()

    run(scenario())


def test_a_client_that_went_away_does_not_disturb_the_others() -> None:
    async def scenario() -> None:
        async with played() as (link, _, reader, writer):
            gone, stays = link.commit(mail(0)), link.commit(mail(1))
            assert await reader.read(1 << 16)
            gone.cancel()
            writer.write(fates(1, 2))
            assert await stays == (Stored(2, None, False),)

    run(scenario())


def test_closing_waits_for_what_was_committed_and_refuses_what_comes_later() -> None:
    async def scenario() -> None:
        async with played() as (link, _, reader, writer):
            told = link.commit(mail(0))
            closing = asyncio.create_task(link.close())
            assert await reader.read(1 << 16)
            with pytest.raises(StoreUnavailable, match="closed"):
                await link.commit(mail(9))
            assert not closing.done()
            writer.write(fates(1))
            await told
            await closing
            assert await reader.read() == b""

    run(scenario())


def test_a_start_does_not_wait_for_ever_and_commits_are_taken_once_somebody_is_there() -> None:
    """Else a worker would never be ready while the process that stores waits for its own turn to be started."""

    async def scenario() -> None:
        writing, reading = handoff_sockets()
        with writing, reading:
            link = StoreClient(writing)
            await link.start(patience=0.0)
            with pytest.raises(StoreUnavailable, match="is not there"):
                await link.commit(mail(0))
            _, writer = await Peer(reading).meet()
            writer.write(OPEN)
            await link.start()
            told = link.commit(mail(1))
            writer.write(fates(1))
            assert await told == (Stored(1, None, False),)
            await link.close()
            writer.close()

    run(scenario())


def test_a_connection_that_ends_before_it_takes_commits_is_not_the_link() -> None:
    """A process that ends while it opens the store has taken nothing: the next one gets a connection."""

    async def scenario() -> None:
        writing, reading = handoff_sockets()
        with writing, reading:
            link, peer = StoreClient(writing), Peer(reading)
            starting = asyncio.create_task(link.start())
            _, writer = await peer.meet()
            writer.close()
            _, successor = await peer.meet()
            assert link.link is StoreLink.ABSENT and not starting.done()
            successor.write(OPEN)
            await starting
            assert link.is_up
            await link.close()
            successor.close()

    run(scenario())


def test_before_the_start_nothing_is_taken() -> None:
    async def scenario() -> None:
        writing, reading = handoff_sockets()
        with writing, reading, pytest.raises(StoreUnavailable, match="is not there"):
            await StoreClient(writing).commit(mail(0))

    run(scenario())
