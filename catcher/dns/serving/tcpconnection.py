"""One TCP connection (RFC 7766): length-framed messages, pipelined, answered in turns.

::

    octets ─▶ whole messages ─▶ replies, at most _TURN at a time ─▶ ReplyWriter
                    └─ a long transfer ─▶ a process of its own
    the worker is replaced ─▶ the worker that serves: it goes on with what is unsent and unanswered
    the server stops ─▶ whole messages answered, replies taken? ─▶ closed
"""

from __future__ import annotations

import asyncio
import time
from typing import Protocol, cast

from catcher.dns.answering.options import IDLE_SECONDS
from catcher.dns.answering.transfer import Transfer
from catcher.dns.serving.connections import ConnectionState
from catcher.dns.serving.replywriter import ReplyWriter

_TURN = 32
"""Messages of one connection answered before other connections get their turn: a few milliseconds."""
_LARGEST = 4096
"""Most octets of one message: a query is far shorter. A message with a greater length closes the connection."""
_READ = 8192
"""Octets read at a time; a connection holds at most these octets and one message unanswered."""
_WRITE = 16_384
"""Most octets of replies that wait for a client; above this number its queries are not answered until it takes them."""


class ConnectionOwner(Protocol):
    """The server of a connection, as the connection sees it (``tcp.TcpServer``)."""

    @property
    def sends_apart(self) -> bool:
        """Whether long transfers get processes of their own."""
        ...

    def begin(self, message: bytes, client: str) -> tuple[bytes | None, Transfer | None]: ...

    def go_on(self, transfer: Transfer) -> bytes | None: ...

    def broke(self) -> None: ...

    def send_apart(self, transfer: Transfer, transport: asyncio.Transport, state: ConnectionState) -> bool: ...

    def pass_on(self, connection: TcpConnection, transport: asyncio.Transport, state: ConnectionState) -> None: ...

    def opened(self, connection: TcpConnection) -> bool: ...

    def arrived(self, connection: TcpConnection) -> None: ...

    def active(self, connection: TcpConnection) -> None: ...

    def closed(self, connection: TcpConnection) -> None: ...


