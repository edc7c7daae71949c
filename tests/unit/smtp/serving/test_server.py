"""The server: how many connections, and how they end when it closes."""

from __future__ import annotations

import asyncio

from catcher.smtp import SmtpLimits
from catcher.smtp.admission.place import OCTETS_A_SECOND
from tests.support.smtpwire import MAIL, RecordingIntake, Wire, new_server, open_data, run

SENT_AWAY = "421 4.3.2 idle or slow while others wait; try again later"


def test_a_connection_over_the_limit_gets_421_and_the_next_after_one_left_is_served() -> None:
    async def main() -> None:
        server = new_server(limits=SmtpLimits(connections=2))
        one, two = Wire(server), Wire(server)
        assert (await one.reply())[:3] == (await two.reply())[:3] == "220"
        three = Wire(server)
        assert await three.reply() == "421 4.3.2 busy"
        await three.ended()
        await one.ask("QUIT")
        await one.ended()
        assert (await Wire(server).reply())[:3] == "220"
        assert (server.counters.connections, server.counters.connections_refused) == (3, 1)
        await server.close(1.0)

    run(main())


def test_where_all_connections_are_taken_the_client_that_sleeps_longest_makes_way() -> None:
    async def main() -> None:
        server = new_server(limits=SmtpLimits(connections=3))
        first, second, third = (Wire(server) for _ in range(3))
        for wire in (first, second, third):
            await wire.reply()
        assert await Wire(server).reply() == "421 4.3.2 busy"
        await asyncio.sleep(5)
        await first.ask("NOOP")
        assert (await Wire(server).reply())[:3] == "220"
        assert await second.reply() == SENT_AWAY
        await second.ended()
        assert await first.ask("NOOP") == await third.ask("NOOP") == ["250 2.0.0 ok"]
        assert (server.counters.evicted, server.counters.connections_refused) == (1, 1)
        await server.close(1.0)

    run(main())


def test_a_trickler_in_a_message_is_sent_away_and_a_client_that_sends_fast_never() -> None:
    async def main() -> None:
        server = new_server(limits=SmtpLimits(connections=3))
        fast, trickling, idle = (Wire(server) for _ in range(3))
        for wire in (fast, trickling, idle):
            await wire.reply()
        await open_data(fast)
        await open_data(trickling)
        for _ in range(50):
            await asyncio.sleep(1)
            await fast.send(b"x" * OCTETS_A_SECOND)
            await trickling.send(b"x" * 55)
        first, second = Wire(server), Wire(server)
        assert (await first.reply())[:3] == (await second.reply())[:3] == "220"
        assert await idle.reply() == await trickling.reply() == SENT_AWAY
        assert await Wire(server).reply() == "421 4.3.2 busy"
        await fast.send(b"\r\n.\r\n")
        assert (await fast.reply())[:3] == "250"
        assert server.counters.evicted == 2
        await server.close(1.0)

    run(main())


def test_the_heaviest_network_gives_way_even_if_others_are_slower() -> None:
    async def main() -> None:
        server = new_server(limits=SmtpLimits(connections=10))
        alone = Wire(server, ("198.51.100.1", 1))
        await alone.reply()
        await asyncio.sleep(1)
        many = [Wire(server, (f"2001:db{n:x}::1", 1)) for n in range(2)]
        many += [Wire(server, (f"192.0.2.{n}", 1)) for n in range(7)]
        for wire in many:
            await wire.reply()
            await open_data(wire)
        await asyncio.sleep(6)
        for n in range(6):
            assert (await Wire(server, (f"203.0.{n}.1", 1)).reply())[:3] == "220"
        assert all([await wire.reply() == SENT_AWAY for wire in many[2:8]])
        assert await alone.ask("NOOP") == ["250 2.0.0 ok"]
        await server.close(1.0)

    run(main())


def test_who_waits_for_the_store_is_not_sent_away() -> None:
    intake = RecordingIntake(gate=asyncio.Event())

    async def main() -> None:
        server = new_server(intake, limits=SmtpLimits(connections=1))
        wire = Wire(server)
        await wire.reply()
        await wire.send(MAIL)
        await asyncio.sleep(1000)
        assert await Wire(server).reply() == "421 4.3.2 busy"
        assert intake.gate is not None
        intake.gate.set()
        assert [(await wire.reply())[:3] for _ in range(5)] == ["250", "250", "250", "354", "250"]
        await server.close(1.0)

    run(main())


def test_those_who_are_sent_away_and_do_not_go_are_bounded() -> None:
    """A client that reads nothing keeps its descriptor until it is cut off; there are 64 of these at most."""

    async def main() -> None:
        server = new_server(limits=SmtpLimits(connections=128))
        sleepers = [Wire(server, ("127.0.0.1", n)) for n in range(128)]
        await asyncio.sleep(5)
        for wire in sleepers:
            wire.transport.stuck = True
        said = [(await Wire(server, ("127.0.0.2", n)).reply())[:9] for n in range(65)]
        assert said == ["220 mx.si"] * 64 + ["421 4.3.2"]
        await asyncio.sleep(20)
        assert (await Wire(server).reply())[:3] == "220"
        await server.close(1.0)

    run(main())


