"""The UDP server's portable path: its turns are bounded, and an error in sending one reply doesn't stop the next."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from catcher.dns import Authority, DemandTally, RateLimits, UdpServer
from catcher.dns.counting.counters import DnsCount, DnsCounters
from catcher.dns.counting.ratelimit import RateLimit
from tests.support.clocks import Clock
from tests.support.dnsserver import compiling
from tests.support.dnsserver.serving import AUTHORITY, NOW, query

QUERY = query("army.ml", "MX").to_wire()
Sent = list[tuple[bytes, Any]]


class Socket:
    """A stand-in for a socket: gives messages and keeps replies."""

    family = socket.AF_INET

    def __init__(self, arriving: list[bytes | OSError], failing: frozenset[int] = frozenset()) -> None:
        self.arriving = arriving
        self.failing = failing
        self.sent: Sent = []
        self.tried = 0

    def getsockname(self) -> tuple[str, int]:
        return "192.0.2.53", 53

    def recvmsg(self, size: int, ancillary: int) -> tuple[bytes, list[Any], int, tuple[str, int]]:
        if not self.arriving:
            raise BlockingIOError
        message = self.arriving.pop(0)
        if isinstance(message, OSError):
            raise message
        return message[:size], [], 0, ("192.0.2.1", 4000)

    def sendmsg(self, wire: list[bytes], ancillary: list[Any], flags: int, client: tuple[str, int]) -> None:
        self.tried += 1
        if self.tried in self.failing:
            raise PermissionError
        self.sent.append((b"".join(wire), client))


def serve(sock: Socket, limits: RateLimits | None = None, authority: Authority = AUTHORITY) -> dict[str, int]:
    """Serves what arrives at ``sock``; returns the counters that aren't zero."""
    standing_in: Any = sock
    limit, counters = limits and RateLimit(limits), DnsCounters()
    server = UdpServer(
        [standing_in], authority, Clock(NOW), DemandTally(), limit=limit, counters=counters, batches=False
    )
    server.drain()
    return {name: number for name, number in counters.fold().items() if number}


def test_replies_go_to_where_the_query_came_from() -> None:
    sock = Socket([QUERY])
    serve(sock)
    ((wire, client),) = sock.sent
    assert wire[:2] == QUERY[:2] and client == ("192.0.2.1", 4000)


def test_noise_gets_silence() -> None:
    sock = Socket([b"", b"noise", QUERY[:2] + b"\x80" + QUERY[3:], QUERY])
    serve(sock)
    assert len(sock.sent) == 1


def test_a_turn_is_bounded() -> None:
    sock = Socket([QUERY] * 1000)
    serve(sock)
    assert 0 < len(sock.sent) < 1000 and len(sock.sent) + len(sock.arriving) == 1000


def test_an_earlier_replys_icmp_error_stops_nothing() -> None:
    sock = Socket([ConnectionRefusedError(), QUERY, ConnectionRefusedError(), QUERY])
    serve(sock)
    assert len(sock.sent) == 2


def test_a_reply_that_the_system_does_not_take_is_dropped_and_counted() -> None:
    sock = Socket([QUERY] * 3, failing=frozenset({2}))
    counted = serve(sock)
    assert (len(sock.sent), counted[DnsCount.UNSENT]) == (2, 1)


def test_a_message_beyond_any_query_is_cut_and_turned_down() -> None:
    sock = Socket([QUERY[:11] + b"\1" + QUERY[12:] + b"\0\0\x29" + bytes(6) + b"\xff\x00" + bytes(0xFF00)])
    serve(sock)
    assert sock.sent[0][0][3] & 15 == 1


@pytest.mark.parametrize("name", ["army.ml", "www.b.army.ml"])
def test_who_shows_a_cookie_from_here_is_not_held_back(tmp_path: Path, name: str) -> None:
    """RFC 7873 §5.2.5: its address is not forged, so nobody is flooded by what it gets. A cookie that isn't ours
    shows nothing."""
    authority, limits = compiling.authority(tmp_path), RateLimits(rate=3, slip=2, exempt=())
    first = Socket([b"ID" + compiling.with_cookie(name)[2:]])
    serve(first, limits, authority)
    given = first.sent[0][0][-24:]
    made_up = given[:-1] + bytes((given[-1] ^ 1,))
    for cookie, held_back in ((given, False), (made_up, True), (given[:8], True)):
        sock = Socket([compiling.with_cookie(name, cookie)] * 100)
        counted = serve(sock, limits, authority)
        assert (DnsCount.DROPPED in counted) == (DnsCount.SLIPPED in counted) == held_back
        assert len(sock.sent) == 100 or held_back
