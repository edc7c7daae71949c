"""The process that forgets where no mail is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from catcher.config import Config
from catcher.model.ports import Purged
from catcher.serve import store as store_process
from catcher.serve.generation import upkeep_tasks
from catcher.serve.loading.loaded import LoadedDns
from catcher.store import MemoryStore
from catcher.supervise import Station
from tests.support.clocks import Clock
from tests.support.observations import NOON


class Due(MemoryStore):
    """A store with three steps to do; after the last one it stops the process."""

    def __init__(self, stopping: asyncio.Event) -> None:
        super().__init__()
        self._stopping = stopping
        self.left = 3
        self.closed = False

    def forget(self, now: datetime, *, keep_days: int) -> Iterator[Purged]:
        while self.left:
            self.left -= 1
            yield Purged(demand_deleted=1)
        self._stopping.set()

    def close(self) -> None:
        self.closed = True


def test_without_mail_a_process_forgets_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    async def scenario() -> Due:
        stopping = asyncio.Event()
        store = Due(stopping)
        monkeypatch.setattr(store_process.wiring, "open_store", lambda _: store)
        monkeypatch.setattr(store_process, "forbid_dumps", lambda: None)
        station: Any = SimpleNamespace(
            stopping=stopping, ready=lambda: said.append("ready"), draining=lambda: said.append("draining")
        )
        config: Any = SimpleNamespace(store=SimpleNamespace(keep_days=180))
        async with asyncio.timeout(30):
            await store_process.forget_alone(cast(Config, config), Clock(NOON), cast(Station, station))
        return store

    store = asyncio.run(scenario())
    assert (store.left, store.closed, said) == (0, True, ["ready", "draining"])


@pytest.mark.parametrize(("stores_mail", "names"), [(True, ["upkeep"]), (False, ["upkeep", "forget"])])
def test_each_server_has_a_process_that_forgets(tmp_path: Path, stores_mail: bool, names: list[str]) -> None:
    node = SimpleNamespace(state=tmp_path)
    loaded: Any = SimpleNamespace(config=SimpleNamespace(node=node), catalogue=SimpleNamespace(under=lambda _: None))
    tasks = upkeep_tasks(cast(LoadedDns, loaded), Clock(NOON), (), None, stores_mail=stores_mail)
    assert [task.name for task in tasks] == names
