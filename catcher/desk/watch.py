"""The watch: every few minutes it folds observations, records policies and delegations, and raises and sends alerts.

Each part has its own edge: whatever fails is logged, and the other parts go on. Failures of the store and of receivers
are logged, too; none ends the watch, and no other process waits for the watch.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from catcher.catalogue import Catalogue
from catcher.desk import alerts
from catcher.desk.alerts import AlertBatch, Courier, StoreTrouble
from catcher.desk.delegation import DelegationRound, Delegations
from catcher.desk.policies import note_delegations, note_policies
from catcher.model.diskroom import DiskRoom
from catcher.model.errors import CatcherError, EnvironmentFailure, kind_and_place
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
    room: Callable[[], DiskRoom | None] = lambda: None
    """The room that the disk has for the store."""
    failed: set[str] = field(default_factory=set)
    """The parts of upkeep that failed since the last round; whoever sees one fail adds its name."""
    sure: bool = True
    """Whether the clock is sure, as upkeep last found."""
    _store: StoreTrouble = field(default_factory=StoreTrouble)
    _ends_looked_at: date | None = None
    _leaking: frozenset[str] = frozenset()
    """The domains with incidents, as of the last round."""

    async def look(self, now: datetime) -> None:
        """Runs all checks once and sends the alerts. A failing store, resolver or receiver raises no error here."""
        round_ = DelegationRound()
        with self._edge("delegations"):
            if self.delegations is not None:
                round_ = await self.delegations.look(now, self._leaking)
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
        """Brings the ledgers up to date; returns the batches that are due now. Raises EnvironmentFailure, after all
        parts, when the store failed in one of them."""
        troubles: list[EnvironmentFailure] = []
        batches: list[AlertBatch] = []
        with self._opened() as store:
            with self._edge("heartbeat", troubles):
                store.beat(now)
            with self._edge("fold", troubles):
                store.fold(self.folder, now=now if self.sure else None)
            with self._edge("policies", troubles):
                note_policies(store, self.catalogue, now)
            with self._edge("delegations", troubles):
                self._leaking = note_delegations(store, delegations, now)
            if self.couriers:
                channels = [courier.channel for courier in self.couriers]
                found = [alert for alert in self._found(store, now, delegations.lost) if alert.kind in self.kinds]
                with self._edge("alerts", troubles):
                    for alert in alerts.raise_alerts(store, found, channels):
                        log.info("alert: %s %s", alert.kind, alert.incident or "")
                    self._ends_looked_at = now.date()
                    self.failed.clear()
                with self._edge("alerts", troubles):
                    batches = alerts.due(store, channels, now)
        if troubles:
            raise troubles[0]
        return batches

    def _found(self, store: Store, now: datetime, lost: Sequence[str]) -> Iterator[Alert]:
        """The alerts of all sources. A source that fails keeps no other one from being heard."""
        sources: list[tuple[str, Callable[[], Iterable[Alert]]]] = [
            ("incidents", lambda: alerts.found_in_incidents(store, now)),
            ("notices", lambda: alerts.found_in_notices(store, now)),
            ("delegations", lambda: alerts.of_lost(lost, now)),
            ("guard", lambda: alerts.of_guard(self.catalogue.guard, now)),
            ("kept parts", lambda: alerts.of_kept(self.kept, now)),
            ("clock", lambda: alerts.of_clock(store.upkeep_state(), now, sure=self.sure)),
            ("rows set apart", lambda: alerts.of_set_apart(sum(store.fold_state().set_apart.values()), now)),
            ("disk", lambda: alerts.of_disk(self.room(), now)),
        ]
        if self._ends_looked_at != now.date():  # once a day: end dates change only at midnight, and catalogues are long
            sources.append(("catalogue", lambda: alerts.found_in_catalogue(self.catalogue, now)))
        for name, source in sources:
            found: list[Alert] = []
            with self._edge(f"alerts of {name}", []):
                found += source()
            yield from found
        yield from alerts.of_failed(sorted(self.failed), now)

    @contextmanager
    def _edge(self, part: str, troubles: list[EnvironmentFailure] | None = None) -> Iterator[None]:
        """Logs the failure of one part, so that the others go on; ``troubles`` takes a failure of the store."""
        try:
            yield
        except EnvironmentFailure as error:
            if troubles is None:
                log.warning("the watch: %s failed: %s", part, error)
            else:
                troubles.append(error)
        except Exception as error:  # an error that nobody foresaw in one part must not stop the others, for good
            self.failed.add(part)
            log.error("the watch: %s failed, the other parts go on: %s", part, kind_and_place(error))

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
    except Exception as error:  # a fault in one courier must not stop the alerts of the other
        log.error("alerts could not be delivered by %s: %s", courier.channel, kind_and_place(error))
        return False
    return True
