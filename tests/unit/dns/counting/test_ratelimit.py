"""Rate limiting: everybody below the rate is untouched; above it little is sent, and a way over TCP stays open."""

from __future__ import annotations

from ipaddress import ip_network

import dns.flags
import dns.message
import pytest

from catcher.dns import AnswerKind
from catcher.dns.answering.options import packed
from catcher.dns.counting.ratelimit import RateDecision, RateLimit, RateLimits, truncated
from tests.support.dnsserver.serving import AUTHORITY, query, raw

VICTIM, OTHER = b"\xc0\0\2", b"\xcb\0\x71"
START = 1_800_000_000.0


def send(
    limit: RateLimit,
    prefix: bytes,
    count: int,
    now: float,
    kind: int = AnswerKind.ANSWER,
    *,
    name: bytes = b"army.ml",
    among: int = 0,
) -> list[RateDecision]:
    """The decisions on ``count`` replies, in batches of 64; ``among``: other prefixes in each batch, each a new one."""
    decisions = []
    client = prefix + bytes((3 if len(prefix) == 3 else 15) - len(prefix)) + b"\x01"
    others = iter(range(1 << 20))
    while count > 0:
        batch = [prefix] * min(count, 64 - among)
        fresh = [b"\x0a" + next(others).to_bytes(4) for _ in range(among)]
        suspects = limit.suspects(batch + fresh, now)
        decisions += [
            limit.decide(prefix, kind, name, client) if prefix in suspects else RateDecision.SEND for _ in batch
        ]
        count -= len(batch)
    return decisions


def test_below_the_rate_nothing_is_held_back() -> None:
    limit = RateLimit(RateLimits(rate=100))
    for second in range(20):
        assert set(send(limit, VICTIM, 100, START + second)) == {RateDecision.SEND}
    assert limit.held_back == 0


def test_a_flood_gets_the_rate_and_every_second_reply_beyond_as_truncated() -> None:
    limit = RateLimit(RateLimits(rate=100, slip=2))
    send(limit, VICTIM, 10_000, START)
    for second in range(1, 10):
        decisions = send(limit, VICTIM, 10_000, START + second)
        assert decisions.count(RateDecision.SEND) <= 100 + 64
        assert decisions.count(RateDecision.TRUNCATE) == pytest.approx(decisions.count(RateDecision.DROP), abs=1)


@pytest.mark.parametrize("among", [0, 32, 63])
def test_the_first_second_of_a_flood_is_bounded(among: int) -> None:
    """Alone or among forged sources that never return: the rate, the batch that passes it, and a tenth."""
    limit = RateLimit(RateLimits(rate=200))
    assert send(limit, VICTIM, 10_000, START, among=among).count(RateDecision.SEND) <= 200 + 64 + 20


def test_a_flood_that_comes_and_goes_is_always_in_its_first_second() -> None:
    limit = RateLimit(RateLimits(rate=200))
    for second in range(0, 20, 2):
        assert send(limit, VICTIM, 10_000, START + second).count(RateDecision.SEND) <= 200 + 64 + 20


@pytest.mark.parametrize(("slip", "truncated_of_ten"), [(0, 0), (1, 10), (2, 5), (5, 2)])
def test_slip(slip: int, truncated_of_ten: int) -> None:
    limit = RateLimit(RateLimits(rate=1, slip=slip))
    send(limit, VICTIM, 1000, START)
    decisions = send(limit, VICTIM, 1000, START)
    assert RateDecision.SEND not in decisions
    assert decisions.count(RateDecision.TRUNCATE) == truncated_of_ten * 100


def test_the_first_reply_over_the_limit_slips() -> None:
    """A resolver that is one query a second over the rate is told to ask over TCP, not left waiting each time."""
    limit = RateLimit(RateLimits(rate=100, slip=2))
    send(limit, VICTIM, 1000, START)
    assert send(limit, VICTIM, 101 + 64, START + 1)[100 + 64 :] == [RateDecision.TRUNCATE]


def test_others_and_other_kinds_and_names_have_their_own_account() -> None:
    limit = RateLimit(RateLimits(rate=1000))
    send(limit, VICTIM, 10_000, START)
    assert set(send(limit, OTHER, 50, START)) == {RateDecision.SEND}
    assert set(send(limit, VICTIM, 50, START, AnswerKind.NXDOMAIN)) == {RateDecision.SEND}
    assert set(send(limit, VICTIM, 50, START, name=b"navy.ml")) == {RateDecision.SEND}
    assert RateDecision.SEND not in send(limit, VICTIM, 50, START)


