"""One answering process: it serves its sockets, hands demand over, and stops."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress

from catcher.dns.answering.authority import Authority
from catcher.dns.answering.strangers import TsigBudget
from catcher.dns.counting.handover import hand_over, hand_over_forever
from catcher.dns.counting.ratelimit import RateLimit, RateLimits
from catcher.dns.counting.tally import DemandTally
from catcher.dns.serving.connections import ConnectionPipe
from catcher.dns.serving.tcp import TcpServer
from catcher.dns.serving.udp import UdpServer
from catcher.model.clock import Clock

_LAST_SECONDS = 2.0
"""Most seconds that the last counts may take to get through the pipe."""
_PAUSE_SECONDS = 0.02
"""Seconds until a full pipe is tried again."""


async def serve(
    sockets: Sequence[socket.socket],
    authority: Authority,
    clock: Clock,
    limits: RateLimits,
    demand: socket.socket,
    *,
    connections: ConnectionPipe | None = None,
    lifeline_fd: int | None = None,
    ready: Callable[[], None],
    stopping: asyncio.Event,
    draining: Callable[[], None],
) -> None:
    """Answers on ``sockets`` until ``stopping``; the counts go into the pipe ``demand``.

    ``connections``: passes open TCP connections to the worker that follows. ``lifeline_fd``: becomes readable when the
    server ends; transfers of their own process watch it.

    ``ready`` is called once every socket is served, ``draining`` once no more queries are read.
    """
    gc.freeze()  # the loaded data stays; a garbage collection would visit its objects and unshare their pages
    tally, limit, budget = DemandTally(), RateLimit(limits), TsigBudget()
    servers: list[UdpServer | TcpServer] = [
        UdpServer(s, authority, clock, tally, limit=limit, budget=budget) for s in sockets if s.type == socket.SOCK_DGRAM
    ]
    streams = [s for s in sockets if s.type == socket.SOCK_STREAM]
    servers.append(TcpServer(streams, authority, clock, tally, pipe=connections, lifeline_fd=lifeline_fd))
    for server in servers:
        await server.start()
    handing_over = asyncio.create_task(hand_over_forever(tally, demand))
    ready()
    await stopping.wait()
    for server in servers:
        await server.close()
    draining()
    handing_over.cancel()
    with suppress(asyncio.CancelledError):
        await handing_over
    await _last(tally, demand)


async def _last(tally: DemandTally, demand: socket.socket) -> None:
    tally.settle()
    for _ in range(int(_LAST_SECONDS / _PAUSE_SECONDS)):
        while not hand_over(tally, demand):
            if tally.blocked:
                await asyncio.sleep(_PAUSE_SECONDS)
                break
        else:
            return
