"""One HTTP/1.1 request and its response over a connection that stands, read by h11, bounded in octets and silence."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import h11

from catcher.model.contact import StepReason
from catcher.notify.find.said import Said, failed, none, refused
from catcher.notify.find.url import Url, follow

_MOST_HEADER = 16 * 1024
"""Octets of a response's header fields, and how much more than its body may come in all."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ABSENT = frozenset({404, 410})
_CHUNK = 16 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """A GET."""

    url: Url
    agent: str
    """Who asks."""
    accept: str
    """The media types that are wanted."""


@dataclass(frozen=True, slots=True)
class Page:
    """A document, and where it was."""

    url: Url
    """After redirects."""
    content_type: str = field(repr=False)
    """The field's value, lower case; empty when there is none."""
    body: bytes = field(repr=False)


async def exchange(
    request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, most: int, seconds: float
) -> Page | Url | Said:
    """The page of at most ``most`` octets, where a redirect leads, or why there is neither. Raises for nothing.

    ``seconds`` is the patience with one silence.
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
                    return refused(StepReason.TOO_LARGE, url.host)
                http.receive_data(octets)
            elif isinstance(event, h11.Response):
                answer = _judged(url, event, most)
                if not isinstance(answer, Page):
                    return answer
                page = answer
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > most:
                    return refused(StepReason.TOO_LARGE, url.host)
            elif isinstance(event, h11.EndOfMessage):
                return Page(page.url, page.content_type, bytes(body))
            elif not isinstance(event, h11.InformationalResponse):
                return failed(StepReason.BROKEN, url.host)
    except TimeoutError:
        return failed(StepReason.TIMED_OUT, url.host)
    except (h11.RemoteProtocolError, OSError):
        return failed(StepReason.BROKEN, url.host)


def _octets(http: h11.Connection, request: Request) -> bytes:
    """The request as it goes out: nothing in it tells more than who asks for what."""
    fields = [
        ("Host", request.url.host),
        ("User-Agent", request.agent),
        ("Accept", request.accept),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
    ]
    head = http.send(h11.Request(method="GET", target=request.url.target, headers=fields))
    return (head or b"") + (http.send(h11.EndOfMessage()) or b"")


def _judged(url: Url, response: h11.Response, most: int) -> Page | Url | Said:
    """What a response's head says: an empty page to fill, where to go on, or why not."""
    fields = {name: value.decode("latin-1").strip() for name, value in reversed(list(response.headers))}
    if response.status_code in _REDIRECTS:
        target = follow(url, fields.get(b"location", ""))
        return refused(target, url.host) if isinstance(target, StepReason) else target
    if response.status_code in _ABSENT:
        return none(StepReason.NOT_THERE, url.host)
    if response.status_code != 200:
        return failed(StepReason.HTTP_STATUS, url.host)
    if fields.get(b"content-encoding", "identity").lower() != "identity":
        return refused(StepReason.CONTENT_TYPE, url.host)
    length = fields.get(b"content-length", "")
    if length.isdecimal() and int(length) > most:
        return refused(StepReason.TOO_LARGE, url.host)
    return Page(url, fields.get(b"content-type", "").lower(), b"")
