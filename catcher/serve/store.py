"""The process that stores the observations of all SMTP workers."""

from __future__ import annotations

import asyncio
import functools
import socket

from catcher import wiring
from catcher.config import Config
from catcher.model.clock import Clock
from catcher.model.ports import Store
from catcher.store.remote.groupwriter import GroupWriter
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
    sharing = RowSharing(config.store.rows_a_day)
    opening = functools.partial(_opened, config, clock, sharing)
    writer = GroupWriter(opening, asyncio.get_running_loop().time, add_rows=sharing.add_rows)
    await StoreServer(writer, reading).run(station.stopping, ready=station.ready, draining=station.draining)


def _opened(config: Config, clock: Clock, sharing: RowSharing) -> Store:
    """The store, with the shares of today read."""
    store = wiring.open_store(config, patience=WRITE_PATIENCE_SECONDS)
    sharing.read(store, clock.now().date())
    return store