def test_a_large_resolver_that_asks_for_many_names_is_not_cut() -> None:
    limit = RateLimit(RateLimits(rate=200))
    for second in range(3):
        for _ in range(3):
            for number in range(200):
                assert set(send(limit, VICTIM, 1, START + second, name=b"d%d.ml" % number)) == {RateDecision.SEND}


def test_a_forged_flood_of_many_names_is_bounded() -> None:
    """By ten times the rate for the prefix, in the first second as in every other."""
    limit = RateLimit(RateLimits(rate=200))
    for second in range(3):
        sent = sum(
            send(limit, VICTIM, 1, START + second, name=b"d%d.ml" % number).count(RateDecision.SEND)
            for number in range(10_000)
        )
        assert 200 < sent <= 10 * 200 + 200


def test_the_rate_is_the_servers_whatever_the_number_of_workers() -> None:
    assert [RateLimits(rate=200).shared(workers).rate for workers in (1, 4, 300)] == [200, 50, 1]
    assert RateLimits(rate=0).shared(4).rate == 0


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
    limit = RateLimit(RateLimits(rate=10, exempt=(ip_network("192.0.0.0/16"),)))
    assert set(send(limit, VICTIM, 1000, START)) == {RateDecision.SEND}
    assert RateDecision.DROP in send(limit, OTHER, 1000, START)


def test_an_exempt_address_frees_itself_alone() -> None:
    """Not the others of its /24 or /56."""
    exempt = (ip_network("192.0.2.1/32"), ip_network("2001:db8::1/128"))
    limit = RateLimit(RateLimits(rate=10, exempt=exempt))
    for prefix, address, neighbour in (
        (VICTIM, VICTIM + b"\x01", VICTIM + b"\x02"),
        (VICTIM, packed("::ffff:192.0.2.1"), packed("::ffff:192.0.2.2")),
        (b"\x20\x01\x0d\xb8\0\0\0", b"\x20\x01\x0d\xb8" + bytes(11) + b"\1", b"\x20\x01\x0d\xb8" + bytes(11) + b"\2"),
    ):
        assert limit.suspects([prefix] * 1000, START)
        freed = [limit.decide(prefix, AnswerKind.ANSWER, b"army.ml", address) for _ in range(1000)]
        others = [limit.decide(prefix, AnswerKind.ANSWER, b"army.ml", neighbour) for _ in range(1000)]
        assert set(freed) == {RateDecision.SEND} and RateDecision.DROP in others


def test_memory_is_bounded_under_forged_sources() -> None:
    limit = RateLimit(RateLimits(rate=1), capacity=1000)
    for number in range(20_000):
        prefix = number.to_bytes(3)
        for suspect in limit.suspects([prefix] * 3, START):
            limit.decide(suspect, number % 5, b"%d" % number, suspect + b"\0")
        counts = limit.counts()
        assert counts["prefixes"] <= 2 * 1000 + 64 and counts["accounts"] <= 1000 and counts["suspects"] <= 1000


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


def test_a_truncated_reply_to_no_question_has_none() -> None:
    """An OPT that asks for a cookie alone (RFC 7873 §5.4) isn't taken for a question."""
    asks = b"ID\0\0" + bytes(7) + b"\1" + b"\0\0\x29\x04\xd0\0\0\0\0\0\x0c\0\x0a\0\x08clientID"
    assert truncated(asks) == b"ID\x82\0" + bytes(7) + b"\1" + b"\0\0\x29\x04\xd0" + bytes(6)
    assert truncated(asks[:11] + b"\0") == b"ID\x82\0" + bytes(8)


def test_a_truncated_reply_has_an_opt_wherever_the_query_has_it() -> None:
    """RFC 6891 §6.1.1, §7: also behind the SOA of an IXFR, behind another record, before a signature."""
    other = b"\0\0\1\0\1\0\0\0\0\0\4abcd"
    opt = b"\0\0\x29\x04\xd0\0\0\x80\0\0\0"
    question = query("army.ml", "MX").to_wire()
    for counts, body in ((b"\0\0\0\2", other + opt), (b"\0\0\0\2", opt + other), (b"\0\1\0\1", other + opt)):
        reply = dns.message.from_wire(truncated(question[:8] + counts + question[12:] + body))
        assert reply.edns == 0 and reply.ednsflags == 0x8000 and reply.question and reply.flags & dns.flags.TC


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
