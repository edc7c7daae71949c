"""Raises alerts to the operator, each once, and repeats failed deliveries after growing pauses.

::

    incidents (alarms) ─┐
    notices (requests) ─┤
    catalogue (until)  ─┼─▶ raise: into the ledger, each key once ─▶ deliver: couriers (mail, webhook), in batches
    delegations lost   ─┤                                                └─ fails: again after 5 minutes, 10, 20 …
    guard (old runs)   ─┤
    kept parts         ─┤
    clock, disk, rows set apart, failed steps of upkeep ─┘
    the store itself: it has no ledger then, so ``StoreTrouble`` remembers in memory

A receiver that fails stops nothing else: catcher tries it again for about three days, then gives the alert up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from catcher.catalogue import Catalogue, Guard
from catcher.catalogue.guard import GRACE
from catcher.incident.alarm import LOOKS_BACK, alarms
from catcher.model.diskroom import MEGABYTE, DiskRoom
from catcher.model.ports import Store, UpkeepState
from catcher.model.serving import KeptPart, ServedPart
from catcher.model.telling.alert import Alert, AlertDelivery, AlertKind, Channel

ENDS_SOON = (1, 7)
"""Days before the end of a policy on which an alert goes out, nearest first."""
BATCH = 500
"""Most alerts in one mail or one call of the webhook."""
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=12)
MOST_ATTEMPTS = 12
"""Attempts for one alert and receiver; with the growing pauses they take about three days."""
TROUBLE_AFTER = timedelta(minutes=4)
"""Time that the store must fail before an alert goes out. Rounds are 5 minutes apart: the first failed round sends no
alert, the second one does."""
TROUBLE_AGAIN_AFTER = timedelta(days=1)


class Courier(Protocol):
    """Delivers alerts to the operator over one channel."""

    @property
    def channel(self) -> Channel: ...

    async def deliver(self, alerts: Sequence[Alert], now: datetime) -> None:
        """Returns when the receiver has accepted ``alerts``. Raises CatcherError; the caller logs its text."""
        ...


def found_in_incidents(store: Store, now: datetime) -> Iterator[Alert]:
    """Alerts for the alarms in the folded incidents."""
    return alarms(store.incidents(mailboxes=False, since=(now - LOOKS_BACK).date()), now)


def found_in_notices(store: Store, now: datetime) -> Iterator[Alert]:
    """Alerts for the requests of parties that are still undecided."""
    for notice in store.notices():
        if notice.request is not None:
            key = f"{AlertKind.REQUEST} {notice.id} {notice.request}"
            yield Alert(key, AlertKind.REQUEST, now, notice.incident, {})


def found_in_catalogue(catalogue: Catalogue, now: datetime) -> Iterator[Alert]:
    """Alerts for policies that end within a week or tomorrow: one per end date, with the number of domains."""
    ending: Counter[tuple[date, int]] = Counter()
    domains: dict[tuple[date, int], str] = {}
    for entry in catalogue:
        if entry.until is None or entry.then is entry.policy:
            continue
        left = (entry.until - now.date()).days
        days = next((days for days in ENDS_SOON if 0 < left <= days), None)
        if days is not None:
            ending[entry.until, days] += 1
            domains[entry.until, days] = entry.domain
    for (until, days), number in sorted(ending.items()):
        key = f"{AlertKind.POLICY_ENDS} {until.isoformat()} {days}"
        counts = {"domains": number, "days": (until - now.date()).days}
        domain = domains[until, days] if number == 1 else None
        yield Alert(key, AlertKind.POLICY_ENDS, now, None, counts, domain)


def of_lost(names: Iterable[str], now: datetime) -> Iterator[Alert]:
    """An alert for each of ``names``, the domains that are no longer delegated to us; once a month per domain."""
    for name in names:
        key = f"{AlertKind.DELEGATION_LOST} {name} {now:%Y-%m}"
        yield Alert(key, AlertKind.DELEGATION_LOST, now, None, {"domains": 1}, name)


def of_guard(guard: Guard | None, now: datetime) -> Iterator[Alert]:
    """An alert for each run of a required guard that is older than half of the time in which vouches prolong it."""
    for run in guard.runs.values() if guard is not None and guard.required else ():
        age = now - run.as_of
        if age >= GRACE / 2:
            key = f"{AlertKind.GUARD_AGES} {run.origin} {run.as_of.isoformat()}"
            counts = {"domains": len(run.cleared), "days": age.days}
            yield Alert(key, AlertKind.GUARD_AGES, now, None, counts, run.origin)


def of_kept(parts: Iterable[KeptPart], now: datetime) -> Iterator[Alert]:
    """An alert for each part of which the server serves an older state, or none; once a day per part."""
    for part in parts:
        key = f"{AlertKind.OLDER_STATE} {part.part} {part.name} {now:%Y-%m-%d}"
        domain = part.name if part.part in (ServedPart.ROW, ServedPart.ZONE) else None
        yield Alert(key, AlertKind.OLDER_STATE, now, None, {"parts": 1}, domain)


def of_clock(state: UpkeepState, now: datetime, *, sure: bool) -> Iterator[Alert]:
    """An alert if the clock jumped; once a day."""
    if not sure and state.sure_at is not None:
        key = f"{AlertKind.CLOCK} {now:%Y-%m-%d}"
        yield Alert(key, AlertKind.CLOCK, now, None, {"hours": round(abs(now - state.sure_at) / timedelta(hours=1))})


def of_disk(room: DiskRoom | None, now: datetime) -> Iterator[Alert]:
    """An alert if the free disk has reached the reserve; once a day."""
    if room is not None and room.is_low:
        key = f"{AlertKind.DISK_LOW} {now:%Y-%m-%d}"
        counts = {"free_mb": room.free // MEGABYTE, "reserve_mb": room.reserve // MEGABYTE}
        yield Alert(key, AlertKind.DISK_LOW, now, None, counts)


def of_set_apart(rows: int, now: datetime) -> Iterator[Alert]:
    """An alert about rows that can't be decoded; once for each number of them."""
    if rows:
        yield Alert(f"{AlertKind.SET_APART} {rows}", AlertKind.SET_APART, now, None, {"rows": rows})


