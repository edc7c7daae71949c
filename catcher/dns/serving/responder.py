"""Answers one message with one reply or none, and stops every exception that answering raises."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from catcher.dns.answering.answer import AnswerKind
from catcher.dns.answering.authority import Authority
from catcher.dns.answering.message import rejected, turn_down
from catcher.dns.answering.options import packed
from catcher.dns.answering.query import rejection
from catcher.dns.answering.reply import AuthorityReply
from catcher.dns.answering.strangers import TsigBudget
from catcher.dns.answering.transfer import Transfer
from catcher.dns.counting.counters import DnsCount, DnsCounters
from catcher.dns.counting.ratelimit import truncated
from catcher.dns.counting.tally import DemandTally, code_of
from catcher.dns.tapping.tap import DnsTap
from catcher.dns.wire import Rcode, Transport
from catcher.model.clock import Clock

log = logging.getLogger(__name__)

_LOG_EVERY = timedelta(seconds=60)
"""Shortest time between two log lines about exceptions: a flood of exceptions must not fill the log."""


class Responder:
    """Answers and tallies a message for the UDP and the TCP server, and survives exceptions."""

    def __init__(
        self,
        authority: Authority,
        clock: Clock,
        tally: DemandTally,
        budget: TsigBudget | None = None,
        counters: DnsCounters | None = None,
        tap: DnsTap | None = None,
    ) -> None:
        """``tap``: gets what ``begin`` answers."""
        self._authority = authority
        self._clock = clock
        self._tally = tally
        self._budget = budget
        self._counters = counters or DnsCounters()
        self._tap = tap
        self._logged_at: datetime | None = None
        self.failures = 0
        """Messages on whose way an exception was raised; each is a bug."""

    def respond(self, message: bytes, transport: Transport, client: str) -> bytes | None:
        """The octets of the reply, which is tallied; None: no reply is sent. Never raises."""
        return self.begin(message, transport, client)[0]

    def begin(self, message: bytes, transport: Transport, client: str) -> tuple[bytes | None, Transfer | None]:
        """The octets of the reply, which is tallied and counted, and the transfer that the reply begins (TCP alone)."""
        reply = self.reply(message, transport, client)
        if self._tap is not None:
            second = int(self._clock.now().timestamp())
            self._tap.tell(message, None if reply is None else reply.wire, packed(client), transport, second)
        if reply is None:
            self._counters.add(DnsCount.SILENT)
            return None, None
        self._counters.replied(code_of(reply), reply.wire)
        self._tally.add(reply, client, self._clock.now())
        return reply.wire, reply.transfer

    def reply(self, message: bytes, transport: Transport, client: str) -> AuthorityReply | None:
        """The reply, not tallied; None: no reply is sent. Never raises."""
        now = self._clock.now()
        try:
            return self._authority.answer(message, transport=transport, now=now, client=client, budget=self._budget)
        except Exception as error:  # the process's edge: one message must never stop the server
            self.report(error)
            return AuthorityReply(_failed(message), AnswerKind.ERROR, rcode=Rcode.SERVFAIL)

    def go_on(self, transfer: Transfer) -> bytes | None:
        """The next message of a transfer; None after the last. Raises what making it raises: the transfer is broken."""
        return transfer.next(self._clock.now())

    def report(self, error: Exception) -> None:
        """Counts an exception that answering raised. At most once a minute the log names its type, never the QNAME or
        the client."""
        now = self._clock.now()
        self.failures += 1
        self._counters.add(DnsCount.FAILURES)
        if self._logged_at is None or now - self._logged_at >= _LOG_EVERY:
            self._logged_at = now
            log.error("answering raised %s; %d since the start", type(error).__name__, self.failures)

    def after_failure(self, message: bytes, client: str, error: Exception) -> bytes | None:
        """The reply to a message over UDP on whose way the cache, the tally or the rate limit raised ``error``.

        Nothing bounded its rate, so it is never longer than the message: a longer one is sent empty with TC.
        """
        self.report(error)
        reply = self.reply(message, Transport.UDP, client)
        if reply is None:
            self._counters.add(DnsCount.SILENT)
            return None
        wire = reply.wire if len(reply.wire) <= len(message) else truncated(message)
        self._counters.replied(code_of(reply), wire)
        return wire


def _failed(message: bytes) -> bytes:
    """SERVFAIL, with an OPT if the message has one (RFC 6891 §6.1.1)."""
    try:
        return rejected(message, rejection(message, Rcode.SERVFAIL))
    except Exception:  # reading the message may be what raised
        return turn_down(message, Rcode.SERVFAIL)
