"""One connection's reading, writing and timing, on aiosmtpd's SMTP; what is said is the session's.

Of aiosmtpd stays the protocol object that a loop and a listener know. Its command loop, its DATA, its task and its log
lines are replaced: they keep bodies, echo passwords, and take a bare LF for a line end. What came is answered in the
call that brought it; only a commit makes a client wait.
"""

from __future__ import annotations

import asyncio
import logging
from typing import cast

from aiosmtpd.smtp import SMTP

from catcher.smtp.commands import CommandReader
from catcher.smtp.data import Phase
from catcher.smtp.front import Front
from catcher.smtp.replies import IDLE, SESSION_TOO_LONG, TOO_SLOW, Reply
from catcher.smtp.settings import Limits

READ_AHEAD = 64 * 1024
"""Octets of commands that are read ahead of their answers; then the client has to wait."""
_INSTANT = 0.01
"""Seconds by which a limit may be reached early."""


def silence_library_log() -> None:
    """aiosmtpd's logger prints body lines, addresses and passwords; nothing of it may get out at any level."""
    logging.getLogger("mail.log").disabled = True


class Connection(SMTP):
    """Packets in: commands to be taken, or data, scanned as it comes. Replies out, a pipelined group at a time."""

    def __init__(self, hostname: str, limits: Limits, loop: asyncio.AbstractEventLoop) -> None:
        # The library's own looks at every attribute of its class and makes a stream that isn't read from: it takes
        # longer than all the rest of a connection. What its methods that are in use here rest on is set here.
        self.loop = loop
        self.hostname = hostname
        self.session = self.envelope = None
        self.transport: asyncio.BaseTransport | None = None
        self._front: Front
        """The same while it is there: set when the connection is made."""
        self._limits = limits
        self._commands = CommandReader()
        self._phase: Phase | None = None
        """The data or the chunk that packets go to; None: they are commands."""
        self._out = b""
        self._blocked = False
        """Whether commands have to wait: for a commit, or for the other sessions' turn."""
        self._stuffed = False
        """Whether the client doesn't read its replies."""
        self._held_back = False
        """Whether the client has to wait until its commands are answered."""
        self._eof = False
        self._over = False
        """Whether the connection is being closed: nothing is read or said any more."""
        self._busy = False
        """Whether it is us who the client waits for: it can't be idle then."""
        self._started = self._active = self._window = self._closed_at = loop.time()
        self._octets = 0
        """Octets of data since ``_window`` began."""

    # What the front calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._front = cast(Front, transport)

    def data_received(self, data: bytes) -> None:
        self._active = self.loop.time()
        if self._over:
            return
        try:
            self._take(data)
        except Exception as error:  # the edge of a session: the client hears a fixed text, the others don't notice
            self._failed(error)
        if (self._blocked or self._stuffed) and len(self._commands) > READ_AHEAD and not self._held_back:
            self._held_back = True
            self._front.pause_reading()

    def eof_received(self) -> bool:
        """The client sends no more, but may still read: what it asked for is answered, then the session ends."""
        self._eof = True
        self._go_on()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        self._over = True
        self._forget()
        self.transport = None

    def pause_writing(self) -> None:
        self._stuffed = True

    def resume_writing(self) -> None:
        self._stuffed = False
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

    # What the session is made of

    def _run(self) -> None:
        """Answers what can be answered."""
        raise NotImplementedError

    def _phase_ended(self, phase: Phase) -> None:
        raise NotImplementedError

    def _failed(self, error: Exception) -> None:
        raise NotImplementedError

    # What the session calls

    def _go_on(self) -> None:
        """Runs what waits, if it doesn't have to wait any longer."""
        try:
            self._run()
        except Exception as error:  # the edge of a session, as in ``data_received``
            self._failed(error)
        if self._held_back and not self._over and len(self._commands) <= READ_AHEAD:
            self._held_back = False
            self._front.resume_reading()

    def _give_way(self) -> None:
        """Lets other sessions have their turn."""
        self._blocked = True
        self.loop.call_soon(self._unblock)

    def _unblock(self) -> None:
        self._blocked = False
        self._go_on()

    def _receive(self, phase: Phase) -> None:
        """From now on packets go to ``phase``, first of all what came already."""
        self._phase = phase
        self._window, self._octets = self.loop.time(), 0
        self._write()
        early = self._commands.take_all()
        if early or phase.ended:
            self._take(early)

    def _say(self, reply: Reply) -> None:
        """Queues ``reply``. One that closes is written at once, and is the last; what the client sent is forgotten."""
        if self._over:
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
        """Ends the connection. A client that doesn't read the last reply is cut off after a while."""
        self._over = True
        self._forget()
        if self.transport is not None:
            self._front.close()
            self._closed_at = self.loop.time()

    def _forget(self) -> None:
        self._phase = None
        self._commands.clear()
        self._out = b""

    # Timing. The server looks at all its connections once a second: none has a timer, a packet only notes the time.

    def watch(self, now: float) -> None:
        """Ends what lasts too long. ``now``: the loop's time."""
        limits = self._limits
        now += _INSTANT
        if self._over:
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
        """In a call of its own, so that whatever goes wrong in it is no other connection's trouble."""
        self.loop.call_soon(self._timed_out, reply)

    def _timed_out(self, reply: Reply) -> None:
        try:
            self._say(reply)
        finally:
            if not self._over:  # it can't be said
                self._front.abort()
