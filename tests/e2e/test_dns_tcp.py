"""TCP connections that outlive their worker: they are passed on, and long transfers have a process of their own.

Longer than others: every scene is played with two workers, on both event loops.
"""

from __future__ import annotations

import asyncio
import copy
import os
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, closing
from typing import Any

import dns.asyncquery
import dns.message
import dns.query
import dns.rdatatype
import dns.tsig
import dns.tsigkeyring
import dns.xfr
import dns.zone
import pytest

from catcher import catalogue, config
from catcher.dns import Authority, DemandTally, TcpServer, load_authority
from catcher.dns.answering.options import IDLE_SECONDS
from catcher.dns.counting.counters import DnsCount, DnsCounters
from catcher.dns.serving.connections import ConnectionPipe, ConnectionState
from catcher.supervise.worker import new_event_loop
from catcher.wiring import SystemClock
from tests.support.dnsserver.serving import NOW, query

SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0IQ=="
KEYRING = dns.tsigkeyring.from_text({"secondary.example": ("hmac-sha256", SECRET)})
RECORDS = 20_000
"""Records of the zone that is transferred: some forty messages."""
LOOPS = [pytest.param(new_event_loop, id="the server's loop"), pytest.param(asyncio.new_event_loop, id="asyncio")]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A catalogued name and a large zone, which a secondary on 127.0.0.1 may copy."""
    folder = tmp_path_factory.mktemp("sink")
    (folder / "catalogue.csv").write_text("domain,intended,policy\narmy.ml,army.mil,accept\n")
    keys = folder / "transfer.keys"
    keys.write_text(f'key "secondary.example" {{ algorithm hmac-sha256; secret "{SECRET}"; }};')
    keys.chmod(0o600)
    (folder / "large.zone").write_text(
        "$TTL 300\n@ SOA ns.elsewhere.example. hostmaster 1 2 3 4 60\n@ NS ns.elsewhere.example.\n"
        f'$GENERATE 1-{RECORDS} n$ TXT "a text that makes the record longer, number $"\n'
    )
    (folder / "var").mkdir()
    (folder / "catcher.toml").write_text(
        '[dns]\nlisten = ["127.0.0.1:0"]\nkeys = "transfer.keys"\n'
        '[[dns.zone]]\nname = "large.example"\nfile = "large.zone"\n'
        '[[dns.secondary]]\naddress = "127.0.0.1:53"\nkey = "secondary.example"\n'
        '[smtp]\nlisten = ["127.0.0.1:0"]\n[catalogue]\nfiles = ["catalogue.csv"]\n'
    )
    made = config.load_config(folder / "catcher.toml")
    return load_authority(made, catalogue.read_catalogue(made.catalogue.files), now=NOW)


class Workers:
    """Two workers, one after the other, in one process."""

    def __init__(self, authority: Authority, stack: ExitStack) -> None:
        self.pipe = ConnectionPipe()
        stack.callback(self.pipe.close)
        inherited = copy.copy(self.pipe)  # as a fork does: descriptors of its own for the same pipe
        inherited.reading = stack.enter_context(self.pipe.reading.dup())
        self.lifeline, self.alive = os.pipe()
        stack.callback(os.close, self.lifeline)
        self.counters = DnsCounters()
        stream = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
        stream.bind(("127.0.0.1", 0))
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)  # so that a transfer has to wait for its client
        stream.listen()
        self.port = stream.getsockname()[1]
        self.first, self.second = (
            TcpServer(
                [stack.enter_context(stream.dup())],
                authority,
                SystemClock(),
                DemandTally(),
                counters=self.counters,
                pipe=pipe,
                lifeline_fd=self.lifeline,
            )
            for pipe in (self.pipe, inherited)
        )

    async def reload(self) -> None:
        """The second worker starts, the first one ends."""
        await self.second.start()
        await self.first.close(is_replaced=True)

    def end_server(self) -> None:
        """The other end of the lifeline closes."""
        os.close(self.alive)


@pytest.fixture(params=LOOPS)
def play(request: pytest.FixtureRequest, authority: Authority) -> Iterator[Callable[..., None]]:
    """Runs a scene with both workers on an event loop."""
    with ExitStack() as stack:

        def run(scene: Callable[[Workers], Coroutine[Any, Any, None]]) -> None:
            async def whole() -> None:
                workers = Workers(authority, stack)
                await workers.first.start()
                try:
                    await scene(workers)
                finally:
                    await workers.first.close()
                    await workers.second.close()

            with asyncio.Runner(loop_factory=request.param) as runner:
                runner.run(asyncio.wait_for(whole(), 60))

        yield run


async def turns_until(holds: Callable[[], bool]) -> None:
    """Lets the loop turn; the scene's own time limit ends a wait in vain."""
    for _ in iter(holds, True):
        await asyncio.sleep(0)


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: bytes, *, pause_at: int = 0) -> bytes:
    framed = len(wire).to_bytes(2, "big") + wire
    writer.write(framed[pause_at:])
    return await answer(reader)


