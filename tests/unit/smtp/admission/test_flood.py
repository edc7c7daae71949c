"""Limits on new connections a second, from one network and in all; each second starts at zero."""

from __future__ import annotations

import asyncio
import logging
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.smtp import Gate, SmtpLimits
from catcher.smtp.admission.flood import Flood
from catcher.smtp.admission.networks import networks_of, shares_of
from catcher.smtp.admission.place import Place
from tests.support.smtpwire import Wire, new_server, run

FEW = SmtpLimits(connection_rate=4, connection_rate_per_prefix=2, connection_rate_exempt=())


def new_flood(limits: SmtpLimits) -> Flood:
    return Flood(limits, shares_of(limits))


def admits(flood: Flood, address: str, now: float) -> bool:
    return flood.admits(address, networks_of(address), now)


def test_a_neighbourhood_over_its_bound_is_sent_away_and_the_others_are_served() -> None:
    flood = new_flood(FEW)
    assert [admits(flood, f"192.0.2.{n}", 7.0) for n in range(100)] == [True, True] + [False] * 98
    assert admits(flood, "198.51.100.1", 7.5)
    assert flood.refused == 98


def test_what_was_sent_away_uses_nothing_up() -> None:
    """Else one network alone could keep all others out."""
    flood = new_flood(FEW)
    for _ in range(1000):
        admits(flood, "192.0.2.1", 7.0)
    assert [admits(flood, f"198.51.{n}.1", 7.0) for n in range(4)] == [True, True, True, False]


def test_the_flood_ends_with_its_second() -> None:
    flood = new_flood(FEW)
    took = [sum(admits(flood, f"192.0.{n}.1", second) for n in range(50)) for second in (7.0, 7.999, 8.0, 60.5)]
    assert took == [4, 0, 4, 4]


def test_from_however_many_networks_it_comes_no_more_are_remembered_than_may_come_in_a_second() -> None:
    flood = new_flood(SmtpLimits(connection_rate=10, connection_rate_per_prefix=2))
    for n in range(100_000):
        admits(flood, f"2001:db8:{n % 65536:x}:{n // 7 % 65536:x}::1", 7 + n / 50_000)
        assert flood.remembered <= 40
    admits(flood, "192.0.2.1", 100.0)
    assert flood.remembered == 2


def test_exempt_networks_are_not_counted() -> None:
    flood = new_flood(
        SmtpLimits(
            connection_rate=1, connection_rate_per_prefix=1, connection_rate_exempt=(ip_network("192.0.2.0/24"),)
        )
    )
    assert all(admits(flood, "192.0.2.1", 7.0) for _ in range(100))
    assert [admits(flood, "2001:db8::1", 7.0) for _ in range(2)] == [True, False]


def test_zero_is_no_bound() -> None:
    flood = new_flood(SmtpLimits(connection_rate=0, connection_rate_per_prefix=0))
    assert all(admits(flood, "192.0.2.1", 7.0) for _ in range(10_000))
    assert flood.remembered == 0


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 4)), max_size=80))
def test_in_no_second_there_are_more_than_the_bounds_say(arrivals: list[tuple[int, float]]) -> None:
    flood = new_flood(FEW)
    came: list[tuple[int, int]] = []
    for prefix, moment in sorted(arrivals, key=lambda each: each[1]):
        if admits(flood, f"192.0.{prefix}.{len(came) % 250}", moment):
            came.append((int(moment), prefix))
    assert flood.refused == len(arrivals) - len(came)
    for second in range(5):
        within = [prefix for at, prefix in came if at == second]
        assert len(within) <= 4
        assert all(within.count(prefix) <= 2 for prefix in within)


def test_a_flood_is_told_at_its_beginning_and_then_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    flood = new_flood(SmtpLimits(connection_rate=1, connection_rate_exempt=()))
    with caplog.at_level(logging.WARNING, "catcher.smtp"):
        for quarter in range(4 * 125):
            admits(flood, "192.0.2.1", quarter / 4)
    assert [record.getMessage().partition(": ")[2] for record in caplog.records] == [
        f"so far {number} were sent away with 421" for number in (1, 181, 361)
    ]
    assert "192.0.2" not in caplog.text


def test_a_loop_s_first_second_has_the_limits_of_all() -> None:
    """The loop's time may begin at zero, and before it nobody was admitted."""
    for second in (0.0, 0.5, 1.5):
        flood = new_flood(FEW)
        assert sum(admits(flood, f"192.0.{n}.1", second) for n in range(9)) == 4
        assert sum(admits(flood, f"192.0.{n}.1", second + 0.1) for n in range(9)) == 0


def test_this_machine_is_exempt_unless_the_operator_says_otherwise() -> None:
    gate = Gate(SmtpLimits(connection_rate=1, connection_rate_per_prefix=1))
    assert all(isinstance(gate.enter(address, 7.0), Place) for address in ("127.0.0.1", "::1") for _ in range(100))
    gate = Gate(SmtpLimits(connection_rate=1, connection_rate_exempt=()))
    assert [isinstance(gate.enter("127.0.0.1", 7.0), Place) for _ in range(3)] == [True, False, False]


def test_who_comes_in_a_flood_gets_few_octets_and_who_is_in_a_session_notices_nothing() -> None:
    async def main() -> None:
        server = new_server(limits=SmtpLimits(connection_rate=4, connection_rate_per_prefix=4))
        good = Wire(server, ("198.51.100.1", 40000))
        await good.reply()
        flood = [Wire(server) for _ in range(500)]
        assert [(await wire.reply())[:3] for wire in flood[:2]] == ["220", "220"]
        for wire in flood[2:]:
            assert bytes(wire.transport.output) == b"421 4.7.0 busy\r\n"
            assert wire.transport.is_closing()
            assert wire.transport.writes == 1
        assert await good.ask("NOOP") == ["250 2.0.0 ok"]
        assert (server.counters.connections_refused, server.counters.flooded) == (498, 498)
        await asyncio.sleep(1)
        assert (await Wire(server).reply())[:3] == "220"
        await server.close(1.0)

    run(main())
