"""Hands demand from the answering processes to the storing process, so that the store never delays an answer.

::

    tally ─▶ a few hundred rows at a time ─▶ datagram ─▶ another process: check, spell out, add up ─▶ store
                                                  full? the rows go back to the tally, and are tried again

Each datagram holds whole rows of one hour: ``[hour, [[prefix, domain, code, count], …]]`` in MessagePack. MessagePack
can't carry code, and every value is checked, because the sending process reads messages from strangers. While the store
is unavailable, rows wait in the storing process, up to a bound; then the socket fills up, then the tally. Queries for
which the tally has no room are counted as overflow and logged. A storing process that stops, at a reload, puts the rows
that wait back into the socket, where the next one finds them; the queries for which it has no room are logged.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgpack  # type: ignore[import-untyped]

from catcher.dns.counting.ratelimit import V4_OCTETS, V6_OCTETS
from catcher.dns.counting.tally import OTHER, DemandRow, DemandTally, spelled, tally_prefix
from catcher.dns.wire import Rcode
from catcher.dns.zones.mnemonic import from_mnemonic
from catcher.model.errors import StoreUnavailable
from catcher.model.leak.demand import DemandKey

log = logging.getLogger(__name__)

HANDOVER_SECONDS = 5.0
"""Seconds between two handovers of a tally: daily reports need no shorter interval."""
_RETRY_SECONDS = 0.25
"""Seconds until a full pipe is tried again."""
_GATHER_SECONDS = 1.0
"""Seconds between two writes to the store: each is a transaction."""
_ROWS = 256
"""Rows of a datagram of rows put back."""
_PUT_BACK_SECONDS = 2.0
"""Most seconds that rows put back wait for room in the pipe: the next storing process empties it meanwhile."""
_MAX_KEYS = 262_144
"""Most keys that wait while the store is unavailable: some hundred megabytes."""
_MAX_DATAGRAMS = 4096
"""Most datagrams read before their counts are stored: four times the number that fills ``_MAX_KEYS``. The bound keeps a
sender that never stops from delaying the store."""
_MAX_OCTETS = 1 << 18
"""The maximum size of a datagram, in octets: its few hundred rows need far fewer."""
_BUFFER_OCTETS = 4 << 20
"""Octets that the pipe holds, if the system allows it: the counts of some seconds of a flood."""
_MAX_DOMAIN = 253
"""Characters of a domain name (RFC 1035 §2.3.4, without the final dot)."""
_MAX_COUNT = 1 << 40
"""Most queries in one row: more than a server answers in an hour. Sums of rows stay below the store's limit of 2^63."""

Add = Callable[[Mapping[DemandKey, int]], None]
"""Adds counts to the store, synchronously. Raises StoreUnavailable."""


def demand_pipe() -> tuple[socket.socket, socket.socket]:
    """The writing and the reading end of the pipe; any number of processes may write."""
    writing, reading = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for end in (writing, reading):
        end.setblocking(False)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_OCTETS)
    return writing, reading


async def hand_over_forever(tally: DemandTally, writing: socket.socket) -> None:
    """Hands the tally over every few seconds; queries are answered between two datagrams."""
    logged = 0
    while True:
        await asyncio.sleep(HANDOVER_SECONDS)
        tally.settle()
        await _hand_all_over(tally, writing)
        if tally.overflow > logged:
            log.warning("the demand tally was full: %d queries were not counted", tally.overflow - logged)
            logged = tally.overflow


async def _hand_all_over(tally: DemandTally, writing: socket.socket) -> None:
    is_empty = False
    while not is_empty:
        is_empty = hand_over(tally, writing)
        await asyncio.sleep(_RETRY_SECONDS if tally.blocked else 0)


def hand_over(tally: DemandTally, writing: socket.socket) -> bool:
    """Hands one datagram over; returns whether the tally has no more rows. ``tally.blocked`` is true if the pipe was
    full."""
    taken = tally.take()
    if taken is None:
        return True
    hour, rows = taken
    try:
        writing.send(msgpack.packb((int(hour.timestamp()), rows)))
        tally.blocked = False
    except OSError:
        tally.blocked = True
        tally.restore(hour, rows)
    return False


