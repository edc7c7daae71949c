"""One question on its way to the servers, for all that ask it.

::

    join ─▶ Asker: a turn of its holder ─▶ begin: budget ─▶ servers in order, aliases ─▶ answer ─▶ cache
      │                                      │
      └─ leave: the last one that leaves     └─ evicted: waits again, or fails
         before the query is sent ends it
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Protocol

import dns.name

from catcher.model.clock import Clock
from catcher.model.mail.lookup import LookupResult, LookupType, Question, Status
from catcher.resolve.budget import Budgets, Charged, NameKind
from catcher.resolve.cache import Cache
from catcher.resolve.message import DnsReply, FailedReply
from catcher.resolve.organisation import is_fixed, organisation_asked
from catcher.resolve.shares import Shares
from catcher.resolve.silence import ServerOrder, SilentOrganisations
from catcher.resolve.turns import Turn

log = logging.getLogger("catcher.resolve")

FAILED_RESULT = LookupResult(Status.FAILED)
_MAX_ALIASES = 8
"""Most aliases followed for one question; the aliases within one response don't count."""
_SILENT_SECONDS = 1.0
"""Time-out of a query about an organisation that was silent lately; a failure that came sooner is no silence."""
_PART_OF_FIRST = 3
"""A server that has others behind it gets a third of the time-out, so that the next one still answers in time."""
_MOST_EVICTIONS = 2
"""Evictions after which a question isn't asked again."""
_LONGEST = 2
"""The longest time that a question has a slot, with all servers and aliases, in time-outs of a query."""


class AskServer(Protocol):
    """Asks one server one question, as ``ask_server`` does."""

    def __call__(
        self, name: dns.name.Name, rrtype: LookupType, host: str, port: int, *, seconds: float
    ) -> Awaitable[DnsReply | FailedReply | None]: ...


@dataclass(eq=False, slots=True)
class FetchState:
    """The state that all fetches of a resolver share."""

    clock: Clock
    servers: ServerOrder
    exchange: AskServer
    question_seconds: float
    budgets: Budgets
    prompt_shares: Shares
    late_shares: Shares
    cache: Cache = field(default_factory=Cache)
    silent: SilentOrganisations = field(default_factory=SilentOrganisations)
    running: dict[Question, Fetch] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)


