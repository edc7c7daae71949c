"""The process for upkeep: once a day it settles and purges; every few minutes it folds and sends alerts.

::

    every 60 s ─▶ a new day? ─▶ desk.upkeep: fold, settle, destroy ended keys, purge     (in a thread)
             └──▶ 5 minutes over? ─┬─▶ desk.watch: fold, note policies, look for alerts, send them
                                   └─▶ desk.vouching: ask the TLDs' servers about names whose comparison grows old
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

from catcher import wiring
from catcher.catalogue import Catalogue
from catcher.config import Config
from catcher.desk.delegation import Delegations
from catcher.desk.upkeep import upkeep
from catcher.desk.watch import AlertWatch
from catcher.directory import ImportedLists
from catcher.intake.deliverylog import drop_old_deliveries
from catcher.model.clock import Clock
from catcher.model.errors import CatcherError, EnvironmentFailure
from catcher.model.serving import KeptPart
from catcher.model.telling.alert import AlertKind
from catcher.serve.mailfiles import good_lists
from catcher.supervise import Station

log = logging.getLogger("catcher.serve")

UPKEEP_AT = timedelta(hours=1, minutes=5)
"""Time of day (UTC) of the daily upkeep. It is later than 01:00, because a month's key may be destroyed from 01:00 on
the first of the next month. Upkeep also runs at the start."""
WATCH_EVERY = timedelta(minutes=5)
"""Time between two rounds of the watch; a round also runs at the start and after a reload."""
LOOK_SECONDS = 60.0
"""Seconds between two checks of the time; upkeep may be that late."""


async def run(
    config: Config,
    clock: Clock,
    catalogue: Catalogue,
    kept: Sequence[KeptPart],
    lists: ImportedLists | None,
    station: Station,
) -> None:
    """Runs until the parent stops the process. If the store fails, upkeep runs at the next check of the time.

    ``kept``: the parts of which the server serves an older state, or none; the watch raises alerts for them. ``lists``:
    the imported lists that the load chose; None: it chose none.
    """
    station.ready()
    lists = lists or good_lists(config.node.state, clock.now())
    settled: date | None = None
    watched: datetime | None = None
    watch = alert_watch(config, clock, catalogue, kept, lists)
    voucher = wiring.voucher(config, clock)
    while not station.stopping.is_set():
        now = clock.now()
        try:
            if (now - UPKEEP_AT).date() != settled:
                await asyncio.to_thread(upkeep_round, config, clock, lists)
                settled = (now - UPKEEP_AT).date()
        except EnvironmentFailure as error:
            log.warning("upkeep waits for the store: %s", error)
        if watched is None or not timedelta(0) <= now - watched < WATCH_EVERY:  # the clock may be set back
            watched = now
            await _run_or_stop(watch.look(now), station.stopping)
            if voucher is not None:
                await _run_or_stop(voucher.look(now), station.stopping)
        with suppress(TimeoutError):
            await asyncio.wait_for(station.stopping.wait(), LOOK_SECONDS)
    station.draining()


def alert_watch(
    config: Config, clock: Clock, catalogue: Catalogue, kept: Sequence[KeptPart], lists: ImportedLists
) -> AlertWatch:
    """The watch with its couriers. If the couriers' settings are unusable, it logs an error and makes none."""
    from catcher.notices import configured

    try:
        couriers = configured.couriers(config)
    except CatcherError as error:
        log.error("no alerts are sent: %s", error)
        couriers = []
    resolver = wiring.resolver(config, clock)
    return AlertWatch(
        open_store=functools.partial(wiring.open_store, config),
        folder=wiring.folder(config, lists),
        catalogue=catalogue,
        couriers=couriers,
        kinds=frozenset(map(AlertKind, config.alerts.kinds)),
        delegations=None if resolver is None else Delegations(catalogue, resolver, config.dns.nameservers),
        kept=kept,
    )


async def _run_or_stop(work: Coroutine[None, None, None], stopping: asyncio.Event) -> None:
    """Runs ``work`` to its end, or cancels it when the server stops."""
    working, stop = asyncio.create_task(work), asyncio.create_task(stopping.wait())
    await asyncio.wait((working, stop), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not working.done():
        working.cancel()
    with suppress(asyncio.CancelledError):
        await working


def upkeep_round(config: Config, clock: Clock, lists: ImportedLists) -> None:
    drop_old_deliveries(config.node.state, clock.now().date())
    store, folder = wiring.open_store(config), wiring.folder(config, lists)
    try:
        upkeep(store, wiring.key_ring(config), clock.now(), keep_days=config.store.keep_days, folder=folder)
    finally:
        store.close()
