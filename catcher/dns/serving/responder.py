"""Answers one message with one reply or none, and stops every exception that answering raises."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from catcher.dns.answering.answer import AnswerKind
from catcher.dns.answering.authority import Authority, AuthorityReply
from catcher.dns.answering.message import turn_down
from catcher.dns.answering.strangers import TsigBudget
from catcher.dns.answering.transfer import Transfer
from catcher.dns.counting.tally import DemandTally
from catcher.dns.wire import Rcode, Transport
from catcher.model.clock import Clock

log = logging.getLogger(__name__)

_LOG_EVERY = timedelta(seconds=60)
"""Shortest time between two log lines about exceptions: a flood of exceptions must not fill the log."""


class Responder:
    """Answers and tallies a message for the UDP and the TCP server, and survives exceptions."""

    def __init__(
        self, authority: Authority, clock: Clock, tally: DemandTally, budget: TsigBudget | None = None
    ) -> None:
        self._authority = authority
        self._clock = clock
        self._tally = tally
        self._budget = budget
        self._logged_at: datetime | None = None
        self.failures = 0
        """Messages that got SERVFAIL because answering raised an exception; each is a bug."""

    def respond(self, message: bytes, transport: Transport, client: str) -> bytes | None:
        """The octets of the reply, which is tallied; None: no reply is sent. Never raises."""
        return self.begin(message, transport, client)[0]

    def begin(self, message: bytes, transport: Transport, client: str) -> tuple[bytes | None, Transfer | None]:
        """The octets of the reply, which is tallied, and the transfer that the reply begins (TCP alone)."""
        reply = self.reply(message, transport, client)
        if reply is None:
            return None, None
        self._tally.add(reply, client, self._clock.now())
        return reply.wire, reply.transfer

    def reply(self, message: bytes, transport: Transport, client: str) -> AuthorityReply | None:
        """The reply, not tallied; None: no reply is sent. Never raises."""
        now = self._clock.now()
        try:
            return self._authority.answer(message, transport=transport, now=now, client=client, budget=self._budget)
        except Exception as error:  # the process's edge: one message must never stop the server
            return AuthorityReply(self._fail(message, error, now), AnswerKind.ERROR, rcode=Rcode.SERVFAIL)

    def go_on(self, transfer: Transfer) -> bytes | None:
        """The next message of a transfer; None after the last. Raises what making it raises: the transfer is broken."""
        return transfer.next(self._clock.now())

    def _fail(self, message: bytes, error: Exception, now: datetime) -> bytes:
        """SERVFAIL. At most once a minute the log names the exception's type, never the QNAME or the client."""
        self.failures += 1
        if self._logged_at is None or now - self._logged_at >= _LOG_EVERY:
            self._logged_at = now
            log.error("answering raised %s; SERVFAIL was sent; %d since the start", type(error).__name__, self.failures)
        return turn_down(message, Rcode.SERVFAIL)
