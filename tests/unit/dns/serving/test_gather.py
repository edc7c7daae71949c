"""The pace of gathering: a wait when and only when the rate calls for it. The test gives the time."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from catcher.dns import DemandTally, UdpServer
from catcher.dns.serving.gather import FULL_BATCH, GATHER_RATE, GATHER_SECONDS, RATE_WINDOW, GatherPace
from tests.support.clocks import Clock
from tests.support.dnsserver.serving import AUTHORITY, NOW, query


class Wire:
    """Messages that arrive at a steady rate, received by a server that takes a while for a wake-up and each message."""

    def __init__(self) -> None:
        self.pace = GatherPace()
        self.now = 1000.0
        self.waits: list[float] = []
        self.received: list[int] = []

    def run(self, rate: float, seconds: float) -> None:
        end, due = self.now + seconds, self.now
        self.waits, self.received = [], []
        while self.now < end:
            self.now = max(self.now, due)
            wait = self.pace.wait(self.now)
            self.waits.append(wait)
            self.now += wait
            messages = min(4 * FULL_BATCH, int((self.now - due) * rate) + 1)
            due += messages / rate
            self.pace.received(messages)
            self.received.append(messages)
            self.now += 20e-6 + messages * 4e-6


@pytest.mark.parametrize("rate", [3_000, 5_000, 20_000, 60_000])
def test_at_a_middling_rate_a_wake_up_serves_several(rate: int) -> None:
    wire = Wire()
    wire.run(rate, 1)
    wire.run(rate, 1)
    assert sum(wire.received) / len(wire.received) >= min(rate * GATHER_SECONDS, FULL_BATCH / 4)
    assert 0 < max(wire.waits) <= GATHER_SECONDS


@pytest.mark.parametrize("rate", [1, 100, 1_000])
def test_at_a_low_rate_nothing_waits(rate: int) -> None:
    wire = Wire()
    wire.run(rate, 2)
    assert not any(wire.waits)


def test_at_saturation_nothing_waits() -> None:
    wire = Wire()
    wire.run(1_000_000, 0.2)
    assert not any(wire.waits[2:])


def test_after_idleness_a_burst_is_answered_at_once() -> None:
    wire = Wire()
    wire.run(20_000, 1)
    assert wire.waits[-1]
    wire.now += 1.0
    assert wire.pace.wait(wire.now) == 0
    for _ in range(100):
        wire.pace.received(1)
        wire.now += RATE_WINDOW / 200
        assert wire.pace.wait(wire.now) == 0


def test_clients_that_wait_for_their_replies_are_not_slowed_for_long() -> None:
    """Each sends its next query after the reply: a wait makes the rate fall, and nothing gathers."""
    pace, now, waited, answered = GatherPace(), 1000.0, 0.0, 0
    while now < 1010.0:
        wait = pace.wait(now)
        waited += wait
        now += wait + 50e-6
        pace.received(1)
        answered += 1
    assert answered > 10 / 50e-6 * 0.8 and waited < 1.5


def test_a_load_that_falls_is_gathered_on() -> None:
    """As after the first burst of a load program: nobody waits for replies, the rate without waits is no higher."""
    wire = Wire()
    wire.run(40_000, 0.2)
    wire.run(4_000, 2)
    assert sum(map(bool, wire.waits)) > 0.8 * len(wire.waits)


def test_one_pause_of_the_network_does_not_stop_the_gathering() -> None:
    """The queries that it held up come in a run, and look as if a wait had held them up."""
    wire = Wire()
    wire.run(5_000, 1)
    wire.run(500, 0.1)
    wire.run(15_000, 0.1)
    wire.run(5_000, 1)
    assert sum(map(bool, wire.waits)) > 0.8 * len(wire.waits)


def test_all_sockets_together_make_the_rate() -> None:
    pace, now = GatherPace(), 1000.0
    for _ in range(4):
        pace.wait(now)
        for _ in range(3):
            pace.received(int(GATHER_RATE * RATE_WINDOW / 2))
        now += RATE_WINDOW
    assert pace.wait(now) > 0


def test_two_workers_gather_each_at_its_half_of_the_rate() -> None:
    """At 5,000 messages a second; the system spreads them by address and port, so one gets less than half."""
    for rate in (1_500, 3_500):
        wire = Wire()
        wire.run(rate, 2)
        assert sum(map(bool, wire.waits)) > 0.9 * len(wire.waits)
        assert len(wire.received) < 0.8 * sum(wire.received)


class Watching(asyncio.SelectorEventLoop):
    """An event loop that tells how many sockets of the server it watches, and how many timers were set."""

    def __init__(self) -> None:
        super().__init__()
        self.watched: set[Any] = set()
        self.delays: list[float] = []

    def add_reader(self, fd: Any, callback: Any, *args: Any) -> None:
        self.watched.add(fd)
        super().add_reader(fd, callback, *args)

    def remove_reader(self, fd: Any) -> bool:
        self.watched.discard(fd)
        return super().remove_reader(fd)

    def call_later(self, delay: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:
        self.delays.append(delay)
        return super().call_later(delay, callback, *args, context=context)


def test_while_it_gathers_a_timer_drains_all_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop doesn't watch them then, and no wait blocks it; afterwards it does; closing ends the waits."""
    loop = Watching()
    waits = [GATHER_SECONDS]

    async def scene() -> None:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
        ):
            for sock in (one, two):
                sock.bind(("127.0.0.1", 0))
            client.setblocking(False)
            server = UdpServer([one, two], AUTHORITY, Clock(NOW), DemandTally())
            pace: Any = server._pace
            monkeypatch.setattr(pace, "wait", lambda now: waits[0])

            async def answered(sock: socket.socket, number: int) -> None:
                wire = bytes((0, number)) + query("army.ml", "MX").to_wire()[2:]
                await loop.sock_sendto(client, wire, sock.getsockname())
                assert (await asyncio.wait_for(loop.sock_recv(client, 4096), 5))[1] == number

            await server.start()
            assert {one, two} <= loop.watched
            await answered(one, 1)
            assert not {one, two} & loop.watched
            await answered(one, 2)
            await answered(two, 3)
            assert not {one, two} & loop.watched and loop.delays.count(GATHER_SECONDS) > 1
            waits[0] = 0.0
            await answered(two, 4)
            assert {one, two} <= loop.watched
            waits[0] = GATHER_SECONDS
            await answered(two, 5)
            await server.close()
            closed = loop.delays.count(GATHER_SECONDS)
            for _ in range(3):
                await asyncio.sleep(2 * GATHER_SECONDS)
            assert loop.delays.count(GATHER_SECONDS) == closed and not {one, two} & loop.watched

    try:
        loop.run_until_complete(scene())
    finally:
        loop.close()


def test_an_error_while_it_gathers_leaves_no_socket_unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, told = Watching(), list[object]()

    async def scene() -> None:
        is_told = asyncio.Event()
        loop.set_exception_handler(lambda _, context: (told.append(context.get("exception")), is_told.set()))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", 0))
            server = UdpServer([sock], AUTHORITY, Clock(NOW), DemandTally())
            await server.start()
            pace: Any = server._pace
            monkeypatch.setattr(pace, "wait", lambda now: GATHER_SECONDS)
            server._readable(server._paths[0], loop)
            assert sock not in loop.watched
            path: Any = server._paths[0]
            with monkeypatch.context() as broken:
                broken.setattr(path, "drain", lambda: 1 // 0)
                await is_told.wait()
            assert sock in loop.watched and isinstance(told[0], ZeroDivisionError)
            await server.close()

    loop.run_until_complete(scene())
    loop.close()
