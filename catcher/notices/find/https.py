"""Fetches a small document over HTTPS from the open Internet, and from nowhere else.

::

    Url ─▶ Resolver: A, AAAA ─▶ is_open, each address ─▶ TLS to that very address, certificate verified ─▶ http ─▶ Page
                                                            ▲     same host only, three times at most  │
                                                            └────────────── redirect ◀─────────────────┘

The name is resolved once for each fetch, and the connection goes to the address that was checked: a later answer of the
DNS has no effect (no rebinding). Proxy variables of the environment are not read. The whole fetch has one limit of
seconds and one limit of octets.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from catcher.model.mail.lookup import LookupType, Question, Status
from catcher.model.ports import Resolver
from catcher.model.telling.contact import StepReason
from catcher.notices.find.finding import SourceFinding
from catcher.notices.find.http import Page, Request, fetch_page
from catcher.notices.find.openaddresses import in_turn, is_open
from catcher.notices.find.url import Url

_PORT = 443
_MOST_REDIRECTS = 3
_MOST_ADDRESSES = 4
"""Most addresses of one host that are tried."""


class _Ended(Exception):
    """A fetch ended without a page."""

    def __init__(self, finding: SourceFinding) -> None:
        super().__init__(finding.reason)
        self.finding = finding


def trusting_the_systems_authorities() -> ssl.SSLContext:
    """A context for TLS 1.2 or newer that verifies the name and the chain, and writes no key log."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    return context


class Fetcher:
    """Gets documents. Belongs to one event loop."""

    def __init__(
        self,
        resolver: Resolver,
        *,
        agent: str,
        context: ssl.SSLContext | None = None,
        permits: Callable[[str], bool] = is_open,
        port: int = _PORT,
        seconds: float = 20.0,
        connect_seconds: float = 5.0,
        read_seconds: float = 8.0,
    ) -> None:
        """``agent`` is our name in requests. ``seconds`` is the time-out of a whole fetch, ``connect_seconds`` the
        time-out of a connection to one address, ``read_seconds`` the longest silence of the server.

        Only tests, whose servers are on loopback, pass their own ``context``, ``permits`` or ``port``.
        """
        self._resolver = resolver
        self._agent = agent
        self._context = context or trusting_the_systems_authorities()
        self._permits = permits
        self._port = port
        self._seconds = seconds
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds

    async def get(self, url: Url, *, accept: str, most: int, on_behalf_of: str) -> Page | SourceFinding:
        """The document at ``url`` of at most ``most`` octets, or a finding when there is none. It raises nothing."""
        try:
            async with asyncio.timeout(self._seconds):
                addresses = await self._addresses(url.host, on_behalf_of)
                for _ in range(1 + _MOST_REDIRECTS):
                    async with self._connected(url.host, addresses) as (reader, writer):
                        answer = await fetch_page(
                            Request(url, self._agent, accept), reader, writer, most=most, seconds=self._read_seconds
                        )
                    if not isinstance(answer, Url):
                        return answer
                    url = answer
            return SourceFinding.refused(StepReason.REDIRECTS, url.host)
        except TimeoutError:
            return SourceFinding.failed(StepReason.TIMED_OUT, url.host)
        except _Ended as ended:
            return ended.finding

    async def _addresses(self, host: str, on_behalf_of: str) -> list[str]:
        """The host's permitted addresses, in the order in which they are tried."""
        questions = [Question(host, LookupType.A), Question(host, LookupType.AAAA)]
        answers = await self._resolver.ask(questions, on_behalf_of=on_behalf_of)
        statuses = {answers[question].status for question in questions}
        texts = [r for question in questions for r in answers[question].records if isinstance(r, str)]
        if not texts:
            if Status.FAILED in statuses:
                raise _Ended(SourceFinding.failed(StepReason.DNS_FAILED, host))
            absent = StepReason.NO_SUCH_NAME if statuses == {Status.NXDOMAIN} else StepReason.NO_SUCH_RECORD
            raise _Ended(SourceFinding.none(absent, host))
        permitted = [text for text in texts if self._permits(text)]
        if not permitted:
            raise _Ended(SourceFinding.refused(StepReason.SPECIAL_ADDRESS, host))
        return in_turn(permitted)[:_MOST_ADDRESSES]

    @asynccontextmanager
    async def _connected(
        self, host: str, addresses: list[str]
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A verified connection to ``host`` at the first of ``addresses`` that accepts one."""
        reason = StepReason.NO_CONNECTION
        for address in addresses:
            try:
                async with asyncio.timeout(self._connect_seconds):
                    reader, writer = await asyncio.open_connection(
                        address, self._port, ssl=self._context, server_hostname=host
                    )
            except ssl.SSLError:
                reason = StepReason.TLS_FAILED
            except TimeoutError:
                reason = StepReason.TIMED_OUT
            except OSError:
                continue
            else:
                break
        else:
            raise _Ended(SourceFinding.failed(reason, host))
        try:
            yield reader, writer
        finally:
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()
