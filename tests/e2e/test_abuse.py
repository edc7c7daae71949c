"""Thousands of idle and trickling clients, messages without measure: memory is bounded, good clients are served.

Longer than others: the attacks share their clients and the server that they are led against.
"""

from __future__ import annotations

import asyncio
import resource
import select
import smtplib
import socket
import statistics
import struct
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO

import pytest

from tests.support.server import ENVELOPE, SECONDS, Server, deliver, dialogue, read_reply, running

pytestmark = pytest.mark.serial

IDLE, TRICKLING, GOOD = 5_000, 500, 300
DESCRIPTORS = 8_192
ENOUGH_MB = 64
"""What the sink's process may grow by under all of them: about 10 KiB each."""


@pytest.fixture(scope="module")
def many_descriptors() -> Iterator[None]:
    """For this process and those it starts."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] < DESCRIPTORS:
        pytest.skip(f"this machine lets a process open {before[1]} files only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture(scope="module")
def server(many_descriptors: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server"), log_level="warning") as server:
        yield server


def memory_mb(server: Server) -> float:
    """Resident, of the process that takes mail."""
    status = Path(f"/proc/{server.workers_pids()['smtp-0']}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def peak_mb(server: Server) -> float:
    status = Path(f"/proc/{server.workers_pids()['smtp-0']}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


async def converse(server: Server, *lines: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which ``lines`` were said and answered."""
    reader, writer = await asyncio.open_connection(*server.smtp)
    for line in ("", *lines):
        if line:
            writer.write(line.encode() + b"\r\n")
        while (await reader.readline())[3:4] == b"-":
            pass
    return reader, writer


