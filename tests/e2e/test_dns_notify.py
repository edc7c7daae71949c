"""NOTIFY (RFC 1996) to a secondary that is silent, refuses or mends its ways, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import dns.message
import pytest

from catcher.catalogue import Catalogue
from catcher.dns import Announcer, Authority
from catcher.dns.answering.secondaries import Secondaries, Secondary
from catcher.dns.answering.tsig import Key
from catcher.dns.counting.counters import DnsCount
from catcher.dns.notifying import announcements, notify
from catcher.dns.wire import name_to_wire
from catcher.dns.zones.publication import Publications
from catcher.dns.zones.serials import GivenSerial, Serials
from catcher.dns.zones.template import Ours, complete
from tests.support.dnsserver.serving import NOW, entry
from tests.support.nameserver import name_server, reply

NAMES = ("army.ml", "navy.ml")
REFUSED, NOTAUTH = 5, 9
COUNTS = (DnsCount.NOTIFY_SENT, DnsCount.NOTIFY_FAILED)


class Clock:
    def now(self) -> datetime:
        return NOW


def authority(port: int, key: Key | None = None) -> Authority:
    catalogue = Catalogue.of([entry(name) for name in NAMES])
    publications = Publications(complete({}, Ours("mx.sink.example", ("ns1.sink.example",), ())), 7)
    secondary = Secondary("127.0.0.1", port, key)
    return Authority(
        catalogue,
        publications,
        {},
        serials=Serials(GivenSerial(7, NOW.timestamp()), {}, NOW),
        secondaries=Secondaries([secondary], ()),
    )


class Answering:
    """A secondary that answers each round of NOTIFYs in another way; None is silence."""

    def __init__(self, *rounds: Callable[[str], int | None]) -> None:
        self.rounds = [*rounds]
        self.heard: list[str] = []

    def __call__(self, query: dns.message.Message, _: str) -> Sequence[bytes]:
        name = query.question[0].name.to_text(omit_final_dot=True)
        self.heard.append(name)
        rcode = self.rounds[0](name)
        return [] if rcode is None else [reply(query, rcode=rcode)]


def rounds(folder: Path, answering: Answering) -> list[tuple[bool, list[str], int, int]]:
    """Each round: whether all were told, the names in the order heard, and the counters of sent and failed so far."""

    async def run() -> list[tuple[bool, list[str], int, int]]:
        seen = []
        async with name_server(answering) as secondary:
            announcer = Announcer(authority(secondary.address.port), Clock(), folder, ("127.0.0.1",))
            while answering.rounds:
                answering.heard.clear()
                is_told = await announcer.announce()
                sent, failed = (announcer.counters.numbers[count.value] for count in COUNTS)
                seen.append((is_told, sorted(answering.heard), sent, failed))
                del answering.rounds[0]
        return seen

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "TRY_SECONDS", (0.05, 0.05, 0.05))


def test_an_error_is_told_again_and_no_other_name(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A secondary may be about to add the zone, or its ACL is mended: its answer today isn't its answer tomorrow."""
    secondary = Answering(
        lambda name: NOTAUTH if name == "navy.ml" else 0,
        lambda name: REFUSED,
        lambda name: 0,
        lambda name: 0,
    )
    assert rounds(tmp_path, secondary) == [
        (False, ["army.ml", "navy.ml"], 2, 1),
        (False, ["navy.ml"], 3, 2),
        (True, ["navy.ml"], 4, 2),
        (True, [], 4, 2),
    ]
    assert "told again: navy.ml with NOTAUTH" in caplog.text and "told again: navy.ml with REFUSED" in caplog.text


def test_what_was_answered_with_an_error_is_known_after_a_restart(tmp_path: Path) -> None:
    assert rounds(tmp_path, Answering(lambda name: NOTAUTH if name == "navy.ml" else 0))[0][0] is False
    (kept,) = announcements.read(tmp_path).values()
    assert (kept.failed, kept.newest, kept.at) == (
        {"navy.ml": 7},
        int(NOW.replace(hour=0).timestamp()),
        NOW.timestamp(),
    )
    assert announcements.announced_until(tmp_path) == NOW.timestamp()


def test_silence_is_tried_three_times_then_left_to_the_next_round(tmp_path: Path) -> None:
    secondary = Answering(lambda name: None, lambda name: 0, lambda name: 0)
    assert rounds(tmp_path, secondary) == [
        (False, sorted(3 * NAMES), 6, 2),
        (True, [*NAMES], 8, 2),
        (True, [], 8, 2),
    ]


def test_an_answer_to_another_question_is_none(tmp_path: Path) -> None:
    """Wrong ID, a query, another opcode, a cut header: the exchange goes on (RFC 5452)."""

    def junk(query: dns.message.Message, _: str) -> Sequence[bytes]:
        wire = reply(query)
        return [
            bytes([wire[0] ^ 1]) + wire[1:],
            wire[:2] + bytes([wire[2] & 0x7F]) + wire[3:],
            wire[:2] + b"\x80" + wire[3:],
            wire[:11],
            b"",
        ]

    async def run() -> bool:
        async with name_server(junk) as secondary:
            return await Announcer(authority(secondary.address.port), Clock(), tmp_path, ("127.0.0.1",)).announce()

    assert asyncio.run(run()) is False


def test_an_answer_without_its_key_counts_as_none_and_is_told_apart_from_silence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """RFC 8945 §5.2.1: a server that doesn't know the key answers NOTAUTH, unsigned."""
    key = Key(name_to_wire("k.example"), "hmac-sha256", b"secret secret secret secret!")

    class Unsigned(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport: Any = transport

        def datagram_received(self, data: bytes, addr: object) -> None:
            self.transport.sendto(data[:2] + bytes((data[2] | 0x80, NOTAUTH)) + bytes(8), addr)

    async def run() -> bool:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(Unsigned, ("127.0.0.1", 0))
        try:
            port = transport.get_extra_info("sockname")[1]
            return await Announcer(authority(port, key), Clock(), tmp_path, ("127.0.0.1",)).announce()
        finally:
            transport.close()

    assert asyncio.run(run()) is False
    assert "answers NOTIFY for army.ml without a good signature" in caplog.text
    assert "does not answer" not in caplog.text


def test_the_pauses_double_up_to_an_hour_and_begin_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = iter([False] * 8 + [True, False, False])
    pauses: list[float] = []

    async def announce(self: Announcer) -> bool:
        return next(told)

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 12:
            raise asyncio.CancelledError

    monkeypatch.setattr(Announcer, "announce", announce)
    monkeypatch.setattr(notify.asyncio, "sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(Announcer(authority(1), Clock(), tmp_path, ()).run())
    until_midnight = (24 - NOW.hour) * 3600 - NOW.minute * 60 + notify.SETTLE_SECONDS
    hour = 3600.0
    assert pauses == [notify.SETTLE_SECONDS, 60, 120, 240, 480, 960, 1920, hour, hour, until_midnight, 60, 120]
