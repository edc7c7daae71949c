"""NOTIFY (RFC 1996): announces changed zones to secondaries, so that they needn't wait for the SOA's refresh."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import cast

from catcher.dns.answering.authority import Authority
from catcher.dns.answering.secondaries import Secondary
from catcher.dns.answering.tsig import Key, sign_request, verify_reply
from catcher.dns.counting.counters import DnsCount, DnsCounters
from catcher.dns.notifying import announcements
from catcher.dns.notifying.announcements import NotifiedSerials
from catcher.dns.wire import CLASS_IN, Opcode, Rcode, RRType, name_to_wire
from catcher.model.clock import Clock

log = logging.getLogger(__name__)

SETTLE_SECONDS = 2.0
"""Seconds after a start or a midnight until no worker answers with an old serial any more."""
TRY_SECONDS = (2.0, 5.0, 10.0)
"""Seconds to wait for an answer after each of the three tries for one zone (RFC 1996 §3.6 wants them to grow)."""
RETRY_SECONDS = (60.0, 3600.0)
"""Seconds until a secondary that didn't answer is told again: at first, and the longest pause; each pause is twice the
one before."""
_SILENT = 3
"""Unanswered NOTIFYs in a row after which a secondary is left alone until the pause is over."""
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
    """Tells each secondary of the zones whose serial is newer than the newest it was told, at the start, at each moment
    at which policies change by themselves, and again after a pause while it doesn't answer."""

    def __init__(
        self,
        authority: Authority,
        clock: Clock,
        folder: Path,
        sources: tuple[str, ...],
        counters: DnsCounters | None = None,
    ) -> None:
        """``folder``: the state folder, for the serials told. ``sources``: our addresses, from which NOTIFY is sent.
        ``counters``: where sent and failed NOTIFYs are counted."""
        self._authority = authority
        self._clock = clock
        self._folder = folder
        self._sources = sources
        self.counters = counters or DnsCounters()
        self.has_announced = asyncio.Event()
        """Set when the changes at the start were announced."""
        kept = announcements.read(folder)
        self._told = {
            f"{host}:{port}": kept.get(f"{host}:{port}", NotifiedSerials())
            for secondary in authority.secondaries.all
            for host, port in secondary.targets
        }

    async def run(self) -> None:
        """Announces changes after the start and after each moment at which policies change. Never returns."""
        await asyncio.sleep(SETTLE_SECONDS)
        pause = RETRY_SECONDS[0]
        while True:
            is_told = await self.announce()
            self.has_announced.set()
            now = self._clock.now()
            midnight = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
            seconds = (min([midnight, *self._authority.catalogue.turns_after(now)]) - now).total_seconds()
            seconds += SETTLE_SECONDS
            if not is_told:
                seconds = min(seconds, pause)
            pause = RETRY_SECONDS[0] if is_told else min(2 * pause, RETRY_SECONDS[1])
            await asyncio.sleep(seconds)

    async def announce(self) -> bool:
        """Sends every secondary the NOTIFYs that are due; returns whether all were answered without an error."""
        now = self._clock.now()
        async with asyncio.TaskGroup() as exchanges:
            running = [
                exchanges.create_task(self._notify(secondary, host, port, now))
                for secondary in self._authority.secondaries.all
                for host, port in secondary.targets
            ]
        announcements.write(self._folder, self._told)
        return all(task.result() for task in running)

    async def _notify(self, secondary: Secondary, host: str, port: int, now: datetime) -> bool:
        told = self._told[f"{host}:{port}"]
        zones = announcements.due(self._authority, secondary, told, now)
        source = next((own for own in self._sources if _kind(own) == _kind(host)), None)
        notifier = _Notifier(host, port, secondary.key, self._clock, self.counters)
        try:
            await notifier.notify(zones, source)
        except OSError as error:
            log.warning("%s can't be sent NOTIFY: %s", host, error.strerror)
        is_told = all(name in notifier.answered for name, _ in zones)
        announcements.note(
            self._authority, secondary, told, notifier.answered, now, all_told=is_told, failed=notifier.failed.keys()
        )
        return is_told and not notifier.failed


