"""The session on one connection: it answers commands in order, streams data, and records ended transactions.

Longer than others: the loop, the results on which it acts and the recordings for which it waits share one state.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import assert_never

from catcher.catalogue import Catalogue
from catcher.model.clock import Clock
from catcher.model.mail.policy import Outcome
from catcher.smtp.counters import Counters
from catcher.smtp.dialogue.dialogue import Dialogue
from catcher.smtp.dialogue.policy import OperatorMailbox
from catcher.smtp.dialogue.pool import EnvelopePool
from catcher.smtp.dialogue.results import (
    CommandResult,
    LoginRefused,
    MessageFault,
    MessageRefused,
    MessageTaken,
    ReceiveChunk,
    ReceiveData,
    StartTls,
)
from catcher.smtp.dialogue.verbs import answer
from catcher.smtp.message.data import ChunkPhase, DataPhase
from catcher.smtp.serving.certificate import Certificates
from catcher.smtp.serving.connection import Connection
from catcher.smtp.serving.recorder import Recorder, Recording, place_of
from catcher.smtp.serving.states import SessionEvent, SessionState
from catcher.smtp.settings import SmtpSettings
from catcher.smtp.throttledlog import ThrottledLog
from catcher.smtp.wire import replies
from catcher.smtp.wire.crlf import LineMender
from catcher.smtp.wire.replies import Reply
from catcher.smtp.wire.tls import HandshakeFailure

_GREETED, _COMMANDS, _RECORDING = SessionState.GREETED, SessionState.COMMANDS, SessionState.RECORDING
_DATA_BEGINS, _PHASE_ENDED = SessionEvent.DATA_BEGINS, SessionEvent.PHASE_ENDED
_WAIT_BEGINS, _RECORDED = SessionEvent.WAIT_BEGINS, SessionEvent.RECORDED
_STORED, _CANCELLED = Recording.STORED, Recording.CANCELLED
"""Own names for members of enums: to look a member up takes longer than to compare it."""
_ENDED = (SessionState.CLOSING, SessionState.GONE)
TURN = 100
"""Commands run at once before other sessions get their turn: a pipelining client can't hold up the event loop."""
RECORD_AFTER = timedelta(seconds=10)
"""Time after a refusal at RCPT at which it is recorded, even if its transaction goes on: the client has its reference,
and a worker that dies loses what isn't recorded."""
MOST_RECORDINGS = 8
"""Most recordings of refused recipients under way for one session. When there are more, the next end of a transaction
waits: a client can't start recordings without end."""


@dataclass(frozen=True, slots=True)
class ServerContext:
    """The objects that all sessions of a server share."""

    settings: SmtpSettings
    catalogue: Catalogue
    clock: Clock
    new_ref: Callable[[], str]
    recorder: Recorder
    is_recording: Callable[[], bool]
    """Whether observations can be stored now."""
    count_operator: Callable[[str, OperatorMailbox], None]
    """Counts a mail for postmaster@ or abuse@ a held domain."""
    pool: EnvelopePool
    counters: Counters
    lines: ThrottledLog
    certificates: Certificates | None
    """None: STARTTLS is not offered."""
    left: Callable[[SmtpSession], None]
    """Called when a session's connection is gone."""


