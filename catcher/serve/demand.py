"""The process that adds to the store what the DNS workers counted."""

from __future__ import annotations

import functools
import socket
from collections.abc import Mapping

from catcher import dns
from catcher.config import Config
from catcher.model.demand import DemandKey
from catcher.supervise import Station
from catcher.wiring import open_store


async def run(config: Config, reading: socket.socket, station: Station) -> None:
    station.ready()
    await dns.Keeper(reading, functools.partial(add, config)).run(station.stopping)
    station.draining()


def add(config: Config, counts: Mapping[DemandKey, int]) -> None:
    store = open_store(config)
    try:
        store.add_demand(counts)
    finally:
        store.close()
