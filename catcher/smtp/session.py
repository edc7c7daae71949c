"""The conversation on one connection: commands are answered in order, data is streamed, what ended is recorded."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import Callable
from dataclasses import dataclass

from catcher.catalogue import Catalogue
from catcher.model.clock import Clock
from catcher.model.policy import Outcome
from catcher.smtp import replies
from catcher.smtp.connection import Connection
from catcher.smtp.counters import Counters
from catcher.smtp.data import DataPhase
from catcher.smtp.dialogue import Dialogue
from catcher.smtp.envelope import Ended
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
    entered: Callable[[SmtpSession], None]
    left: Callable[[SmtpSession], None]


def address_of(peername: object) -> str:
    """The client's address as text, IPv4-mapped as IPv4, without a zone; '' when it is gone already."""
    if not isinstance(peername, tuple | list) or not peername:
        return ""
    try:
        address = ipaddress.ip_address(str(peername[0]).partition("%")[0])
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


class SmtpSession(Connection):
    """A connection from its greeting to its end. ``repr`` shows nothing of the client."""

    _dialogue: Dialogue
    """There is one from the moment the connection is made."""

    def __init__(self, around: Surroundings, loop: asyncio.AbstractEventLoop) -> None:
        self._around = around
        self._draining = False
        super().__init__(around.settings.hostname, around.settings.limits, loop)

    def __repr__(self) -> str:
        return "SmtpSession(…)"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        around = self._around
        around.entered(self)
        around.counters.connections += 1
        address = address_of(transport.get_extra_info("peername"))
        self._dialogue = Dialogue(
            around.settings,
            catalogue=around.catalogue,
            clock=around.clock,
            new_ref=around.new_ref,
            address=address,
            tls=transport.get_extra_info("ssl_object") is not None,
        )
        if not address:
            self.abort()

    def connection_lost(self, error: Exception | None) -> None:
        if self._data is not None:
            self._around.counters.vanished += 1
        super().connection_lost(error)
        self._dialogue.abandon()
        for refused in self._refused():
            self._around.recorder.begin(refused)
        self._around.left(self)

    def drain(self) -> None:
        """The server is going down: a running transaction may still end, then the session does."""
        self._draining = True
        self._wake()

    def abort(self) -> None:
        """Ends the session now."""
        if self.transport is not None:
            self._wire.abort()

    async def _handle_client(self) -> None:
        """The session's task; the library starts it when the connection is made."""
        try:
            await self._converse()
        except ConnectionError:
            pass  # the client is gone: connection_lost does what is left to do
        except Exception as error:  # the edge of a session: the client hears a fixed text, the others don't notice
            self._around.counters.internal_errors += 1
            log.error("a session was ended by %s", place_of(error))
            self._say(replies.INTERNAL_ERROR)

    async def _converse(self) -> None:
        self._say(self._dialogue.greeting())
        turn = TURN
        while not self._over:
            if self._draining and not self._dialogue.in_transaction:
                return self._say(replies.SHUTTING_DOWN)
            command = self._commands.next()
            if command is None or not turn:
                await self._flush()
                turn = TURN
                if command is None:
                    if self._eof:
                        return self._leave()
                    await self._input()
                    continue
                await asyncio.sleep(0)
            turn -= 1
            reply: Reply | None = answer(self._dialogue, command)
            if reply is replies.NO_AUTH:
                self._around.counters.auth_refused += 1
                log.info("a client tried to log in and was turned away")
            elif reply is replies.START_DATA:
                reply = await self._take_data()
            await self._record_refusals()
            if reply is not None:
                self._say(reply)

    async def _take_data(self) -> Reply | None:
        """From 354 to the end of data; returns what to say then, None when the client vanished before it."""
        self._say(replies.START_DATA)
        await self._flush()
        phase = DataPhase(self._limits.message_octets)
        self._receive(phase)
        while self._data is phase:
            if self._eof:
                self._around.counters.vanished += 1
                self._leave()
                return None
            await self._input()
        if self._fault is not None:
            fault, self._fault = self._fault, None
            raise fault
        if not phase.ended:
            return None
        message = phase.finish()
        if message is None:
            self._around.counters.too_big += 1
            return self._dialogue.data_too_big()
        ended, reply = self._dialogue.data_ended(*message)
        del message
        return await self._record(ended, reply)

    async def _record(self, ended: Ended, reply: Reply) -> Reply:
        """``reply`` when ``ended`` is durable, or when it stands without the store (DESIGN §3)."""
        counters = self._around.counters
        self._busy = True
        stored = await self._around.recorder.record(ended)
        self._busy = False
        if ended.outcome is Outcome.EXPLAINED:
            counters.explained += 1
        elif stored:
            counters.accepted += 1
        else:
            return replies.NOT_STORED
        return reply

    async def _record_refusals(self) -> None:
        """Records the recipients that got the explanation at RCPT, when their transaction ended just now."""
        recording = [self._around.recorder.record(refused) for refused in self._refused()]
        if recording:
            self._busy = True
            await asyncio.gather(*recording)
            self._busy = False

    def _refused(self) -> list[Ended]:
        refused = self._dialogue.take_refusals()
        self._around.counters.refused += len(refused)
        return refused

    def _leave(self) -> None:
        """The client is gone, or has nothing more to say."""
        self._write()
        self._close()

    def _timed_out(self, reply: Reply) -> None:
        self._around.counters.timed_out += 1
        super()._timed_out(reply)