class SmtpSession(Connection):
    """The session from the greeting to the connection's end. ``repr`` shows nothing of the client."""

    def __init__(self, context: ServerContext, loop: asyncio.AbstractEventLoop, address: str) -> None:
        super().__init__(context.settings.limits, loop)
        self._context = context
        self._draining = False
        """Whether the session ends as soon as no transaction is open, because the server stops."""
        self._chunk: ReceiveChunk | None = None
        """The BDAT whose octets are being read."""
        self._recordings = 0
        """Recordings of refused recipients that are under way."""
        self._pending: CommandResult | None = None
        """In state RECORDING: the result to act on once there are few enough recordings; None while the message's own
        recording is under way."""
        self.address = address
        if context.settings.is_lenient(address):
            self._mender = LineMender()
        self._dialogue = Dialogue(
            context.settings,
            catalogue=context.catalogue,
            clock=context.clock,
            new_ref=context.new_ref,
            address=address,
            pool=context.pool,
            tls_offered=context.certificates is not None,
            is_recording=context.is_recording,
            count_operator=context.count_operator,
        )
        self._transactions = self._dialogue.transactions

    def __repr__(self) -> str:
        return "SmtpSession(…)"

    # Called by the front and the server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._context.counters.connections += 1
        self._say(self._dialogue.greeting())
        self._write()

    def connection_lost(self, error: Exception | None) -> None:
        if self._phase is not None:
            self._context.counters.vanished += 1
        super().connection_lost(error)
        self._context.left(self)
        self._transactions.abandon()
        self._context.counters.parameters_passed_over += self._dialogue.passed_over
        self._record_refusals()

    def tls_established(self) -> None:
        """Begins the session anew after the handshake: the client starts with EHLO (RFC 3207 §4.2)."""
        if self._state is SessionState.HANDSHAKE:
            self._move(SessionEvent.TLS_ESTABLISHED)
            self._context.counters.tls += 1
            self._dialogue.tls_established()

    def tls_failed(self, failure: HandshakeFailure) -> None:
        """Counts a failed handshake: a sender that can't encrypt may send no mail at all."""
        self._context.counters.count_tls_failure(failure)
        self._log(logging.INFO, "a TLS handshake failed: %s", failure.value)

    def drain(self) -> None:
        """Ends the session because the server stops; an open transaction may end first."""
        self._draining = True
        self._go_on()

    def is_evictable(self, now: float) -> bool:
        """Whether the client may be closed to admit another: it doesn't wait for us."""
        return self._state is not _RECORDING and self._state not in _ENDED

    def evict(self) -> None:
        """Closes the connection with 421, to admit another client."""
        self._context.counters.evicted += 1
        self._say(replies.EVICTED)

    def abort(self) -> None:
        """Ends the session now."""
        if self.transport is not None:
            self._front.abort()

    def watch(self, now: float) -> None:
        super().watch(now)
        if self._recordings <= MOST_RECORDINGS:
            self._transactions.part_refusals(RECORD_AFTER)
            if self._transactions.refusals:
                self._record_refusals()

    # The work

    def _mended(self, mender: LineMender, data: bytes) -> bytes:
        octets = mender.feed(data)
        if mender.mends:
            self._dialogue.without_chunks()
        return octets

    def _first_octets(self) -> None:
        # RFC 2920 §3.1: EHLO or HELO comes after the greeting, and pipelining only after its answer.
        self._context.counters.early_talkers += self._commands.lines > 1

    def _work(self) -> None:
        turn = TURN
        while True:
            state = self._state
            if state is _COMMANDS or state is _GREETED:
                if self._waits:
                    return
                if self._draining and not self._transactions.is_open:
                    return self._say(replies.SHUTTING_DOWN)
                if not turn:
                    return self._yield_turn()
                turn -= 1
                command = self._commands.next()
                if command is None:
                    return self._leave() if self._client_done else None
                result = answer(self._dialogue, command)
                if self._transactions.refusals:
                    self._transaction_ended(result)
                else:
                    self._act_on(result)
            elif self._phase is not None:
                if self._feed(self._phase):
                    self._phase_ended()
                elif self._client_done:
                    self._context.counters.vanished += 1
                    return self._leave()
                else:
                    return
            elif state is _RECORDING and self._pending is not None and self._recordings <= MOST_RECORDINGS:
                self._move(_RECORDED)
                result, self._pending = self._pending, None
                self._act_on(result)
            elif self._client_done and state is SessionState.HANDSHAKE:
                return self._leave()
            else:
                return

    def _transaction_ended(self, result: CommandResult) -> None:
        """Records the refused recipients of a transaction that has ended, and acts on ``result`` at once, unless too
        many such recordings are under way."""
        self._record_refusals()
        if self._recordings > MOST_RECORDINGS:
            self._move(_WAIT_BEGINS)
            self._pending = result
        else:
            self._act_on(result)

    def _act_on(self, result: CommandResult) -> None:
        match result:
            case Reply():
                self._say(result)
            case ReceiveData():
                self._say(result.reply)
                message = self._transactions.message
                assert message is not None
                self._receive(_DATA_BEGINS, DataPhase(message))
            case ReceiveChunk():
                self._chunk = result
                message = None if result.refusal else self._transactions.message
                self._receive(SessionEvent.CHUNK_BEGINS, ChunkPhase(result.octets, message))
            case StartTls():
                self._start_tls(result.reply)
            case LoginRefused():
                self._context.counters.auth_refused += 1
                self._log(logging.INFO, "a client tried to log in and was turned away")
                self._say(result.reply)
            case _:
                assert_never(result)

    def _start_tls(self, reply: Reply) -> None:
        """Starts TLS. Drops plain octets behind STARTTLS: they must not run as commands of the TLS session."""
        certificates = self._context.certificates
        assert certificates is not None
        self._say(reply)
        self._write()
        self._move(SessionEvent.TLS_BEGINS)
        if len(self._commands):
            self._commands.clear()
            self._context.counters.tls_injected += 1
        self._front.start_tls(certificates.context())

    def _phase_ended(self) -> None:
        chunk, self._chunk, self._phase = self._chunk, None, None
        result: Reply | MessageRefused | MessageTaken
        if chunk is None:
            result = self._transactions.message_ended()
        else:
            result = chunk.refusal or self._transactions.chunk_ended(chunk)
        if isinstance(result, MessageTaken):
            return self._record(result)
        self._move(_PHASE_ENDED)
        if isinstance(result, MessageRefused):
            self._count_fault(result.fault)
            self._transaction_ended(result.reply)
        else:
            self._say(result)

    def _count_fault(self, fault: MessageFault) -> None:
        counters = self._context.counters
        match fault:
            case MessageFault.TOO_BIG:
                counters.too_big += 1
            case MessageFault.BARE_NEWLINE:
                counters.bare_newline += 1
            case MessageFault.LOOP:
                counters.loops += 1
            case MessageFault.NO_ROOM:
                counters.no_room += 1
            case _:
                assert_never(fault)

    # Recording

    def _record(self, taken: MessageTaken) -> None:
        """Records a message; its reply waits for that, and commands wait for the reply."""
        self._move(_WAIT_BEGINS)
        self._context.recorder.begin(taken.ended, partial(self._recorded, taken))
        if self._transactions.refusals:
            self._record_refusals()

    def _recorded(self, taken: MessageTaken, recording: Recording) -> None:
        if recording is _CANCELLED:
            return self.abort()
        stored, counters = recording is _STORED, self._context.counters
        match taken.ended.outcome:
            case None:
                counters.answers += stored
            case Outcome.ACCEPTED:
                counters.accepted += stored
            case Outcome.EXPLAINED:
                counters.explained += 1
            case Outcome.REFUSED:
                raise AssertionError("a recipient refused at RCPT has no data")
            case _:
                assert_never(taken.ended.outcome)
        self._pending = taken.recorded if stored else taken.unrecorded
        self._go_on()

    def _record_refusals(self) -> None:
        """Starts to record the recipients refused with the explanation at RCPT, if their transaction has ended. Nobody
        waits for that: they have their reply."""
        for refused in self._transactions.take_refusals():
            self._recordings += 1
            self._context.counters.refused += 1
            self._context.recorder.begin(refused, self._refusal_recorded)

    def _refusal_recorded(self, _: Recording) -> None:
        self._recordings -= 1
        if self._pending is not None:
            self._go_on()

    # The end

    def _leave(self) -> None:
        """Writes the last replies and closes the connection: the client is gone or sends no more."""
        self._write()
        self._close()

    def _failed(self, error: Exception) -> None:
        self._context.counters.internal_errors += 1
        self._log(logging.ERROR, "a session was ended by %s", place_of(error))
        self._say(replies.INTERNAL_ERROR)

    def _timed_out(self, reply: Reply) -> None:
        self._context.counters.timed_out += 1
        super()._timed_out(reply)

    def _log(self, level: int, text: str, *arguments: object) -> None:
        self._context.lines.write(self.loop.time(), level, text, *arguments)
