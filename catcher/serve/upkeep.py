"""The process for upkeep: it destroys keys, once a day it folds and settles, and every few minutes it sends alerts.

::

    every 60 s ─▶ is the clock sure? ─▶ keys that are over are destroyed, whatever the store does
             ├──▶ 01:05, or a start after it, and the day isn't recorded as done ─▶ fold, settle     (in a thread)
             └──▶ 5 minutes over? ─┬─▶ desk.watch: fold, note policies, look for alerts, send them
                                   └─▶ desk.vouching: ask the TLDs' servers about names whose comparison grows old

The process that stores forgets; both know of each other only what stands in the store.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

from catcher import wiring
from catcher.catalogue import Catalogue
from catcher.config import Config
from catcher.desk.delegation import Delegations
from catcher.desk.upkeep import Upkeep, destroy_due_keys, fold_and_settle
from catcher.desk.watch import AlertWatch
from catcher.directory import ImportedLists
from catcher.intake.deliverylog import drop_old_deliveries
from catcher.model.clock import Clock
from catcher.model.errors import CatcherError, EnvironmentFailure, kind_and_place
from catcher.model.ports import Folder, Store
from catcher.model.serving import KeptPart
from catcher.model.telling.alert import AlertKind
from catcher.privacy import KeyRing
from catcher.privacy.sureclock import SureClock
from catcher.serve.mailfiles import good_lists
from catcher.supervise import Station

log = logging.getLogger("catcher.serve")

UPKEEP_AT = timedelta(hours=1, minutes=5)
"""Time of day (UTC) of the daily upkeep. It is later than 01:00, because a month may be settled from 01:00 on the first
of the next month. The day that is done stands in the store, so a start or a reload repeats nothing."""
AGAIN_AFTER = timedelta(minutes=10)
"""Time after which a daily upkeep of which a step failed is tried again."""
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
    """Runs until the parent stops the process. Whatever fails is tried again at a later check of the time.

    ``kept``: the parts of which the server serves an older state, or none; the watch raises alerts for them. ``lists``:
    the imported lists that the load chose; None: it chose none.
    """
    station.ready()
    lists = lists or good_lists(config.node.state, clock.now())
    watched: datetime | None = None
    watch = alert_watch(config, clock, catalogue, kept, lists)
    voucher = wiring.voucher(config, clock)
    rounds = upkeep_rounds(config, watch)
    while not station.stopping.is_set():
        now = clock.now()
        await asyncio.to_thread(rounds.look, now)
        if watched is None or not timedelta(0) <= now - watched < WATCH_EVERY:  # the clock may be set back
            watched = now
            await _run_or_stop(watch.look(now), station.stopping)
            if voucher is not None:
                await _run_or_stop(voucher.look(now), station.stopping)
        with suppress(TimeoutError):
            await asyncio.wait_for(station.stopping.wait(), LOOK_SECONDS)
    station.draining()


class UpkeepRounds:
    """The upkeep of one process: each minute a look at what is due."""

    def __init__(
        self,
        config: Config,
        keys: KeyRing,
        folder: Folder,
        watch: AlertWatch,
        drop_deliveries: Callable[[date], object] = lambda _: None,
    ) -> None:
        """``watch`` is told whether the clock is sure, and which steps failed. ``drop_deliveries`` deletes the delivery
        log's old files."""
        self._config = config
        self._keys = keys
        self._folder = folder
        self._watch = watch
        self._drop_deliveries = drop_deliveries
        self._clock = SureClock()
        self._failed_at: datetime | None = None

    def look(self, now: datetime) -> None:
        """Does what is due. Raises nothing."""
        store: Store | None = None
        try:
            store = wiring.open_store(self._config)
        except EnvironmentFailure as error:
            log.warning("upkeep waits for the store: %s", error)
        except Exception as error:  # an error that nobody foresaw in the store keeps no key alive
            log.error("upkeep waits for the store: %s", kind_and_place(error))
        try:
            self._look(store, now)
        except CatcherError as error:
            log.warning("upkeep waits for the store: %s", error)
        finally:
            if store is not None:
                with suppress(CatcherError):
                    store.close()

    def _look(self, store: Store | None, now: datetime) -> None:
        sure = self._clock.look(store, now)
        if not sure and self._watch.sure:
            log.error("the clock jumped, so nothing is destroyed; 'catcher store clock' says more")
        self._watch.sure = sure
        done = Upkeep()
        if sure:
            destroy_due_keys(done, self._keys, now)
            self._drop_deliveries(now.date())
            day = (now - UPKEEP_AT).date()
            if store is not None and self._may_try(now) and store.upkeep_state().day != day:
                fold_and_settle(done, store, self._keys, now, folder=self._folder, sure=True)
                self._failed_at = now if done.failed else None
                if not done.failed:
                    store.note_upkeep(day)
                    log.info("the upkeep of %s is done: %d observations folded", day, done.folded)
        for key_id in done.keys_destroyed:
            log.info("the key %s is destroyed", key_id)
        self._watch.failed.update(done.failed)

    def _may_try(self, now: datetime) -> bool:
        return self._failed_at is None or abs(now - self._failed_at) >= AGAIN_AFTER


def upkeep_rounds(config: Config, watch: AlertWatch) -> UpkeepRounds:
    drop_deliveries = functools.partial(drop_old_deliveries, config.node.state)
    return UpkeepRounds(config, wiring.key_ring(config), watch.folder, watch, drop_deliveries)


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
        room=functools.partial(wiring.room_for_store, config),
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
