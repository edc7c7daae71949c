"""The tap of one worker: tells queries and replies to a collector over a Unix socket, and never waits for it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from pathlib import Path
from typing import cast

from catcher.dns.answering.authority import Authority
from catcher.dns.counting.counters import DnsCount, DnsCounters
from catcher.dns.tapping.framestream import ControlReader, ControlType, control_frame, data_frame
from catcher.dns.tapping.scrubbed import qname_of, scrubbed_query, scrubbed_reply
from catcher.dns.tapping.tapmessage import CONTENT_TYPE, TapType, tap_message
from catcher.dns.wire import Transport

log = logging.getLogger(__name__)

_MOST_WAITING = 1 << 20
"""Octets that wait for a slow collector; beyond this number messages are dropped."""
_RECONNECT_SECONDS = 5.0
"""Seconds between two tries to reach a collector."""
_FINISH_SECONDS = 1.0
"""Seconds that a collector gets to confirm the end of the stream."""


class DnsTap:
    """Tells what one worker receives and sends."""

    def __init__(self, path: Path, authority: Authority, counters: DnsCounters, identity: str) -> None:
        """``path``: the collector's Unix socket. ``identity``: the name of this server."""
        self._path = path
        self._authority = authority
        self._counters = counters
        self._identity = identity.encode()
        self._stream: _TapStream | None = None
        self._task: asyncio.Task[None] | None = None
        self._logged = False

    async def start(self) -> None:
        self._task = asyncio.create_task(self._keep_connected())

    async def close(self) -> None:
        """Ends the stream, and gives the collector a moment to confirm."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if self._stream is not None:
            await self._stream.finish()
            self._stream = None

    def tell(self, query: bytes, reply: bytes | None, client: bytes, transport: Transport, second: int) -> None:
        """Tells one query and its reply, if one was sent. ``client``: the address, 4 or 16 octets; ``second``: Unix
        time."""
        stream = self._stream
        if stream is None or not stream.has_room():
            self._counters.add(DnsCount.TAP_DROPPED, 1 if reply is None else 2)
            return
        qname = qname_of(query)
        apex = self._authority.apex_above(qname) if qname else b""
        frames = data_frame(
            tap_message(
                TapType.AUTH_QUERY, scrubbed_query(query, apex), apex, client, transport, second, self._identity
            )
        )
        if reply is not None:
            frames += data_frame(
                tap_message(
                    TapType.AUTH_RESPONSE, scrubbed_reply(reply, apex), apex, client, transport, second, self._identity
                )
            )
        stream.write(frames)

    async def _keep_connected(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            stream = _TapStream()
            try:
                await loop.create_unix_connection(lambda: stream, str(self._path))  # noqa: B023 (called at once)
                self._stream = stream
                await stream.lost.wait()
            except OSError as error:
                self._log_once(error.strerror or type(error).__name__)
            else:
                self._log_once("it closed the connection")
            self._stream = None
            await asyncio.sleep(_RECONNECT_SECONDS)

    def _log_once(self, reason: str) -> None:
        """Logs the first failure: a collector that stays away must not fill the log. The counter tells the rest."""
        if not self._logged:
            self._logged = True
            log.warning("the dnstap collector at %s takes nothing: %s; what it misses is counted", self._path, reason)


class _TapStream(asyncio.Protocol):
    """One connection to the collector."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()
        self._reader = ControlReader()
        self._transport: asyncio.Transport | None = None
        self._open = False
        self._finished = asyncio.Event()

    def has_room(self) -> bool:
        """Whether the collector has accepted the stream and reads it."""
        return self._open and self._transport is not None and self._transport.get_write_buffer_size() < _MOST_WAITING

    def write(self, frames: bytes) -> None:
        if self._transport is not None:
            self._transport.write(frames)

    async def finish(self) -> None:
        if self._open:
            self._open = False
            self.write(control_frame(ControlType.STOP))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._finished.wait(), _FINISH_SECONDS)
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's isn't a subclass
        self._transport.write(control_frame(ControlType.READY, CONTENT_TYPE))

    def data_received(self, data: bytes) -> None:
        try:
            frames = self._reader.feed(data)
        except ValueError:
            frames = []
            self._abort()
        for kind, types in frames:
            if kind is ControlType.FINISH:
                self._finished.set()
            elif kind is ControlType.ACCEPT and not self._open and CONTENT_TYPE in types:
                self._open = True
                self.write(control_frame(ControlType.START, CONTENT_TYPE))
            else:
                self._abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport, self._open = None, False
        self._finished.set()
        self.lost.set()

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()
