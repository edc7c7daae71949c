"""One TCP connection (RFC 7766): length-framed messages, pipelined, answered in turns.

::

    octets ─▶ whole messages ─▶ replies, at most _TURN at a time
                    └─ a long transfer ─▶ replies before it taken? ─▶ a process of its own
    the worker retires ─▶ whole messages answered, replies taken? ─▶ the worker that serves
"""

from __future__ import annotations

import asyncio
from typing import Protocol, cast

from catcher.dns.answering.options import IDLE_SECONDS
from catcher.dns.answering.transfer import Transfer

_TURN = 32
"""Messages of one connection answered before other connections get their turn: a few milliseconds."""
_LARGEST = 4096
"""Most octets of one message: a query is far shorter. A message with a greater length closes the connection."""
_READ = 8192
"""Octets read at a time; a connection holds at most these octets and one message unanswered."""
_WRITE = 16_384
"""Most octets of replies that wait for a client; above this number its queries are not answered until it reads."""


class ConnectionOwner(Protocol):
    """The server of a connection, as the connection sees it (``tcp.TcpServer``)."""

    @property
    def sends_apart(self) -> bool:
        """Whether long transfers get processes of their own."""
        ...

    def begin(self, message: bytes, client: str) -> tuple[bytes | None, Transfer | None]: ...

    def go_on(self, transfer: Transfer) -> bytes | None: ...

    def broke(self) -> None: ...

    def send_apart(self, transfer: Transfer, transport: asyncio.Transport, unanswered: bytes) -> bool: ...

    def pass_on(self, connection: TcpConnection, transport: asyncio.Transport, unanswered: bytes) -> None: ...

    def opened(self, connection: TcpConnection) -> bool: ...

    def active(self, connection: TcpConnection) -> None: ...

    def closed(self, connection: TcpConnection) -> None: ...


class TcpConnection(asyncio.BufferedProtocol):
    """One client's connection."""

    def __init__(self, server: ConnectionOwner, unanswered: bytes | None = None) -> None:
        """``unanswered``: octets that another process read from the connection before it was passed on; None: the
        connection is new."""
        self._server = server
        self.is_new = unanswered is None
        self._loop = asyncio.get_running_loop()
        self._arriving = bytearray(_READ)
        self._buffer = bytearray(unanswered or b"")
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
        self._parting = False
        """Whether the transfer gets a process of its own, once the client has taken the replies before it."""
        self._finishing = False
        """Whether the connection leaves this process once its whole messages are answered and the replies taken."""
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
        if self._buffer:
            self._answer()

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
        """Answers the whole messages that were read; then the connection leaves this process.

        Octets that the client sends meanwhile stay in the system's buffer, for the process that takes it over.
        """
        if self._transport is not None:
            self._finishing = True
            self._wait_for_the_client(self._transport)
            if self._turn is None:
                self._answer()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _answer(self) -> None:
        """Answers up to ``_TURN`` whole messages in the buffer; reading pauses while some are left."""
        self._turn = None
        transport, buffer, at = self._transport, self._buffer, 0
        if transport is None or transport.is_closing():
            return
        if self._transfer is not None and not self._parting:
            self._continue(self._transfer, transport)
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
                self._write(wire, transport)
            if self._transfer is not None and self._server.sends_apart:
                self._parting = True
                self._wait_for_the_client(transport)
        del buffer[:at]
        self._go_on(transport)

    def _continue(self, transfer: Transfer, transport: asyncio.Transport) -> None:
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
            self._write(wire, transport)

    def _write(self, wire: bytes, transport: asyncio.Transport) -> None:
        self._deadline = self._loop.time() + IDLE_SECONDS
        self._server.active(self)
        transport.write(len(wire).to_bytes(2, "big") + wire)

    def _wait_for_the_client(self, transport: asyncio.Transport) -> None:
        """From now on the client counts as full until it has taken every octet."""
        transport.pause_reading()
        transport.set_write_buffer_limits(0)

    def _go_on(self, transport: asyncio.Transport) -> None:
        """Chooses the next step: read on, wait until the client reads, answer in another turn, leave, or close."""
        if self._parting and not self._full:
            self._part(transport)
            return
        more = self._transfer is not None or self._whole_message()
        if self._ended and not more:
            transport.close()
        elif self._full:
            transport.pause_reading()
        elif more:
            transport.pause_reading()
            self._turn = self._loop.call_soon(self._answer)
        elif self._finishing:
            self._server.pass_on(self, transport, bytes(self._buffer))
        elif not self._ended:
            transport.resume_reading()

    def _part(self, transport: asyncio.Transport) -> None:
        """Gives transfer and connection to a process of their own; if there can be none, goes on here."""
        assert self._transfer is not None
        self._parting = False
        if self._server.send_apart(self._transfer, transport, bytes(self._buffer)):
            transport.abort()  # ends our descriptor alone: the connection goes on in the other process
            return
        if not self._finishing:
            transport.set_write_buffer_limits(_WRITE)
        self._turn = self._loop.call_soon(self._answer)

    def _whole_message(self) -> bool:
        buffer = self._buffer
        return len(buffer) >= 2 and len(buffer) >= 2 + (buffer[0] << 8 | buffer[1])

    def _expire(self) -> None:
        left = self._deadline - self._loop.time()
        if left <= 0:
            self.abort()
        else:
            self._timer = self._loop.call_later(left, self._expire)
