"""No shape of query makes the server work much: counted in lines of Python, not timed."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from catcher.bench.shapes import CHEAP, SHAPES
from catcher.catalogue import Catalogue
from catcher.dns import Authority
from catcher.dns.packetcache.cache import PacketCache
from tests.support.dnsserver.compiling import fast, reply_to
from tests.support.dnsserver.serving import PUBLICATIONS, entry

_DOMAIN = "army.ml"
_LEARNING, _COUNTED = 300, 50
"""Messages before the first that is counted, and messages counted."""
_MOST = 9
"""Most work of a shape, as a multiple of the cheap query's: beside this work each message costs what the system takes
to receive and send, which is three quarters of a cheap query (DESIGN §5 allows three cheap queries in all)."""


def lines_of_work(cache: PacketCache, message: bytes) -> int:
    """Lines of Python from the message to its reply."""
    lines = 0

    def count(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        reply_to(cache, message)
    finally:
        sys.settrace(before)
    return lines


def work(shape: str) -> float:
    """Lines of work of a message of ``shape``, on average, once its like came before."""
    cache = fast(Authority(Catalogue.of([entry(_DOMAIN)]), PUBLICATIONS, {}))
    messages = [SHAPES[shape](100_000 + number, _DOMAIN) for number in range(_LEARNING + _COUNTED)]
    for message in messages[:_LEARNING]:
        reply_to(cache, message)
    return sum(lines_of_work(cache, message) for message in messages[_LEARNING:]) / _COUNTED


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "EDNS size at random"])
def test_a_shape_makes_no_more_work_than_some_cheap_queries(shape: str) -> None:
    assert work(shape) <= _MOST * work(CHEAP)


def test_a_size_of_its_own_is_learned_once() -> None:
    """There are 720 of them between the least and the most that a client may state."""
    cache = fast(Authority(Catalogue.of([entry(_DOMAIN)]), PUBLICATIONS, {}))
    messages = [SHAPES["EDNS size at random"](100_000 + number, _DOMAIN) for number in range(3 * 720)]
    for message in messages:
        reply_to(cache, message)
    assert cache.counts()["keys"] <= 721
