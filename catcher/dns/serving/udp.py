"""The UDP server: drains a worker's sockets in bounded turns of the event loop, in batches if the system has them.

::

    batch of queries ─▶ packet cache ─▶ rate limit ─▶ batch of replies
                                 ├─▶ demand tally
                                 └─▶ counters

The portable path takes the same steps for one message after another. All sockets share the packet cache, the rate limit
and the pace at which the worker gathers (``gather``). While it gathers, the event loop doesn't watch the sockets: a
timer drains all of them. TCP and the other tasks of the worker wait for nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from time import monotonic

from catcher.dns.answering.authority import Authority
from catcher.dns.answering.strangers import TsigBudget
from catcher.dns.counting.counters import DnsCounters
from catcher.dns.counting.ratelimit import RateLimit, RateLimits
from catcher.dns.counting.tally import DemandTally
from catcher.dns.packetcache.cache import PacketCache
from catcher.dns.serving import mmsg
from catcher.dns.serving.batches import BatchedUdp
from catcher.dns.serving.gather import FULL_BATCH, GatherPace
from catcher.dns.serving.portable import PortableUdp
from catcher.dns.serving.responder import Responder
from catcher.dns.tapping.tap import DnsTap
from catcher.dns.wire import Transport
from catcher.model.clock import Clock


class UdpServer:
    """Answers on the bound UDP sockets of one worker, IPv4 and IPv6."""

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        authority: Authority,
        clock: Clock,
        tally: DemandTally,
        *,
        limit: RateLimit | None = None,
        budget: TsigBudget | None = None,
        counters: DnsCounters | None = None,
        tap: DnsTap | None = None,
        batches: bool = True,
    ) -> None:
        """``limit``, ``budget``, ``counters`` and ``tap``: those of the worker.

        ``batches`` False: the server takes the portable path, even if the system offers batches."""
        self._sockets = sockets
        counters = counters or DnsCounters()
        responder = Responder(authority, clock, tally, budget, counters)
        in_batches = mmsg.available()
        self._cache = PacketCache(
            authority,
            lambda message, client: responder.reply(message, Transport.UDP, client),
            mmsg.address_of if in_batches else _no_address,
        )
        limit = limit or RateLimit(RateLimits())
        self._paths: list[BatchedUdp | PortableUdp] = [
            (BatchedUdp if batches and in_batches and _one_family(sock) else PortableUdp)(
                sock, self._cache, responder, clock, tally, limit, counters, tap
            )
            for sock in sockets
        ]
        self._pace = GatherPace()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        """The end of a wait; None: the loop watches the sockets."""

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        for sock in self._sockets:
            sock.setblocking(False)
        self._watch(self._loop)

    def drain(self) -> None:
        """Answers the messages that have arrived at each socket, up to a bound."""
        for path in self._paths:
            path.drain()

    async def close(self) -> None:
        """Answers the messages that have arrived, then stops. The sockets stay open: they belong to the caller."""
        if self._loop is not None:
            if self._timer is None:
                self._unwatch(self._loop)
            else:
                self._timer.cancel()
            self._loop = self._timer = None
            self.drain()

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        for sock, path in zip(self._sockets, self._paths, strict=True):
            loop.add_reader(sock, self._readable, path, loop)

    def _unwatch(self, loop: asyncio.AbstractEventLoop) -> None:
        for sock in self._sockets:
            loop.remove_reader(sock)

    def _readable(self, path: BatchedUdp | PortableUdp, loop: asyncio.AbstractEventLoop) -> None:
        self._pace.received(path.drain())
        if self._timer is None and (wait := self._pace.wait(monotonic())):
            self._unwatch(loop)
            self._timer = loop.call_later(wait, self._gathered, loop)

    def _gathered(self, loop: asyncio.AbstractEventLoop) -> None:
        """Receives what has gathered during a wait. After full batches the next wait is none."""
        most, self._timer = 0, None
        try:
            for path in self._paths:
                messages = path.drain()
                self._pace.received(messages)
                most = max(most, messages)
            wait = self._pace.wait(monotonic())
        except Exception:  # whatever it was, no socket may stay unwatched; the loop tells the error
            self._watch(loop)
            raise
        if wait or most >= FULL_BATCH:
            self._timer = loop.call_later(wait, self._gathered, loop)
        else:
            self._watch(loop)


def _no_address(octets: bytes) -> int:
    return 0


def _one_family(sock: socket.socket) -> bool:
    """Whether all clients' addresses have one length; on an IPv6 socket that also takes IPv4 they have two."""
    return sock.family == socket.AF_INET or bool(sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY))
