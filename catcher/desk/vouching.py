"""Asks the servers of TLD zones about held names whose comparison grows old, and records what they vouch for.

::

    guard ─▶ runs older than half of guard_hours ─▶ next names ─▶ servers of the zone ─▶ judge ─▶ Vouches ─▶ record
                                                                                                     └─▶ reload

No answer vouches for nothing. A name server of others refuses the name at once (DESIGN, promise 6).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Protocol

from catcher.catalogue.guard import Guard, Run, Vouches
from catcher.catalogue.guardrecord import load_guard, record_vouches
from catcher.catalogue.names import SortedNames
from catcher.model.errors import EnvironmentFailure

log = logging.getLogger("catcher.watch")

VOUCH = timedelta(hours=24)
"""Time that a direct answer vouches for a name, from the begin of its hour."""
A_LOOK = 6_000
"""Most names asked about in one look: two minutes at the rate of ``resolve.parent``."""
_PASSED_OVER = 20_000
"""Most names looked at in one look, also those that are vouched for already."""


class ZoneServers(Protocol):
    """The servers of TLD zones."""

    async def name_servers(self, origin: str, names: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Name → the hosts to which the zone's servers delegate it; empty: nobody. Absent: no answer."""
        ...


class Voucher:
    """Prolongs runs by direct answers; ``look`` is called every few minutes by one process."""

    def __init__(
        self,
        state: Path,
        hours: int,
        servers: ZoneServers,
        nameservers: Collection[str],
        ask_for_reload: Callable[[], object],
    ) -> None:
        """``hours``: catalogue.guard_hours. ``ask_for_reload`` may block; it is called in a thread."""
        self._state = state
        self._hours = hours
        self._servers = servers
        self._nameservers = frozenset(nameservers)
        self._ask_for_reload = ask_for_reload
        self._left: dict[tuple[str, datetime], Iterator[str]] = {}
        """Origin and age of a run → its names that this pass has not come to yet."""

    async def look(self, now: datetime) -> None:
        """Asks about the next names of each run. Failures are logged: the runs then lapse as they would without."""
        try:
            guard = await asyncio.to_thread(load_guard, self._state, required=True, hours=self._hours)
            looks = [await self._look_at(guard, run, now) for run in guard.runs.values()]
            new = [look for look in looks if look is not None]
            if new:
                vouches = guard.vouches | {one.origin: one for one, _ in new}
                foreign = {(one.origin, one.as_of): names for one, names in new}
                await asyncio.to_thread(record_vouches, self._state, vouches.values(), foreign)
                await asyncio.to_thread(self._ask_for_reload)
        except EnvironmentFailure as error:
            log.error("the servers of the TLDs aren't asked about held names: %s", error)

    async def _look_at(self, guard: Guard, run: Run, now: datetime) -> tuple[Vouches, frozenset[str]] | None:
        """The vouches after the next answers, and the names that are delegated to others; None: nothing new."""
        if not run.as_of + timedelta(hours=self._hours) / 2 <= now < run.ends_at:
            self._left.pop((run.origin, run.as_of), None)
            return None
        before = guard.vouches.get(run.origin) or Vouches(run.origin, run.as_of)
        names = self._next(guard, run, before, now)
        if not names:
            return None
        answers = await self._servers.name_servers(run.origin, names)
        foreign = frozenset(name for name, hosts in answers.items() if not hosts <= self._nameservers)
        for name in sorted(foreign):
            log.error("%s is refused: the servers of %s delegate it to others", name, run.origin)
        if not answers:
            log.warning("the servers of %s answer nothing about held names", run.origin)
            return None
        return vouched(before, answers.keys() - foreign, now), foreign

    def _next(self, guard: Guard, run: Run, vouches: Vouches, now: datetime) -> list[str]:
        """The next names without a vouch that holds for half its time; an ended pass begins anew with the next look."""
        key = (run.origin, run.as_of)
        left = self._left.setdefault(key, iter(run.cleared))
        found: list[str] = []
        for number, name in enumerate(islice(left, _PASSED_OVER), 1):
            if not guard.refuses(name) and not vouches.vouch_at(name, now + VOUCH / 2):
                found.append(name)
            if len(found) == A_LOOK or number == _PASSED_OVER:
                return found
        del self._left[key]
        return found


def vouched(before: Vouches, clean: Collection[str], now: datetime) -> Vouches:
    """``before`` with ``clean`` names: those of one hour share the end of their vouch; what has ended is dropped."""
    until = now.replace(minute=0, second=0, microsecond=0) + VOUCH
    names = {end: some for end, some in before.names.items() if end >= now}
    together = {name.encode() for name in (*names.get(until, ()), *clean)}
    if together:
        names[until] = SortedNames.of(together)
    return Vouches(before.origin, before.as_of, names)
