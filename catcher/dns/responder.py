"""One message in, one out, whatever it is: the edge at which an error in answering stops."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from catcher.dns.authority import Authority, Reply
from catcher.dns.message import turn_down
from catcher.dns.tally import Tally
from catcher.dns.transfer import Transfer
from catcher.dns.wire import Rcode, Transport
from catcher.model.clock import Clock

log = logging.getLogger(__name__)

_LOG_EVERY = timedelta(seconds=60)


class Responder:
    """What both servers do with a message: answer, tally, survive."""

    def __init__(self, authority: Authority, clock: Clock, tally: Tally) -> None:
        self._authority = authority
        self._clock = clock
        self._tally = tally
        self._logged_at: datetime | None = None
        self.failures = 0
        """Messages that got SERVFAIL because answering raised: each one is a bug."""

    def respond(self, message: bytes, transport: Transport, client: str) -> bytes | None:
        """The reply's octets, tallied; None for silence. Never raises."""
        return self.begin(message, transport, client)[0]

    def begin(self, message: bytes, transport: Transport, client: str) -> tuple[bytes | None, Transfer | None]:
        """The same, and the transfer that the reply begins (TCP alone)."""
        reply = self.reply(message, transport, client)
        if reply is None:
            return None, None
        self._tally.add(reply, client, self._clock.now())
        return reply.wire, reply.transfer

    def reply(self, message: bytes, transport: Transport, client: str) -> Reply | None:
        """The reply, not tallied; None for silence. Never raises."""
        now = self._clock.now()
        try:
            return self._authority.answer(message, transport=transport, now=now, client=client)
        except Exception as error:  # the process's edge: one message must never stop the server
            return Reply(self._fail(message, error, now), rcode=Rcode.SERVFAIL)

    def go_on(self, transfer: Transfer) -> bytes | None:
        """The next message of a transfer; None behind the last."""
        return transfer.next(self._clock.now())

    def _fail(self, message: bytes, error: Exception, now: datetime) -> bytes:
        """SERVFAIL. The log names the error's type alone, never a name that was asked for, once a minute at most."""
        self.failures += 1
        if self._logged_at is None or now - self._logged_at >= _LOG_EVERY:
            self._logged_at = now
            log.error("answering raised %s; SERVFAIL was sent; %d since the start", type(error).__name__, self.failures)
        return turn_down(message, Rcode.SERVFAIL)