class TcpConnection(asyncio.BufferedProtocol):
    """One client's connection. The transport reads alone: replies go through ``ReplyWriter``."""

    def __init__(self, server: ConnectionOwner, before: ConnectionState | None = None) -> None:
        """``before``: what another process had under way, before it passed the connection on."""
        self._server = server
        self.is_new = before is None
        self._loop = asyncio.get_running_loop()
        self._before = before
        self._arriving = bytearray(_READ)
        self._buffer = bytearray() if before is None else bytearray(before.unanswered)
        self._transport: asyncio.Transport | None = None
        self._outgoing: ReplyWriter | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._turn: asyncio.Handle | None = None
        self._full = False
        """Whether too many replies wait for the client: until it takes them, its queries are neither read nor
        answered."""
        self._ended = False
        """Whether no further octet is read: the client has sent its last one, or the server stops."""
        self._transfer: Transfer | None = None
        """The zone transfer under way; later queries wait."""
        self._leaving = False
        """Whether the connection goes to the worker that serves."""
        self.client = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast(asyncio.Transport, transport)  # uvloop's isn't a subclass
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self.client = peer[0] if peer else ""
        if not peer or not self._server.opened(self):
            transport.abort()
            return
        self._outgoing = ReplyWriter(
            self._loop, transport.get_extra_info("socket").fileno(), self._on_taken, transport.abort
        )
        before = self._before
        left = IDLE_SECONDS if before is None else min(IDLE_SECONDS, max(0.0, before.deadline - time.monotonic()))
        self._deadline = self._loop.time() + left
        self._timer = self._loop.call_at(self._deadline, self._expire)
        if before is not None:
            self._send(self._outgoing, before.unsent)
            self._answer()
        self._server.arrived(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        for handle in (self._timer, self._turn):
            if handle is not None:
                handle.cancel()
        if self._outgoing is not None:
            self._outgoing.close()
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

    def finish(self) -> None:
        """Answers the whole messages that were read; the connection ends once the client has taken the replies."""
        if self._transport is not None:
            self._leaving, self._ended = False, True
            self._transport.pause_reading()
            if self._turn is None:
                self._answer()

    def leave(self) -> None:
        """Has the worker that serves go on with the connection. A transfer under way gets a process of its own; if
        there can be none, the connection leaves after it."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        self._leaving = True
        transport.pause_reading()
        if self._transfer is None:
            self._server.pass_on(self, transport, self._state())
        elif not self._part(self._transfer, transport) and self._turn is None:
            self._answer()

    def abort(self) -> None:
        """Ends this process's part in the connection at once."""
        if self._outgoing is not None:
            self._outgoing.close()
        if self._transport is not None:
            self._transport.abort()

    def _answer(self) -> None:
        """Answers up to ``_TURN`` whole messages in the buffer; reading pauses while some are left."""
        self._turn = None
        transport, outgoing, buffer, at = self._transport, self._outgoing, self._buffer, 0
        if transport is None or outgoing is None or transport.is_closing():
            return
        if self._transfer is not None:
            self._continue(self._transfer, transport, outgoing)
            if transport.is_closing():
                return
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
                self._write(wire, outgoing)
        del buffer[:at]
        if at and self._transfer is not None and self._server.sends_apart and self._part(self._transfer, transport):
            return
        self._go_on(transport, outgoing)

    def _continue(self, transfer: Transfer, transport: asyncio.Transport, outgoing: ReplyWriter) -> None:
        """Writes one message of a transfer if the client reads: a slow client costs no memory. A message has some 15 kB
        and takes two milliseconds, so that other connections get their turn after each."""
        if self._full:
            return
        try:
            wire = self._server.go_on(transfer)
        except Exception:  # this connection's edge: the transfer is broken, and the client hears of it at once
            self._server.broke()
            transport.abort()
            return
        if wire is None:
            self._transfer = None
        else:
            self._write(wire, outgoing)

    def _write(self, wire: bytes, outgoing: ReplyWriter) -> None:
        self._deadline = self._loop.time() + IDLE_SECONDS
        self._server.active(self)
        self._send(outgoing, len(wire).to_bytes(2, "big") + wire)

    def _send(self, outgoing: ReplyWriter, octets: bytes) -> None:
        outgoing.write(octets)
        if len(outgoing.unsent) > _WRITE:
            self._full = True

    def _on_taken(self) -> None:
        """The client has taken every octet."""
        self._full = False
        if self._turn is None:
            self._answer()

    def _go_on(self, transport: asyncio.Transport, outgoing: ReplyWriter) -> None:
        """Chooses the next step: leave, close, wait until the client takes the replies, answer in another turn, or read
        on."""
        more = self._transfer is not None or self._whole_message()
        if self._leaving and self._transfer is None:
            self.leave()
        elif self._full or (self._ended and not more and outgoing.unsent):
            transport.pause_reading()
        elif self._ended and not more:
            transport.close()
        elif more:
            transport.pause_reading()
            self._turn = self._loop.call_soon(self._answer)
        elif not self._ended:
            transport.resume_reading()

    def _part(self, transfer: Transfer, transport: asyncio.Transport) -> bool:
        """Gives transfer and connection to a process of their own; False if there can be none."""
        if not self._server.send_apart(transfer, transport, self._state()):
            return False
        self.abort()  # ends our descriptor alone: the connection goes on in the other process
        return True

    def _state(self) -> ConnectionState:
        unsent = b"" if self._outgoing is None else bytes(self._outgoing.unsent)
        return ConnectionState(unsent, bytes(self._buffer), time.monotonic() + self._deadline - self._loop.time())

    def _whole_message(self) -> bool:
        buffer = self._buffer
        return len(buffer) >= 2 and len(buffer) >= 2 + (buffer[0] << 8 | buffer[1])

    def _expire(self) -> None:
        left = self._deadline - self._loop.time()
        if left <= 0:
            self.abort()
        else:
            self._timer = self._loop.call_later(left, self._expire)