def _kind(host: str) -> tuple[int, bool]:
    """Address family, and whether the address is loopback: packets from a loopback address never leave the machine."""
    address = ip_address(host)
    return address.version, address.is_loopback


def _mnemonic(rcode: int) -> str:
    return Rcode(rcode).name if rcode in set(Rcode) else f"rcode {rcode}"


class _Notifier(asyncio.DatagramProtocol):
    """The exchange with one secondary."""

    def __init__(self, host: str, port: int, key: Key | None, clock: Clock, counters: DnsCounters) -> None:
        self._host = host
        self._port = port
        self._key = key
        self._clock = clock
        self._counters = counters
        self.answered: dict[str, int] = {}
        """Zones that the secondary heard of, with their serials; also those that it answered with an error."""
        self.failed: dict[str, int] = {}
        """Zones that it answered with an error, and the rcode: it is about to add them, or its ACL has to be mended."""
        self._waiting: dict[int, tuple[bytes, asyncio.Future[int]]] = {}
        """By message ID: the MAC of the request, and the future of its answer's rcode."""
        self._unproven: set[int] = set()
        """IDs with an answer whose signature is absent or wrong: it counts as none, since anybody may have sent it."""
        self._silent = 0
        """Unanswered NOTIFYs in a row."""
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        mac, answered = self._waiting.get(int.from_bytes(data[:2], "big"), (b"", None))
        if answered is None or answered.done() or len(data) < 12 or data[2] & 0xF8 != 0x80 | Opcode.NOTIFY << 3:
            return
        key = self._key
        if key is None or verify_reply(data, key, mac, int(self._clock.now().timestamp())):
            answered.set_result(data[3] & 15)
        else:
            self._unproven.add(int.from_bytes(data[:2], "big"))

    def error_received(self, exc: Exception) -> None:
        """Ignores an ICMP error: the next try may succeed."""

    async def notify(self, zones: Sequence[tuple[str, int]], source: str | None) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(
            lambda: self,
            local_addr=None if source is None else (source, 0),
            remote_addr=(self._host, self._port),
        )
        assert self._transport is not None
        room, sent = asyncio.Semaphore(_AT_ONCE), 0
        try:
            async with asyncio.TaskGroup() as running:
                for zone, serial in zones:
                    await room.acquire()
                    if self._silent >= _SILENT:
                        break
                    running.create_task(self._exchange(zone, serial)).add_done_callback(lambda _: room.release())
                    sent += 1
                    await asyncio.sleep(1 / _PER_SECOND)
        finally:
            self._transport.close()
        if sent:
            log.info("%s was sent NOTIFY for %d zones", self._host, sent)
        if self.failed:
            zone, rcode = next(iter(self.failed.items()))
            log.warning(
                "%s answered NOTIFY with an error for %d zones, and is told again: %s with %s",
                *(self._host, len(self.failed), zone, _mnemonic(rcode)),
            )

    async def _exchange(self, zone: str, serial: int) -> None:
        """Announces one zone until there is an answer or no try is left."""
        assert self._transport is not None
        id_ = secrets.randbelow(0x10000)
        while id_ in self._waiting:
            id_ = secrets.randbelow(0x10000)
        answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        try:
            for seconds in TRY_SECONDS:
                wire, mac = request(zone, id_), b""
                if self._key is not None:
                    wire, mac = sign_request(wire, self._key, int(self._clock.now().timestamp()))
                self._waiting[id_] = mac, answered
                self._transport.sendto(wire)
                self._counters.add(DnsCount.NOTIFY_SENT)
                done, _ = await asyncio.wait((answered,), timeout=seconds)
                if done:
                    self._silent = 0
                    self.answered[zone] = serial
                    if answered.result():
                        self._counters.add(DnsCount.NOTIFY_FAILED)
                        self.failed[zone] = answered.result()
                    return
        finally:
            self._waiting.pop(id_, None)
        self._silent += 1
        self._counters.add(DnsCount.NOTIFY_FAILED)
        if id_ in self._unproven:
            log.warning(
                "%s answers NOTIFY for %s without a good signature: compare key, algorithm and clock on both sides",
                *(self._host, zone),
            )
        else:
            log.warning("%s does not answer NOTIFY for %s", self._host, zone)
