"""The process that adds the demand counts of the DNS workers to the store."""

from __future__ import annotations

import functools
import socket
from collections.abc import Mapping

from catcher import dns, wiring
from catcher.config import Config
from catcher.model.leak.demand import DemandKey
from catcher.supervise import Station


async def run(config: Config, writing: socket.socket, reading: socket.socket, station: Station) -> None:
    """Stores the counts that arrive at ``reading``, until the parent stops the process.

    The counts that the store didn't take go back through ``writing``, to the next process."""
    station.ready()
    await dns.DemandWriter(reading, functools.partial(add, config), writing).run(station.stopping)
    station.draining()


def add(config: Config, counts: Mapping[DemandKey, int]) -> None:
    """Adds ``counts`` to the store. Raises StoreUnavailable."""
    store = wiring.open_store(config)
    try:
        store.add_demand(counts)
    finally:
        store.close()