def of_failed(steps: Iterable[str], now: datetime) -> Iterator[Alert]:
    """An alert for each step of upkeep that failed; once a day per step."""
    for step in steps:
        key = f"{AlertKind.UPKEEP_FAILS} {step} {now:%Y-%m-%d}"
        yield Alert(key, AlertKind.UPKEEP_FAILS, now, None, {"steps": 1})


def raise_alerts(store: Store, alerts: Iterable[Alert], channels: Collection[Channel]) -> tuple[Alert, ...]:
    """Writes the new ones of ``alerts`` into the ledger, for delivery on ``channels``; returns the new alerts."""
    waiting = [
        replace(a, deliveries=tuple(AlertDelivery(c, 0, a.at) for c in Channel if c in channels)) for a in alerts
    ]
    return store.raise_alerts(waiting) if waiting else ()


@dataclass(frozen=True, slots=True)
class AlertBatch:
    """Alerts that are due on one channel."""

    channel: Channel
    alerts: tuple[Alert, ...]


def due(store: Store, channels: Collection[Channel], now: datetime) -> list[AlertBatch]:
    """The next batch of each channel. Deliveries on a channel that is no longer configured are given up."""
    of_channels: dict[Channel, list[Alert]] = {channel: [] for channel in channels}
    orphans: dict[Channel, list[str]] = {}
    for alert in store.alerts(open_only=True):
        for delivery in alert.deliveries:
            if delivery.again_at is None:
                continue
            if delivery.channel not in of_channels:
                orphans.setdefault(delivery.channel, []).append(alert.key)
            elif delivery.again_at <= now:
                of_channels[delivery.channel].append(alert)
    for channel, keys in orphans.items():
        store.note_deliveries({key: AlertDelivery(channel) for key in keys})
    return [AlertBatch(channel, tuple(alerts[:BATCH])) for channel, alerts in of_channels.items() if alerts]


def note(store: Store, batch: AlertBatch, now: datetime, *, taken: bool) -> None:
    """Stores whether the channel accepted ``batch``, and when to try again if it didn't."""
    store.note_deliveries({alert.key: _after(_delivery(alert, batch.channel), now, taken) for alert in batch.alerts})


def _delivery(alert: Alert, channel: Channel) -> AlertDelivery:
    return next(delivery for delivery in alert.deliveries if delivery.channel is channel)


def _after(delivery: AlertDelivery, now: datetime, taken: bool) -> AlertDelivery:
    attempts = delivery.attempts + 1
    if taken:
        return AlertDelivery(delivery.channel, attempts, None, now)
    again_at = None if attempts >= MOST_ATTEMPTS else now + wait(attempts)
    return AlertDelivery(delivery.channel, attempts, again_at)


def wait(attempts: int) -> timedelta:
    """The pause after failed attempt number ``attempts``."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, 12)), LONGEST_WAIT)


class StoreTrouble:
    """Alerts about a failing store. The ledger can't be written then, so the sent alerts are remembered in memory."""

    def __init__(self) -> None:
        self._failing_since: datetime | None = None
        self._alerted_at: datetime | None = None

    def works(self) -> None:
        """Records that the store works."""
        self._failing_since = None

    def fails(self, now: datetime) -> Alert | None:
        """Records that the store failed. Returns an alert if one is due: one per day while the failure lasts."""
        self._failing_since = self._failing_since or now
        if now - self._failing_since < TROUBLE_AFTER:
            return None
        if self._alerted_at is not None and now - self._alerted_at < TROUBLE_AGAIN_AFTER:
            return None
        self._alerted_at = now
        minutes = int((now - self._failing_since).total_seconds() // 60)
        key = f"{AlertKind.STORE_TROUBLE} {now.isoformat()}"
        return Alert(key, AlertKind.STORE_TROUBLE, now, None, {"minutes": minutes})
