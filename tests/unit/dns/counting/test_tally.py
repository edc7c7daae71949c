"""The demand tally counts catalogued domains by hour and network, in bounded memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from catcher.dns import AnswerKind, AuthorityReply, DemandTally, Rcode
from catcher.dns.counting.tally import NAMED, cell_of, network, spelled
from catcher.model.leak.demand import DemandKey
from tests.support.dnsserver.serving import NOW

HOUR = datetime(2026, 11, 3, 12, tzinfo=UTC)
MX = cell_of("army.ml", 15 << 16)


def reply(domain: str | None = "army.ml", qtype: int = 15, rcode: Rcode = Rcode.NOERROR) -> AuthorityReply:
    return AuthorityReply(bytes(12), AnswerKind.ERROR if rcode else AnswerKind.ANSWER, domain, qtype, rcode)


def counted(tally: DemandTally) -> dict[tuple[str, str], int]:
    return {(key.domain, key.qtype): count for key, count in tally.drain().items()}


def test_queries_are_summed_by_domain_type_rcode_hour_and_network() -> None:
    tally = DemandTally()
    for second in range(3):
        tally.add(reply(), f"192.0.2.{second}", NOW + timedelta(seconds=second))
    tally.add(reply(), "2001:db8:1:2::3", NOW)
    tally.add(reply(), "2001:db8:1:ff02::3", NOW)
    tally.add(reply(qtype=65280, rcode=Rcode.NXDOMAIN), "192.0.2.1", NOW + timedelta(hours=1))
    assert tally.drain() == {
        DemandKey("army.ml", "MX", "NOERROR", HOUR, "192.0.2.0/24"): 3,
        DemandKey("army.ml", "MX", "NOERROR", HOUR, "2001:db8:1::/48"): 2,
        DemandKey("army.ml", "OTHER", "NXDOMAIN", HOUR + timedelta(hours=1), "192.0.2.0/24"): 1,
    }


def test_only_catalogued_domains_are_tallied() -> None:
    tally = DemandTally()
    tally.add(reply(domain=None), "192.0.2.1", NOW)
    tally.add_all([b"\xc0\0\2"] * 2, [cell_of(None, 5), MX], NOW)
    assert counted(tally) == {("army.ml", "MX"): 1}


def test_a_drain_empties() -> None:
    tally = DemandTally()
    tally.add(reply(), "192.0.2.1", NOW)
    assert len(tally.drain()) == 1
    assert tally.drain() == {}


def test_memory_is_bounded_and_overflow_is_counted() -> None:
    tally = DemandTally(capacity=10)
    for number in range(100):
        tally.add(reply(), f"192.0.{number}.1", NOW)
    tally.add(reply(), "192.0.0.1", NOW)
    counts = tally.drain()
    assert (len(counts), sum(counts.values()), tally.overflow) == (10, 11, 90)


def test_what_is_not_counted_takes_no_room() -> None:
    """A flood of queries for names that aren't ours leaves the tally its memory."""
    tally = DemandTally(capacity=10)
    for number in range(100):
        tally.add_all([bytes((192, 0, number))] * 2, [cell_of(None, 5), cell_of(None, 6)], NOW)
    tally.add_all([b"\xc0\0\2"], [MX], NOW)
    assert (counted(tally), tally.overflow) == ({("army.ml", "MX"): 1}, 0)


def test_types_that_nobody_asks_for_are_one() -> None:
    """A client that asks for all 65,536 of them adds one row to those of the named types."""
    tally = DemandTally()
    for qtype in range(65_536):
        tally.add(reply(qtype=qtype), "192.0.2.1", NOW)
    found = counted(tally)
    assert len(found) == len(NAMED) + 1 and tally.overflow == 0
    assert found["army.ml", "OTHER"] == 65_536 - len(NAMED)
    assert {"A", "AAAA", "MX", "TXT", "HTTPS", "TLSA", "ANY"} < {qtype for _, qtype in found}


def test_it_is_taken_in_pieces_while_more_is_counted() -> None:
    tally = DemandTally()
    tally.add_all([number.to_bytes(3) for number in range(2000)], [MX] * 2000, NOW)
    tally.settle()
    tally.add(reply(domain="navy.ml"), "192.0.2.1", NOW)
    pieces = []
    while taken := tally.take():
        pieces.append(taken)
    assert len(pieces) > 2 and sum(len(rows) for _, rows in pieces) == 2000
    assert {hour for hour, _ in pieces} == {HOUR}
    assert counted(tally) == {("navy.ml", "MX"): 1}


def test_what_could_not_be_handed_on_goes_back_beside_what_came_since() -> None:
    tally = DemandTally(capacity=2)
    tally.add(reply(), "192.0.2.1", NOW)
    tally.add(reply(qtype=65280), "192.0.2.1", NOW)
    tally.settle()
    taken = tally.take()
    assert taken is not None
    tally.add(reply(domain="navy.ml"), "192.0.2.1", NOW)
    tally.restore(*taken)
    assert sum(counted(tally).values()) == 2 and tally.overflow == 1


def test_what_went_back_takes_its_room_until_it_is_taken_again() -> None:
    tally = DemandTally(capacity=4)
    for number in range(3):
        tally.add(reply(), f"192.0.{number}.1", NOW)
    tally.settle()
    taken = tally.take()
    assert taken is not None
    tally.restore(*taken)
    for number in range(10, 15):
        tally.add(reply(), f"192.0.{number}.1", NOW)
    assert len(tally.drain()) == 4 and tally.overflow == 4
    for number in range(5):
        tally.add(reply(), f"192.0.{number}.1", NOW)
    assert len(tally.drain()) == 4 and tally.overflow == 5


@pytest.mark.parametrize("qtype", [0, 1, 251, 255, 65280, 65535])
def test_every_type_is_spelled(qtype: int) -> None:
    tally = DemandTally()
    tally.add(reply(qtype=qtype), "192.0.2.1", NOW)
    tally.settle()
    taken = tally.take()
    assert taken is not None and len(spelled(*taken)) == 1


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("2001:db8::1", "2001:db8::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("::1", "::/48"),
    ],
)
def test_networks(address: str, expected: str) -> None:
    assert network(address) == expected