async def answer(reader: asyncio.StreamReader) -> bytes:
    length = int.from_bytes(await reader.readexactly(2), "big")
    return await reader.readexactly(length)


def test_a_connection_goes_on_in_the_next_worker(play: Callable[..., None]) -> None:
    async def scene(workers: Workers) -> None:
        wire = query("army.ml", "MX").to_wire()
        reader, writer = await asyncio.open_connection("127.0.0.1", workers.port)
        assert (await ask(reader, writer, wire))[:2] == wire[:2]
        await workers.reload()
        assert (await ask(reader, writer, wire))[:2] == wire[:2]
        assert workers.counters.numbers[DnsCount.TCP] == 2 and workers.counters.numbers[DnsCount.TCP_OPEN] == 1
        writer.close()

    play(scene)


def test_a_connection_that_lost_its_descriptor_on_the_way_takes_no_other_with_it() -> None:
    """A process without free descriptors gets the octets of the message alone."""
    pipe = ConnectionPipe()
    with closing(pipe), socket.socket() as sent:
        pipe.writing.send(b"Clost")
        pipe.send(sent.fileno(), ConnectionState(b"unsent", b"unanswered", 7.0))
        [(connection, state)] = pipe.receive()
        connection.close()
    assert state == ConnectionState(b"unsent", b"unanswered", 7.0)


def test_half_a_message_goes_with_it(play: Callable[..., None]) -> None:
    async def scene(workers: Workers) -> None:
        wire = query("army.ml", "MX").to_wire()
        reader, writer = await asyncio.open_connection("127.0.0.1", workers.port)
        assert (await ask(reader, writer, wire))[:2] == wire[:2]
        writer.write((len(wire).to_bytes(2, "big") + wire) * 3 + len(wire).to_bytes(2, "big") + wire[:7])
        for _ in range(3):
            assert (await answer(reader))[:2] == wire[:2]
        await workers.reload()
        writer.write(wire[7:])
        assert (await answer(reader))[:2] == wire[:2]
        writer.close()

    play(scene)


def test_no_query_of_a_busy_client_is_lost(play: Callable[..., None]) -> None:
    """It sends without a pause while the worker changes."""

    async def scene(workers: Workers) -> None:
        wire = query("army.ml", "MX").to_wire()
        reader, writer = await asyncio.open_connection("127.0.0.1", workers.port)

        async def send() -> None:
            for number in range(4000):
                writer.write(len(wire).to_bytes(2, "big") + number.to_bytes(2, "big") + wire[2:])
                await writer.drain()
                await asyncio.sleep(0)

        sending = asyncio.create_task(send())
        for number in range(4000):
            assert (await answer(reader))[:2] == number.to_bytes(2, "big")
            if number == 1000:
                changing = asyncio.create_task(workers.reload())
        await sending
        await changing
        writer.close()

    play(scene)


def test_the_replies_that_a_slow_client_did_not_take_go_with_its_connection(play: Callable[..., None]) -> None:
    """It reads nothing while the worker changes; the old one ends at once, and no reply is lost or sent twice."""

    async def scene(workers: Workers) -> None:
        wire = query("army.ml", "MX").to_wire()
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", workers.port))
            reader, writer = await asyncio.open_connection(sock=client, limit=1024)
            for number in range(4000):
                writer.write(len(wire).to_bytes(2, "big") + number.to_bytes(2, "big") + wire[2:])
            await turns_until(lambda: workers.counters.numbers[DnsCount.TCP] >= 100)
            await workers.second.start()
            workers.first.retire(is_replaced=True)
            before = workers.counters.numbers[DnsCount.TCP]
            assert before < 4000
            await workers.first.close()
            for number in range(4000):
                assert (await answer(reader))[:2] == number.to_bytes(2, "big")
            assert workers.counters.numbers[DnsCount.TCP] == 4000
            writer.close()

    play(scene)


