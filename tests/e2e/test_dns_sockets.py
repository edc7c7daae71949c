"""The UDP and TCP servers on real sockets of both families, asked by dnspython."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import dns.asyncquery
import dns.flags
import dns.message
import pytest

from catcher.dns import Authority, DemandTally, RateLimits, TcpServer, Transport, UdpServer
from catcher.dns.counting.ratelimit import RateLimit
from catcher.dns.packetcache.cache import PacketCache
from catcher.supervise.ports import own_port
from tests.support.clocks import Clock
from tests.support.dnsserver import compiling
from tests.support.dnsserver.serving import HEAD, NOW, query, serving

FAMILIES = [
    pytest.param(socket.AF_INET, "127.0.0.1", id="IPv4"),
    pytest.param(socket.AF_INET6, "::1", id="IPv6"),
]
LARGE = "".join(f'big TXT "{number:03} {"x" * 200}"\n' for number in range(200))


@pytest.fixture(params=[True, False], ids=["batches", "one by one"])
def batches(request: pytest.FixtureRequest) -> bool:
    """Whether UDP goes through recvmmsg, or the portable way."""
    return bool(request.param)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return serving(tmp_path_factory.mktemp("sink"), zones={"zone.example": HEAD + LARGE})


@asynccontextmanager
async def running(
    authority: Authority,
    family: socket.AddressFamily,
    host: str,
    batches: bool = True,
    limits: RateLimits | None = None,
) -> AsyncIterator[tuple[int, DemandTally]]:
    """Both servers on one free port."""
    tally, port = DemandTally(), own_port(host)
    with socket.socket(family, socket.SOCK_STREAM) as stream, socket.socket(family, socket.SOCK_DGRAM) as datagram:
        stream.bind((host, port))
        stream.listen()
        datagram.bind((host, port))
        udp = UdpServer([datagram], authority, Clock(NOW), tally, limit=limits and RateLimit(limits), batches=batches)
        servers = (udp, TcpServer([stream], authority, Clock(NOW), tally))
        for server in servers:
            await server.start()
        try:
            yield port, tally
        finally:
            for server in servers:
                await server.close()


@pytest.mark.parametrize(("family", "host"), FAMILIES)
def test_udp_then_tcp(authority: Authority, family: socket.AddressFamily, host: str, batches: bool) -> None:
    async def scene() -> None:
        async with running(authority, family, host, batches) as (port, tally):
            wanted = query("hq.army.ml", "MX", size=1232)
            reply = await dns.asyncquery.udp(wanted, host, port=port, timeout=5)
            assert reply.answer[0][0].exchange.to_text() == "mx.sink.example."
            large = query("big.zone.example", "TXT", size=1232)
            assert (await dns.asyncquery.udp(large, host, port=port, timeout=5)).flags & dns.flags.TC
            whole = await dns.asyncquery.tcp(large, host, port=port, timeout=5)
            assert len(whole.answer[0]) == 200
            counts = {(key.domain, key.network): count for key, count in tally.drain().items()}
            assert counts == {("army.ml", "::/48" if ":" in host else "127.0.0.0/24"): 1}

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("family", "host", "asked"), [(socket.AF_INET, "0.0.0.0", "127.0.0.2"), (socket.AF_INET6, "::", "::1")]
)
def test_a_reply_comes_from_the_address_that_was_asked(
    authority: Authority, family: socket.AddressFamily, host: str, asked: str, batches: bool
) -> None:
    """Also where the socket is bound to every address: a resolver takes it from nowhere else."""

    async def scene() -> None:
        async with running(authority, family, host, batches) as (port, _):
            with socket.socket(family, socket.SOCK_DGRAM) as client:
                client.setblocking(False)
                client.connect((asked, port))
                loop = asyncio.get_running_loop()
                wire = query("army.ml", "MX").to_wire()
                await loop.sock_sendall(client, wire)
                assert (await asyncio.wait_for(loop.sock_recv(client, 4096), 5))[:2] == wire[:2]

    asyncio.run(scene())


def test_a_flood_of_noise_and_queries(authority: Authority, batches: bool) -> None:
    """Noise gets silence, every query between gets its reply, in one row."""

    async def scene() -> None:
        async with running(authority, socket.AF_INET, "127.0.0.1", batches) as (port, _):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.setblocking(False)
                client.connect(("127.0.0.1", port))
                loop = asyncio.get_running_loop()
                for number in range(300):
                    wire = number.to_bytes(2, "big") + query("army.ml", "MX").to_wire()[2:]
                    await loop.sock_sendall(client, b"\0" * (number % 12))
                    await loop.sock_sendall(client, wire[:2] + b"\x80" + wire[3:])
                    await loop.sock_sendall(client, wire)
                    assert (await asyncio.wait_for(loop.sock_recv(client, 4096), 5))[:2] == wire[:2]

    asyncio.run(scene())


def test_a_batch_of_many_kinds(authority: Authority, batches: bool) -> None:
    """Known and new names, cookies, noise and silence side by side: each gets what is its own."""

    async def scene() -> None:
        async with running(authority, socket.AF_INET, "127.0.0.1", batches) as (port, _):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.setblocking(False)
                client.connect(("127.0.0.1", port))
                loop = asyncio.get_running_loop()
                for turn in range(5):
                    expected = {}
                    for number in range(60):
                        name = ("army.ml", f"r{turn}{number}.army.ml", "ArMy.mL", "elsewhere.test")[number % 4]
                        message = query(name, "MX", size=1232 if number % 3 else None)
                        message.id = number
                        wire = message.to_wire()
                        if number % 7 == 0:
                            client.send(wire[:2] + b"\x80" + wire[3:])
                            continue
                        client.send(wire)
                        reply = authority.answer(wire, transport=Transport.UDP, now=NOW, client="127.0.0.1")
                        assert reply is not None
                        expected[number] = reply.wire
                    found = {}
                    while len(found) < len(expected):
                        wire = await asyncio.wait_for(loop.sock_recv(client, 4096), 5)
                        found[wire[1]] = wire
                    assert found == expected

    asyncio.run(scene())


def test_a_flood_is_held_back_and_told_to_come_over_tcp(authority: Authority, batches: bool) -> None:
    limits = RateLimits(rate=20, slip=2, exempt=())

    async def scene() -> None:
        async with running(authority, socket.AF_INET, "127.0.0.1", batches, limits) as (port, _):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.setblocking(False)
                client.connect(("127.0.0.1", port))
                loop = asyncio.get_running_loop()
                whole = cut = 0
                for _ in range(100):
                    for _ in range(8):
                        client.send(query("army.ml", "MX").to_wire())
                    try:
                        while True:
                            wire = await asyncio.wait_for(loop.sock_recv(client, 4096), 0.05)
                            cut, whole = cut + bool(wire[2] & 2), whole + (not wire[2] & 2)
                    except TimeoutError:
                        continue
                assert whole <= 2 * 20 + 64 and 300 <= cut <= 400
                reply = await dns.asyncquery.tcp(query("army.ml", "MX"), "127.0.0.1", port=port, timeout=5)
                assert reply.answer

    asyncio.run(scene())


def test_who_shows_a_good_cookie_is_not_held_back(tmp_path: Path, batches: bool) -> None:
    """Its address is its own (RFC 7873 §5.2.5)."""
    limits = RateLimits(rate=20, slip=2, exempt=())

    async def scene() -> None:
        async with running(compiling.authority(tmp_path), socket.AF_INET, "127.0.0.1", batches, limits) as (port, _):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.setblocking(False)
                client.connect(("127.0.0.1", port))
                loop = asyncio.get_running_loop()
                client.send(compiling.with_cookie("www.b.army.ml"))
                cookie = (await asyncio.wait_for(loop.sock_recv(client, 4096), 5))[-24:]
                for _ in range(50):
                    for _ in range(8):
                        client.send(compiling.with_cookie("www.b.army.ml", cookie))
                    for _ in range(8):
                        wire = await asyncio.wait_for(loop.sock_recv(client, 4096), 5)
                        assert not wire[2] & 2 and wire.endswith(cookie)

    asyncio.run(scene())


def test_tcp_pipelines_and_answers_after_a_half_close(authority: Authority) -> None:
    async def scene() -> None:
        async with running(authority, socket.AF_INET, "127.0.0.1") as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            wire = query("big.zone.example", "TXT").to_wire()
            writer.write((struct.pack("!H", len(wire)) + wire) * 50)
            writer.write_eof()
            data = await asyncio.wait_for(reader.read(), 20)
            writer.close()
            await writer.wait_closed()
        replies = 0
        while data:
            (length,) = struct.unpack_from("!H", data)
            assert len(dns.message.from_wire(data[2 : 2 + length]).answer[0]) == 200
            data, replies = data[2 + length :], replies + 1
        assert replies == 50

    asyncio.run(scene())


def test_closing_ends_connections_and_frees_the_port(authority: Authority, tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(authority, socket.AF_INET, "127.0.0.1") as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            await dns.asyncquery.tcp(query("army.ml", "MX"), "127.0.0.1", port=port, timeout=5)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
        await writer.wait_closed()
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", port)

    asyncio.run(scene())


def test_one_poison_message_never_drops_its_batch(
    authority: Authority, batches: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception on the way of one message: the others of its batch get their replies, and so does it."""
    real = PacketCache.fill

    def fill(cache: PacketCache, messages: Sequence[bytes], *more: Any) -> None:
        if any(b"poison" in message for message in messages):
            raise RuntimeError(messages)
        real(cache, messages, *more)

    monkeypatch.setattr(PacketCache, "fill", fill)
    names = ["a.army.ml", "b.army.ml", "poison.army.ml", "army.ml", "poison.zone.example"] * 4
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
    ):
        ours.bind(("127.0.0.1", 0))
        ours.setblocking(False)
        client.settimeout(5)
        client.connect(ours.getsockname())
        server = UdpServer([ours], authority, Clock(NOW), DemandTally(), batches=batches)
        sent = [query(name, "MX") for name in names]
        for message in sent:
            client.send(message.to_wire())
        server.drain()
        replies = {reply.id: reply for reply in (dns.message.from_wire(client.recv(4096)) for _ in sent)}
    assert replies.keys() == {message.id for message in sent}
    assert all(replies[message.id].answer for message in sent if "poison" not in str(message.question[0]))
    assert len(caplog.records) == 1 and "poison" not in caplog.text
