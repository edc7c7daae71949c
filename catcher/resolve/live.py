"""Asks real DNS servers without blocking the event loop, in fair shares and within budgets.

::

    question ─▶ Cache ─▶ Fetch ─▶ Shares: turn of (client's network, organisation asked about) ─▶ Budgets ─▶ servers
                  ▲                    questions that no reply waits for have slots of their own                │
                  └──────────────── answer, found or not ◀──────────────────────────────────────────────────────┘
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

import dns.exception
import dns.resolver

from catcher.config import ListenAddress
from catcher.model.clock import Clock
from catcher.model.errors import EnvironmentFailure
from catcher.model.mail.lookup import LookupResult, LookupResults, Question
from catcher.resolve.budget import PER_HOUR, Budgets
from catcher.resolve.exchange import ask_server
from catcher.resolve.fetch import FAILED_RESULT, AskServer, Fetch, FetchState
from catcher.resolve.records import dns_name_of
from catcher.resolve.shares import JOSTLE_SECONDS, Shares
from catcher.resolve.silence import ServerOrder

QUERIES_IN_FLIGHT = 256
"""Most queries in flight. Each has a socket; ``serve/smtp.py`` keeps descriptors for them."""
_LATE_PART = 4
"""A quarter of the slots is for questions that no reply waits for: no load of others takes them."""
_LATE_JOSTLE_SECONDS = 5 * JOSTLE_SECONDS
"""Late questions are not in a hurry: their queries lose a slot after a second at the earliest."""


class LiveResolver:
    """A stub resolver (RFC 1034 §5.3.1): servers do the recursion. Belongs to one event loop."""

    def __init__(
        self,
        servers: Sequence[ListenAddress],
        *,
        clock: Clock,
        question_seconds: float = 3.0,
        ask_seconds: float = 20.0,
        at_once: int = QUERIES_IN_FLIGHT,
        per_hour: int = PER_HOUR,
        exchange: AskServer = ask_server,
    ) -> None:
        """``servers`` are asked in order; if empty, the system's servers (/etc/resolv.conf) are asked.

        ``question_seconds`` is the time-out of a query, ``ask_seconds`` that of one ``ask`` (RFC 7208 §4.6.4 asks
        for at least 20), ``at_once`` the most queries in flight, ``per_hour`` the limit of ``Budgets``. ``clock``
        governs TTLs and budgets. Raises EnvironmentFailure when the system names no server.
        """
        late = max(1, at_once // _LATE_PART)
        self._ask_seconds = ask_seconds
        self._state = FetchState(
            clock,
            ServerOrder(tuple(servers) or _system_servers()),
            exchange,
            question_seconds,
            Budgets(per_hour),
            Shares(max(1, at_once - late)),
            Shares(late, jostle_seconds=_LATE_JOSTLE_SECONDS),
        )

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str, late: bool = False) -> LookupResults:
        """An answer to each question: cached, or fetched, or FAILED when time, slots or budget ran out."""
        answers: dict[Question, LookupResult] = {}
        fetches: dict[Question, Fetch] = {}
        state, now = self._state, self._state.clock.now()
        for_mail = "/" in on_behalf_of  # a client's network; our own purposes have names
        try:
            for question in questions:
                known = state.cache.get(question, now, for_mail=for_mail)
                if known is not None:
                    answers[question] = known
                    continue
                fetch = state.running.get(question)
                if fetch is None:
                    name = dns_name_of(question.name)
                    if name is None:
                        answers[question] = FAILED_RESULT  # no message can hold the name
                        continue
                    fetch = Fetch(state, question, name)
                fetches[question] = fetch
                fetch.join(on_behalf_of, late=late)
            waiting = [fetch.result for fetch in fetches.values() if not fetch.result.done()]
            if waiting:
                await asyncio.wait(waiting, timeout=self._ask_seconds)
            return answers | {q: f.result.result() if f.result.done() else FAILED_RESULT for q, f in fetches.items()}
        finally:
            for fetch in fetches.values():
                fetch.leave(on_behalf_of, late=late)


def _system_servers() -> tuple[ListenAddress, ...]:
    try:
        system = dns.resolver.Resolver()
    except dns.exception.DNSException as error:
        raise EnvironmentFailure("/etc/resolv.conf names no DNS server; set fingerprint.resolvers") from error
    servers = tuple(ListenAddress(server, system.port) for server in system.nameservers if isinstance(server, str))
    if not servers:
        raise EnvironmentFailure("/etc/resolv.conf names no DNS server; set fingerprint.resolvers")
    return servers
