"""Whether catalogued domains are still delegated to our name servers: asked of the resolver, a few at a time.

A round asks some names and the next one the next, so that a million take weeks and no resolver suffers; a name that
seems lost is asked again half an hour later before it is said so. What can't be looked up is no loss: it may be our own
server that is away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from catcher.catalogue import Catalogue
from catcher.model.lookup import Answer, Question, RRType, Status
from catcher.model.policy import Policy
from catcher.model.ports import Resolver

A_ROUND = 100
"""Names asked at a time."""
ROUND_EVERY = timedelta(days=1)
"""How soon the first name is asked again, when all have been."""
CONFIRMED_AFTER = timedelta(minutes=30)
MOST_DOUBTFUL = 1_000
"""Names that are to be asked again; more are left for the next time round."""


class Delegations:
    """Goes round the catalogue; ``lost`` is asked every few minutes."""

    def __init__(self, catalogue: Catalogue, resolver: Resolver, nameservers: Iterable[str]) -> None:
        self._catalogue = catalogue
        self._resolver = resolver
        self._nameservers = frozenset(nameservers)
        self._names: Iterator[str] = iter(())
        self._began: datetime | None = None
        self._doubtful: dict[str, datetime] = {}
        """Name → when it was found lost for the first time."""

    async def lost(self, now: datetime) -> list[str]:
        """The names that are found lost in this round, and were half an hour ago."""
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
        """A released name may be anybody's by now."""
        for entry in self._catalogue:
            if self._catalogue.policy_at(entry, now) is not Policy.RELEASE:
                yield entry.domain

    async def _ask(self, names: list[str]) -> list[tuple[str, bool]]:
        questions = [Question(name, RRType.NS) for name in names]
        answers = await asyncio.gather(*(self._resolver.ask([q], on_behalf_of=q.name) for q in questions))
        return [(q.name, is_lost(a[q], self._nameservers)) for q, a in zip(questions, answers, strict=True)]


def is_lost(answer: Answer, nameservers: frozenset[str]) -> bool:
    """Whether a name with this NS RRset is delegated to none of ``nameservers`` (A-labels, lower case)."""
    if answer.status is Status.FOUND:
        return nameservers.isdisjoint(record.lower() for record in answer.records if isinstance(record, str))
    return answer.status is not Status.FAILED
