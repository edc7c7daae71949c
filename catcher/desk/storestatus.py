"""The state of the store for ``catcher status``: upkeep, clock, disk, keys, rows set apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from catcher.desk.unstored import unstored_between
from catcher.model.diskroom import MEGABYTE, DiskRoom
from catcher.model.errors import CatcherError
from catcher.model.leak.unstored import BEYOND_SHARES, UnstoredKind
from catcher.model.moments import second
from catcher.model.ports import Store, UpkeepState
from catcher.privacy import KeyRing
from catcher.privacy.retention import PERIOD_DEADLINE

UPKEEP_WITHIN = timedelta(days=2)
"""Age of the last daily upkeep from which something is wrong."""

UNSTORED_DAYS = 7
"""Days whose mails that were only counted are shown."""


@dataclass(frozen=True, slots=True)
class StoreStatus:
    error: str = ""
    """The reason for which the store can't be read."""
    upkeep: UpkeepState = UpkeepState()
    sure: bool = True
    """Whether the machine's clock is sure."""
    room: DiskRoom | None = None
    keys: tuple[str, ...] = ()
    """The ids of the months' keys that exist."""
    overdue_keys: tuple[str, ...] = ()
    """Those that should be destroyed by now."""
    set_apart: int = 0
    """Stored rows that can't be decoded: they are in no sum."""
    lost: int = 0
    """Observations whose mailboxes are in no number: their tokens went before they were folded."""
    unstored: int = 0
    """Mails of the last seven days that were only counted, because a share was used up."""
    to_postmaster: int = 0
    """Mails of the last seven days to postmaster@ held domains."""
    to_abuse: int = 0
    """Those to abuse@."""

    def is_well(self, now: datetime) -> bool:
        late = self.upkeep.day is not None and now.date() - self.upkeep.day > UPKEEP_WITHIN
        low = self.room is not None and self.room.is_low
        return not (self.error or not self.sure or low or self.overdue_keys or late or self.set_apart)

    def to_json(self) -> dict[str, Any]:
        sure_at, day = self.upkeep.sure_at, self.upkeep.day
        return {
            "error": self.error,
            "upkeep": None if day is None else day.isoformat(),
            "clock": {"sure": self.sure, "sure_at": None if sure_at is None else second(sure_at)},
            "disk": None if self.room is None else self.room.to_json(),
            "keys": list(self.keys),
            "overdue_keys": list(self.overdue_keys),
            "set_apart": self.set_apart,
            "lost": self.lost,
            "unstored": self.unstored,
            "operator_mail": {"postmaster": self.to_postmaster, "abuse": self.to_abuse},
        }

    def lines(self) -> Iterator[str]:
        """The lines for people."""
        day: date | None = self.upkeep.day
        yield f"upkeep: {'not yet' if day is None else f'done for {day.isoformat()}'}; keys: {_listed(self.keys)}"
        if self.error:
            yield f"  the store can't be read: {self.error}"
        if not self.sure and self.upkeep.sure_at is not None:
            yield f"  the clock isn't sure: nothing is destroyed or forgotten since {second(self.upkeep.sure_at)}; "
            yield "  see 'catcher store clock'"
        if self.overdue_keys:
            yield f"  keys that should be destroyed: {_listed(self.overdue_keys)}"
        if self.set_apart:
            yield f"  rows that can't be decoded: {self.set_apart}; 'catcher store verify' names them"
        if self.lost:
            yield f"  observations whose mailboxes couldn't be counted: {self.lost}"
        if self.unstored:
            yield f"  mails of the last {UNSTORED_DAYS} days that were only counted: {self.unstored}; their sender or"
            yield "  network used up its share of [store] rows_a_day"
        if self.to_postmaster or self.to_abuse:
            to = f"{self.to_postmaster} to postmaster@, {self.to_abuse} to abuse@"
            yield f"  mails of the last {UNSTORED_DAYS} days for you: {to} held domains;"
            yield "  their senders got the pointer to [operator] contact"
        if self.room is not None:
            low = ": no observation is added" if self.room.is_low else ""
            reserve = self.room.reserve // MEGABYTE
            yield f"disk: {self.room.free // MEGABYTE} MB free, {reserve} MB kept for forgetting{low}"


def store_status(store: Store, keys: KeyRing, room: DiskRoom | None, now: datetime) -> StoreStatus:
    """The state of ``store``. Raises nothing: what can't be read is the status's ``error``."""
    error, state, lost, set_apart = "", UpkeepState(), 0, 0
    unstored, to_postmaster, to_abuse = 0, 0, 0
    try:
        state = store.upkeep_state()
        lost = sum(record.lost for record in store.periods())
        set_apart = sum(store.fold_state().set_apart.values())
        first = now.date() - timedelta(days=UNSTORED_DAYS)
        unstored, to_postmaster, to_abuse = (
            unstored_between(store, None, first, None, kinds=kinds)
            for kinds in (BEYOND_SHARES, frozenset({UnstoredKind.POSTMASTER}), frozenset({UnstoredKind.ABUSE}))
        )
    except CatcherError as failure:
        error = str(failure)
    try:
        held, overdue = tuple(keys.key_ids()), tuple(keys.ended(now - PERIOD_DEADLINE))
    except CatcherError as failure:
        held, overdue, error = (), (), error or str(failure)
    return StoreStatus(
        *(error, state, state.is_sure(now), room, held, overdue),
        *(set_apart, lost, unstored, to_postmaster, to_abuse),
    )


def unreadable(error: CatcherError, room: DiskRoom | None) -> StoreStatus:
    """The state of a store that can't be opened."""
    return StoreStatus(error=str(error), room=room)


def _listed(ids: tuple[str, ...]) -> str:
    return ", ".join(ids) or "none"
