"""The packet cache's memory is bounded in octets, whatever strangers ask; the oldest entries leave first."""

from __future__ import annotations

import gc
import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from struct import pack

import pytest

from catcher.dns.packetcache.boundedtable import SLOT_OCTETS, BoundedTable
from catcher.dns.packetcache.cache import CACHE_OCTETS, PacketCache
from tests.support.dnsserver import compiling
from tests.support.dnsserver.compiling import CLIENTS, fast, question, reply_to

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_BOUND = 1 << 19
_FLOOD = 1500


def label(draw: random.Random, octets: int) -> str:
    return "".join(draw.choices(_LETTERS, k=octets))


def long_names(draw: random.Random) -> bytes:
    return question(".".join(label(draw, 60) for _ in range(3)) + ".army.ml")


def swapped(draw: random.Random) -> bytes:
    """0x20 (draft-vixie-dnsext-dns0x20): each query writes the name in another mix of cases."""
    return question("".join(draw.choice((c, c.upper())) for c in "autodiscover.mail.a.navy.ml"))


def types(draw: random.Random) -> bytes:
    return question(f"{label(draw, draw.randrange(1, 60))}.army.ml", draw.randrange(1, 65_535))


def cookies(draw: random.Random) -> bytes:
    return compiling.with_cookie(f"{label(draw, 8)}.army.ml", draw.randbytes(draw.choice((8, 24, 40))))


def options(draw: random.Random) -> bytes:
    message = question(f"{label(draw, 8)}.army.ml")
    data = draw.randbytes(draw.randrange(300))
    opt = pack("!BHHIHHH", 0, 41, draw.randrange(65_536), 0, 4 + len(data), draw.randrange(20, 65_000), len(data))
    return message[:10] + b"\0\1" + message[12:] + opt + data


def elsewhere(draw: random.Random) -> bytes:
    return question(f"{label(draw, 60)}.{label(draw, 60)}.{label(draw, 60)}.{label(draw, 20)}.example")


def all_of_them(draw: random.Random) -> bytes:
    return draw.choice((long_names, swapped, types, cookies, options, elsewhere))(draw)


def flood(cache: PacketCache, draw: random.Random, ask: Callable[[random.Random], bytes]) -> None:
    """Each query comes three times, so that the filter lets it in, from one of three clients."""
    for _ in range(_FLOOD):
        message, client = ask(draw), draw.choice(CLIENTS)
        for _ in range(3):
            reply_to(cache, message, client)


@pytest.mark.parametrize("ask", [long_names, swapped, types, cookies, options, elsewhere, all_of_them])
def test_varied_queries_level_off_below_the_bound(tmp_path: Path, ask: Callable[[random.Random], bytes]) -> None:
    """Counted and really: the counted octets are no less than those that Python allotted."""
    cache, draw = fast(compiling.authority(tmp_path), octets=_BOUND), random.Random(5)
    reply_to(cache, question("army.ml"))
    gc.collect()
    tracemalloc.start()
    try:
        for _ in range(3):
            flood(cache, draw, ask)
            gc.collect()
            assert cache.octets() <= _BOUND
            assert tracemalloc.get_traced_memory()[0] <= _BOUND
    finally:
        tracemalloc.stop()


def test_a_flood_reaches_the_bound_of_a_small_cache(tmp_path: Path) -> None:
    """Else the test before would see nothing."""
    cache = fast(compiling.authority(tmp_path), octets=_BOUND)
    flood(cache, random.Random(5), long_names)
    assert cache.octets() > _BOUND / 4 and cache.counts()["exact"] < _FLOOD
    unbounded = fast(compiling.authority(tmp_path), octets=CACHE_OCTETS)
    flood(unbounded, random.Random(5), long_names)
    assert unbounded.octets() > _BOUND and unbounded.counts()["exact"] > 0.99 * _FLOOD


def test_names_that_differ_in_the_first_label_fit_beside_each_other(tmp_path: Path) -> None:
    """A sibling's reply is counted where it is held, once for all of its key: more than ten thousand parents fit."""
    cache, parents, qtypes = fast(compiling.authority(tmp_path)), 4_000, (1, 15, 28)
    for turn in range(3):
        for number in range(parents):
            for qtype in qtypes:
                reply_to(cache, question(f"r{turn}{number}.b{number}.army.ml", qtype))
    overwritten = 0.1  # most of them, by the filter, which is smaller than what passes in a turn
    assert cache.counts()["siblings"] > (1 - overwritten) * parents * len(qtypes)


def test_siblings_go_with_what_they_refer_to(tmp_path: Path) -> None:
    """Else the memory of their replies would be counted nowhere."""
    cache = fast(compiling.authority(tmp_path), capacity=50)
    for turn in range(3):
        reply_to(cache, question(f"r{turn}.b.army.ml"))
    assert cache.counts()["siblings"] == 1
    for number in range(60):
        reply_to(cache, question("a.zone.example", 1000 + number))
        reply_to(cache, question(f"{'x' * number}.a.b.zone.example"))
    assert cache.counts()["siblings"] == 0


def test_the_oldest_entries_leave_first() -> None:
    table = BoundedTable[int, bytes](100, 1 << 30, lambda key, value: len(value))
    for key in range(150):
        table.put(key, b"value")
        assert len(table.entries) <= 100
    assert list(table.entries) == list(range(150 - len(table.entries), 150)) and len(table.entries) > 90


def test_octets_are_bounded_also_by_large_entries() -> None:
    table = BoundedTable[int, bytes](1000, 10_000, lambda key, value: len(value))
    for key in range(200):
        table.put(key, bytes(key % 7 * 1000))
        assert table.octets == sum(len(value) + SLOT_OCTETS for value in table.entries.values()) <= 10_000
    table.put(1000, bytes(10_000))
    assert 1000 not in table.entries and table.entries
    table.clear()
    assert (table.entries, table.octets) == ({}, 0)
