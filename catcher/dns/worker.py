"""What a process that answers does, from its sockets to its end."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress

from catcher.dns.authority import Authority
from catcher.dns.handover import hand_over, hand_over_forever
from catcher.dns.limit import Limits
from catcher.dns.tally import Tally
from catcher.dns.tcp import TcpServer
from catcher.dns.udp import UdpServer
from catcher.model.clock import Clock

_LAST_SECONDS = 2.0
"""For the channel to take the last counts."""
_PAUSE_SECONDS = 0.02


async def serve(
    sockets: Sequence[socket.socket],
    authority: Authority,
    clock: Clock,
    limits: Limits,
    demand: socket.socket,
    *,
    ready: Callable[[], None],
    stopping: asyncio.Event,
    draining: Callable[[], None],
) -> None:
    """Answers on ``sockets`` until ``stopping``; what was counted goes into the channel ``demand``.

    ``ready`` is called once every socket is served, ``draining`` when nothing new is taken any more.
    """
    gc.freeze()  # what was loaded stays; the collector has no reason to walk it, and would unshare its pages
    tally = Tally()
    servers: list[UdpServer | TcpServer] = [
        UdpServer(s, authority, clock, tally, limits=limits)
        if s.type == socket.SOCK_DGRAM
        else TcpServer(s, authority, clock, tally)
        for s in sockets
    ]
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


async def _last(tally: Tally, demand: socket.socket) -> None:
    tally.settle()
    for _ in range(int(_LAST_SECONDS / _PAUSE_SECONDS)):
        while not hand_over(tally, demand):
            if tally.blocked:
                await asyncio.sleep(_PAUSE_SECONDS)
                break
        else:
            return
