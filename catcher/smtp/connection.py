"""One connection's reading, writing and timing, on aiosmtpd's SMTP; what is said is the session's.

Of aiosmtpd stay the life of the protocol object (connection made and lost, its task, later STARTTLS). Its command loop,
its DATA and its log lines are replaced: they keep bodies, echo passwords, and take a bare LF for a line end.
"""

from __future__ import annotations

import asyncio
import logging
from typing import cast

from aiosmtpd.smtp import SMTP

from catcher.smtp.commands import CommandReader
from catcher.smtp.data import DataPhase
from catcher.smtp.replies import IDLE, SESSION_TOO_LONG, Reply
from catcher.smtp.settings import Limits

READ_AHEAD = 64 * 1024
"""Octets of commands that are read ahead of their answers; then the client has to wait."""
_INSTANT = 0.01
"""Seconds by which a timer may fire early."""


def silence_library_log() -> None:
    """aiosmtpd's logger prints body lines, addresses and passwords; nothing of it may get out at any level."""
    logging.getLogger("mail.log").disabled = True


class Connection(SMTP):
    """Packets in: commands to be taken, or data, scanned as it comes. Replies out, a pipelined group at a time."""

    def __init__(self, hostname: str, limits: Limits, loop: asyncio.AbstractEventLoop) -> None:
        self.command_size_limits = {}  # the library's is shared by all connections; ours are in ``commands``
        self._limits = limits
        self._commands = CommandReader()
        self._data: DataPhase | None = None
        """The data phase that packets go to; None: they are commands."""
        self._fault: Exception | None = None
        """What went wrong while a packet was scanned; raised again in the session's task."""
        self._out = bytearray()
        self._waiter: asyncio.Future[None] | None = None
        self._held_back = False
        """Whether the client has to wait until its commands are answered."""
        self._eof = False
        self._over = False
        """Whether the connection is being closed: nothing is read or said any more."""
        self._busy = False
        """Whether it is us who the client waits for: it can't be idle then."""
        self._started = self._active = loop.time()
        super().__init__(None, hostname=hostname, ident="", enable_SMTPUTF8=True, loop=loop)

    @property
    def _wire(self) -> asyncio.Transport:
        return cast(asyncio.Transport, self.transport)

    # What the transport calls

    def data_received(self, data: bytes) -> None:
        self._active = self.loop.time()
        if self._over:
            return
        if self._data is not None:
            self._scan(self._data, data)
            if self._data is not None:
                return
        else:
            self._commands.feed(data)
        if len(self._commands) > READ_AHEAD and not self._held_back:
            self._held_back = True
            self._wire.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """The client sends no more, but may still read: what it asked for is answered, then the session ends."""
        self._eof = True
        self._wake()
        return self._wire.get_extra_info("ssl_object") is None

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._over = True
        self._forget()

    def _scan(self, phase: DataPhase, packet: bytes) -> None:
        try:
            rest = phase.feed(packet)
        except Exception as error:  # raised again in the session's task, whose edge deals with it
            self._fault = error
            self._data = None
            return
        if phase.ended:
            self._data = None
            self._commands.feed(rest)

    # What the session calls

    async def _input(self) -> None:
        """Waits for the next packet, the end of the data phase, the end of input, or the end of it all."""
        if self._held_back:
            self._held_back = False
            self._wire.resume_reading()
        self._waiter = self.loop.create_future()
        await self._waiter

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _receive(self, phase: DataPhase) -> None:
        """From now on packets go to ``phase``, first of all those that came already."""
        self._data = phase
        self._scan(phase, self._commands.take_all())

    def _say(self, reply: Reply) -> None:
        """Queues ``reply``. One that closes is written at once, and is the last; what the client sent is forgotten."""
        if self._over:
            return
        self._out += reply.wire
        if reply.close:
            self._write()
            self._close()

    async def _flush(self) -> None:
        """Writes what was queued; waits while the client doesn't read."""
        self._write()
        await self._writer.drain()

    def _write(self) -> None:
        if self._out and self.transport is not None and not self._wire.is_closing():
            self._wire.write(bytes(self._out))
        self._out.clear()

    def _close(self) -> None:
        """Ends the connection. A client that doesn't read the last reply is cut off after a while."""
        self._over = True
        self._forget()
        self._wake()
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        if self.transport is not None:
            self._wire.close()
            self._timeout_handle = self.loop.call_later(self._limits.lingering_seconds, self._wire.abort)

    def _forget(self) -> None:
        self._data = None
        self._commands.clear()
        self._out.clear()

    # Timing. One timer a connection, set anew only when it fires: a packet costs no more than noting the time.

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Starts the timer; the library calls it when the connection is made."""
        self._started = self._active = self.loop.time()
        self._set_timer()

    def _set_timer(self) -> None:
        due = min(self._active + self._limits.idle_seconds, self._started + self._limits.session_seconds)
        self._timeout_handle = self.loop.call_at(max(due, self.loop.time() + _INSTANT), self._timeout_cb)

    def _timeout_cb(self) -> None:
        now = self.loop.time() + _INSTANT
        if self._busy:
            self._active = now
            self._started = max(self._started, now - self._limits.session_seconds + 1)
        elif now >= self._started + self._limits.session_seconds:
            return self._timed_out(SESSION_TOO_LONG)
        elif now >= self._active + self._limits.idle_seconds:
            return self._timed_out(IDLE)
        self._set_timer()

    def _timed_out(self, reply: Reply) -> None:
        self._say(reply)