def test_no_reload_prolongs_the_time_of_an_idle_connection(play: Callable[..., None]) -> None:
    async def scene(workers: Workers) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", workers.port)
        await turns_until(lambda: bool(workers.first._connections))
        (first,) = workers.first._connections
        first._deadline -= 4
        await workers.reload()
        await turns_until(lambda: bool(workers.second._connections))
        (second,) = workers.second._connections
        assert second._deadline <= asyncio.get_running_loop().time() + IDLE_SECONDS - 4
        writer.close()

    play(scene)


def transfer_query() -> tuple[dns.message.Message, bytes]:
    wanted = dns.message.make_query("large.example", "AXFR")
    wanted.use_tsig(KEYRING, "secondary.example", algorithm=dns.tsig.HMAC_SHA256)
    return wanted, wanted.to_wire()


async def take_transfer(reader: asyncio.StreamReader, wanted: dns.message.Message, first: bytes = b"") -> int:
    """The number of records; every message's signature is checked. ``first``: a message that was read already."""
    zone = dns.zone.Zone("large.example.")
    with dns.xfr.Inbound(zone, dns.rdatatype.AXFR) as inbound:
        context: Any = None
        done = False
        while not done:
            message = dns.message.from_wire(
                first or await answer(reader),
                keyring=wanted.keyring,
                request_mac=wanted.mac,
                xfr=True,
                tsig_ctx=context,
                multi=True,
                origin=zone.origin,
            )
            context, first = message.tsig_ctx, b""
            done = inbound.process_message(message)
    return sum(len(rdataset) for node in zone.nodes.values() for rdataset in node.rdatasets)


def test_a_transfer_outlives_its_worker_and_the_connection_goes_on(play: Callable[..., None]) -> None:
    """The client asks for something else behind its request for the transfer."""

    async def scene(workers: Workers) -> None:
        wanted, wire = transfer_query()
        behind = query("army.ml", "MX").to_wire()
        reader, writer = await asyncio.open_connection("127.0.0.1", workers.port)
        writer.write(b"".join(len(one).to_bytes(2, "big") + one for one in (behind, wire, behind)))
        assert (await answer(reader))[:2] == behind[:2]
        await workers.reload()
        assert await take_transfer(reader, wanted) == RECORDS + 2
        assert (await answer(reader))[:2] == behind[:2]
        assert workers.counters.numbers[DnsCount.AXFR] == 1
        writer.close()

    play(scene)


def test_a_transfer_ends_with_the_server(play: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's buffer is small and it takes one message before the server ends, and then what is on its way."""

    async def scene(workers: Workers) -> None:
        _, wire = transfer_query()
        broken = asyncio.Event()
        monkeypatch.setattr(
            workers.counters, "add", lambda name, number=1: broken.set() if name is DnsCount.TRANSFER_BROKEN else None
        )
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", workers.port))
            reader, writer = await asyncio.open_connection(sock=client, limit=1024)
            writer.write(len(wire).to_bytes(2, "big") + wire)
            octets = len(await answer(reader))
            workers.end_server()
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                while True:
                    octets += len(await answer(reader))
            assert octets < RECORDS * len("a text that makes the record longer, number ")
            await asyncio.wait_for(broken.wait(), 20)
            writer.close()

    play(scene)


def test_a_transfer_follows_the_replies_that_its_client_did_not_take(play: Callable[..., None]) -> None:
    """The process of the transfer sends them first."""

    async def scene(workers: Workers) -> None:
        wanted, wire = transfer_query()
        before = query("army.ml", "MX").to_wire()
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", workers.port))
            reader, writer = await asyncio.open_connection(sock=client, limit=1024)
            writer.write(b"".join(len(one).to_bytes(2, "big") + one for one in [before] * 300 + [wire, before]))
            while not workers.counters.numbers[DnsCount.AXFR]:
                await asyncio.sleep(0)
                if workers.counters.numbers[DnsCount.TCP] > 200:
                    await answer(reader)
            await workers.reload()
            while (first := await answer(reader))[:2] == before[:2]:
                pass
            assert await take_transfer(reader, wanted, first) == RECORDS + 2
            assert (await answer(reader))[:2] == before[:2]
            assert workers.counters.numbers[DnsCount.TCP] == 302
            writer.close()

    play(scene)


def test_without_a_process_a_transfer_shares_the_worker(
    play: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> int:
        raise BlockingIOError(11, "no process")

    monkeypatch.setattr(os, "fork", refuse)

    async def scene(workers: Workers) -> None:
        wanted, wire = transfer_query()
        reader, writer = await asyncio.open_connection("127.0.0.1", workers.port)
        writer.write(len(wire).to_bytes(2, "big") + wire)
        assert await take_transfer(reader, wanted) == RECORDS + 2
        writer.close()

    play(scene)
