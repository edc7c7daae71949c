"""Rate limiting: everybody below the rate is untouched; above it little is sent, and a way over TCP stays open."""

from __future__ import annotations

from ipaddress import ip_network

import dns.flags
import dns.message
import pytest

from catcher.dns.limit import AnswerClass, Limits, RateLimit, Verdict, class_of, truncated
from tests.support.dnsserver.serving import AUTHORITY, query, raw

VICTIM, OTHER = b"\xc0\0\2", b"\xcb\0\x71"
START = 1_800_000_000.0


def send(limit: RateLimit, prefix: bytes, count: int, now: float, kind: int = AnswerClass.POSITIVE) -> list[Verdict]:
    """What becomes of ``count`` replies, in batches of 64."""
    verdicts = []
    while count > 0:
        batch = [prefix] * min(count, 64)
        suspects = limit.suspects(batch, now)
        verdicts += [limit.judge(prefix, kind, now) if prefix in suspects else Verdict.SEND for _ in batch]
        count -= len(batch)
    return verdicts


def test_below_the_rate_nothing_is_held_back() -> None:
    limit = RateLimit(Limits(rate=100))
    for second in range(20):
        assert set(send(limit, VICTIM, 100, START + second)) == {Verdict.SEND}
    assert limit.held_back == 0


def test_a_flood_gets_the_rate_and_every_second_reply_beyond_as_truncated() -> None:
    limit = RateLimit(Limits(rate=100, slip=2))
    for second in range(10):
        verdicts = send(limit, VICTIM, 10_000, START + second)
    assert verdicts.count(Verdict.SEND) <= 2 * 100 + 64
    assert verdicts.count(Verdict.TRUNCATE) == pytest.approx(verdicts.count(Verdict.DROP), abs=1)


@pytest.mark.parametrize(("slip", "truncated_of_ten"), [(0, 0), (1, 10), (2, 5), (5, 2)])
def test_slip(slip: int, truncated_of_ten: int) -> None:
    limit = RateLimit(Limits(rate=1, slip=slip))
    send(limit, VICTIM, 1000, START)
    verdicts = send(limit, VICTIM, 1000, START)
    assert Verdict.SEND not in verdicts
    assert verdicts.count(Verdict.TRUNCATE) == truncated_of_ten * 100


def test_others_and_other_classes_have_their_own_account() -> None:
    limit = RateLimit(Limits(rate=100))
    send(limit, VICTIM, 10_000, START)
    assert set(send(limit, OTHER, 50, START)) == {Verdict.SEND}
    assert set(send(limit, VICTIM, 50, START, AnswerClass.NXDOMAIN)) == {Verdict.SEND}
    assert Verdict.SEND not in send(limit, VICTIM, 50, START)


def test_it_ends_when_the_flood_ends() -> None:
    limit = RateLimit(Limits(rate=100))
    send(limit, VICTIM, 10_000, START)
    assert set(send(limit, VICTIM, 50, START + 2)) == {Verdict.SEND}
    assert not limit.suspects([VICTIM], START + 3)


def test_off() -> None:
    limit = RateLimit(Limits(rate=0))
    assert set(send(limit, VICTIM, 10_000, START)) == {Verdict.SEND}


@pytest.mark.parametrize(
    ("prefix", "exempt"),
    [(b"\x7f\0\0", True), (bytes(7), True), (VICTIM, False), (b"\x20\x01\x0d\xb8\0\0\0", False)],
)
def test_this_machine_is_exempt(prefix: bytes, exempt: bool) -> None:
    verdicts = send(RateLimit(Limits(rate=10)), prefix, 1000, START)
    assert (set(verdicts) == {Verdict.SEND}) is exempt


def test_the_operators_own_resolvers_are_exempt() -> None:
    limit = RateLimit(Limits(rate=10, exempt=(ip_network("192.0.2.128/25"),)))
    assert set(send(limit, VICTIM, 1000, START)) == {Verdict.SEND}
    assert Verdict.DROP in send(limit, OTHER, 1000, START)


def test_memory_is_bounded_under_forged_sources() -> None:
    limit = RateLimit(Limits(rate=1), capacity=1000)
    for number in range(20_000):
        prefix = number.to_bytes(3)
        for suspect in limit.suspects([prefix] * 3, START):
            limit.judge(suspect, number % 5, START)
        assert len(limit._counts) <= 2 * 1000 + 64 and len(limit._buckets) <= 1000


@pytest.mark.parametrize(
    ("name", "qtype", "expected"),
    [
        ("army.ml", "MX", AnswerClass.POSITIVE),
        ("army.ml", "A", AnswerClass.NODATA),
        ("x._dmarc.army.ml", "A", AnswerClass.NXDOMAIN),
        ("elsewhere.test", "A", AnswerClass.ERROR),
    ],
)
def test_classes(name: str, qtype: str, expected: AnswerClass) -> None:
    assert class_of(raw(AUTHORITY, name, qtype).wire) is expected


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
