"""Dnstap: a collector gets what passes; a collector that is gone, slow or wrong costs no answer."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import dns.asyncquery
import pytest

from catcher.dns import Authority, DemandTally, TcpServer, Transport, UdpServer
from catcher.dns.counting.counters import DnsCount, DnsCounters
from catcher.dns.tapping.framestream import ControlReader, ControlType, control_frame
from catcher.dns.tapping.tap import DnsTap
from catcher.dns.tapping.tapmessage import CONTENT_TYPE
from catcher.supervise.ports import own_port
from tests.support.clocks import Clock
from tests.support.dnsserver.serving import NOW, query, serving
from tests.support.peers import peer


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return serving(tmp_path_factory.mktemp("sink"))


class Collector:
    """The receiver of a frame stream, after fstrm's own: it keeps the octets between START and STOP."""

    def __init__(self) -> None:
        self.kept = b""
        self.started, self.ended = asyncio.Event(), asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ready = await self._control(reader)
        assert ready == control_frame(ControlType.READY, CONTENT_TYPE)
        writer.write(control_frame(ControlType.ACCEPT, CONTENT_TYPE))
        self.kept = await self._control(reader)
        assert self.kept == control_frame(ControlType.START, CONTENT_TYPE)
        self.started.set()
        while length := int.from_bytes(head := await reader.readexactly(4), "big"):
            self.kept += head + await reader.readexactly(length)
        stop = head + await reader.readexactly(8)
        assert ControlReader().feed(stop) == [(ControlType.STOP, ())]
        self.kept += stop
        writer.write(control_frame(ControlType.FINISH))
        self.ended.set()
        writer.close()

    async def _control(self, reader: asyncio.StreamReader) -> bytes:
        head = await reader.readexactly(8)
        return head + await reader.readexactly(int.from_bytes(head[4:], "big"))


@asynccontextmanager
async def tapped(authority: Authority, path: Path, batches: bool) -> AsyncIterator[tuple[int, DnsTap, DnsCounters]]:
    """A server on one free port with a tap to ``path``."""
    counters, clock, tally = DnsCounters(), Clock(NOW), DemandTally()
    tap, port = DnsTap(path, authority, counters, "sink-1"), own_port()
    with socket.socket() as stream, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
        stream.bind(("127.0.0.1", port))
        stream.listen()
        datagram.bind(("127.0.0.1", port))
        servers = (
            UdpServer([datagram], authority, clock, tally, counters=counters, tap=tap, batches=batches),
            TcpServer([stream], authority, clock, tally, counters=counters, tap=tap),
        )
        await tap.start()
        for server in servers:
            await server.start()
        try:
            yield port, tap, counters
        finally:
            for server in servers:
                await server.close()
            await tap.close()


