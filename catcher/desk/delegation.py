"""Finds catalogued domains that are no longer delegated to our name servers, a few look-ups at a time.

Each round looks up the next hundred names: a million names take weeks, and the load on the resolver stays small. The
domains with incidents are looked up once a day, before the others: silence counts only while they are ours. A name that
seems lost is looked up again half an hour later before it counts as lost. A failed look-up proves nothing: our own
server may be unreachable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class DelegationRound:
    """The finding of one round; a name whose look-up failed, or that waits for its second look-up, is in neither."""

    lost: tuple[str, ...] = ()
    """Names found lost twice, at least half an hour apart."""
    ours: tuple[str, ...] = ()
    """Names delegated to one of our name servers."""


class Delegations:
    """Passes over the catalogue again and again; ``look`` is called every few minutes."""

    def __init__(self, catalogue: Catalogue, resolver: Resolver, nameservers: Iterable[str]) -> None:
        self._catalogue = catalogue
        self._resolver = resolver
        self._nameservers = frozenset(nameservers)
        self._all = _Pass(self._held)
        self._leaking = _Pass(lambda now: (name for name in self._with_incidents if self._is_served(name, now)))
        self._with_incidents: Collection[str] = ()
        self._doubtful: dict[str, datetime] = {}
        """Name → time of the first look-up that found it lost."""

    async def look(self, now: datetime, with_incidents: Collection[str] = ()) -> DelegationRound:
        """Looks up the next names. ``with_incidents``: the domains with incidents, which are looked up first."""
        self._with_incidents = with_incidents
        again = [name for name, since in self._doubtful.items() if now - since >= CONFIRMED_AFTER][:A_ROUND]
        second = await self._ask(again)
        for name in again:
            del self._doubtful[name]
        first = await self._ask(self._next(now))
        for name, answer in first:
            if is_lost(answer, self._nameservers) and len(self._doubtful) < MOST_DOUBTFUL:
                self._doubtful.setdefault(name, now)
        return DelegationRound(
            lost=tuple(name for name, answer in second if is_lost(answer, self._nameservers)),
            ours=tuple(name for name, answer in (*second, *first) if is_ours(answer, self._nameservers)),
        )

    def _next(self, now: datetime) -> list[str]:
        leaking = self._leaking.take(now, A_ROUND)
        return leaking + self._all.take(now, A_ROUND - len(leaking))

    def _is_served(self, name: str, now: datetime) -> bool:
        entry = self._catalogue.get(name)
        return entry is not None and self._catalogue.policy_at(entry, now).is_served

    def _held(self, now: datetime) -> Iterator[str]:
        """Yields the served names. Released names are left out: they may have another owner by now."""
        for entry in self._catalogue:
            if self._catalogue.policy_at(entry, now).is_served:
                yield entry.domain

    async def _ask(self, names: list[str]) -> list[tuple[str, LookupResult]]:
        questions = [Question(name, LookupType.NS) for name in names]
        answers = await asyncio.gather(*(self._resolver.ask([q], on_behalf_of=q.name) for q in questions))
        return [(q.name, a[q]) for q, a in zip(questions, answers, strict=True)]


class _Pass:
    """Gives all names once, a few at a time; another pass begins a day after the begin of the last one."""

    def __init__(self, names: Callable[[datetime], Iterator[str]]) -> None:
        self._all = names
        self._left: Iterator[str] = iter(())
        self._began: datetime | None = None

    def take(self, now: datetime, most: int) -> list[str]:
        """The next names of this pass, or the first names of the next one; at most ``most``."""
        found = list(islice(self._left, most))
        if not found and (self._began is None or now - self._began >= ROUND_EVERY):
            self._left, self._began = self._all(now), now
            found = list(islice(self._left, most))
        return found


def is_lost(answer: LookupResult, nameservers: frozenset[str]) -> bool:
    """Whether a name with this NS RRset is delegated to none of ``nameservers`` (A-labels, lower case)."""
    return answer.status is not Status.FAILED and not is_ours(answer, nameservers)


def is_ours(answer: LookupResult, nameservers: frozenset[str]) -> bool:
    """Whether a name with this NS RRset is delegated to one of ``nameservers`` (A-labels, lower case)."""
    return answer.status is Status.FOUND and not nameservers.isdisjoint(
        record.lower() for record in answer.records if isinstance(record, str)
    )
