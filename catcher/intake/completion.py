"""Finishes judgements that failed look-ups cut short: asks again for five minutes, from a transaction's gist alone.

::

    take ─▶ committed with temperror ─▶ Completions.add ─▶ asks again, at growing intervals ─▶ sink.revise
                                            gist, tokens' key; no header, no local-part

What is never answered stays ``temperror``. Memory is bounded: what finds no room isn't finished.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from catcher.fingerprint import Context, Gist, judge
from catcher.intake.observe import observe_again
from catcher.intake.rounds import LOOKUP_SECONDS, resolved
from catcher.model.errors import CatcherError
from catcher.model.observation import Observation
from catcher.model.ports import ObservationSink, Resolver
from catcher.model.value import value
from catcher.privacy import Tokens

log = logging.getLogger("catcher.intake")

WITHIN = 300.0
"""Seconds after the commit in which a judgement may be finished."""
TRIES = (40.0, 90.0, 170.0, 275.0)
"""Seconds after the commit at which it is tried; a resolver remembers a failure for half a minute."""
MOST = 500
"""Transactions that wait to be finished."""
MOST_OCTETS = 8 * 1024 * 1024
"""Memory that they may take together, about."""
_OBSERVATION_OCTETS = 4_000


@value
class Unfinished:
    """A transaction that was committed with look-ups open."""

    gist: Gist
    context: Context
    observations: tuple[Observation, ...]
    """As they were stored."""
    tokens: Tokens
    on_behalf_of: str
    """In whose name look-ups are counted."""

    @property
    def octets(self) -> int:
        return self.gist.octets + _OBSERVATION_OCTETS * len(self.observations)


class Completions:
    """What waits to be finished, each as a task of the running loop."""

    def __init__(
        self, resolver: Resolver, sink: ObservationSink, *, most: int = MOST, most_octets: int = MOST_OCTETS
    ) -> None:
        self._resolver = resolver
        self._sink = sink
        self._most = most
        self._octets_left = most_octets
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self.finished = 0
        """Transactions that were revised."""
        self.given_up = 0

    def __len__(self) -> int:
        return len(self._tasks)

    def add(self, unfinished: Unfinished) -> None:
        """Takes a transaction, unless there is no room for it."""
        octets = unfinished.octets
        if self._closed or len(self._tasks) >= self._most or octets > self._octets_left:
            self.given_up += 1
            return
        self._octets_left -= octets
        task = asyncio.get_running_loop().create_task(self._run(unfinished))
        self._tasks.add(task)
        task.add_done_callback(self._left(octets))

    async def close(self) -> None:
        """Gives up what waits: it stays as it is stored."""
        self._closed = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if self.finished or self.given_up:
            log.info("look-ups that had failed: %d mails judged later, %d not", self.finished, self.given_up)

    def _left(self, octets: int) -> Callable[[asyncio.Task[None]], None]:
        def left(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            self._octets_left += octets
            self.given_up += task.cancelled()

        return left

    async def _run(self, unfinished: Unfinished) -> None:
        try:
            revisions = await self._judged(unfinished)
            if revisions and await self._sink.revise(revisions):
                self.finished += 1
            else:
                self.given_up += 1
        except CatcherError:  # the store is away: the first judgement stands
            self.given_up += 1
        except Exception as error:  # the task's edge: nobody waits for it, and its text may hold what a client sent
            self.given_up += 1
            log.error("a judgement could not be finished: %s", type(error).__name__)

    async def _judged(self, unfinished: Unfinished) -> tuple[Observation, ...]:
        """The observations as known once every look-up was answered, or by the last try; () for nothing new."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        known = unfinished.observations
        for after in TRIES:
            await asyncio.sleep(begun + after - loop.time())
            found = await resolved(
                lambda answers: judge(unfinished.gist, answers, unfinished.context),
                self._resolver,
                on_behalf_of=unfinished.on_behalf_of,
                seconds=min(LOOKUP_SECONDS, begun + WITHIN - loop.time()),
            )
            known = tuple(observe_again(each, found, unfinished.tokens) for each in unfinished.observations)
            if not any(each.may_be_revised for each in known):
                return known
        return known if known != unfinished.observations else ()
