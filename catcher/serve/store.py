"""The process that stores the observations of all SMTP workers, and forgets what is due."""

from __future__ import annotations

import asyncio
import functools
import socket
from contextlib import suppress

from catcher import wiring
from catcher.config import Config
from catcher.model.clock import Clock
from catcher.model.ports import Store
from catcher.store import checkpointer_at, folder_of_store
from catcher.store.diskfloor import DiskFloor
from catcher.store.remote.forgetter import Forgetter
from catcher.store.remote.groupwriter import Commit, GroupWriter
from catcher.store.remote.rowcheck import RowCheck
from catcher.store.remote.server import StoreServer
from catcher.store.remote.sharing import RowSharing
from catcher.supervise import Station
from catcher.supervise.memory import forbid_dumps

DRAIN_SECONDS = 30.0
"""Longest time, in seconds, for running SMTP transactions to finish after SIGTERM; this process outlives them."""
WRITE_PATIENCE_SECONDS = 2.0
"""Longest time, in seconds, that a write waits while another process has locked the store. After that the client gets
451 and tries again later."""


async def run(config: Config, clock: Clock, reading: socket.socket, station: Station) -> None:
    """Stores the observations that workers send to ``reading``, until the parent stops the process."""
    forbid_dumps()
    now = asyncio.get_running_loop().time
    sharing = RowSharing(config.store.rows_a_day)

    def opening() -> Store:
        store = wiring.open_store(config, patience=WRITE_PATIENCE_SECONDS, checkpointed=True)
        sharing.read(store, clock.now().date())
        return store

    floor = DiskFloor(folder_of_store(config.store.url), config.store.reserve_mb, now)
    check = RowCheck(clock)

    def refusal(commit: Commit) -> str:
        return ("" if commit.revises else floor.refusal()) or check.refusal(commit.rows, revises=commit.revises)

    writer = GroupWriter(opening, now, refusal=refusal, add_rows=sharing.add_rows)
    forgetter = Forgetter(
        writer, clock, now, keep_days=config.store.keep_days, room_is_low=lambda: bool(floor.refusal())
    )
    checkpointer = checkpointer_at(config.store.url)
    server = StoreServer(writer, reading, forgetter=forgetter, log_copier=checkpointer)
    checkpointer.start()
    try:
        await server.run(station.stopping, ready=station.ready, draining=station.draining)
    finally:
        checkpointer.stop()


async def forget_alone(config: Config, clock: Clock, station: Station) -> None:
    """Forgets what is due where no mail is stored: counts of queries, contacts, texts of notices. Runs until the parent
    stops the process; a store that can't be opened is tried again."""
    forbid_dumps()
    now = asyncio.get_running_loop().time
    writer = GroupWriter(functools.partial(wiring.open_store, config), now)
    forgetter = Forgetter(writer, clock, now, keep_days=config.store.keep_days)
    station.ready()
    while not station.stopping.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(station.stopping.wait(), forgetter.step())
    station.draining()
    writer.close()
