"""Runs the upkeep: keys first, then sums. Each step has its own edge: one that fails stops no other.

::

    is the clock sure? ─▶ keys: ended months, old epochs ─▶ fold ─▶ settle ended months ─▶ forget
                                                                                      (the server: in the process that
    a month's end: key after an hour; tokens once it is settled, or after three days       stores; a command: here)

Settling needs no key, so keys wait for nothing. What a full disk or an undecodable row keeps from being folded is
settled without it when the deadline comes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from catcher.model.errors import kind_and_place
from catcher.model.ports import Folder, Purged, Store
from catcher.privacy import KeyRing, period_of, period_of_key
from catcher.privacy.retention import PERIOD_DEADLINE, PERIOD_ENDS_AFTER

log = logging.getLogger("catcher.upkeep")


class UpkeepStep(StrEnum):
    """The steps of upkeep, in their order."""

    KEYS = "keys"
    """Keys of ended months and of old epochs are destroyed."""
    FOLD = "fold"
    """The sums take in every observation."""
    SETTLE = "settle"
    """Mailboxes of ended months become numbers."""
    FORGET = "forget"
    """What is due is deleted, coarsened, emptied."""


@dataclass(slots=True)
class Upkeep:
    """The result of one upkeep; with ``dry_run`` the expected result."""

    folded: int = 0
    """Number of observations folded into the incidents; a dry run folds them as well."""
    keys_destroyed: tuple[str, ...] = ()
    """Ids of the months' keys that were destroyed, like ``2026-11``."""
    epochs_destroyed: tuple[str, ...] = ()
    """First days of the epochs whose keys were destroyed."""
    purged: Purged = field(default_factory=Purged)
    failed: dict[UpkeepStep, str] = field(default_factory=dict)
    """Step that failed → why."""

    def to_json(self) -> dict[str, Any]:
        return {
            "folded": self.folded,
            "keys_destroyed": list(self.keys_destroyed),
            "epochs_destroyed": list(self.epochs_destroyed),
            "mailbox_days_settled": self.purged.mailbox_days_settled,
            "tokens_emptied": self.purged.tokens_emptied,
            "deleted": self.purged.deleted,
            "coarsened": self.purged.coarsened,
            "retry_tags_emptied": self.purged.retry_tags_emptied,
            "demand_deleted": self.purged.demand_deleted,
            "contacts_deleted": self.purged.contacts_deleted,
            "notice_texts_deleted": self.purged.notice_texts_deleted,
            "failed": {str(step): why for step, why in self.failed.items()},
        }

    @contextmanager
    def step(self, step: UpkeepStep) -> Iterator[None]:
        """The edge of one step."""
        try:
            yield
        except Exception as error:  # whatever fails in one step, the others are due all the same
            self.failed[step] = kind_and_place(error)
            log.error("upkeep: %s failed, the other steps go on: %s", step, self.failed[step])


def destroy_due_keys(done: Upkeep, keys: KeyRing, now: datetime) -> None:
    """Destroys the keys whose time is over. It needs no store; the caller knows that the clock is sure.

    A month counts as ended one hour after its last moment (``PERIOD_ENDS_AFTER``): by then all transactions that began
    in it are stored.
    """
    with done.step(UpkeepStep.KEYS):
        try:
            done.keys_destroyed += tuple(keys.destroy_before(now - PERIOD_ENDS_AFTER))
        finally:
            done.epochs_destroyed += tuple(keys.destroy_epochs(now))


def fold_and_settle(done: Upkeep, store: Store, keys: KeyRing, now: datetime, *, folder: Folder, sure: bool) -> None:
    """Folds; settles the ended months, if the clock is sure, and if all is folded or the deadline has come."""
    with done.step(UpkeepStep.FOLD):
        done.folded = store.fold(folder, now=now if sure else None).observations
    if not sure:
        return
    with done.step(UpkeepStep.SETTLE):
        for period in _unsettled(store, keys, now):
            overdue = period < period_of(now - PERIOD_DEADLINE)
            if UpkeepStep.FOLD in done.failed and not overdue:
                continue
            done.purged += Purged(mailbox_days_settled=store.settle(period))
            store.note_period(period, settled_at=now)
        noted = {record.period for record in store.periods() if record.key_destroyed_at is not None}
        for period in {*map(period_of_key, keys.destroyed())} - noted:
            store.note_period(period, key_destroyed_at=now)


def _unsettled(store: Store, keys: KeyRing, now: datetime) -> list[str]:
    """The ended months that aren't recorded as settled: those whose key was destroyed, those on record, and the last
    one in any case."""
    current = period_of(now - PERIOD_ENDS_AFTER)
    records = {record.period: record.settled_at for record in store.periods()}
    last = period_of(_first_moment(current) - timedelta(days=1))
    known = {last, *records, *map(period_of_key, keys.destroyed())}
    return sorted(period for period in known if period < current and records.get(period) is None)


def _first_moment(period: str) -> datetime:
    return datetime.fromisoformat(f"{period}-01T00:00:00+00:00")


def upkeep(
    store: Store,
    keys: KeyRing,
    now: datetime,
    *,
    keep_days: int,
    folder: Folder,
    sure: bool = True,
    dry_run: bool = False,
    pause: Callable[[], None] = lambda: None,
) -> Upkeep:
    """All steps at once, for a command: all data comes to the state that the field dictionary demands at ``now``.

    ``sure``: whether the clock is; without it only the sums are brought up to date. ``pause`` is called after each step
    of forgetting, so that a server beside it commits in between. Raises nothing for a failed step: ``Upkeep.failed``
    names it, and the next upkeep continues from there.
    """
    done = Upkeep()
    if dry_run:
        done.keys_destroyed = tuple(keys.ended(now - PERIOD_ENDS_AFTER))
        done.folded = store.fold(folder, now=now).observations
        done.purged = store.purge(now, keep_days=keep_days, folder=folder, dry_run=True)
        return done
    if sure:
        destroy_due_keys(done, keys, now)
    fold_and_settle(done, store, keys, now, folder=folder, sure=sure)
    if sure:
        with done.step(UpkeepStep.FORGET):
            for changed in store.forget(now, keep_days=keep_days):
                done.purged += changed
                store.end_log()  # on a disk that is nearly full the log must not grow by all that goes
                pause()
    return done


class Pause:
    """The pause of a command between two steps of forgetting: as long as the step took, so that a server beside it gets
    its turn at the database. It polls for the lock, and would find it taken again and again otherwise."""

    SHORTEST_SECONDS = 0.01

    def __init__(self, sleep: Callable[[float], None], now: Callable[[], float]) -> None:
        """``now``: seconds of a monotonic clock."""
        self._sleep = sleep
        self._now = now
        self._since = now()

    def __call__(self) -> None:
        self._sleep(max(self.SHORTEST_SECONDS, self._now() - self._since))
        self._since = self._now()