@pytest.mark.parametrize("batches", [True, False], ids=["batches", "one by one"])
def test_a_collector_gets_every_query_and_reply_without_the_clients_labels(
    authority: Authority, tmp_path: Path, batches: bool
) -> None:
    collector = Collector()

    async def scene() -> None:
        async with await asyncio.start_unix_server(collector.serve, tmp_path / "tap.sock"):
            async with tapped(authority, tmp_path / "tap.sock", batches) as (port, _, counters):
                await asyncio.wait_for(collector.started.wait(), 5)
                await dns.asyncquery.udp(query("john-smith.army.ml", "MX"), "127.0.0.1", port=port, timeout=5)
                await dns.asyncquery.tcp(query("army.ml", "TXT"), "127.0.0.1", port=port, timeout=5)
                await dns.asyncquery.udp(query("john-smith.bank.example", "A"), "127.0.0.1", port=port, timeout=5)
            await asyncio.wait_for(collector.ended.wait(), 5)
            assert not counters.fold()[DnsCount.TAP_DROPPED]

    asyncio.run(scene())
    assert b"john-smith" not in collector.kept and b"bank" not in collector.kept
    (tmp_path / "kept").write_bytes(collector.kept)
    told = subprocess.run(
        [peer("dnstap-read"), tmp_path / "kept"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert [[*words[2:7], words[8]] for words in map(str.split, told)] == [
        ["AQ", "127.0.0.0:0", "->", "?", "UDP", "xxxxxxxxxx.army.ml/IN/MX"],
        ["AR", "127.0.0.0:0", "<-", "?", "UDP", "xxxxxxxxxx.army.ml/IN/MX"],
        ["AQ", "127.0.0.0:0", "->", "?", "TCP", "army.ml/IN/TXT"],
        ["AR", "127.0.0.0:0", "<-", "?", "TCP", "army.ml/IN/TXT"],
        ["AQ", "127.0.0.0:0", "->", "?", "UDP", "xxxxxxxxxx.xxxx.xxxxxxx/IN/A"],
        ["AR", "127.0.0.0:0", "<-", "?", "UDP", "xxxxxxxxxx.xxxx.xxxxxxx/IN/A"],
    ]


def test_without_a_collector_answers_go_on_and_the_drops_are_counted(
    authority: Authority, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The path is a file: it stays as it is."""
    file = tmp_path / "tap.sock"
    file.write_text("kept")

    async def scene() -> None:
        async with tapped(authority, file, True) as (port, _, counters):
            for _ in range(3):
                await dns.asyncquery.udp(query("army.ml", "MX"), "127.0.0.1", port=port, timeout=5)
            assert counters.fold()[DnsCount.TAP_DROPPED] == 6

    asyncio.run(scene())
    assert file.read_text() == "kept" and caplog.text.count("takes nothing") == 1


def test_a_collector_that_does_not_read_costs_no_answer(authority: Authority, tmp_path: Path) -> None:
    """Its socket and a bounded buffer fill up; what comes then is dropped, and counted."""

    async def scene() -> None:
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_UNIX) as listening:
            listening.setblocking(False)
            listening.bind(str(tmp_path / "tap.sock"))
            listening.listen()
            async with tapped(authority, tmp_path / "tap.sock", True) as (port, tap, counters):
                deaf, _ = await asyncio.wait_for(loop.sock_accept(listening), 5)
                with deaf:
                    await loop.sock_sendall(deaf, control_frame(ControlType.ACCEPT, CONTENT_TYPE))
                    start = control_frame(ControlType.READY, CONTENT_TYPE) + control_frame(
                        ControlType.START, CONTENT_TYPE
                    )
                    heard = b""
                    while len(heard) < len(start):
                        heard += await asyncio.wait_for(loop.sock_recv(deaf, len(start)), 5)
                    await flood(tap, counters, port)

    async def flood(tap: DnsTap, counters: DnsCounters, port: int) -> None:
        wire = query("army.ml", "MX").to_wire()
        for _ in range(100_000):
            tap.tell(wire, wire, bytes(4), Transport.UDP, 0)
            if counters.numbers[DnsCount.TAP_DROPPED]:
                break
        assert counters.numbers[DnsCount.TAP_DROPPED]
        assert (await dns.asyncquery.udp(query("army.ml", "MX"), "127.0.0.1", port=port, timeout=5)).answer

    asyncio.run(scene())


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", control_frame(ControlType.ACCEPT, b"other")])
def test_a_collector_of_another_kind_gets_nothing(authority: Authority, tmp_path: Path, said: bytes) -> None:
    heard = bytearray()
    closed = asyncio.Event()

    async def wrong(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        heard.extend(await reader.read())
        closed.set()
        writer.close()

    async def scene() -> None:
        async with (
            await asyncio.start_unix_server(wrong, tmp_path / "tap.sock"),
            tapped(authority, tmp_path / "tap.sock", True) as (port, _, _),
        ):
            await asyncio.wait_for(closed.wait(), 5)
            assert (await dns.asyncquery.udp(query("army.ml", "MX"), "127.0.0.1", port=port, timeout=5)).answer

    asyncio.run(scene())
    assert bytes(heard) == control_frame(ControlType.READY, CONTENT_TYPE)
