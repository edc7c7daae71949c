"""Finds catalogued domains that are no longer delegated to our name servers, a few look-ups at a time.

Each round looks up the next hundred names: a million names take weeks, and the load on the resolver stays small. A name
that seems lost is looked up again half an hour later before it counts as lost. A failed look-up proves nothing: our own
server may be unreachable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from catcher.catalogue import Catalogue
from catcher.model.mail.lookup import LookupResult, LookupType, Question, Status
from catcher.model.ports import Resolver

A_ROUND = 100
"""Names looked up in one round."""
ROUND_EVERY = timedelta(days=1)
"""Shortest time between the starts of two passes over the whole catalogue."""
CONFIRMED_AFTER = timedelta(minutes=30)
MOST_DOUBTFUL = 1_000
"""Most names kept for a second look-up; further names wait for the next pass."""


class Delegations:
    """Passes over the catalogue again and again; ``lost`` is called every few minutes."""

    def __init__(self, catalogue: Catalogue, resolver: Resolver, nameservers: Iterable[str]) -> None:
        self._catalogue = catalogue
        self._resolver = resolver
        self._nameservers = frozenset(nameservers)
        self._names: Iterator[str] = iter(())
        self._began: datetime | None = None
        self._doubtful: dict[str, datetime] = {}
        """Name → time of the first look-up that found it lost."""

    async def lost(self, now: datetime) -> list[str]:
        """The names that this round finds lost and that were already found lost at least half an hour ago."""
        again = [name for name, since in self._doubtful.items() if now - since >= CONFIRMED_AFTER][:A_ROUND]
        confirmed = [name for name, is_lost in await self._ask(again) if is_lost]
        for name in again:
            del self._doubtful[name]
        for name, is_lost in await self._ask(self._next(now)):
            if is_lost and len(self._doubtful) < MOST_DOUBTFUL:
                self._doubtful.setdefault(name, now)
        return confirmed

    def _next(self, now: datetime) -> list[str]:
        found = list(islice(self._names, A_ROUND))
        if not found and (self._began is None or now - self._began >= ROUND_EVERY):
            self._names, self._began = self._held(now), now
            found = list(islice(self._names, A_ROUND))
        return found

    def _held(self, now: datetime) -> Iterator[str]:
        """Yields the served names. Released names are left out: they may have another owner by now."""
        for entry in self._catalogue:
            if self._catalogue.policy_at(entry, now).is_served:
                yield entry.domain

    async def _ask(self, names: list[str]) -> list[tuple[str, bool]]:
        questions = [Question(name, LookupType.NS) for name in names]
        answers = await asyncio.gather(*(self._resolver.ask([q], on_behalf_of=q.name) for q in questions))
        return [(q.name, is_lost(a[q], self._nameservers)) for q, a in zip(questions, answers, strict=True)]


def is_lost(answer: LookupResult, nameservers: frozenset[str]) -> bool:
    """Whether a name with this NS RRset is delegated to none of ``nameservers`` (A-labels, lower case)."""
    if answer.status is Status.FOUND:
        return nameservers.isdisjoint(record.lower() for record in answer.records if isinstance(record, str))
    return answer.status is not Status.FAILED