def test_who_has_too_many_connections_of_its_own_sends_nobody_away() -> None:
    async def main() -> None:
        server = new_server(limits=SmtpLimits(connections=2, connections_per_address=1))
        one, two = Wire(server, ("192.0.2.1", 1)), Wire(server, ("198.51.100.1", 1))
        await one.reply(), await two.reply()
        await asyncio.sleep(5)
        assert await Wire(server, ("192.0.2.1", 2)).reply() == "421 4.3.2 busy", "which says nothing of others"
        assert await one.ask("NOOP") == await two.ask("NOOP") == ["250 2.0.0 ok"]
        await server.close(1.0)

    run(main())


def test_closing_sends_idle_sessions_away_and_lets_transactions_end() -> None:
    intake = RecordingIntake()

    async def main() -> None:
        server = new_server(intake)
        idle, in_data, in_envelope = Wire(server), Wire(server), Wire(server)
        for wire in (idle, in_data, in_envelope):
            await wire.reply()
        await open_data(in_data)
        await in_envelope.ask("HELO client.example", "MAIL FROM:<>", "RCPT TO:<reader@army.ml>")
        closing = asyncio.create_task(server.close(100.0))
        assert await idle.reply() == "421 4.3.2 shutting down; try again later"
        await idle.ended()
        await in_data.send(b".\r\n")
        assert (await in_data.reply()).startswith("250 ")
        assert (await in_data.reply()).startswith("421 ")
        await in_envelope.ask("DATA")
        await in_envelope.send(b".\r\n")
        assert (await in_envelope.reply()).startswith("250 ")
        assert (await in_envelope.reply()).startswith("421 ")
        assert not closing.done()
        await closing

    run(main())
    assert len(intake.taken) == 2


def test_what_does_not_end_in_time_is_cut_off() -> None:
    async def main() -> None:
        server = new_server()
        wire = Wire(server)
        await wire.reply()
        await open_data(wire)
        before = asyncio.get_running_loop().time()
        await server.close(30.0)
        assert 30 <= asyncio.get_running_loop().time() - before < 31
        await wire.ended()

    run(main())


def test_closing_waits_for_what_is_being_recorded() -> None:
    intake = RecordingIntake(gate=asyncio.Event())

    async def main() -> None:
        server = new_server(intake)
        wire = Wire(server)
        await wire.reply()
        await wire.send(MAIL)
        for _ in range(20):
            await asyncio.sleep(0)
        wire.reset()
        closing = asyncio.create_task(server.close(1.0))
        await asyncio.sleep(50)
        assert not closing.done()
        assert intake.gate is not None
        intake.gate.set()
        await closing

    run(main())
    assert len(intake.taken) == 1


def test_a_server_without_connections_closes_at_once() -> None:
    async def main() -> float:
        await new_server().close(30.0)
        return asyncio.get_running_loop().time()

    assert run(main()) == 0


def test_an_address_and_its_neighbours_have_limits_of_their_own_but_loopback_has_not() -> None:
    async def main() -> None:
        server = new_server(limits=SmtpLimits(connections_per_address=2, connections_per_prefix=3))

        async def greeted(address: str) -> str:
            return (await Wire(server, (address, 40000)).reply())[:9]

        assert [await greeted("192.0.2.1") for _ in range(3)] == ["220 mx.si", "220 mx.si", "421 4.7.0"]
        assert [await greeted(f"192.0.2.{n}") for n in (2, 3)] == ["220 mx.si", "421 4.7.0"]
        assert await greeted("198.51.100.1") == "220 mx.si"
        assert [await greeted(f"2001:db8:0:{n}00::1") for n in range(4)] == ["220 mx.si"] * 3 + ["421 4.7.0"]
        assert await greeted("2001:db8:1::1") == "220 mx.si"
        assert [await greeted(a) for a in ("127.0.0.1", "::1") for _ in range(9)] == ["220 mx.si"] * 18
        assert server.counters.connections_refused == 3
        await server.close(1.0)

    run(main())


def test_a_closing_server_takes_no_connection_from_the_first_moment_on() -> None:
    """The listening socket is closed before anything is waited for, so that a new worker gets the next connection."""

    class Listening:
        is_closed = False

        def close(self) -> None:
            self.is_closed = True

    listening = Listening()

    async def main() -> None:
        async def create_server(protocol: object, **options: object) -> Listening:
            assert protocol == server.protocol
            return listening

        server = new_server()
        asyncio.get_running_loop().create_server = create_server  # type: ignore[method-assign,assignment]
        await server.start()
        wire = Wire(server)
        await wire.reply()
        await open_data(wire)
        closing = asyncio.ensure_future(server.close(100.0))
        await asyncio.sleep(0)
        assert listening.is_closed and not closing.done()
        await wire.send(b".\r\n")
        await closing

    run(main())
