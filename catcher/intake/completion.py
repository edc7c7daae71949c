"""Finishes judgements whose look-ups failed: asks on at once, then repeats the look-ups for five minutes, with the
transaction's facts alone.

::

    take ─▶ committed with temperror ─▶ Completions.add ─▶ asks on, then at growing intervals ─▶ sink.revise
                                            facts, tokens' key; no header, no local-part

A look-up that is never answered stays ``temperror``. Memory is bounded: over the limit, the oldest transaction of the
network with most of them isn't finished.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict

from catcher.fingerprint import Context, TransactionFacts, fingerprint_from
from catcher.intake.asking import LOOKUP_SECONDS, ask_until_answered
from catcher.intake.observe import judged_again
from catcher.model.errors import CatcherError
from catcher.model.mail.observation import Observation
from catcher.model.ports import ObservationSink, Resolver
from catcher.model.value import value
from catcher.privacy import Tokens

log = logging.getLogger("catcher.intake")

WITHIN = 300.0
"""Seconds after the commit within which a judgement may be finished."""
TRIES = (0.0, 40.0, 90.0, 170.0, 275.0)
"""Seconds after the commit at which the look-ups are asked: at once, since the reply waited for two seconds only, then
again. A resolver caches a failure for half a minute."""
MAX_WAITING = 500
"""Most transactions that wait to be finished."""
MAX_WAITING_OCTETS = 8 * 1024 * 1024
"""Most octets of memory that all waiting transactions take together, by the estimate ``Unfinished.octets``."""
_OBSERVATION_OCTETS = 4_000


@value
class Unfinished:
    """A transaction that was committed although some of its look-ups had failed."""

    facts: TransactionFacts
    context: Context
    observations: tuple[Observation, ...]
    """The observations as they were stored."""
    tokens: Tokens
    on_behalf_of: str
    """The client's network, to which the look-ups are charged."""

    @property
    def octets(self) -> int:
        return self.facts.octets + _OBSERVATION_OCTETS * len(self.observations)


class Completions:
    """The transactions that wait to be finished; each is a task of the running event loop."""

    def __init__(
        self,
        resolver: Resolver,
        sink: ObservationSink,
        *,
        most: int = MAX_WAITING,
        most_octets: int = MAX_WAITING_OCTETS,
    ) -> None:
        self._resolver = resolver
        self._sink = sink
        self._most = most
        self._most_octets = self._octets_left = most_octets
        self._waiting: dict[str, OrderedDict[asyncio.Task[None], int]] = {}
        """Network → its transactions, the oldest first, each with its octets."""
        self._count = 0
        self._closed = False
        self.finished = 0
        """Number of transactions whose observations were revised."""
        self.given_up = 0

    def __len__(self) -> int:
        return self._count

    def add(self, unfinished: Unfinished) -> None:
        """Starts a task for ``unfinished``. Where there is no room, the oldest transaction of the network that has
        most of them is given up: so no network takes the places of the others."""
        octets = unfinished.octets
        if self._closed or not self._most or octets > self._most_octets:
            self.given_up += 1
            return
        network = unfinished.on_behalf_of
        while self._count >= self._most or octets > self._octets_left:
            self._give_up_one_of(max(self._waiting, key=lambda each: len(self._waiting[each])))
        task = asyncio.get_running_loop().create_task(self._run(unfinished))
        self._waiting.setdefault(network, OrderedDict())[task] = octets
        self._count += 1
        self._octets_left -= octets
        task.add_done_callback(lambda ended: self._leave(network, ended))

    async def close(self) -> None:
        """Gives up all waiting transactions: their observations stay as they are stored."""
        self._closed = True
        tasks = [task for each in self._waiting.values() for task in each]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if self.finished or self.given_up:
            log.info("look-ups that had failed: %d mails judged later, %d not", self.finished, self.given_up)

    def _give_up_one_of(self, network: str) -> None:
        task = next(iter(self._waiting[network]))
        self._leave(network, task)
        self.given_up += 1
        task.cancel()

    def _leave(self, network: str, task: asyncio.Task[None]) -> None:
        """Forgets a transaction; one that was given up is forgotten already when its task ends."""
        of_network = self._waiting.get(network, OrderedDict())
        octets = of_network.pop(task, None)
        if octets is None:
            return
        self._count -= 1
        self._octets_left += octets
        if not of_network:
            del self._waiting[network]
        if task.done() and task.cancelled():
            self.given_up += 1

    async def _run(self, unfinished: Unfinished) -> None:
        try:
            revisions = await self._judged(unfinished)
            if revisions and await self._sink.revise(revisions):
                self.finished += 1
            else:
                self.given_up += 1
        except CatcherError:  # the store is unavailable: the first judgement stays
            self.given_up += 1
        except Exception as error:  # nobody awaits this task; the error's text may hold a client's data
            self.given_up += 1
            log.error("a judgement could not be finished: %s", type(error).__name__)

    async def _judged(self, unfinished: Unfinished) -> tuple[Observation, ...]:
        """The new observations, once every look-up is answered or after the last try; () when nothing changed."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        known = unfinished.observations
        for after in TRIES:
            await asyncio.sleep(begun + after - loop.time())
            found = await ask_until_answered(
                lambda answers: fingerprint_from(unfinished.facts, answers, unfinished.context),
                self._resolver,
                on_behalf_of=unfinished.on_behalf_of,
                seconds=min(LOOKUP_SECONDS, begun + WITHIN - loop.time()),
                late=True,
            )
            known = tuple(judged_again(each, found, unfinished.tokens) for each in unfinished.observations)
            if not any(each.may_be_revised for each in known):
                return known
        return known if known != unfinished.observations else ()
