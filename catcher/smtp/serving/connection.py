"""Reading, writing and timing of one connection; the subclass ``SmtpSession`` does the work in between.

The class is not aiosmtpd's ``SMTP``: aiosmtpd buffers a whole message before it hands it over, logs addresses,
passwords and lines of bodies, and ends a command at a bare LF. The sink may do none of these (promises 1 and 2), so no
part of aiosmtpd's class could be used. Commands are answered in the call that brings their octets; a client waits only
for a commit.

Every event that can bring work calls ``_go_on``, and nothing else does: the work is one loop, which no event enters
twice.
"""

from __future__ import annotations

import asyncio
from typing import cast

from catcher.smtp.admission.place import Place
from catcher.smtp.message.data import Phase
from catcher.smtp.serving.front import Front
from catcher.smtp.serving.states import SESSION, SessionEvent, SessionState, Wait
from catcher.smtp.settings import SmtpLimits
from catcher.smtp.wire.commands import CommandReader
from catcher.smtp.wire.crlf import LineMender
from catcher.smtp.wire.replies import IDLE, SESSION_TOO_LONG, TOO_SLOW, Reply

READ_AHEAD = 8 * 1024
"""Most octets of commands read ahead of their answers; above this number reading pauses, so that memory is bounded. It
is also the most that a read brings beside data: a client that doesn't read its replies leaves twice as much with us."""
WRITE_AHEAD = 4 * 1024
"""Octets of replies that are collected for one write. A client that doesn't read makes the transport pause us soon."""
_TIMER_SLACK = 0.01
"""Seconds by which a limit may be reached early: a timer of the loop may fire a little before its time."""
_GREETED, _RECORDING, _CLOSING = SessionState.GREETED, SessionState.RECORDING, SessionState.CLOSING
"""Own names for members of the enum: to look a member up takes longer than to compare it."""
_ENDED = (_CLOSING, SessionState.GONE)
_IN_DATA = (SessionState.DATA, SessionState.CHUNK)


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
        self._state = _GREETED
        self._waits: set[Wait] = set()
        self._commands = CommandReader()
        """The octets that are not worked on yet, of commands or data."""
        self._mender: LineMender | None = None
        """Mends the lines of a client in a lenient network."""
        self._phase: Phase | None = None
        """Takes the octets in states DATA and CHUNK."""
        self._out = b""
        self._reads = True
        """Whether the transport reads; else so many commands wait that reading is paused."""
        self._client_done = False
        """Whether the client sends no more. It may still read: its commands are answered first."""
        self._started = self._active = self._window = self._closed_at = loop.time()
        self._octets = 0
        """Octets of data since ``_window`` began."""

    def _move(self, event: SessionEvent) -> None:
        self._state = SESSION[self._state][event]

    # Called by the front

    @property
    def most_octets(self) -> int:
        """Most octets of the next read: the data that is due, and some commands."""
        return READ_AHEAD if self._phase is None else self._phase.most + READ_AHEAD

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._front = cast(Front, transport)

    def data_received(self, data: bytes) -> None:
        self._active = self.loop.time()
        self.place.received(len(data), self._active)
        if self._state in _ENDED:
            return
        self._commands.feed(data if self._mender is None else self._mended(self._mender, data))
        if self._state is _GREETED:
            self._move(SessionEvent.FIRST_OCTETS)
            self._first_octets()
        self._go_on()

    def eof_received(self) -> bool:
        """Handles the end of the client's octets: its commands are answered, then the session ends."""
        self._client_done = True
        self._go_on()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        self._move(SessionEvent.LOST)
        self._forget()
        self.transport = None

    def pause_writing(self) -> None:
        """The client doesn't read its replies: it gets no more of them until it does."""
        self._waits.add(Wait.READER)

    def resume_writing(self) -> None:
        self._waits.discard(Wait.READER)
        self._go_on()

    # Implemented by the session

    def _mended(self, mender: LineMender, data: bytes) -> bytes:
        """The octets of a client in a lenient network, with mended lines."""
        raise NotImplementedError

    def _first_octets(self) -> None:
        """Counts what the client's first octets show."""
        raise NotImplementedError

    def _work(self) -> None:
        """Takes octets and answers commands until nothing can be done now."""
        raise NotImplementedError

    def _failed(self, error: Exception) -> None:
        """Ends the session because of an error that nobody foresaw."""
        raise NotImplementedError

    # Called by the session

    def _go_on(self) -> None:
        """Works; then writes the replies, and reads on unless too many commands wait."""
        try:
            self._work()
            if self._out:
                self._write()
        except Exception as error:  # the edge of a session: the client gets a fixed reply, other sessions go on
            self._failed(error)
        if not (self._waits or self._state is _RECORDING) and self._reads:
            return  # all octets were worked on
        if self._reads is (len(self._commands) > READ_AHEAD) and self._state not in _ENDED:
            self._reads = not self._reads
            if self._reads:
                self._front.resume_reading()
            else:
                self._front.pause_reading()

    def _yield_turn(self) -> None:
        """Lets the event loop run other sessions before this session continues."""
        self._waits.add(Wait.TURN)
        self.loop.call_soon(self._has_turn)

    def _has_turn(self) -> None:
        self._waits.discard(Wait.TURN)
        self._go_on()

    def _receive(self, event: SessionEvent, phase: Phase) -> None:
        """Passes the octets from here on to ``phase``."""
        self._move(event)
        self._phase = phase
        self._window, self._octets = self.loop.time(), 0

    def _feed(self, phase: Phase) -> bool:
        """Passes the octets at hand to ``phase``; returns whether it has ended."""
        octets = self._commands.take(phase.most)
        if octets:
            self._octets += len(octets)
            rest = phase.feed(octets)
            if rest:
                self._commands.feed(rest)
        return phase.ended

    def _say(self, reply: Reply) -> None:
        """Queues ``reply``. A closing reply is written at once and is the last; commands that haven't run are
        dropped."""
        if self._state in _ENDED:
            return
        self._out += reply.wire
        if reply.close:
            self._write()
            self._close()
        elif len(self._out) >= WRITE_AHEAD:
            self._write()

    def _write(self) -> None:
        if self._out and self.transport is not None:
            self._front.write(self._out)
        self._out = b""

    def _close(self) -> None:
        """Ends the connection. A client that doesn't read the last reply is cut off after ``lingering_seconds``."""
        self._move(SessionEvent.LAST_REPLY)
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
        if self._state in _ENDED:
            if self._state is _CLOSING and now >= self._closed_at + limits.lingering_seconds:
                self._front.abort()
            return
        if self._state is _RECORDING:  # the client waits for us
            self._active = now
            self._started = max(self._started, now - limits.session_seconds + 1)
        elif now >= self._started + limits.session_seconds:
            return self._time_out(SESSION_TOO_LONG)
        elif now >= self._active + limits.idle_seconds:
            return self._time_out(IDLE)
        if now >= self._window + limits.window_seconds:
            if self._state in _IN_DATA and self._octets < limits.octets_a_window:
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
            if self._state not in _ENDED:  # the reply could not be written
                self._front.abort()
