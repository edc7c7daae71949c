"""The watch: every few minutes it folds observations, records policies and delegations, and raises and sends alerts.

Failures of the store and of receivers are logged; neither ends the watch, and no other process waits for the watch.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from catcher.catalogue import Catalogue
from catcher.desk import alerts
from catcher.desk.alerts import AlertBatch, Courier, StoreTrouble
from catcher.desk.delegation import DelegationRound, Delegations
from catcher.desk.policies import note_delegations, note_policies
from catcher.model.errors import CatcherError, EnvironmentFailure
from catcher.model.ports import Folder, Store
from catcher.model.serving import KeptPart
from catcher.model.telling.alert import Alert, AlertKind

log = logging.getLogger("catcher.watch")

T = TypeVar("T")


@dataclass(slots=True)
class AlertWatch:
    open_store: Callable[[], Store]
    """Opens the store: called in a thread, once per access; the store is closed after it. Raises EnvironmentFailure."""
    folder: Folder
    catalogue: Catalogue
    couriers: Sequence[Courier] = ()
    """The couriers of all channels; without any courier the watch searches for no alerts."""
    kinds: Collection[AlertKind] = tuple(AlertKind)
    delegations: Delegations | None = None
    """Looks delegations up; None: they are not checked."""
    kept: Sequence[KeptPart] = ()
    """The parts of which the server serves an older state, or none."""
    _store: StoreTrouble = field(default_factory=StoreTrouble)
    _ends_looked_at: date | None = None
    _leaking: frozenset[str] = frozenset()
    """The domains with incidents, as of the last round."""

    async def look(self, now: datetime) -> None:
        """Runs all checks once and sends the alerts. A failing store, resolver or receiver raises no error here."""
        round_ = DelegationRound() if self.delegations is None else await self.delegations.look(now, self._leaking)
        try:
            batches = await asyncio.to_thread(self._in_store, now, round_)
        except EnvironmentFailure as error:
            log.warning("the watch waits for the store: %s", error)
            trouble = self._store.fails(now)
            if trouble is not None and AlertKind.STORE_TROUBLE in self.kinds:
                for courier in self.couriers:
                    await _delivered(courier, [trouble], now)
            return
        self._store.works()
        for batch in batches:
            courier = next(courier for courier in self.couriers if courier.channel is batch.channel)
            taken = await _delivered(courier, batch.alerts, now)
            try:
                await asyncio.to_thread(self._note, batch, now, taken)
            except EnvironmentFailure as error:
                log.warning("what became of an alert can't be noted, so it may come twice: %s", error)

    def _in_store(self, now: datetime, delegations: DelegationRound) -> list[AlertBatch]:
        """Brings the ledgers up to date; returns the batches that are due now."""
        with self._opened() as store:
            store.beat(now)
            store.fold(self.folder, now=now)
            note_policies(store, self.catalogue, now)
            self._leaking = note_delegations(store, delegations, now)
            if not self.couriers:
                return []
            channels = [courier.channel for courier in self.couriers]
            found = [alert for alert in self._found(store, now, delegations.lost) if alert.kind in self.kinds]
            for alert in alerts.raise_alerts(store, found, channels):
                log.info("alert: %s %s", alert.kind, alert.incident or "")
            self._ends_looked_at = now.date()
            return alerts.due(store, channels, now)

    def _found(self, store: Store, now: datetime, lost: Sequence[str]) -> Iterator[Alert]:
        yield from alerts.found_in_incidents(store, now)
        yield from alerts.found_in_notices(store, now)
        yield from alerts.of_lost(lost, now)
        yield from alerts.of_guard(self.catalogue.guard, now)
        yield from alerts.of_kept(self.kept, now)
        if self._ends_looked_at != now.date():  # once a day: end dates change only at midnight, and catalogues are long
            yield from alerts.found_in_catalogue(self.catalogue, now)

    def _note(self, batch: AlertBatch, now: datetime, taken: bool) -> None:
        with self._opened() as store:
            alerts.note(store, batch, now, taken=taken)

    @contextmanager
    def _opened(self) -> Iterator[Store]:
        store = self.open_store()
        try:
            yield store
        finally:
            store.close()


async def _delivered(courier: Courier, batch: Sequence[Alert], now: datetime) -> bool:
    try:
        await courier.deliver(batch, now)
    except CatcherError as error:
        log.warning("alerts could not be delivered by %s: %s", courier.channel, error)
        return False
    return True
