"""A store whose writes wait at a gate, for tests of what happens meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from catcher.model.observation import Observation
from catcher.store import MemoryStore
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
