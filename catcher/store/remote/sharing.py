"""Adds the rows that have a share of their day to a store, and counts the others.

::

    batches ─▶ DayQuota.takes ─┬─▶ rows ─────┐
                               └─▶ counts ───┴─▶ Store.add_rows: one durable write ─▶ Stored of each row; id 0: counted

The shares rest on what is stored: a store that is opened is asked for the rows of its day, so a restart changes
nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any

from catcher.model.leak.unstored import (
    ANY_DOMAIN,
    BEYOND_SHARES,
    MOST_DOMAINS,
    MOST_UNPROVEN_RECIPIENTS,
    UnstoredKey,
    UnstoredKind,
)
from catcher.model.mail.observation import Stored
from catcher.model.ports import ObservationRow, Store
from catcher.store.codec import OBSERVATION_COLUMNS
from catcher.store.remote.quota import ClientPlace, DayQuota, SenderShare, client_place, sender_share

log = logging.getLogger("catcher.store")

MOST_SHARED_DAYS = 5
"""Most days whose shares are kept: a new mail is of today, of yesterday if it took long."""
ONLY_COUNTED = Stored(0, None, False)
"""The result for a row that was only counted."""
_shared = itemgetter(*map(OBSERVATION_COLUMNS.index, ("observed_at", "client", "sender", "recipients", "domain")))


class RowSharing:
    """The shares of the days of one store. All calls come from the thread of the store."""

    def __init__(self, rows_a_day: int) -> None:
        self._rows_a_day = rows_a_day
        self._store: Store | None = None
        self._days: dict[str, _Day] = {}

    def read(self, store: Store, day: date) -> None:
        """Reads what is stored of ``day``: called before the first commit waits for it."""
        self._days.clear()
        self._store = store
        self._day(day.isoformat())

    def add_rows(self, store: Store, batches: Sequence[Sequence[ObservationRow]]) -> list[tuple[Stored, ...]]:
        """As ``Store.add_rows``; a row without a share is counted, and its result is ONLY_COUNTED. A failure uses up no
        share."""
        if store is not self._store:
            self._days.clear()
            self._store = store
        taken: list[tuple[DayQuota, ClientPlace, SenderShare, int]] = []
        counted: dict[UnstoredKey, int] = {}
        kept: list[list[bool]] = []
        for batch in batches:
            flags = []
            for row in batch:
                observed_at, client, sender, recipients, domain = _shared(row)
                date_text = observed_at[:10]
                day = self._days.get(date_text) or self._day(date_text)
                place, share = client_place(client), sender_share(sender)
                rows = day.quota.takes(place, share, recipients.count('"') // 2, _minute(observed_at))
                if rows:
                    taken.append((day.quota, place, share, rows))
                    flags.append(True)
                else:
                    key = day.key(domain, share)
                    counted[key] = counted.get(key, 0) + 1
                    flags.append(False)
            kept.append(flags)
        try:
            if not counted:
                return store.add_rows(batches)
            added = store.add_rows(
                [[row for row, has in zip(*both, strict=True) if has] for both in zip(batches, kept, strict=True)],
                unstored=counted,
            )
        except BaseException:
            for quota, place, share, rows in taken:
                quota.give_back(place, share, rows)
            raise
        self._tell(counted)
        return [_in_order(iter(stored), flags) for stored, flags in zip(added, kept, strict=True)]

    def _day(self, day: str) -> _Day:
        found = self._days.get(day)
        if found is None:
            assert self._store is not None
            found = self._days[day] = _Day(self._store, date.fromisoformat(day), self._rows_a_day)
            if len(self._days) > MOST_SHARED_DAYS:
                del self._days[next(iter(self._days))]  # never the one that was just read: the clock may go back
        return found

    def _tell(self, counted: Mapping[UnstoredKey, int]) -> None:
        """Logs the number of a day's mails that were only counted, when it gets another digit."""
        for key, mails in counted.items():
            day = self._days.get(key.day.isoformat())
            if day is not None:
                before, day.unstored = day.unstored, day.unstored + mails
                if len(str(day.unstored)) > len(str(before)) or not before:
                    log.warning(
                        "%d mails of %s were only counted: their network or sender used up its share of "
                        "[store] rows_a_day; reports say 'at least'",
                        day.unstored,
                        key.day,
                    )


class _Day:
    """The shares of a day, and the domains with a count of their own."""

    __slots__ = ("_counted", "_day", "_keys", "quota", "unstored")

    def __init__(self, store: Store, day: date, rows_a_day: int) -> None:
        self._day = day
        self.quota = DayQuota(rows_a_day)
        for share in store.stored_shares(day):
            sender = sender_share(share.sender)
            kept = share.recipients if sender.organization else min(share.recipients, MOST_UNPROVEN_RECIPIENTS)
            self.quota.count(client_place(share.network), sender, kept, share.rows)
        known = {key: mails for key, mails in store.unstored(first=day, last=day).items() if key.kind in BEYOND_SHARES}
        self._counted = {key.domain for key in known}
        self._keys: dict[tuple[str, UnstoredKind], UnstoredKey] = {}
        self.unstored = sum(known.values())

    def key(self, domain: str, share: SenderShare) -> UnstoredKey:
        """The count of a mail to ``domain`` that isn't stored."""
        kind = UnstoredKind.UNPROVEN if share.organization is None else UnstoredKind.PROVEN
        known = self._keys.get((domain, kind))
        if known is not None:
            return known
        if domain not in self._counted:
            if len(self._counted) >= MOST_DOMAINS:
                return UnstoredKey(self._day, ANY_DOMAIN, kind)
            self._counted.add(domain)
        made = self._keys[domain, kind] = UnstoredKey(self._day, domain, kind)
        return made


@lru_cache(maxsize=64)
def _minute(observed_at: str) -> int:
    """The minute of the day of a stored moment."""
    return 60 * int(observed_at[11:13]) + int(observed_at[14:16])


def _in_order(stored: Any, flags: Sequence[bool]) -> tuple[Stored, ...]:
    return tuple([next(stored) if has else ONLY_COUNTED for has in flags])
