"""Asks real DNS servers without blocking the event loop, with bounds on time, number, size and each sender domain."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

import dns.exception
import dns.name
import dns.resolver

from catcher.config import ListenAddress
from catcher.model.clock import Clock
from catcher.model.errors import EnvironmentFailure
from catcher.model.mail.lookup import LookupResult, LookupResults, Question, Status
from catcher.resolve.budget import PER_HOUR, Budgets
from catcher.resolve.cache import Cache
from catcher.resolve.exchange import DnsReply, ask_server
from catcher.resolve.records import dns_name_of

_FAILED = LookupResult(Status.FAILED)
_MAX_ALIASES = 8
"""Most aliases followed for one question; the aliases within one response don't count."""


class LiveResolver:
    """A stub resolver (RFC 1034 §5.3.1): servers do the recursion. Belongs to one event loop."""

    def __init__(
        self,
        servers: Sequence[ListenAddress],
        *,
        clock: Clock,
        question_seconds: float = 3.0,
        ask_seconds: float = 20.0,
        at_once: int = 100,
        per_hour: int = PER_HOUR,
    ) -> None:
        """``servers`` are asked in order; if empty, the system's servers (/etc/resolv.conf) are asked.

        ``question_seconds`` is the time-out of one server, ``ask_seconds`` that of one ``ask`` (RFC 7208 §4.6.4 asks
        for at least 20), ``at_once`` the most queries in flight, ``per_hour`` a sender domain's budget. ``clock``
        governs TTLs and the hour. Raises EnvironmentFailure when the system names no server.
        """
        self._servers = tuple(servers) or _system_servers()
        self._clock = clock
        self._question_seconds = question_seconds
        self._ask_seconds = ask_seconds
        self._slots = asyncio.Semaphore(at_once)
        self._budgets = Budgets(per_hour)
        self._cache = Cache()
        self._running: dict[Question, asyncio.Task[LookupResult]] = {}

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str) -> LookupResults:
        """An answer to each question: cached, or fetched, or FAILED when time or budget ran out."""
        answers: dict[Question, LookupResult] = {}
        waiting: dict[asyncio.Task[LookupResult], Question] = {}
        now = self._clock.now()
        for question in questions:
            known = self._cache.get(question, now)
            if known is not None:
                answers[question] = known
            elif question in self._running or self._budgets.spend(on_behalf_of, now):
                waiting[self._fetching(question)] = question
            else:
                answers[question] = _FAILED
        if waiting:
            done, _ = await asyncio.wait(waiting, timeout=self._ask_seconds)
            answers |= {q: task.result() if task in done else _FAILED for task, q in waiting.items()}
        return answers

    def _fetching(self, question: Question) -> asyncio.Task[LookupResult]:
        """The task that fetches the answer. Callers with the same question share it, so none of them cancels it."""
        task = self._running.get(question)
        if task is None:
            task = asyncio.create_task(self._fetch(question))
            self._running[question] = task
            task.add_done_callback(lambda _: self._running.pop(question, None))
        return task

    async def _fetch(self, question: Question) -> LookupResult:
        answer, ttl = _FAILED, 3600
        name = dns_name_of(question.name)
        try:
            async with asyncio.timeout(self._ask_seconds), self._slots:
                for _ in range(_MAX_ALIASES if name is not None else 0):
                    assert name is not None
                    reply = await self._from_any_server(name, question)
                    if reply is None:
                        break
                    ttl = min(ttl, reply.ttl)
                    if reply.alias is None:
                        answer = reply.answer
                        break
                    name = reply.alias
        except TimeoutError:
            answer = _FAILED
        self._cache.put(question, answer, ttl, self._clock.now())
        return answer

    async def _from_any_server(self, name: dns.name.Name, question: Question) -> DnsReply | None:
        for server in self._servers:
            reply = await ask_server(name, question.rrtype, server.host, server.port, seconds=self._question_seconds)
            if reply is not None:
                return reply
        return None


def _system_servers() -> tuple[ListenAddress, ...]:
    try:
        system = dns.resolver.Resolver()
    except dns.exception.DNSException as error:
        raise EnvironmentFailure("/etc/resolv.conf names no DNS server; set fingerprint.resolvers") from error
    servers = tuple(ListenAddress(server, system.port) for server in system.nameservers if isinstance(server, str))
    if not servers:
        raise EnvironmentFailure("/etc/resolv.conf names no DNS server; set fingerprint.resolvers")
    return servers
