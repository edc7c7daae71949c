"""One answering process: it serves its sockets, hands demand over, and stops."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from catcher.dns.answering.authority import Authority
from catcher.dns.answering.strangers import TsigBudget
from catcher.dns.counting.counters import DnsCount, DnsCounters, Publish
from catcher.dns.counting.handover import hand_over, hand_over_forever
from catcher.dns.counting.ratelimit import RateLimit, RateLimits
from catcher.dns.counting.tally import DemandTally
from catcher.dns.serving.connections import ConnectionPipe
from catcher.dns.serving.tcp import MAX_CONNECTIONS, TcpServer
from catcher.dns.serving.udp import UdpServer
from catcher.dns.tapping.tap import DnsTap
from catcher.model.clock import Clock

log = logging.getLogger(__name__)

_LAST_SECONDS = 2.0
"""Most seconds that the last counts may take to get through the pipe."""
_PAUSE_SECONDS = 0.02
"""Seconds until a full pipe is tried again."""
_PUBLISH_SECONDS = 1.0
"""Seconds between two publications of the counters."""


def _unpublished(numbers: Mapping[str, int]) -> None:
    """Publishes nothing."""


async def serve(
    sockets: Sequence[socket.socket],
    authority: Authority,
    clock: Clock,
    limits: RateLimits,
    demand: socket.socket,
    *,
    connections: ConnectionPipe | None = None,
    lifeline_fd: int | None = None,
    publish: Publish = _unpublished,
    most_connections: int = MAX_CONNECTIONS,
    dnstap: Path | None = None,
    identity: str = "",
    ready: Callable[[], None],
    stopping: asyncio.Event,
    is_replaced: Callable[[], bool],
    draining: Callable[[], None],
) -> None:
    """Answers on ``sockets`` until ``stopping``; the counts go into the pipe ``demand``.

    ``connections``: passes open TCP connections to the worker that follows. ``lifeline_fd``: becomes readable when the
    server ends; transfers of their own process watch it.

    ``dnstap``: the Unix socket of a collector, to which queries and replies are told as those of ``identity``.

    ``publish`` gets the counters once a second, and once more at the end. ``most_connections``: TCP connections at a
    time. ``ready`` is called once every socket is served. ``is_replaced``, when ``stopping`` is set: whether another
    worker serves already and gets the connections. Else the server stops, and clients have some seconds to take their
    last replies. ``draining`` is called once no more queries are read.
    """
    gc.freeze()  # the loaded data stays; a garbage collection would visit its objects and unshare their pages
    tally, counters, budget = DemandTally(), DnsCounters(), TsigBudget()
    tap = None if dnstap is None else DnsTap(dnstap, authority, counters, identity)
    datagrams = [s for s in sockets if s.type == socket.SOCK_DGRAM]
    streams = [s for s in sockets if s.type == socket.SOCK_STREAM]
    udp = UdpServer(
        datagrams, authority, clock, tally, limit=RateLimit(limits), budget=budget, counters=counters, tap=tap
    )
    tcp = TcpServer(
        streams,
        authority,
        clock,
        tally,
        counters=counters,
        tap=tap,
        budget=budget,
        pipe=connections,
        lifeline_fd=lifeline_fd,
        most=most_connections,
    )
    if tap is not None:
        await tap.start()
    await udp.start()
    await tcp.start()
    tasks = [
        asyncio.create_task(hand_over_forever(tally, demand)),
        asyncio.create_task(_publish_forever(counters, budget, publish)),
    ]
    ready()
    await stopping.wait()
    await udp.close()
    tcp.retire(is_replaced=is_replaced())
    draining()
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await _last(tally, demand)
    _publish(counters, budget, publish)
    await tcp.close()
    if tap is not None:
        await tap.close()
    await _last(tally, demand)
    _publish(counters, budget, publish)


async def _publish_forever(counters: DnsCounters, budget: TsigBudget, publish: Publish) -> None:
    while True:
        await asyncio.sleep(_PUBLISH_SECONDS)
        if not _publish(counters, budget, publish):
            return


def _publish(counters: DnsCounters, budget: TsigBudget, publish: Publish) -> bool:
    """Publishes the numbers; returns False if that raised an exception: counters must never stop the answering."""
    try:
        counters.numbers[DnsCount.TSIG_REFUSED] = budget.refused
        publish(counters.fold())
    except Exception as error:  # the edge to a caller's function: the answering goes on
        log.error("the counters can't be published: %s", type(error).__name__)
        return False
    return True


async def _last(tally: DemandTally, demand: socket.socket) -> None:
    tally.settle()
    for _ in range(int(_LAST_SECONDS / _PAUSE_SECONDS)):
        while not hand_over(tally, demand):
            if tally.blocked:
                await asyncio.sleep(_PAUSE_SECONDS)
                break
        else:
            return
