"""Reading, writing and timing of one connection; the subclass ``SmtpSession`` decides on the replies.

The class is not aiosmtpd's ``SMTP``: aiosmtpd buffers a whole message before it hands it over, logs addresses,
passwords and lines of bodies, and ends a command at a bare LF. The sink may do none of these (promises 1 and 2), so no
part of aiosmtpd's class could be used. Commands are answered in the call that brings their octets; a client waits only
for a commit.
"""

from __future__ import annotations

import asyncio
from typing import cast

from catcher.smtp.admission.place import Place
from catcher.smtp.message.data import Phase
from catcher.smtp.serving.front import Front
from catcher.smtp.settings import SmtpLimits
from catcher.smtp.wire.commands import CommandReader
from catcher.smtp.wire.replies import IDLE, SESSION_TOO_LONG, TOO_SLOW, Reply

READ_AHEAD = 64 * 1024
"""Most octets of commands read ahead of their answers; above this number reading pauses, so that memory is bounded."""
_TIMER_SLACK = 0.01
"""Seconds by which a limit may be reached early: a timer of the loop may fire a little before its time."""


class Connection(asyncio.Protocol):
    """Takes packets, which hold commands or data; data is scanned as it comes. Replies to a pipelined group leave in
    one write."""

    def __init__(self, limits: SmtpLimits, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.transport: asyncio.BaseTransport | None = None
        self.place: Place
        """The connection's place, set by admission before the connection is made."""
        self._front: Front
        """The transport, with its own type; set when the connection is made."""
        self._limits = limits
        self._commands = CommandReader()
        self._phase: Phase | None = None
        """The data or the chunk to which packets belong; None: packets are commands."""
        self._out = b""
        self._blocked = False
        """Whether commands wait for a commit, or until other sessions have had their turn."""
        self._write_paused = False
        """Whether the client doesn't read its replies."""
        self._read_paused = False
        """Whether reading is paused until the commands read so far are answered."""
        self._eof = False
        self._closing = False
        """Whether the connection is closing: nothing is read or written any more."""
        self._busy = False
        """Whether the client waits for a commit; then it doesn't count as idle."""
        self._started = self._active = self._window = self._closed_at = loop.time()
        self._octets = 0
        """Octets of data since ``_window`` began."""

    # Called by the front

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._front = cast(Front, transport)

    def data_received(self, data: bytes) -> None:
        self._active = self.loop.time()
        self.place.received(len(data), self._active)
        if self._closing:
            return
        try:
            self._take(data)
        except Exception as error:  # the edge of a session: the client gets a fixed reply, other sessions go on
            self._failed(error)
        if (self._blocked or self._write_paused) and len(self._commands) > READ_AHEAD and not self._read_paused:
            self._read_paused = True
            self._front.pause_reading()

    def eof_received(self) -> bool:
        """Handles the end of the client's octets. The client may still read: its commands are answered, then the
        session ends."""
        self._eof = True
        self._go_on()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        self._closing = True
        self._forget()
        self.transport = None

    def pause_writing(self) -> None:
        self._write_paused = True

    def resume_writing(self) -> None:
        self._write_paused = False
        self._go_on()

    def _take(self, data: bytes) -> None:
        phase = self._phase
        if phase is None:
            self._commands.feed(data)
        else:
            self._octets += len(data)
            data = phase.feed(data)
            if not phase.ended:
                return
            self._phase = None
            self._commands.feed(data)
            self._phase_ended(phase)
        self._run()

    # Implemented by the session

    def _run(self) -> None:
        """Answers the commands that can be answered now."""
        raise NotImplementedError

    def _phase_ended(self, phase: Phase) -> None:
        raise NotImplementedError

    def _failed(self, error: Exception) -> None:
        raise NotImplementedError

    # Called by the session

    def _go_on(self) -> None:
        """Runs the waiting commands, unless they must still wait for another reason."""
        try:
            self._run()
        except Exception as error:  # the edge of a session, as in ``data_received``
            self._failed(error)
        if self._read_paused and not self._closing and len(self._commands) <= READ_AHEAD:
            self._read_paused = False
            self._front.resume_reading()

    def _yield_turn(self) -> None:
        """Lets the event loop run other sessions before this session continues."""
        self._blocked = True
        self.loop.call_soon(self._unblock)

    def _unblock(self) -> None:
        self._blocked = False
        self._go_on()

    def _receive(self, phase: Phase) -> None:
        """Passes the octets read so far, and all further packets, to ``phase``."""
        self._phase = phase
        self._window, self._octets = self.loop.time(), 0
        self._write()
        early = self._commands.take_all()
        if early or phase.ended:
            self._take(early)

    def _say(self, reply: Reply) -> None:
        """Queues ``reply``. A closing reply is written at once and is the last; commands that haven't run are
        dropped."""
        if self._closing:
            return
        self._out += reply.wire
        if reply.close:
            self._write()
            self._close()

    def _write(self) -> None:
        if self._out and self.transport is not None:
            self._front.write(self._out)
        self._out = b""

    def _close(self) -> None:
        """Ends the connection. A client that doesn't read the last reply is cut off after ``lingering_seconds``."""
        self._closing = True
        self._forget()
        if self.transport is not None:
            self._front.close()
            self._closed_at = self.loop.time()

    def _forget(self) -> None:
        self._phase = None
        self._commands.clear()
        self._out = b""

    # Timing. The server calls each connection's ``watch`` once a second: no connection has a timer of its own.

    def watch(self, now: float) -> None:
        """Ends the session if it is idle, too slow or too long. ``now``: the event loop's time."""
        limits = self._limits
        now += _TIMER_SLACK
        if self._closing:
            if now >= self._closed_at + limits.lingering_seconds:
                self._front.abort()
            return
        if self._busy:
            self._active = now
            self._started = max(self._started, now - limits.session_seconds + 1)
        elif now >= self._started + limits.session_seconds:
            return self._time_out(SESSION_TOO_LONG)
        elif now >= self._active + limits.idle_seconds:
            return self._time_out(IDLE)
        if now >= self._window + limits.window_seconds:
            if self._phase is not None and self._octets < limits.octets_a_window:
                return self._time_out(TOO_SLOW)
            self._window, self._octets = now, 0

    def _time_out(self, reply: Reply) -> None:
        """Sends ``reply`` in a separate call of the event loop: an exception there doesn't stop the watch over
        others."""
        self.loop.call_soon(self._timed_out, reply)

    def _timed_out(self, reply: Reply) -> None:
        try:
            self._say(reply)
        finally:
            if not self._closing:  # the reply could not be written
                self._front.abort()
