"""Demand on its way out of the processes that answer, so that no store and no thread ever holds an answer up.

::

    tally ─▶ take, a few hundred rows at a time ─▶ datagram ─▶ another process: spell out, add up ─▶ store
                                                       full? what was taken goes back, and is tried again

Each datagram is whole rows of one hour. What the store refuses waits in the other process, bounded; then the socket
fills up, then the tally, and what finds no room there is counted as overflow and told in the log.
"""

from __future__ import annotations

import asyncio
import logging
import marshal
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from catcher.dns.tally import Tally, spelled
from catcher.model.demand import DemandKey
from catcher.model.errors import StoreUnavailable

log = logging.getLogger(__name__)

SECONDS = 5.0
"""How often what was counted is handed over."""
_RETRY_SECONDS = 0.25
_GATHER_SECONDS = 1.0
_MOST = 262_144
"""Keys that wait for a store that is away."""
_OCTETS = 1 << 18

Add = Callable[[Mapping[DemandKey, int]], None]
"""Adds counts to the store, synchronously. Raises StoreUnavailable."""


def channel() -> tuple[socket.socket, socket.socket]:
    """The writing and the reading end; any number of processes may write."""
    writing, reading = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for end in (writing, reading):
        end.setblocking(False)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
    return writing, reading


async def hand_over_forever(tally: Tally, writing: socket.socket) -> None:
    """Hands over every few seconds; between datagrams queries are answered."""
    told = 0
    while True:
        await asyncio.sleep(SECONDS)
        tally.settle()
        await _all_of(tally, writing)
        if tally.overflow > told:
            log.warning("the demand tally was full: %d queries were not counted", tally.overflow - told)
            told = tally.overflow


async def _all_of(tally: Tally, writing: socket.socket) -> None:
    left = True
    while left:
        left = not hand_over(tally, writing)
        await asyncio.sleep(_RETRY_SECONDS if tally.blocked else 0)


def hand_over(tally: Tally, writing: socket.socket) -> bool:
    """Hands one datagram over; whether nothing is left. ``tally.blocked`` tells whether the channel was full."""
    taken = tally.take()
    if taken is None:
        return True
    hour, rows = taken
    try:
        writing.send(marshal.dumps((int(hour.timestamp()), rows)))
        tally.blocked = False
    except OSError:
        tally.blocked = True
        tally.restore(hour, rows)
    return False


def received(reading: socket.socket, counts: Counter[DemandKey]) -> bool:
    """Adds a waiting datagram to ``counts``; whether there was one."""
    try:
        hour, rows = marshal.loads(reading.recv(_OCTETS))
    except OSError:
        return False
    counts.update(spelled(datetime.fromtimestamp(hour, UTC), rows))
    return True


class Keeper:
    """The process that stores: takes what the others hand over, and keeps it until the store has it."""

    def __init__(self, reading: socket.socket, add: Add) -> None:
        self._reading = reading
        self._add = add
        self._waiting: Counter[DemandKey] = Counter()

    async def run(self, stopping: asyncio.Event) -> None:
        """Until ``stopping``, and then until the channel is empty."""
        while not stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), _GATHER_SECONDS)
            await asyncio.to_thread(self.store)

    def store(self) -> None:
        """Stores what has been handed over so far."""
        while len(self._waiting) < _MOST and received(self._reading, self._waiting):
            pass
        if not self._waiting:
            return
        try:
            self._add(self._waiting)
        except StoreUnavailable as error:
            log.warning("demand is kept in memory until the store is back: %s", error)
        else:
            self._waiting = Counter()