@asynccontextmanager
async def idle(server: Server) -> AsyncIterator[None]:
    """Clients that said EHLO, and nothing more."""
    writers: list[asyncio.StreamWriter] = []
    for _ in range(IDLE // 250):
        opened = await asyncio.gather(*(converse(server, ENVELOPE[0]) for _ in range(250)))
        writers += [writer for _, writer in opened]
    try:
        yield
    finally:
        for writer in writers:
            writer.transport.abort()


@asynccontextmanager
async def trickling(server: Server) -> AsyncIterator[None]:
    """Clients that send a message octet by octet, as fast as the turn comes to them, and never end it."""
    opened = [await converse(server, *ENVELOPE) for _ in range(TRICKLING)]

    async def trickle() -> None:
        while True:
            for _, writer in opened:
                writer.write(b"x")
                await asyncio.sleep(0.001)

    task = asyncio.create_task(trickle())
    try:
        yield
    finally:
        task.cancel()
        for _, writer in opened:
            writer.transport.abort()


PIECE = b"x" * 1_000_000
MESSAGE = b"From: alice@contractor.example\r\nTo: someone@army.ml\r\n\r\nhello\r\n.\r\n"


async def transaction(server: Server) -> float:
    """A whole good transaction on a new connection; returns its seconds."""
    begin = time.monotonic()
    reader, writer = await converse(server, *ENVELOPE)
    writer.write(MESSAGE)
    said = await reader.readline()
    assert said.startswith(b"250 2.0.0 "), said
    writer.close()
    return time.monotonic() - begin


def test_good_mail_is_taken_beside_5000_idle_and_500_trickling_clients(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scenario() -> tuple[list[float], float, float]:
        for _ in range(20):
            await transaction(server)
        before = memory_mb(server)
        async with idle(server), trickling(server):
            lasted = [await transaction(server) for _ in range(GOOD)]
            return lasted, before, memory_mb(server)

    stored = len(server.observations())
    lasted, before, after = asyncio.run(scenario())
    assert len(server.observations()) == stored + 20 + GOOD
    p99 = statistics.quantiles(lasted, n=100)[-1]
    with capsys.disabled():
        print(f"\n{IDLE} idle, {TRICKLING} trickling: p99 {1000 * p99:.0f} ms, memory {before:.0f} → {after:.0f} MB")
    assert after - before < ENOUGH_MB


def let_in(server: Server) -> tuple[socket.socket, IO[bytes]]:
    """A connection that is greeted, however often it has to be tried."""
    while True:
        client = socket.create_connection(server.smtp, timeout=SECONDS)
        replies = client.makefile("rb")
        if read_reply(replies).startswith(b"220 "):
            return client, replies
        replies.close()
        client.close()


def evictions(sleepers: list[tuple[socket.socket, IO[bytes]]], number: int) -> list[bytes]:
    """What the first ``number`` of the sleepers that hear anything hear: the server chooses which, by its own queue."""
    silent = dict(sleepers)
    heard: list[bytes] = []
    while len(heard) < number:
        readable, _, _ = select.select(list(silent), [], [], SECONDS)
        assert readable, f"{len(heard)} heard that they are sent away"
        heard += [read_reply(silent.pop(client)) for client in readable]
    return heard


def test_sleepers_who_take_every_connection_do_not_lock_out_who_has_mail(tmp_path: Path) -> None:
    """Each good client finds room as soon as one of them has slept for long enough, and stays."""
    with running(tmp_path / "server", smtp_more="connections = 50\n", log_level="warning") as server:
        sleepers = [dialogue(server) for _ in range(50)]
        good = []
        for _ in range(40):
            client, replies = let_in(server)
            good.append((client, replies))
            client.sendall("".join(f"{line}\r\n" for line in ENVELOPE).encode() + MESSAGE)
            said = [read_reply(replies)[:4] for _ in range(len(ENVELOPE) + 1)]
            assert said == [b"250-", b"250 ", b"250 ", b"354 ", b"250 "]
        assert all(reply.startswith(b"421 4.3.2 idle or slow while others wait") for reply in evictions(sleepers, 40))
        for client, replies in (*sleepers, *good):
            replies.close()
            client.close()


PLACES = 2_000
ATTACKERS = (
    *[f"192.0.2.{n % 4}" for n in range(399)],
    *[f"198.51.100.{n % 4}" for n in range(400)],
    *[f"2001:db8:1:1::{n:x}" for n in range(100)],
    *[f"2001:db8:2:{n:x}::1" for n in range(200)],
    *[f"2001:db8:3:{n % 40:x}00::{n:x}" for n in range(200)],
    *[f"2001:dead:{n:x}::1" for n in range(500)],
    *[f"203.0.{n}.1" for n in range(200)],
)
"""The addresses of those who hold all places: two IPv4 /24, an IPv6 /64, /56, /48 and /32 with their whole shares, and
200 in networks of their own. One share has room for one more, a client that sends fast."""


async def from_address(
    server: Server, address: str, *lines: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    """A connection that a proxy opens for ``address``, on which ``lines`` were said and answered; None after a 421."""
    reader, writer = await asyncio.open_connection(*server.smtp)
    family = "TCP6" if ":" in address else "TCP4"
    here = "::1" if ":" in address else "127.0.0.1"
    try:
        writer.write(f"PROXY {family} {address} {here} 1 25\r\n".encode())
        if not (await reader.readline()).startswith(b"220 "):
            writer.transport.abort()
            return None
        for line in lines:
            writer.write(line.encode() + b"\r\n")
            while (await reader.readline())[3:4] == b"-":
                pass
    except BaseException:  # also when the attack is cancelled: the socket must not stay
        writer.transport.abort()
        raise
    return reader, writer


@asynccontextmanager
async def attackers(server: Server) -> AsyncIterator[list[int]]:
    """Clients on all places, each in DATA with an octet now and then; whoever is sent away comes back soon. Yields how
    often that happened."""
    sent_away = [0]
    readers: set[asyncio.Task[None]] = set()
    writers: dict[str, asyncio.StreamWriter] = {}

    async def attack(name: str, address: str) -> None:
        while True:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                opened = await from_address(server, address, *ENVELOPE)
                if opened is not None:
                    reader, writers[name] = opened
                    arrived.release()
                    await reader.read()
                    writers.pop(name).transport.abort()
                    sent_away[0] += 1
            await asyncio.sleep(0.02)  # at once would use up this machine's ports

    async def trickle() -> None:
        while True:
            for writer in list(writers.values()):
                writer.write(b"x")
                await asyncio.sleep(0)
            await asyncio.sleep(0.1)

    arrived = asyncio.Semaphore(0)
    for n, address in enumerate(ATTACKERS):
        readers.add(asyncio.create_task(attack(f"{n}", address)))
        if n % 200 == 199:
            for _ in range(200):
                await arrived.acquire()
    readers.add(asyncio.create_task(trickle()))
    try:
        yield sent_away
    finally:
        for task in readers:
            task.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        for writer in writers.values():
            writer.transport.abort()


def test_good_clients_always_get_in_beside_2000_tricklers_in_data_who_hold_all_places(
    many_descriptors: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And whoever sends fast is never sent away, though it is in DATA for as long."""
    more = (
        f'connections = {PLACES}\nproxy_from = ["127.0.0.0/8"]\nconnection_rate = 0\nconnection_rate_per_prefix = 0\n'
    )

    async def good(server: Server, number: int) -> float | None:
        begin = time.monotonic()
        opened = await from_address(server, f"203.1.{number % 250}.{number // 250}", *ENVELOPE)
        if opened is None:
            return None
        reader, writer = opened
        writer.write(MESSAGE)
        assert (await reader.readline()).startswith(b"250 2.0.0 ")
        writer.close()
        return time.monotonic() - begin

    async def scenario(server: Server) -> tuple[list[float], int]:
        opened = await from_address(server, "192.0.2.77", *ENVELOPE)
        assert opened is not None
        reader, fast = opened
        fast.write(MESSAGE[:-5] + PIECE)
        async with attackers(server) as sent_away:
            fast.write(PIECE[:64_000])
            lasted = []
            for number in range(GOOD):
                fast.write(PIECE[:64_000])
                seconds = await good(server, number)
                assert seconds is not None, f"good client {number} was turned away"
                lasted.append(seconds)
            fast.write(b"\r\n.\r\n")
            assert (await reader.readline()).startswith(b"250 2.0.0 ")
            fast.close()
            return lasted, sent_away[0]

    with running(tmp_path / "server", smtp_more=more, log_level="warning") as server:
        lasted, sent_away = asyncio.run(scenario(server))
        stored = len(server.observations())
    assert stored == GOOD + 1
    p99 = statistics.quantiles(lasted, n=100)[-1]
    with capsys.disabled():
        print(f"\n{PLACES} tricklers on all places, {sent_away} sent away: {GOOD} good, p99 {1000 * p99:.0f} ms")


def test_above_the_number_of_connections_there_is_a_short_421(tmp_path: Path) -> None:
    with running(tmp_path / "server", smtp_more="connections = 20\n", log_level="warning") as server:
        clients = [dialogue(server)[0] for _ in range(20)]
        with socket.create_connection(server.smtp, timeout=SECONDS) as one_more:
            said = b"".join(iter(lambda: one_more.recv(100), b""))
        assert said.startswith(b"421 ")
        assert len(said) < 80
        clients.pop().close()
        while True:  # until the server has noticed
            client, replies = socket.create_connection(server.smtp, timeout=SECONDS), b""
            with client:
                replies = client.recv(100)
            if replies.startswith(b"220 "):
                break
        for client in clients:
            client.close()
        while True:  # until the server has noticed that, too
            try:
                code = deliver(server)[0]
            except smtplib.SMTPConnectError as error:
                assert error.smtp_code == 421
                continue
            break
        assert code == 250


def said_to(server: Server) -> bytes:
    """All that a client hears that says nothing, up to the greeting or the end."""
    with socket.create_connection(server.smtp, timeout=SECONDS) as client:
        said = client.recv(100)
        if said.startswith(b"421 "):
            assert client.recv(100) == b""
    return said


def test_in_a_flood_of_new_connections_there_is_a_short_421_and_mail_is_taken_again_after_it(tmp_path: Path) -> None:
    """Here this machine floods itself, so it must not be exempt; a client that is let in is served to its end."""
    bounds = "connection_rate_per_prefix = 3\nconnection_rate_exempt = []\n"
    with running(tmp_path / "server", smtp_more=bounds, log_level="warning") as server:
        while (said := said_to(server)) != b"421 4.7.0 busy\r\n":
            assert said.startswith(b"220 ")
        while True:  # until the second is over
            try:
                code = deliver(server)[0]
            except smtplib.SMTPConnectError as error:
                assert error.smtp_code == 421
                continue
            break
        assert code == 250
        assert len(server.observations()) == 1
        server.await_log("a flood of new connections: so far 1 were sent away")


HUGE = {
    "100 MB without a line end": [b"Subject: a\r\n\r\n", *[PIECE] * 100],
    "100 MB of header without a line end": [b"Subject: ", *[PIECE] * 100],
    "700,000 header fields": [b"".join(b"X-%06d: y\r\n" % n for n in range(70_000))] * 10,
}


@pytest.mark.parametrize("pieces", HUGE.values(), ids=HUGE.keys())
def test_a_message_without_measure_is_swallowed_in_bounded_memory(server: Server, pieces: list[bytes]) -> None:
    before = peak_mb(server)
    client, replies = dialogue(server, *ENVELOPE)
    with client:
        for piece in pieces:
            client.sendall(piece)
        client.sendall(b"\r\n.\r\nNOOP\r\n")
        assert read_reply(replies).startswith(b"552 5.3.4 " if len(pieces) > 100 else b"250 2.0.0 ")
        assert read_reply(replies).startswith(b"250 ")
    assert peak_mb(server) - before < 8


def test_a_command_without_an_end_is_refused_in_bounded_memory(server: Server) -> None:
    before = peak_mb(server)
    client, replies = dialogue(server, ENVELOPE[0])
    with client:
        for _ in range(100):
            client.sendall(PIECE)
        client.sendall(b"\r\nNOOP\r\n")
        assert read_reply(replies).startswith(b"500 5.5.2 ")
        assert read_reply(replies).startswith(b"250 ")
    assert peak_mb(server) - before < 8


def test_ten_thousand_recipients_are_answered_each(server: Server) -> None:
    client, replies = dialogue(server, *ENVELOPE[:2])
    with client:
        client.sendall(b"".join(b"RCPT TO:<r%d@army.ml>\r\n" % n for n in range(10_000)))
        codes = [read_reply(replies)[:3] for _ in range(10_000)]
        assert codes == [b"250"] * 100 + [b"452"] * 9_900
        client.sendall(b"DATA\r\n" + MESSAGE)
        assert read_reply(replies)[:3] == b"354"
        assert read_reply(replies)[:3] == b"250"
    last = server.observations()[-1]
    assert (last.recipient_count, len(last.recipients)) == (100, 10), "an unproven mail keeps few mailboxes"


@pytest.mark.parametrize("lines", range(len(ENVELOPE) + 1))
def test_a_client_that_resets_or_half_closes_anywhere_leaves_the_others_alone(server: Server, lines: int) -> None:
    stored = len(server.observations())
    for reset in (True, False):
        client, replies = dialogue(server, *ENVELOPE[:lines])
        with client:
            client.sendall(MESSAGE[:-3] if lines == len(ENVELOPE) else b"NOOP\r\nNO")
            if reset:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            else:
                client.shutdown(socket.SHUT_WR)
                assert replies.read().count(b"\r\n") == (lines < len(ENVELOPE))
    assert deliver(server)[0] == 250
    assert len(server.observations()) == stored + 1
