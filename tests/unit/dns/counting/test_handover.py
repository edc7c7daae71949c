"""Demand goes from one process to another in datagrams; whatever else comes is dropped, and logged."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgpack  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.dns import AnswerKind, AuthorityReply, DemandTally, DemandWriter, demand_pipe
from catcher.dns.counting.handover import counts_of, hand_over
from catcher.model.errors import StoreUnavailable
from catcher.model.leak.demand import DemandKey
from tests.support.dnsserver.serving import NOW

HOUR = int(datetime(2026, 11, 3, 12, tzinfo=UTC).timestamp())
ROW = (b"\xc0\0\2", "army.ml", 15 << 16, 7)
KEY = DemandKey("army.ml", "MX", "NOERROR", datetime(2026, 11, 3, 12, tzinfo=UTC), "192.0.2.0/24")


def test_counts_arrive_as_they_were_taken() -> None:
    writing, reading = demand_pipe()
    stored: Counter[DemandKey] = Counter()
    with writing, reading:
        tally = DemandTally()
        for _ in range(7):
            tally.add(AuthorityReply(bytes(12), AnswerKind.ANSWER, "army.ml", 15), "192.0.2.1", NOW)
        tally.settle()
        while not hand_over(tally, writing):
            assert not tally.blocked
        DemandWriter(reading, stored.update).store()
    assert stored == {KEY: 7}


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        [HOUR],
        ["noon", [ROW]],
        [HOUR, 5],
        [HOUR, [ROW[:3]]],
        [1 << 62, [ROW]],
        [HOUR, [(b"\xc0\0", *ROW[1:])]],
        [HOUR, [("\xc0\0\2", *ROW[1:])]],
        [HOUR, [(ROW[0], "", *ROW[2:])]],
        [HOUR, [(ROW[0], "a" * 254, *ROW[2:])]],
        [HOUR, [(ROW[0], "armée.ml", *ROW[2:])]],
        [HOUR, [(*ROW[:2], -1, 7)]],
        [HOUR, [(*ROW[:2], 15 << 16 | 200, 7)]],
        [HOUR, [(*ROW[:3], 0)]],
        [HOUR, [(*ROW[:3], 1 << 60)]],
        [HOUR, [(*ROW[:3], True)]],
        [HOUR, [ROW, (*ROW[:3], 1.5)]],
    ],
)
def test_a_malformed_datagram_is_dropped_and_logged(message: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Whole: no row of it is stored. The next datagram is."""
    writing, reading = demand_pipe()
    stored: Counter[DemandKey] = Counter()
    with writing, reading, caplog.at_level(logging.ERROR):
        writing.send(msgpack.packb(message))
        writing.send(msgpack.packb([HOUR, [ROW]]))
        writer = DemandWriter(reading, stored.update)
        writer.store()
    assert (stored, writer.malformed) == ({KEY: 7}, 1)
    assert [record.getMessage() for record in caplog.records] == ["1 malformed datagrams of demand were dropped"]


@given(st.binary(max_size=200))
def test_any_octets_are_counts_or_an_error(datagram: bytes) -> None:
    try:
        counts = counts_of(datagram)
    except ValueError:
        return
    assert all(count > 0 for count in counts.values())


@given(st.integers(0, 200), st.binary(min_size=1, max_size=3))
def test_a_changed_datagram_is_counts_or_an_error(at: int, change: bytes) -> None:
    whole: bytes = msgpack.packb([HOUR, [ROW, ROW]])
    at %= len(whole)
    try:
        counts = counts_of(whole[:at] + change + whole[at + len(change) :])
    except ValueError:
        return
    assert all(key.domain.isascii() and count > 0 for key, count in counts.items())


def away(counts: Mapping[DemandKey, int]) -> None:
    raise StoreUnavailable("the disk is full")


def stopped(writer: DemandWriter) -> None:
    async def scene() -> None:
        stopping = asyncio.Event()
        stopping.set()
        writer.store()
        await writer.run(stopping)

    asyncio.run(scene())


KEYS = {
    KEY: 7,
    DemandKey("navy.ml", "OTHER", "NXDOMAIN", KEY.hour, "2001:db8::/48"): 1 << 35,
    DemandKey("xn--arme-dpa.ml", "CAA", "REFUSED", datetime(2026, 11, 3, 11, tzinfo=UTC), "198.51.100.0/24"): 1,
    **{DemandKey(f"d{number}.ml", "MX", "NOERROR", KEY.hour, "192.0.2.0/24"): number for number in range(1, 1000)},
}


def test_counts_that_the_store_did_not_take_survive_a_reload() -> None:
    """The process that stops puts them back; the next one stores each as it was."""
    writing, reading = demand_pipe()
    stored: Counter[DemandKey] = Counter()
    with writing, reading:
        writer = DemandWriter(reading, away, writing)
        writer._waiting.update(KEYS)
        stopped(writer)
        DemandWriter(reading, stored.update).store()
    assert stored == KEYS


def test_counts_that_nobody_takes_are_logged_as_lost(caplog: pytest.LogCaptureFixture) -> None:
    writing, reading = demand_pipe()
    other, unread = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with writing, reading, other, unread, caplog.at_level(logging.ERROR):
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            while True:
                other.send(b"full")
        writing.send(msgpack.packb([HOUR, [ROW]]))
        stopped(DemandWriter(reading, away, other, put_back_seconds=0.0))
    assert [record.getMessage() for record in caplog.records] == [
        "the store is away and the process stops: the demand of 7 queries is lost"
    ]
