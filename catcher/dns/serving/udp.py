"""The UDP server: drains its socket in bounded turns of the event loop, in batches if the system has them.

::

    batch of queries ─▶ packet cache ─▶ rate limit ─▶ batch of replies
                                 └─▶ demand tally

The portable path takes the same steps for one message after another.
"""

from __future__ import annotations

import asyncio
import socket

from catcher.dns.answering.authority import Authority
from catcher.dns.answering.strangers import TsigBudget
from catcher.dns.counting.ratelimit import RateLimit, RateLimits
from catcher.dns.counting.tally import DemandTally
from catcher.dns.serving import mmsg
from catcher.dns.serving.batches import BatchedUdp
from catcher.dns.serving.portable import PortableUdp
from catcher.dns.serving.responder import Responder
from catcher.model.clock import Clock


class UdpServer:
    """Answers on one bound UDP socket, IPv4 or IPv6."""

    def __init__(
        self,
        sock: socket.socket,
        authority: Authority,
        clock: Clock,
        tally: DemandTally,
        *,
        limit: RateLimit | None = None,
        budget: TsigBudget | None = None,
        batches: bool = True,
    ) -> None:
        """``limit`` and ``budget``: those of the worker, which all its sockets share.

        ``batches`` False: the server takes the portable path, even if the system offers batches."""
        self._socket = sock
        responder = Responder(authority, clock, tally, budget)
        path = BatchedUdp if batches and mmsg.available() and _one_family(sock) else PortableUdp
        self._path: BatchedUdp | PortableUdp = path(
            sock, authority, responder, clock, tally, limit or RateLimit(RateLimits())
        )
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def unsent(self) -> int:
        """Replies that the system didn't take: a full buffer, an unreachable or forbidden address."""
        return self._path.unsent

    @property
    def held_back(self) -> int:
        """Replies that the rate limit held back."""
        return self._path.limit.held_back

    async def start(self) -> None:
        self._socket.setblocking(False)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._path.drain)

    def drain(self) -> None:
        """Answers the messages that have arrived, up to a bound."""
        self._path.drain()

    async def close(self) -> None:
        """Answers the messages that have arrived, then stops. The socket stays open: it belongs to the caller."""
        if self._loop is not None:
            self._loop.remove_reader(self._socket)
            self._loop = None
            self.drain()


def _one_family(sock: socket.socket) -> bool:
    """Whether all clients' addresses have one length; on an IPv6 socket that also takes IPv4 they have two."""
    return sock.family == socket.AF_INET or bool(sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY))