def counts_of(datagram: bytes) -> dict[DemandKey, int]:
    """The counts in one datagram. Raises ValueError if it is malformed."""
    try:
        hour, rows = msgpack.unpackb(datagram, use_list=False)
        if type(hour) is not int:
            raise ValueError("the hour is no number")
        return spelled(datetime.fromtimestamp(hour, UTC), list(map(_checked, rows)))
    except (msgpack.UnpackException, TypeError, OverflowError, OSError) as error:
        raise ValueError(type(error).__name__) from None


def _checked(row: Any) -> DemandRow:
    prefix, domain, code, count = row
    if type(prefix) is not bytes or len(prefix) not in (V4_OCTETS, V6_OCTETS):
        raise ValueError("a prefix is wrong")
    if type(domain) is not str or not 0 < len(domain) <= _MAX_DOMAIN or not domain.isascii():
        raise ValueError("a domain is wrong")
    if type(code) is not int or not 0 <= code < 1 << 32 or type(count) is not int or not 0 < count <= _MAX_COUNT:
        raise ValueError("a number is wrong")
    return prefix, domain, code, count


def _rows_of(counts: Mapping[DemandKey, int]) -> Iterator[tuple[int, list[DemandRow]]]:
    """The rows of ``counts``, with their hour in Unix seconds, a datagram's rows at a time; the kind of answer, which
    the store doesn't keep, is 0."""
    by_hour: dict[int, list[DemandRow]] = {}
    for key, count in counts.items():
        rows = by_hour.setdefault(int(key.hour.timestamp()), [])
        qtype = 0 if key.qtype == OTHER else from_mnemonic(key.qtype)
        rows.append((tally_prefix(key.network.partition("/")[0]), key.domain, qtype << 16 | Rcode[key.rcode], count))
    for hour, rows in by_hour.items():
        for start in range(0, len(rows), _ROWS):
            yield hour, rows[start : start + _ROWS]


class DemandWriter:
    """The storing end: reads the datagrams of all workers, and keeps their counts until they are stored."""

    def __init__(
        self,
        reading: socket.socket,
        add: Add,
        writing: socket.socket | None = None,
        *,
        put_back_seconds: float = _PUT_BACK_SECONDS,
    ) -> None:
        """``writing``: the pipe's other end, for counts that wait when this process stops; they wait at most
        ``put_back_seconds`` for room in it."""
        self._put_back_seconds = put_back_seconds
        self._reading = reading
        self._writing = writing
        self._add = add
        self._waiting: Counter[DemandKey] = Counter()
        self.malformed = 0
        """Datagrams dropped because they were malformed."""

    async def run(self, stopping: asyncio.Event) -> None:
        """Stores counts until ``stopping``, then the rest of the pipe; puts back what the store didn't take."""
        while not stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), _GATHER_SECONDS)
            await asyncio.to_thread(self.store)
        await self._put_back()

    async def _put_back(self) -> None:
        """Puts the waiting counts into the pipe; logs the number of queries for which it had no room."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._put_back_seconds
        lost = 0
        for hour, rows in _rows_of(self._waiting):
            datagram = msgpack.packb((hour, rows))
            while not self._write(datagram):
                if self._writing is None or loop.time() >= deadline:
                    lost += sum(count for *_, count in rows)
                    break
                await asyncio.sleep(_RETRY_SECONDS / 10)
        self._waiting = Counter()
        if lost:
            log.error("the store is away and the process stops: the demand of %d queries is lost", lost)

    def _write(self, datagram: bytes) -> bool:
        try:
            return self._writing is not None and self._writing.send(datagram) > 0
        except OSError:
            return False

    def store(self) -> None:
        """Stores everything handed over so far."""
        malformed = self.malformed
        for datagram in self._datagrams():
            try:
                self._waiting.update(counts_of(datagram))
            except ValueError:
                self.malformed += 1
        if self.malformed > malformed:
            log.error("%d malformed datagrams of demand were dropped", self.malformed - malformed)
        if not self._waiting:
            return
        try:
            self._add(self._waiting)
        except StoreUnavailable as error:
            log.warning("demand is kept in memory until the store is back: %s", error)
        else:
            self._waiting = Counter()

    def _datagrams(self) -> Iterator[bytes]:
        for _ in range(_MAX_DATAGRAMS):
            if len(self._waiting) >= _MAX_KEYS:
                return
            try:
                yield self._reading.recv(_MAX_OCTETS)
            except OSError:
                return
