"""The way of observations into a store, in one loop: a link, a service, and stores that tell what they were asked."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from catcher.model.mail.observation import Observation, Stored
from catcher.model.ports import ObservationRow, Store
from catcher.store import MemoryStore
from catcher.store.remote.client import StoreClient
from catcher.store.remote.forgetter import Forgetter
from catcher.store.remote.groupwriter import GroupWriter
from catcher.store.remote.server import StoreServer, handoff_sockets
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


class Recording(MemoryStore):
    """A store that remembers how it was used, and can be told to fail."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[int] = []
        """How many transactions each write had."""
        self.failure: Callable[[Sequence[Sequence[ObservationRow]]], Exception | None] = lambda batches: None
        self.opened = self.closed = 0

    def open(self) -> Recording:
        self.opened += 1
        return self

    def add_rows(self, batches: Sequence[Sequence[ObservationRow]]) -> list[tuple[Stored, ...]]:
        failure = self.failure(batches)
        if failure is not None:
            raise failure
        self.writes.append(len(batches))
        return super().add_rows(batches)

    def close(self) -> None:
        self.closed += 1


class Process:
    """A service as it runs in a process of its own, here as a task."""

    def __init__(self, open_store: Callable[[], Store], reading: socket.socket, **options: Any) -> None:
        self.reading = reading.dup()  # several in one loop: it knows readers by their descriptor
        pause = options.pop("pause_seconds", 0.0)
        forgetting: Callable[[GroupWriter], Forgetter] | None = options.pop("forgetting", None)
        writer = GroupWriter(open_store, asyncio.get_running_loop().time, pause_seconds=pause)
        if forgetting is not None:
            options["forgetter"] = forgetting(writer)
        self.stopping, self.ready, self.draining = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.running = asyncio.create_task(
            StoreServer(writer, self.reading, **options).run(
                self.stopping, ready=self.ready.set, draining=self.draining.set
            )
        )

        self.running.add_done_callback(lambda _: self.reading.close())

    async def stop(self) -> None:
        self.stopping.set()
        await self.running


@asynccontextmanager
async def storing(open_store: Callable[[], Store], **options: Any) -> AsyncIterator[StoreClient]:
    """A link to a service that runs beside it; both end with the context."""
    writing, reading = handoff_sockets()
    with writing, reading:
        process = Process(open_store, reading, **options)
        link = StoreClient(writing)
        started = asyncio.create_task(link.start())
        await asyncio.wait((started, process.running), return_when=asyncio.FIRST_COMPLETED)
        if process.running.done():
            started.cancel()
            process.running.result()
        try:
            yield link
        finally:
            await link.close()
            await process.stop()
