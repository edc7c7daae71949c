"""The TCP server (RFC 7766): length-framed messages, pipelined, with bounds on time, memory and connections."""

from __future__ import annotations

import asyncio
import socket
from collections import OrderedDict
from contextlib import suppress
from typing import cast

from catcher.dns.answering.authority import Authority
from catcher.dns.answering.options import IDLE_SECONDS
from catcher.dns.answering.transfer import Transfer
from catcher.dns.counting.tally import DemandTally
from catcher.dns.serving.responder import Responder
from catcher.dns.wire import Transport
from catcher.model.clock import Clock

MAX_CONNECTIONS = 512
"""Most connections at a time; one more closes the connection that was idle longest (RFC 7766 §6.2.3)."""
MAX_PER_CLIENT = 32
"""Most connections at a time from one address; one more is closed: a client must not use up the others' share."""
_TURN = 32
"""Messages of one connection answered before other connections get their turn: a few milliseconds."""
_TRANSFER_TURN = 1
"""Messages of a zone transfer written before other connections get their turn: each message has some 15 kB and takes
two milliseconds."""
_LARGEST = 4096
"""Most octets of one message: a query is far shorter. A message with a greater length closes the connection."""
_READ = 8192
"""Octets read at a time; a connection holds at most these octets and one message unanswered."""
_WRITE = 16_384
"""Most octets of replies that wait for a client; above this number its queries are not answered until it reads."""
_CLOSE_SECONDS = 2.0
"""Seconds that clients get to read their last replies when the server stops."""


class TcpServer:
    """Answers on one bound TCP socket, IPv4 or IPv6."""

    def __init__(self, sock: socket.socket, authority: Authority, clock: Clock, tally: DemandTally) -> None:
        self._socket = sock
        self._responder = Responder(authority, clock, tally)
        self._server: asyncio.Server | None = None
        self._connections: OrderedDict[TcpConnection, None] = OrderedDict()
        self._per_client: dict[str, int] = {}
        self._empty = asyncio.Event()

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: TcpConnection(self), sock=self._socket)

    async def close(self) -> None:
        """Stops listening, closes the socket, and closes every connection once its replies are written."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._connections:
            self._empty.clear()
            for connection in list(self._connections):
                connection.finish()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), _CLOSE_SECONDS)
            for connection in list(self._connections):
                connection.abort()

    def begin(self, message: bytes, client: str) -> tuple[bytes | None, Transfer | None]:
        return self._responder.begin(message, Transport.TCP, client)

    def go_on(self, transfer: Transfer) -> bytes | None:
        return self._responder.go_on(transfer)

    def opened(self, connection: TcpConnection) -> bool:
        """Admits a connection; returns whether there is room."""
        count = self._per_client.get(connection.client, 0)
        if count >= MAX_PER_CLIENT:
            return False
        self._per_client[connection.client] = count + 1
        self._connections[connection] = None
        if len(self._connections) > MAX_CONNECTIONS:
            idle_longest = next(iter(self._connections))
            self.closed(idle_longest)
            idle_longest.abort()
        return True

    def active(self, connection: TcpConnection) -> None:
        if connection in self._connections:
            self._connections.move_to_end(connection)

    def closed(self, connection: TcpConnection) -> None:
        if connection in self._connections:
            del self._connections[connection]
            left = self._per_client.pop(connection.client) - 1
            if left:
                self._per_client[connection.client] = left
            if not self._connections:
                self._empty.set()


class TcpConnection(asyncio.BufferedProtocol):
    """One client's connection."""

    def __init__(self, server: TcpServer) -> None:
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._arriving = bytearray(_READ)
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._turn: asyncio.Handle | None = None
        self._full = False
        """Whether too many replies wait for the client: until it reads them, its queries are neither read nor
        answered."""
        self._ended = False
        """Whether the client has sent its last octet."""
        self._transfer: Transfer | None = None
        """The zone transfer under way; later queries wait."""
        self.client = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast(asyncio.Transport, transport)  # uvloop's isn't a subclass
        self._transport = transport
        transport.set_write_buffer_limits(_WRITE)
        peer = transport.get_extra_info("peername")
        self.client = peer[0] if peer else ""
        if not peer or not self._server.opened(self):
            transport.abort()
            return
        self._deadline = self._loop.time() + IDLE_SECONDS
        self._timer = self._loop.call_at(self._deadline, self._expire)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        for handle in (self._timer, self._turn):
            if handle is not None:
                handle.cancel()
        self._server.closed(self)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._arriving

    def buffer_updated(self, nbytes: int) -> None:
        self._buffer += memoryview(self._arriving)[:nbytes]
        if self._turn is None:
            self._answer()

    def eof_received(self) -> bool:
        """A client may close its half and still wait for replies (RFC 7766 §6.2.4)."""
        self._ended = True
        if self._turn is None:
            self._answer()
        return True

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._answer()

    def finish(self) -> None:
        """Closes the connection once all replies are written."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _answer(self) -> None:
        """Answers up to ``_TURN`` whole messages in the buffer; reading pauses while some are left."""
        self._turn = None
        transport, buffer, at = self._transport, self._buffer, 0
        if transport is None or transport.is_closing():
            return
        if self._transfer is not None:
            self._continue(self._transfer, transport)
        for _ in range(_TURN):
            length = buffer[at] << 8 | buffer[at + 1] if len(buffer) - at >= 2 else 0
            if length > _LARGEST:
                transport.abort()
                return
            if self._full or self._transfer is not None or len(buffer) - at < 2 + length or len(buffer) - at < 2:
                break
            message = bytes(buffer[at + 2 : at + 2 + length])
            at += 2 + length
            wire, self._transfer = self._server.begin(message, self.client)
            if wire is not None:
                self._write(wire, transport)
        del buffer[:at]
        self._go_on(transport)

    def _continue(self, transfer: Transfer, transport: asyncio.Transport) -> None:
        """Writes up to ``_TRANSFER_TURN`` messages of a transfer if the client reads: a slow client costs no memory."""
        for _ in range(_TRANSFER_TURN):
            if self._full:
                return
            wire = self._server.go_on(transfer)
            if wire is None:
                self._transfer = None
                return
            self._write(wire, transport)

    def _write(self, wire: bytes, transport: asyncio.Transport) -> None:
        self._deadline = self._loop.time() + IDLE_SECONDS
        self._server.active(self)
        transport.write(len(wire).to_bytes(2, "big") + wire)

    def _go_on(self, transport: asyncio.Transport) -> None:
        """Chooses the next step: read on, wait until the client reads, answer in another turn, or close."""
        more = self._transfer is not None or self._whole_message()
        if self._ended and not more:
            transport.close()
        elif self._full:
            transport.pause_reading()
        elif more:
            transport.pause_reading()
            self._turn = self._loop.call_soon(self._answer)
        elif not self._ended:
            transport.resume_reading()

    def _whole_message(self) -> bool:
        buffer = self._buffer
        return len(buffer) >= 2 and len(buffer) >= 2 + (buffer[0] << 8 | buffer[1])

    def _expire(self) -> None:
        left = self._deadline - self._loop.time()
        if left <= 0:
            self.abort()
        else:
            self._timer = self._loop.call_later(left, self._expire)
