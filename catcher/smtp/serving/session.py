"""The session on one connection: it answers commands in order, streams data, and records ended transactions."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import assert_never

from catcher.catalogue import Catalogue
from catcher.model.clock import Clock
from catcher.model.mail.policy import Outcome
from catcher.smtp.counters import Counters
from catcher.smtp.dialogue.dialogue import Chunk, Dialogue
from catcher.smtp.dialogue.verbs import answer
from catcher.smtp.message.data import ChunkPhase, DataPhase, Message, Phase
from catcher.smtp.serving.certificate import Certificates
from catcher.smtp.serving.connection import Connection
from catcher.smtp.serving.recorder import Recorder, place_of
from catcher.smtp.settings import SmtpSettings
from catcher.smtp.wire import replies
from catcher.smtp.wire.replies import Reply, SessionEvent

log = logging.getLogger("catcher.smtp")

TURN = 100
"""Commands run at once before other sessions get their turn: a pipelining client can't hold up the event loop."""


@dataclass(frozen=True, slots=True)
class ServerContext:
    """The objects that all sessions of a server share."""

    settings: SmtpSettings
    catalogue: Catalogue
    clock: Clock
    new_ref: Callable[[], str]
    recorder: Recorder
    counters: Counters
    certificates: Certificates | None
    """None: STARTTLS is not offered."""
    left: Callable[[SmtpSession], None]
    """Called when a session's connection is gone."""


def address_of(peername: object) -> str:
    """The client's address as text: an IPv4-mapped address as IPv4, without a zone; '' if the client is already
    gone."""
    if not isinstance(peername, tuple | list) or not peername:
        return ""
    return _address(str(peername[0]))


@lru_cache(maxsize=1024)
def _address(text: str) -> str:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


