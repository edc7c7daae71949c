"""The process of upkeep: once a day keys and purges, every few minutes the watch."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Coroutine
from contextlib import suppress
from datetime import date, datetime, timedelta

from catcher.catalogue import Catalogue
from catcher.config import Config
from catcher.desk.delegation import Delegations
from catcher.desk.upkeep import upkeep
from catcher.desk.watch import Watch
from catcher.model.alert import AlertKind
from catcher.model.clock import Clock
from catcher.model.errors import EnvironmentFailure
from catcher.supervise import Station
from catcher.wiring import folder, key_ring, open_store, resolver

log = logging.getLogger("catcher.serve")

UPKEEP_AT = timedelta(hours=1, minutes=5)
"""When in the day (UTC) upkeep runs: a month's key goes an hour after the month. It also runs at the start."""
WATCH_EVERY = timedelta(minutes=5)
"""How often what came is folded, policies are noted and alerts looked for; also at the start and after a reload."""
UPKEEP_LOOK_SECONDS = 60.0
"""How often upkeep looks whether a new day has begun."""


async def run(config: Config, clock: Clock, catalogue: Catalogue, station: Station) -> None:
    station.ready()
    done: date | None = None
    watched: datetime | None = None
    watch = _watch(config, clock, catalogue)
    while not station.stopping.is_set():
        now = clock.now()
        try:
            if (now - UPKEEP_AT).date() != done:
                await asyncio.to_thread(_upkeep_once, config, clock)
                done = (now - UPKEEP_AT).date()
        except EnvironmentFailure as error:
            log.warning("upkeep waits for the store: %s", error)
        if watched is None or now - watched >= WATCH_EVERY:
            watched = now
            await _unless(station.stopping, watch.look(now))
        with suppress(TimeoutError):
            await asyncio.wait_for(station.stopping.wait(), UPKEEP_LOOK_SECONDS)
    station.draining()


def _watch(config: Config, clock: Clock, catalogue: Catalogue) -> Watch:
    """A way of alerts that can't be set up is told in the log; the watch goes on."""
    from catcher.notify import configured  # only this process needs what it loads

    try:
        couriers = configured.couriers(config)
    except EnvironmentFailure as error:
        log.error("no alerts are sent: %s", error)
        couriers = []
    asking = resolver(config, clock)
    return Watch(
        open_store=functools.partial(open_store, config),
        folder=folder(config),
        catalogue=catalogue,
        couriers=couriers,
        kinds=frozenset(map(AlertKind, config.alerts.kinds)),
        delegations=None if asking is None else Delegations(catalogue, asking, config.dns.nameservers),
    )


async def _unless(stopping: asyncio.Event, work: Coroutine[None, None, None]) -> None:
    """Does ``work``, or leaves it when the server is to stop."""
    working, told = asyncio.create_task(work), asyncio.create_task(stopping.wait())
    await asyncio.wait((working, told), return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if not working.done():
        working.cancel()
    with suppress(asyncio.CancelledError):
        await working


def _upkeep_once(config: Config, clock: Clock) -> None:
    store = open_store(config)
    try:
        upkeep(store, key_ring(config), clock.now(), keep_days=config.store.keep_days, folder=folder(config))
    finally:
        store.close()
