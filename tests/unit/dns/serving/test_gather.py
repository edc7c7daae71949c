"""The pace of gathering: a wait when and only when the rate calls for it. The test gives the time."""

from __future__ import annotations

import asyncio
import socket
from itertools import pairwise
from typing import Any

import pytest

from catcher.dns import DemandTally, UdpServer
from catcher.dns.serving import udp
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


def test_a_wait_is_one_turn_of_the_loop_for_all_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other callbacks of the loop get their turn between two waits, and closing ends the waits."""
    waits: list[float] = []
    turns: list[int] = []

    async def scene() -> None:
        loop = asyncio.get_running_loop()
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
            monkeypatch.setattr(pace, "wait", lambda now: 0.0005)
            await server.start()
            for number, sock in enumerate((one, two)):
                wire = bytes((0, number)) + query("army.ml", "MX").to_wire()[2:]
                await loop.sock_sendto(client, wire, sock.getsockname())
            replies = {(await asyncio.wait_for(loop.sock_recv(client, 4096), 5))[1] for _ in range(2)}
            assert replies == {0, 1}
            for _ in range(10):
                await asyncio.sleep(0)
                turns.append(len(waits))
            await server.close()
            closed = len(waits)
            for _ in range(10):
                await asyncio.sleep(0)
            assert len(waits) == closed

    monkeypatch.setattr(udp, "sleep", waits.append)
    asyncio.run(scene())
    assert set(waits) == {0.0005}
    assert all(later - earlier <= 1 for earlier, later in pairwise(turns)) and turns[-1] > turns[0]
