"""Rate limiting: everybody below the rate is untouched; above it little is sent, and a way over TCP stays open."""

from __future__ import annotations

from ipaddress import ip_network

import dns.flags
import dns.message
import pytest

from catcher.dns import AnswerKind
from catcher.dns.counting.ratelimit import RateDecision, RateLimit, RateLimits, truncated
from tests.support.dnsserver.serving import AUTHORITY, query, raw

VICTIM, OTHER = b"\xc0\0\2", b"\xcb\0\x71"
START = 1_800_000_000.0


def send(limit: RateLimit, prefix: bytes, count: int, now: float, kind: int = AnswerKind.ANSWER) -> list[RateDecision]:
    """The decisions on ``count`` replies, in batches of 64."""
    decisions = []
    while count > 0:
        batch = [prefix] * min(count, 64)
        suspects = limit.suspects(batch, now)
        decisions += [limit.decide(prefix, kind, now) if prefix in suspects else RateDecision.SEND for _ in batch]
        count -= len(batch)
    return decisions


def test_below_the_rate_nothing_is_held_back() -> None:
    limit = RateLimit(RateLimits(rate=100))
    for second in range(20):
        assert set(send(limit, VICTIM, 100, START + second)) == {RateDecision.SEND}
    assert limit.held_back == 0


def test_a_flood_gets_the_rate_and_every_second_reply_beyond_as_truncated() -> None:
    limit = RateLimit(RateLimits(rate=100, slip=2))
    for second in range(10):
        decisions = send(limit, VICTIM, 10_000, START + second)
    assert decisions.count(RateDecision.SEND) <= 2 * 100 + 64
    assert decisions.count(RateDecision.TRUNCATE) == pytest.approx(decisions.count(RateDecision.DROP), abs=1)


@pytest.mark.parametrize(("slip", "truncated_of_ten"), [(0, 0), (1, 10), (2, 5), (5, 2)])
def test_slip(slip: int, truncated_of_ten: int) -> None:
    limit = RateLimit(RateLimits(rate=1, slip=slip))
    send(limit, VICTIM, 1000, START)
    decisions = send(limit, VICTIM, 1000, START)
    assert RateDecision.SEND not in decisions
    assert decisions.count(RateDecision.TRUNCATE) == truncated_of_ten * 100


def test_others_and_other_kinds_have_their_own_account() -> None:
    limit = RateLimit(RateLimits(rate=100))
    send(limit, VICTIM, 10_000, START)
    assert set(send(limit, OTHER, 50, START)) == {RateDecision.SEND}
    assert set(send(limit, VICTIM, 50, START, AnswerKind.NXDOMAIN)) == {RateDecision.SEND}
    assert RateDecision.SEND not in send(limit, VICTIM, 50, START)


def test_it_ends_when_the_flood_ends() -> None:
    limit = RateLimit(RateLimits(rate=100))
    send(limit, VICTIM, 10_000, START)
    assert set(send(limit, VICTIM, 50, START + 2)) == {RateDecision.SEND}
    assert not limit.suspects([VICTIM], START + 3)


def test_off() -> None:
    limit = RateLimit(RateLimits(rate=0))
    assert set(send(limit, VICTIM, 10_000, START)) == {RateDecision.SEND}


@pytest.mark.parametrize(
    ("prefix", "exempt"),
    [(b"\x7f\0\0", True), (bytes(7), True), (VICTIM, False), (b"\x20\x01\x0d\xb8\0\0\0", False)],
)
def test_this_machine_is_exempt(prefix: bytes, exempt: bool) -> None:
    decisions = send(RateLimit(RateLimits(rate=10)), prefix, 1000, START)
    assert (set(decisions) == {RateDecision.SEND}) is exempt


def test_the_operators_own_resolvers_are_exempt() -> None:
    limit = RateLimit(RateLimits(rate=10, exempt=(ip_network("192.0.2.128/25"),)))
    assert set(send(limit, VICTIM, 1000, START)) == {RateDecision.SEND}
    assert RateDecision.DROP in send(limit, OTHER, 1000, START)


def test_memory_is_bounded_under_forged_sources() -> None:
    limit = RateLimit(RateLimits(rate=1), capacity=1000)
    for number in range(20_000):
        prefix = number.to_bytes(3)
        for suspect in limit.suspects([prefix] * 3, START):
            limit.decide(suspect, number % 5, START)
        counts = limit.counts()
        assert counts["prefixes"] <= 2 * 1000 + 64 and counts["buckets"] <= 1000


@pytest.mark.parametrize(
    ("name", "qtype", "expected"),
    [
        ("army.ml", "MX", AnswerKind.ANSWER),
        ("army.ml", "A", AnswerKind.NODATA),
        ("x._dmarc.army.ml", "A", AnswerKind.NXDOMAIN),
        ("elsewhere.test", "A", AnswerKind.ERROR),
    ],
)
def test_kinds(name: str, qtype: str, expected: AnswerKind) -> None:
    assert raw(AUTHORITY, name, qtype).kind is expected


@pytest.mark.parametrize("size", [None, 1232])
def test_a_truncated_reply_says_no_more_than_tc(size: int | None) -> None:
    asked = query("HQ.army.ml", "MX", size=size)
    wire = asked.to_wire()
    reply = dns.message.from_wire(truncated(wire))
    assert reply.id == asked.id and reply.question == asked.question
    assert reply.flags & dns.flags.TC and reply.flags & dns.flags.QR and reply.rcode() == 0
    assert not reply.answer and not reply.authority and (reply.edns == 0) is (size is not None)
    assert len(truncated(wire)) <= len(wire)


@pytest.mark.parametrize("cut", range(12, 30))
def test_a_truncated_reply_to_half_a_query_is_its_header(cut: int) -> None:
    wire = query("army.ml", "MX").to_wire()
    assert len(truncated(wire[:cut])) == (12 if cut < len(wire) else len(wire))


def test_amplification_is_small() -> None:
    """The largest reply over UDP to the smallest query for it, over what a catalogued name publishes.

    NSD's and Knot's answers from the same zone are as large: the records are what they are.
    """
    ratios = {}
    for name in ("army.ml", "www.army.ml", "_dmarc.army.ml", "x._domainkey.army.ml", "x._dmarc.army.ml"):
        for qtype in ("MX", "NS", "SOA", "TXT", "CAA", "ANY", "A"):
            for size in (None, 1232):
                asked = query(name, qtype, size=size).to_wire()
                ratios[name, qtype, size] = len(raw(AUTHORITY, name, qtype, size=size).wire) / len(asked)
    worst = max(ratios, key=ratios.__getitem__)
    print(f"worst amplification {ratios[worst]:.2f}, by {worst}")
    assert ratios[worst] < 4
