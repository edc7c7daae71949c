"""Accepts connections on one listening socket, and drains them when the server closes."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Callable
from functools import lru_cache

from catcher.catalogue import Catalogue
from catcher.model.clock import Clock
from catcher.model.leak.unstored import UnstoredKey, UnstoredKind
from catcher.smtp.admission.gate import Gate
from catcher.smtp.counters import Counters
from catcher.smtp.dialogue.ended import IntakePort
from catcher.smtp.dialogue.policy import OperatorMailbox
from catcher.smtp.dialogue.pool import EnvelopePool
from catcher.smtp.operatormail import OperatorMail
from catcher.smtp.serving.certificate import Certificates
from catcher.smtp.serving.front import Front, ReadBuffer
from catcher.smtp.serving.recorder import Recorder
from catcher.smtp.serving.session import ServerContext, SmtpSession
from catcher.smtp.settings import SmtpSettings
from catcher.smtp.throttledlog import ThrottledLog
from catcher.smtp.wire.replies import Reply

log = logging.getLogger("catcher.smtp")

BACKLOG = 1024
"""Connections that the kernel queues until we accept them: a burst at a worker's start isn't dropped."""
WATCH_SECONDS = 1.0
"""Seconds between two checks of all sessions' time limits: a limit is enforced at most this late."""


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


class SmtpServer:
    """The sink on one socket. It runs in the event loop in which ``start`` is called."""

    def __init__(
        self,
        sock: socket.socket,
        *,
        intake: IntakePort,
        catalogue: Catalogue,
        settings: SmtpSettings,
        clock: Clock,
        counters: Counters | None = None,
        certificates: Certificates | None = None,
        buffer: ReadBuffer | None = None,
        gate: Gate | None = None,
        pool: EnvelopePool | None = None,
        lines: ThrottledLog | None = None,
        operator_mail: OperatorMail | None = None,
        is_recording: Callable[[], bool] = lambda: True,
    ) -> None:
        """``sock`` is bound and listens from ``start`` on. Servers in one loop may share all other arguments.

        Without ``certificates`` STARTTLS is not offered. ``is_recording``: whether observations can be stored now.
        """
        self.counters = counters or Counters()
        self._sock = sock
        self._settings = settings
        self._buffer = buffer or ReadBuffer()
        self._gate = gate or Gate(settings.limits)
        self._clock = clock
        self._pool = pool or EnvelopePool(settings.limits.envelopes_octets)
        self._lines = lines or ThrottledLog(log)
        self.operator_mail = operator_mail or OperatorMail()
        self._recorder = Recorder(intake, self.counters, self._pool, self._lines)
        self._sessions: set[SmtpSession] = set()
        self._watching: asyncio.TimerHandle | None = None
        """Set while there are sessions, and until the first check after the last session ended."""
        self._all_left = asyncio.Event()
        self._context = ServerContext(
            settings=settings,
            catalogue=catalogue,
            clock=clock,
            new_ref=intake.new_ref,
            recorder=self._recorder,
            is_recording=is_recording,
            count_operator=self._count_operator,
            pool=self._pool,
            counters=self.counters,
            lines=self._lines,
            certificates=certificates,
            left=self._left,
        )
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Starts to accept connections; returns once the socket listens."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self.protocol, sock=self._sock, backlog=BACKLOG)

    async def close(self, drain_timeout: float) -> None:
        """Accepts no more connections, sends 421 to idle clients, and returns when open transactions have ended.

        A session that is still open after ``drain_timeout`` seconds is cut off. When ``close`` returns, no recording is
        under way. The socket is closed before the first await.
        """
        if self._server is not None:
            self._server.close()
        for session in list(self._sessions):
            session.drain()
        if not await self._emptied(drain_timeout):
            for session in list(self._sessions):
                session.abort()
            await self._emptied(self._settings.limits.lingering_seconds)
        await self._recorder.drained()
        if self._watching is not None:
            self._watching.cancel()
        self._lines.flush(float("inf"))

    def protocol(self) -> Front:
        """The protocol object for a new connection; the running event loop calls this method."""
        return Front(self._buffer, is_proxy=self._settings.is_proxy, admit=self._admit, address_of=address_of)

    def _admit(self, front: Front, address: str) -> SmtpSession | None:
        loop = asyncio.get_running_loop()
        place = self._gate.enter(address, loop.time())
        if isinstance(place, Reply):
            self.counters.connections_refused += 1
            self.counters.flooded = self._gate.flooded
            front.write(place.wire)
            return None
        session = SmtpSession(self._context, loop, address)
        self._sessions.add(session)
        self._gate.add(session, place)
        if self._watching is None:
            self._watch_later()
        return session

    def _watch_later(self) -> None:
        self._watching = asyncio.get_running_loop().call_later(WATCH_SECONDS, self._watch)

    def _watch(self) -> None:
        self._watching = None
        if not self._sessions:
            return
        self._watch_later()
        now = asyncio.get_running_loop().time()
        for session in list(self._sessions):
            session.watch(now)
        self._lines.flush(now)

    def _count_operator(self, domain: str, mailbox: OperatorMailbox) -> None:
        self.operator_mail.add(UnstoredKey(self._clock.now().date(), domain, UnstoredKind(mailbox)))

    def _left(self, session: SmtpSession) -> None:
        self._gate.leave(session)
        self._sessions.discard(session)
        if not self._sessions:
            self._all_left.set()

    async def _emptied(self, seconds: float) -> bool:
        """Waits until no session is left; False when ``seconds`` passed first."""
        self._all_left.clear()
        if not self._sessions:
            return True
        try:
            await asyncio.wait_for(self._all_left.wait(), seconds)
        except TimeoutError:
            return False
        return True
