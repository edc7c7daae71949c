"""NOTIFY (RFC 1996): announces changed zones to secondaries, so that they needn't wait for the SOA's refresh."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import cast

from catcher.dns.answering.authority import Authority
from catcher.dns.answering.secondaries import Secondary
from catcher.dns.answering.tsig import sign_request, verify_reply
from catcher.dns.notifying.announcements import AnnouncedSerials, current, due
from catcher.dns.wire import CLASS_IN, Opcode, RRType, name_to_wire
from catcher.model.clock import Clock

log = logging.getLogger(__name__)

SETTLE_SECONDS = 2.0
"""Seconds after a start or a midnight until no worker answers with an old serial any more."""
TRY_SECONDS = (2.0, 5.0, 10.0)
"""Seconds to wait for an answer after each of the three tries for one zone (RFC 1996 §3.6 wants them to grow)."""
_SILENT = 3
"""Unanswered NOTIFYs in a row after which a secondary is skipped: it learns of the change by the SOA's refresh."""
_PER_SECOND = 500
"""Most NOTIFYs a second to one secondary: a million changed names must not overload it."""
_AT_ONCE = 32
"""Most NOTIFYs to one secondary that wait for an answer at a time."""


def request(zone: str, id_: int) -> bytes:
    """A NOTIFY for ``zone`` (A-labels), unsigned."""
    flags = (Opcode.NOTIFY << 11 | 0x0400).to_bytes(2, "big")
    question = name_to_wire(zone) + RRType.SOA.to_bytes(2, "big") + CLASS_IN.to_bytes(2, "big")
    return id_.to_bytes(2, "big") + flags + b"\0\1" + bytes(6) + question


class Announcer:
    """Announces the zones that changed since the last NOTIFY, and at each midnight (UTC) the names whose policy
    ended."""

    def __init__(
        self,
        authority: Authority,
        before: Authority | None,
        clock: Clock,
        folder: Path,
        sources: tuple[str, ...],
    ) -> None:
        """``before``: the Authority served until now. ``folder``: the state folder, for the serials announced.

        ``sources``: our addresses, from which NOTIFY is sent.
        """
        self._authority = authority
        self._before = before
        self._clock = clock
        self._folder = folder
        self._sources = sources

    async def run(self) -> None:
        """Announces changes after the start and after each midnight. Never returns."""
        await asyncio.sleep(SETTLE_SECONDS)
        while True:
            await self.announce()
            now = self._clock.now()
            midnight = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
            await asyncio.sleep((midnight - now).total_seconds() + SETTLE_SECONDS)

    async def announce(self) -> None:
        """Sends every secondary the NOTIFYs that are due."""
        now, announced = self._clock.now(), AnnouncedSerials.read(self._folder)
        served = current(self._authority, now)
        async with asyncio.TaskGroup() as exchanges:
            for secondary in self._authority.secondaries.all:
                exchanges.create_task(self._notify(secondary, due(self._authority, self._before, announced, now)))
        self._before = None
        try:
            served.keep(self._folder)
        except OSError as error:
            log.warning("the serials announced to secondaries can't be kept: %s", error.strerror)

    async def _notify(self, secondary: Secondary, zones: Iterator[str]) -> None:
        source = next((host for host in self._sources if _kind(host) == _kind(secondary.host)), None)
        notifier = _Notifier(secondary, self._clock)
        try:
            await notifier.notify(zones, source)
        except OSError as error:
            log.warning("%s can't be sent NOTIFY: %s", secondary.host, error.strerror)


def _kind(host: str) -> tuple[int, bool]:
    """Address family, and whether the address is loopback: packets from a loopback address never leave the machine."""
    address = ip_address(host)
    return address.version, address.is_loopback


class _Notifier(asyncio.DatagramProtocol):
    """The exchange with one secondary."""

    def __init__(self, secondary: Secondary, clock: Clock) -> None:
        self._secondary = secondary
        self._clock = clock
        self._waiting: dict[int, tuple[bytes, asyncio.Future[int]]] = {}
        """By message ID: the MAC of the request, and the future of its answer's rcode."""
        self._silent = 0
        """Unanswered NOTIFYs in a row."""
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        mac, answered = self._waiting.get(int.from_bytes(data[:2], "big"), (b"", None))
        if answered is None or answered.done() or len(data) < 12 or data[2] & 0xF8 != 0x80 | Opcode.NOTIFY << 3:
            return
        key = self._secondary.key
        if key is None or verify_reply(data, key, mac, int(self._clock.now().timestamp())):
            answered.set_result(data[3] & 15)

    def error_received(self, exc: Exception) -> None:
        """Ignores an ICMP error: the next try may succeed."""

    async def notify(self, zones: Iterator[str], source: str | None) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(
            lambda: self,
            local_addr=None if source is None else (source, 0),
            remote_addr=(self._secondary.host, self._secondary.port),
        )
        assert self._transport is not None
        room, sent = asyncio.Semaphore(_AT_ONCE), 0
        try:
            async with asyncio.TaskGroup() as running:
                for zone in zones:
                    await room.acquire()
                    if self._silent >= _SILENT:
                        break
                    running.create_task(self._exchange(zone)).add_done_callback(lambda _: room.release())
                    sent += 1
                    await asyncio.sleep(1 / _PER_SECOND)
        finally:
            self._transport.close()
        if sent:
            log.info("%s was sent NOTIFY for %d zones", self._secondary.host, sent)

    async def _exchange(self, zone: str) -> None:
        """Announces one zone until there is an answer or no try is left."""
        assert self._transport is not None
        id_ = secrets.randbelow(0x10000)
        while id_ in self._waiting:
            id_ = secrets.randbelow(0x10000)
        answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        try:
            for seconds in TRY_SECONDS:
                wire, mac = request(zone, id_), b""
                if self._secondary.key is not None:
                    wire, mac = sign_request(wire, self._secondary.key, int(self._clock.now().timestamp()))
                self._waiting[id_] = mac, answered
                self._transport.sendto(wire)
                done, _ = await asyncio.wait((answered,), timeout=seconds)
                if done:
                    self._silent = 0
                    if answered.result():
                        log.warning(
                            "%s answered NOTIFY for %s with rcode %d", self._secondary.host, zone, answered.result()
                        )
                    return
        finally:
            self._waiting.pop(id_, None)
        self._silent += 1
        log.warning("%s does not answer NOTIFY for %s", self._secondary.host, zone)
