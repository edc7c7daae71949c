"""Fetches a small document over HTTPS from the open Internet, and from nowhere else.

::

    Url ─▶ Resolver: A, AAAA ─▶ is_open, each address ─▶ TLS to that very address, certificate verified ─▶ h11 ─▶ Page
                                                            ▲     same host only, three times at most  │
                                                            └────────────── redirect ◀─────────────────┘

The name is resolved once a fetch and the connection goes to the address that was checked: what the DNS says a moment
later plays no part (no rebinding). Proxy variables of the environment are not read: nothing here knows of them. One
budget of seconds and of octets holds for the whole fetch, whatever the server does.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import h11

from catcher.model.contact import Reason
from catcher.model.lookup import Question, RRType, Status
from catcher.model.ports import Resolver
from catcher.notify.find.open import in_turn, is_open
from catcher.notify.find.said import Said, failed, none, refused
from catcher.notify.find.url import Url, follow

_PORT = 443
_MOST_REDIRECTS = 3
_MOST_ADDRESSES = 4
"""Addresses of one host that are tried."""
_MOST_HEADER = 16 * 1024
"""Octets of a response's header fields, and how much more than its body may come in all."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ABSENT = frozenset({404, 410})
_CHUNK = 16 * 1024


@dataclass(frozen=True, slots=True)
class Page:
    """A document, and where it was."""

    url: Url
    """After redirects."""
    content_type: str
    """The field's value, lower case; empty when there is none."""
    body: bytes


class _Ended(Exception):
    """A fetch came to an end without a page."""

    def __init__(self, said: Said) -> None:
        super().__init__(said.reason)
        self.said = said


def trusting_the_systems_authorities() -> ssl.SSLContext:
    """TLS 1.2 or newer, the name and the chain verified, no key log."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
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
        """``agent`` names us in requests. ``seconds`` is the patience with one fetch in all, ``connect_seconds`` with
        one address, ``read_seconds`` with one silence.

        ``context``, ``permits`` and ``port`` (where 443 is) are others than these only in tests, whose servers stand
        on loopback.
        """
        self._resolver = resolver
        self._agent = agent
        self._context = context or trusting_the_systems_authorities()
        self._permits = permits
        self._port = port
        self._seconds = seconds
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds

    async def get(self, url: Url, *, accept: str, most: int, on_behalf_of: str) -> Page | Said:
        """The document at ``url`` of at most ``most`` octets, or how it ended without one. Never raises for that."""
        try:
            async with asyncio.timeout(self._seconds):
                addresses = await self._addresses(url.host, on_behalf_of)
                for _ in range(1 + _MOST_REDIRECTS):
                    answer = await self._once(url, addresses, accept, most)
                    if isinstance(answer, Page):
                        return answer
                    url = answer
            return refused(Reason.REDIRECTS, url.host)
        except TimeoutError:
            return failed(Reason.TIMED_OUT, url.host)
        except _Ended as ended:
            return ended.said

    async def _addresses(self, host: str, on_behalf_of: str) -> list[str]:
        """The host's addresses that may be connected to, in the order in which they are tried."""
        questions = [Question(host, RRType.A), Question(host, RRType.AAAA)]
        answers = await self._resolver.ask(questions, on_behalf_of=on_behalf_of)
        statuses = {answers[question].status for question in questions}
        texts = [r for question in questions for r in answers[question].records if isinstance(r, str)]
        if not texts:
            if Status.FAILED in statuses:
                raise _Ended(failed(Reason.DNS_FAILED, host))
            absent = Reason.NO_SUCH_NAME if statuses == {Status.NXDOMAIN} else Reason.NO_SUCH_RECORD
            raise _Ended(none(absent, host))
        permitted = [text for text in texts if self._permits(text)]
        if not permitted:
            raise _Ended(refused(Reason.SPECIAL_ADDRESS, host))
        return in_turn(permitted)[:_MOST_ADDRESSES]

    async def _once(self, url: Url, addresses: list[str], accept: str, most: int) -> Page | Url:
        """One request and its response: a page, or where a redirect leads."""
        async with self._connected(url.host, addresses) as (reader, writer):
            try:
                return await self._exchange(url, reader, writer, accept, most)
            except h11.RemoteProtocolError:
                raise _Ended(failed(Reason.BROKEN, url.host)) from None
            except TimeoutError:
                raise _Ended(failed(Reason.TIMED_OUT, url.host)) from None
            except OSError:
                raise _Ended(failed(Reason.BROKEN, url.host)) from None

    @asynccontextmanager
    async def _connected(
        self, host: str, addresses: list[str]
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A verified connection to ``host`` at the first of ``addresses`` that takes one."""
        reason = Reason.NO_CONNECTION
        for address in addresses:
            try:
                async with asyncio.timeout(self._connect_seconds):
                    reader, writer = await asyncio.open_connection(
                        address, self._port, ssl=self._context, server_hostname=host
                    )
            except ssl.SSLError:
                reason = Reason.TLS_FAILED
            except TimeoutError:
                reason = Reason.TIMED_OUT
            except OSError:
                continue
            else:
                break
        else:
            raise _Ended(failed(reason, host))
        try:
            yield reader, writer
        finally:
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    async def _exchange(
        self, url: Url, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, accept: str, most: int
    ) -> Page | Url:
        http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST_HEADER)
        request = h11.Request(
            method="GET",
            target=url.target,
            headers=[
                ("Host", url.host),
                ("User-Agent", self._agent),
                ("Accept", accept),
                ("Accept-Encoding", "identity"),
                ("Connection", "close"),
            ],
        )
        writer.write(http.send(request) or b"")
        writer.write(http.send(h11.EndOfMessage()) or b"")
        received, body, page = 0, bytearray(), Page(url, "", b"")
        while True:
            event = http.next_event()
            if event is h11.NEED_DATA:
                async with asyncio.timeout(self._read_seconds):
                    octets = await reader.read(_CHUNK)
                received += len(octets)
                if received > most + _MOST_HEADER:
                    raise _Ended(refused(Reason.TOO_LARGE, url.host))
                http.receive_data(octets)
            elif isinstance(event, h11.Response):
                answer = _judged(url, event, most)
                if isinstance(answer, Url):
                    return answer
                page = answer
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > most:
                    raise _Ended(refused(Reason.TOO_LARGE, url.host))
            elif isinstance(event, h11.EndOfMessage):
                return Page(page.url, page.content_type, bytes(body))
            elif not isinstance(event, h11.InformationalResponse):
                raise _Ended(failed(Reason.BROKEN, url.host))


def _judged(url: Url, response: h11.Response, most: int) -> Page | Url:
    """What a response's head says: an empty page to fill, or where to go on."""
    fields = {name: value.decode("latin-1").strip() for name, value in reversed(list(response.headers))}
    if response.status_code in _REDIRECTS:
        target = follow(url, fields.get(b"location", ""))
        if isinstance(target, Reason):
            raise _Ended(refused(target, url.host))
        return target
    if response.status_code in _ABSENT:
        raise _Ended(none(Reason.NOT_THERE, url.host))
    if response.status_code != 200:
        raise _Ended(failed(Reason.HTTP_STATUS, url.host))
    if fields.get(b"content-encoding", "identity").lower() != "identity":
        raise _Ended(refused(Reason.CONTENT_TYPE, url.host))
    length = fields.get(b"content-length", "")
    if length.isdecimal() and int(length) > most:
        raise _Ended(refused(Reason.TOO_LARGE, url.host))
    return Page(url, fields.get(b"content-type", "").lower(), b"")