class Fetch:
    """A question until its answer is there."""

    __slots__ = ("_askers", "_evictions", "_name", "_organisation", "_question", "_state", "_task", "result")

    def __init__(self, state: FetchState, question: Question, name: dns.name.Name) -> None:
        self.result: asyncio.Future[LookupResult] = asyncio.get_running_loop().create_future()
        self._state = state
        self._question = question
        self._name = name
        self._organisation = organisation_asked(name)
        self._askers: dict[tuple[str, bool], _Asker] = {}
        self._evictions = 0
        self._task: asyncio.Task[None] | None = None
        state.running[question] = self

    def join(self, network: str, *, late: bool) -> None:
        """Another asker. Until the query is sent its holder's turn counts, too."""
        asker = self._askers.get((network, late))
        if asker is None:
            shares = self._state.late_shares if late else self._state.prompt_shares
            asker = self._askers[network, late] = _Asker(self, Charged(network, self._organisation), shares)
            if self._task is None:
                self._submit(asker)
        asker.count += 1

    def leave(self, network: str, *, late: bool) -> None:
        """An asker has its answer, or waits no longer. A query that was sent goes on, since its answer is cached."""
        asker = self._askers[network, late]
        asker.count -= 1
        if asker.count:
            return
        del self._askers[network, late]
        asker.withdraw()
        if not self._askers and self._task is None:
            self._end(FAILED_RESULT)

    def begin(self, asker: _Asker, turn: Turn) -> bool:
        """Sends the query, if the holder has budget for it."""
        spent: list[tuple[Charged, NameKind]] = []
        if not self._may_ask(asker.holder.network, self._question, self._name, spent):
            self.refused()
            return False
        for other in self._askers.values():
            other.withdraw()
        self._task = asyncio.get_running_loop().create_task(self._run(asker, turn, spent))
        self._state.tasks.add(self._task)
        self._task.add_done_callback(self._state.tasks.discard)
        return True

    def evicted(self, asker: _Asker) -> None:
        """The query lost its slot: it waits for another one."""
        assert self._task is not None
        self._task.cancel()
        self._task = None
        self._evictions += 1
        if not self._askers or self._evictions >= _MOST_EVICTIONS:
            self._end(FAILED_RESULT)
            return
        for each in list(self._askers.values()):
            self._submit(each)

    def refused(self) -> None:
        """A holder's turn is over without a query; the last one's was the question's last chance."""
        if self._task is None and not any(asker.turn for asker in self._askers.values()):
            self._end(FAILED_RESULT)

    def _submit(self, asker: _Asker) -> None:
        if self._task is None and not self.result.done():
            asker.submit(is_silent=self._state.silent.is_silent(asker.holder, self._state.clock.now()))

    def _end(self, answer: LookupResult) -> None:
        if self._state.running.get(self._question) is self:
            del self._state.running[self._question]
        if not self.result.done():
            self.result.set_result(answer)

    async def _run(self, asker: _Asker, turn: Turn, spent: list[tuple[Charged, NameKind]]) -> None:
        state, loop = self._state, asyncio.get_running_loop()
        begun = loop.time()
        reply: DnsReply | None = None
        try:
            async with asyncio.timeout(_LONGEST * state.question_seconds):
                reply = await self._followed(asker.holder, spent)
        except TimeoutError:
            pass
        except Exception as error:  # whoever waits must get an answer; the error's text may hold a client's data
            log.error("a look-up could not be made: %s", type(error).__name__)
        now = state.clock.now()
        answer, ttl = (FAILED_RESULT, 0) if reply is None else (reply.answer, reply.ttl)
        if answer.status is Status.FOUND:
            for holder, kind in spent:
                state.budgets.give_back(holder, kind, now)
        state.cache.put(self._question, answer, ttl, now)
        is_answered = reply is not None or loop.time() - begun < min(_SILENT_SECONDS, state.question_seconds)
        if is_answered:
            state.silent.answered(asker.holder)
        else:
            state.silent.failed(asker.holder, now)
        self._end(answer)
        asker.shares.release(turn, is_answered=is_answered)

    async def _followed(self, holder: Charged, spent: list[tuple[Charged, NameKind]]) -> DnsReply | None:
        """The reply at the end of all aliases; None for a failure."""
        name, ttls, seen = self._name, [], {self._name}
        for _ in range(_MAX_ALIASES):
            reply = await self._from_any_server(name)
            if not isinstance(reply, DnsReply):
                return None
            ttls.append(reply.ttl)
            self._charge_aliases(holder, reply)
            if reply.alias is None:
                return DnsReply(reply.answer, min(ttls))
            name = reply.alias
            question = Question(name.to_text(omit_final_dot=True).lower(), self._question.rrtype)
            if name in seen or not self._may_ask(holder.network, question, name, spent):
                return None
            seen.add(name)
        return None

    async def _from_any_server(self, name: dns.name.Name) -> DnsReply | FailedReply | None:
        """The first answer of the servers in turn; else the last failure."""
        state = self._state
        servers = state.servers(state.clock.now())
        reply: DnsReply | FailedReply | None = None
        is_silent = state.silent.is_silent(self._organisation, state.clock.now())
        for server in servers:
            seconds = state.question_seconds / (1 if server is servers[-1] else _PART_OF_FIRST)
            seconds = min(seconds, _SILENT_SECONDS) if is_silent else seconds
            reply = await state.exchange(name, self._question.rrtype, server.host, server.port, seconds=seconds)
            if reply is None:
                state.servers.failed(server, state.clock.now())
                continue
            state.servers.answered(server)
            if isinstance(reply, DnsReply):
                return reply
        return reply

    def _may_ask(
        self, network: str, question: Question, name: dns.name.Name, spent: list[tuple[Charged, NameKind]]
    ) -> bool:
        """Whether a query may be sent, and charges it."""
        now = self._state.clock.now()
        holder = Charged(network, organisation_asked(name))
        kind = NameKind.CHOSEN
        if self._state.cache.is_known(question, now):
            kind = NameKind.KNOWN
        elif is_fixed(name, holder.organisation):
            kind = NameKind.FIXED
        if not self._state.budgets.spend(holder, kind, now):
            return False
        spent.append((holder, kind))
        return True

    def _charge_aliases(self, holder: Charged, reply: DnsReply) -> None:
        """Charges what the server asked other organisations when it followed aliases. A holder whose names lead where
        its network has nothing left has nothing left either."""
        now, hit = self._state.clock.now(), reply.answer.status is Status.FOUND
        for name in reply.aliases:
            organisation = organisation_asked(name)
            if organisation == self._organisation or is_fixed(name, organisation):
                continue
            if not self._state.budgets.charge(Charged(holder.network, organisation), now, hit=hit):
                self._state.budgets.use_up(holder, now)


class _Asker:
    """A holder that asks a question, and the owner of its turn."""

    __slots__ = ("count", "fetch", "holder", "shares", "turn")

    def __init__(self, fetch: Fetch, holder: Charged, shares: Shares) -> None:
        self.fetch = fetch
        self.holder = holder
        self.shares = shares
        self.count = 0
        """Number of calls of ``ask`` that wait."""
        self.turn: Turn | None = None
        """Its turn while it waits for a slot."""

    def submit(self, *, is_silent: bool) -> None:
        turn = self.shares.submit(self.holder, self, is_silent=is_silent)
        self.turn = turn if turn.is_waiting else None

    def withdraw(self) -> None:
        if self.turn is not None:
            self.shares.withdraw(self.turn)
            self.turn = None

    def begin(self, turn: Turn) -> bool:
        self.turn = None
        return self.fetch.begin(self, turn)

    def evicted(self, turn: Turn) -> None:
        self.fetch.evicted(self)

    def refused(self, turn: Turn) -> None:
        self.turn = None
        self.fetch.refused()