class SmtpSession(Connection):
    """The session from the greeting to the connection's end. ``repr`` shows nothing of the client."""

    def __init__(self, context: ServerContext, loop: asyncio.AbstractEventLoop, address: str) -> None:
        super().__init__(context.settings.limits, loop)
        self._context = context
        self._draining = False
        self._first = True
        """Whether no command was read yet."""
        self._chunk: Chunk | None = None
        """The BDAT whose octets are being read."""
        self.address = address
        self._dialogue = Dialogue(
            context.settings,
            catalogue=context.catalogue,
            clock=context.clock,
            new_ref=context.new_ref,
            address=address,
            tls_offered=context.certificates is not None,
            is_recording=context.recorder.is_recording,
        )

    def __repr__(self) -> str:
        return "SmtpSession(…)"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._context.counters.connections += 1
        self._say(self._dialogue.greeting())
        self._write()

    def connection_lost(self, error: Exception | None) -> None:
        if self._phase is not None:
            self._context.counters.vanished += 1
        super().connection_lost(error)
        self._dialogue.abandon()
        self._context.counters.parameters_passed_over += self._dialogue.passed_over
        for refused in self._begin_refused():
            refused.add_done_callback(self._context.recorder.is_stored)
        self._context.left(self)

    def tls_established(self) -> None:
        """Restarts the session after the handshake: the client begins again with EHLO (RFC 3207 §4.2)."""
        self._context.counters.tls += 1
        self._dialogue.tls_established()

    def drain(self) -> None:
        """Ends the session because the server stops; an open transaction may end first."""
        self._draining = True
        self._go_on()

    def is_evictable(self, now: float) -> bool:
        """Whether the client may be closed to admit another: it doesn't wait for us."""
        return not (self._closing or self._busy or self._blocked)

    def evict(self) -> None:
        """Closes the connection with 421, to admit another client."""
        self._context.counters.evicted += 1
        self._say(replies.EVICTED)

    def abort(self) -> None:
        """Ends the session now."""
        if self.transport is not None:
            self._front.abort()

    def _run(self) -> None:
        if self._first and self._commands:
            self._first = False
            # RFC 2920 §3.1: EHLO or HELO comes after the greeting, and pipelining only after its answer.
            self._context.counters.early_talkers += self._commands.lines > 1
        turn = TURN
        while not (self._closing or self._blocked):
            if self._phase is not None:
                if self._eof:
                    self._context.counters.vanished += 1
                    self._leave()
                return
            if self._draining and not self._dialogue.in_transaction:
                return self._say(replies.SHUTTING_DOWN)
            if not turn or self._write_paused:
                self._write()
                if not self._write_paused:
                    self._yield_turn()
                return
            turn -= 1
            command = self._commands.next()
            if command is None:
                self._write()
                if self._eof:
                    self._leave()
                return
            self._answered(answer(self._dialogue, command))

    def _answered(self, reply: Reply | Chunk) -> None:
        """Sends ``reply``. If the command ended a transaction, its refused recipients are recorded first."""
        if self._dialogue.refusals:
            self._wait_for(self._begin_refused(), lambda _: self._act_on(reply))
        else:
            self._act_on(reply)

    def _act_on(self, reply: Reply | Chunk) -> None:
        if isinstance(reply, Chunk):
            self._chunk = reply
            return self._receive(ChunkPhase(reply.octets, None if reply.refusal else self._dialogue.message))
        self._say(reply)
        if reply.event is SessionEvent.AUTH_REFUSED:
            self._context.counters.auth_refused += 1
            log.info("a client tried to log in and was turned away")
        elif reply.event is SessionEvent.DATA_BEGINS and self._dialogue.message is not None:
            self._receive(DataPhase(self._dialogue.message))
        elif reply.event is SessionEvent.TLS_BEGINS:
            self._start_tls()

    def _start_tls(self) -> None:
        """Starts TLS. Drops plain octets behind STARTTLS: they must not run as commands of the TLS session."""
        certificates = self._context.certificates
        assert certificates is not None
        self._write()
        if self._commands.take_all():
            self._context.counters.tls_injected += 1
        if not self._closing:
            self._front.start_tls(certificates.context())

    def _phase_ended(self, phase: Phase) -> None:
        message = self._dialogue.message
        chunk, self._chunk = self._chunk, None
        if chunk is not None and chunk.refusal is not None:
            return self._answered(chunk.refusal)
        assert message is not None
        if chunk is None or (chunk.last and not message.too_big):
            return self._message_ended(message)
        if message.too_big:
            self._context.counters.too_big += 1
            return self._answered(self._dialogue.data_too_big())
        self._say(replies.chunk_taken(chunk.octets))

    def _message_ended(self, message: Message) -> None:
        counters = self._context.counters
        found = message.finish()
        if found is None:
            counters.too_big += 1
            return self._answered(self._dialogue.data_too_big())
        refusal = self._dialogue.unacceptable(*found, hops=message.hops)
        if refusal is not None:
            counters.bare_newline += refusal.event is SessionEvent.BARE_NEWLINE
            counters.loops += refusal.event is SessionEvent.LOOP
            return self._answered(refusal)
        ended, reply, unrecorded = self._dialogue.data_ended(*found)
        recording = [self._context.recorder.begin(ended), *self._begin_refused()]
        self._wait_for(recording, partial(self._message_recorded, ended.outcome, reply, unrecorded))

    def _message_recorded(self, outcome: Outcome | None, reply: Reply, unrecorded: Reply, stored: list[bool]) -> None:
        """Sends ``reply`` if the observation was stored, else ``unrecorded``."""
        counters = self._context.counters
        match outcome:
            case None:
                counters.answers += stored[0]
            case Outcome.ACCEPTED:
                counters.accepted += stored[0]
            case Outcome.EXPLAINED:
                counters.explained += 1
            case Outcome.REFUSED:
                raise AssertionError("a recipient refused at RCPT has no data")
            case _:
                assert_never(outcome)
        self._say(reply if stored[0] else unrecorded)

    def _wait_for(self, recording: list[asyncio.Future[object]], then: Callable[[list[bool]], None]) -> None:
        """Runs no command until all of ``recording`` are done and ``then`` was called with the results."""
        self._write()
        self._blocked = self._busy = True
        every = recording[0] if len(recording) == 1 else asyncio.gather(*recording, return_exceptions=True)
        every.add_done_callback(partial(self._recorded, recording, then))

    def _recorded(self, recording: list[asyncio.Future[object]], then: Callable[[list[bool]], None], _: object) -> None:
        self._blocked = self._busy = False
        stored = [self._context.recorder.is_stored(each) for each in recording]
        if None in stored:
            return self.abort()
        try:
            then([each is True for each in stored])
        except Exception as error:  # the edge of a session, as in ``data_received``
            self._failed(error)
        self._go_on()

    def _begin_refused(self) -> list[asyncio.Future[object]]:
        """Starts to record the recipients refused with the explanation at RCPT, if their transaction has ended."""
        if not self._dialogue.refusals:
            return []
        refused = self._dialogue.take_refusals()
        self._context.counters.refused += len(refused)
        return [self._context.recorder.begin(each) for each in refused]

    def _leave(self) -> None:
        """Writes the last replies and closes the connection: the client is gone or sends no more."""
        self._write()
        self._close()

    def _failed(self, error: Exception) -> None:
        self._context.counters.internal_errors += 1
        log.error("a session was ended by %s", place_of(error))
        self._say(replies.INTERNAL_ERROR)

    def _timed_out(self, reply: Reply) -> None:
        self._context.counters.timed_out += 1
        super()._timed_out(reply)
