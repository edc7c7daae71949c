"""The conversation on one connection: commands are answered in order, data is streamed, what ended is recorded."""

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
from catcher.model.policy import Outcome
from catcher.smtp import replies
from catcher.smtp.certificate import Certificates
from catcher.smtp.connection import Connection
from catcher.smtp.counters import Counters
from catcher.smtp.data import ChunkPhase, DataPhase, Message, Phase
from catcher.smtp.dialogue import Chunk, Dialogue
from catcher.smtp.recorder import Recorder, place_of
from catcher.smtp.replies import Reply
from catcher.smtp.settings import Settings
from catcher.smtp.verbs import answer

log = logging.getLogger("catcher.smtp")

TURN = 100
"""Commands that are run before other sessions get their turn."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all sessions of a server share."""

    settings: Settings
    catalogue: Catalogue
    clock: Clock
    new_ref: Callable[[], str]
    recorder: Recorder
    counters: Counters
    certificates: Certificates | None
    """None: STARTTLS is not offered."""
    left: Callable[[SmtpSession], None]


def address_of(peername: object) -> str:
    """The client's address as text, IPv4-mapped as IPv4, without a zone; '' when it is gone already."""
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
    """A connection from its greeting to its end. ``repr`` shows nothing of the client."""

    def __init__(self, around: Surroundings, loop: asyncio.AbstractEventLoop, address: str) -> None:
        super().__init__(around.settings.hostname, around.settings.limits, loop)
        self._around = around
        self._draining = False
        self._first = True
        """Whether nothing came from the client yet."""
        self._chunk: Chunk | None = None
        """The BDAT whose octets are being read."""
        self.address = address
        self._dialogue = Dialogue(
            around.settings,
            catalogue=around.catalogue,
            clock=around.clock,
            new_ref=around.new_ref,
            address=address,
            tls_offered=around.certificates is not None,
            is_recording=around.recorder.is_recording,
        )

    def __repr__(self) -> str:
        return "SmtpSession(…)"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._around.counters.connections += 1
        self._say(self._dialogue.greeting())
        self._write()

    def connection_lost(self, error: Exception | None) -> None:
        if self._phase is not None:
            self._around.counters.vanished += 1
        super().connection_lost(error)
        self._dialogue.abandon()
        self._around.counters.parameters_passed_over += self._dialogue.passed_over
        for refused in self._begin_refused():
            refused.add_done_callback(self._around.recorder.is_stored)
        self._around.left(self)

    def tls_established(self) -> None:
        """The handshake is done: the client starts anew (RFC 3207 §4.2)."""
        self._around.counters.tls += 1
        self._dialogue.tls_established()

    def drain(self) -> None:
        """The server is going down: a running transaction may still end, then the session does."""
        self._draining = True
        self._go_on()

    def is_asleep(self, now: float) -> bool:
        """Whether the client has said nothing for so long that it may be sent away for another's sake."""
        if self._over or self._busy or self._blocked or self._phase is not None:
            return False
        limits = self._around.settings.limits
        patience = limits.asleep_in_transaction_seconds if self._dialogue.in_transaction else limits.asleep_seconds
        return now - self._active >= patience

    def make_way(self) -> None:
        """Sends the client away, since others wait."""
        self._around.counters.made_way += 1
        self._say(replies.MAKING_WAY)

    def abort(self) -> None:
        """Ends the session now."""
        if self.transport is not None:
            self._front.abort()

    def _run(self) -> None:
        if self._first and self._commands:
            self._first = False
            # HELO has to wait for the greeting, and all else for HELO's answer (RFC 2920).
            self._around.counters.early_talkers += self._commands.lines > 1
        turn = TURN
        while not (self._over or self._blocked):
            if self._phase is not None:
                if self._eof:
                    self._around.counters.vanished += 1
                    self._leave()
                return
            if self._draining and not self._dialogue.in_transaction:
                return self._say(replies.SHUTTING_DOWN)
            if not turn or self._stuffed:
                self._write()
                if not self._stuffed:
                    self._give_way()
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
        """Says ``reply``, once what ended with its command is recorded."""
        if self._dialogue.refusals:
            self._wait_for(self._begin_refused(), lambda _: self._act_on(reply))
        else:
            self._act_on(reply)

    def _act_on(self, reply: Reply | Chunk) -> None:
        if isinstance(reply, Chunk):
            self._chunk = reply
            return self._receive(ChunkPhase(reply.octets, None if reply.refusal else self._dialogue.message))
        self._say(reply)
        if reply is replies.NO_AUTH:
            self._around.counters.auth_refused += 1
            log.info("a client tried to log in and was turned away")
        elif reply is replies.START_DATA and self._dialogue.message is not None:
            self._receive(DataPhase(self._dialogue.message))
        elif reply is replies.START_TLS:
            self._start_tls()

    def _start_tls(self) -> None:
        """What came in plain after the command is forgotten: nobody may put words into the secured session."""
        certificates = self._around.certificates
        assert certificates is not None
        self._write()
        if self._commands.take_all():
            self._around.counters.tls_injected += 1
        if not self._over:
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
            self._around.counters.too_big += 1
            return self._answered(self._dialogue.data_too_big())
        self._say(replies.chunk_taken(chunk.octets))

    def _message_ended(self, message: Message) -> None:
        counters = self._around.counters
        found = message.finish()
        if found is None:
            counters.too_big += 1
            return self._answered(self._dialogue.data_too_big())
        refusal = self._dialogue.unacceptable(*found, hops=message.hops)
        if refusal is not None:
            counters.bare_newline += refusal is replies.BARE_NEWLINE
            counters.loops += refusal is replies.LOOP
            return self._answered(refusal)
        ended, reply, unrecorded = self._dialogue.data_ended(*found)
        recording = [self._around.recorder.begin(ended), *self._begin_refused()]
        self._wait_for(recording, partial(self._message_recorded, ended.outcome, reply, unrecorded))

    def _message_recorded(self, outcome: Outcome | None, reply: Reply, unrecorded: Reply, stored: list[bool]) -> None:
        """Says ``reply`` when it is durable, else ``unrecorded``."""
        counters = self._around.counters
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
        """Takes no command until all that is ``recording`` is done, and ``then`` was called with what came of it."""
        self._write()
        self._blocked = self._busy = True
        every = recording[0] if len(recording) == 1 else asyncio.gather(*recording, return_exceptions=True)
        every.add_done_callback(partial(self._recorded, recording, then))

    def _recorded(self, recording: list[asyncio.Future[object]], then: Callable[[list[bool]], None], _: object) -> None:
        self._blocked = self._busy = False
        stored = [self._around.recorder.is_stored(each) for each in recording]
        if None in stored:
            return self.abort()
        try:
            then([each is True for each in stored])
        except Exception as error:  # the edge of a session, as in ``data_received``
            self._failed(error)
        self._go_on()

    def _begin_refused(self) -> list[asyncio.Future[object]]:
        """Records the recipients that got the explanation at RCPT, when their transaction ended just now."""
        if not self._dialogue.refusals:
            return []
        refused = self._dialogue.take_refusals()
        self._around.counters.refused += len(refused)
        return [self._around.recorder.begin(each) for each in refused]

    def _leave(self) -> None:
        """The client is gone, or has nothing more to say."""
        self._write()
        self._close()

    def _failed(self, error: Exception) -> None:
        self._around.counters.internal_errors += 1
        log.error("a session was ended by %s", place_of(error))
        self._say(replies.INTERNAL_ERROR)

    def _timed_out(self, reply: Reply) -> None:
        self._around.counters.timed_out += 1
        super()._timed_out(reply)
