"""The process that stores the observations of all SMTP workers."""

from __future__ import annotations

import asyncio
import functools
import socket

from catcher.config import Config
from catcher.store import GroupWriter, StoreService
from catcher.supervise import Station
from catcher.supervise.memory import forbid_dumps
from catcher.wiring import open_store

WRITE_PATIENCE_SECONDS = 2.0
"""How long a client waits while another process holds the store; then it hears 451, and comes again."""


async def run(config: Config, reading: socket.socket, station: Station) -> None:
    forbid_dumps()
    opening = functools.partial(open_store, config, patience=WRITE_PATIENCE_SECONDS)
    writer = GroupWriter(opening, asyncio.get_running_loop().time)
    await StoreService(writer, reading).run(station.stopping, ready=station.ready, draining=station.draining)
