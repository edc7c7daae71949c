"""One HTTP/1.1 request and its response over an open connection, read by h11, with bounds on octets and silence."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import h11

from catcher.model.telling.contact import StepReason
from catcher.notices.find.finding import SourceFinding
from catcher.notices.find.url import Url, follow

_MOST_HEADER = 16 * 1024
"""Most octets of a response's header section, and of everything else in it except its body."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ABSENT = frozenset({404, 410})
_CHUNK = 16 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """A GET."""

    url: Url
    agent: str
    """Our name in User-Agent."""
    accept: str
    """The media types accepted."""


@dataclass(frozen=True, slots=True)
class Page:
    """A document with its URL."""

    url: Url
    """The URL after redirects."""
    content_type: str = field(repr=False)
    """The value of Content-Type, in lower case; empty when the field is absent."""
    body: bytes = field(repr=False)


async def fetch_page(
    request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, most: int, seconds: float
) -> Page | Url | SourceFinding:
    """The page of at most ``most`` octets, the target of a redirect, or a finding when there is neither. It raises
    nothing.

    ``seconds``: the longest silence of the server.
    """
    url = request.url
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST_HEADER)
    try:
        writer.write(_octets(http, request))
        received, body, page = 0, bytearray(), Page(url, "", b"")
        while True:
            event = http.next_event()
            if event is h11.NEED_DATA:
                async with asyncio.timeout(seconds):
                    octets = await reader.read(_CHUNK)
                received += len(octets)
                if received > most + _MOST_HEADER:
                    return SourceFinding.refused(StepReason.TOO_LARGE, url.host)
                http.receive_data(octets)
            elif isinstance(event, h11.Response):
                answer = _judged(url, event, most)
                if not isinstance(answer, Page):
                    return answer
                page = answer
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > most:
                    return SourceFinding.refused(StepReason.TOO_LARGE, url.host)
            elif isinstance(event, h11.EndOfMessage):
                return Page(page.url, page.content_type, bytes(body))
            elif not isinstance(event, h11.InformationalResponse):
                return SourceFinding.failed(StepReason.BROKEN, url.host)
    except TimeoutError:
        return SourceFinding.failed(StepReason.TIMED_OUT, url.host)
    except (h11.RemoteProtocolError, OSError):
        return SourceFinding.failed(StepReason.BROKEN, url.host)


def _octets(http: h11.Connection, request: Request) -> bytes:
    """The octets of the request: our name and the URL, and nothing about a party or a mail."""
    fields = [
        ("Host", request.url.host),
        ("User-Agent", request.agent),
        ("Accept", request.accept),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
    ]
    head = http.send(h11.Request(method="GET", target=request.url.target, headers=fields))
    return (head or b"") + (http.send(h11.EndOfMessage()) or b"")


def _judged(url: Url, response: h11.Response, most: int) -> Page | Url | SourceFinding:
    """A response's header section as an empty page to fill, the target of a redirect, or a finding."""
    fields = {name: value.decode("latin-1").strip() for name, value in reversed(list(response.headers))}
    if response.status_code in _REDIRECTS:
        target = follow(url, fields.get(b"location", ""))
        return SourceFinding.refused(target, url.host) if isinstance(target, StepReason) else target
    if response.status_code in _ABSENT:
        return SourceFinding.none(StepReason.NOT_THERE, url.host)
    if response.status_code != 200:
        return SourceFinding.failed(StepReason.HTTP_STATUS, url.host)
    if fields.get(b"content-encoding", "identity").lower() != "identity":
        return SourceFinding.refused(StepReason.CONTENT_TYPE, url.host)
    length = fields.get(b"content-length", "")
    if length.isdecimal() and int(length) > most:
        return SourceFinding.refused(StepReason.TOO_LARGE, url.host)
    return Page(url, fields.get(b"content-type", "").lower(), b"")
