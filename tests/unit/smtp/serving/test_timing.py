"""Idle and slow clients, in a loop whose time jumps: slow data is not cut, NOOP is no way to stay for ever."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from catcher.smtp import SmtpLimits
from tests.support.smtpwire import OPENING, RecordingIntake, Wire, conversation, new_server, open_data, run

LIMITS = SmtpLimits(idle_seconds=300, session_seconds=3600, lingering_seconds=10)


def now() -> float:
    return asyncio.get_running_loop().time()


def test_an_idle_client_is_told_and_let_go() -> None:
    async def play(wire: Wire) -> None:
        await wire.ask(*OPENING[:2])
        started = now()
        assert await wire.reply() == "421 4.4.2 nothing came for too long"
        assert 299 <= now() - started <= 301
        await wire.ended()

    intake, server = conversation(play, limits=LIMITS)
    assert (intake.taken, server.counters.timed_out) == ([], 1)


def test_a_client_that_is_idle_in_its_data_is_let_go_and_nothing_is_recorded() -> None:
    async def play(wire: Wire) -> None:
        await open_data(wire)
        await wire.send(b"Subject: a\r\n")
        assert (await wire.reply()).startswith("421 4.4.2 ")
        await wire.ended()

    assert conversation(play, limits=LIMITS)[0].taken == []


def test_slow_data_is_taken_to_its_end() -> None:
    """An old modem manages far more than 50 octets a second."""

    async def play(wire: Wire) -> None:
        await open_data(wire)
        for _ in range(100):
            await asyncio.sleep(30)
            await wire.send(b"a line of some forty octets, as people write\r\n" * 70)
        await wire.send(b".\r\n")
        assert (await wire.reply()).startswith("250 ")

    assert len(conversation(play, limits=LIMITS)[0].taken) == 1


def test_data_that_trickles_is_cut_off() -> None:
    async def play(wire: Wire) -> None:
        await open_data(wire)
        started = now()
        while not wire.transport.output:
            await wire.send(b"drop\r\n")
            await asyncio.sleep(1)
        assert await wire.reply() == "421 4.4.2 the data came too slowly"
        assert 60 <= now() - started <= 121
        await wire.ended()

    intake, server = conversation(play, limits=LIMITS)
    assert (intake.taken, server.counters.timed_out, server.counters.vanished) == ([], 1, 0)


def test_the_session_has_an_end_whatever_the_client_does() -> None:
    async def play(wire: Wire) -> None:
        for _ in range(14):
            await asyncio.sleep(250)
            assert await wire.ask("NOOP") == ["250 2.0.0 ok"]
        assert await wire.reply() == "421 4.4.2 the connection lasted too long"
        assert 3599 <= now() <= 3601
        await wire.ended()

    conversation(play, limits=LIMITS)


def test_who_waits_for_our_commit_is_not_idle() -> None:
    intake = RecordingIntake(gate=asyncio.Event())

    async def play(wire: Wire) -> None:
        await open_data(wire)
        await wire.send(b".\r\n")
        await asyncio.sleep(5000)
        assert intake.gate is not None
        intake.gate.set()
        assert (await wire.reply()).startswith("250 ")

    conversation(play, intake, limits=LIMITS)


def test_a_client_that_does_not_read_is_cut_off() -> None:
    """Its replies wait in the transport; closing that would wait for ever."""

    async def play(wire: Wire) -> None:
        cast(asyncio.StreamReaderProtocol, wire.protocol).pause_writing()
        wire.transport.stuck = True
        await wire.send(b"NOOP\r\n")
        started = now()
        while not wire.transport.lost:
            await wire.transport.change()
        assert 309 <= now() - started <= 312
        wire.transport.output.clear()

    conversation(play, limits=LIMITS)


def test_what_goes_wrong_with_one_client_is_no_other_ones_trouble() -> None:
    """All sessions are checked in one go; a fault in one doesn't keep the next from being ended in time."""

    async def told_at(wire: Wire) -> float:
        assert await wire.reply() == "421 4.4.2 nothing came for too long"
        return now()

    async def main() -> None:
        troubles: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, trouble: troubles.append(trouble))
        server = new_server(limits=LIMITS)
        wires = [Wire(server) for _ in range(10)]
        for wire in wires:
            assert (await wire.reply()).startswith("220 ")
        broken = wires[3]
        broken.transport.write = _fail  # type: ignore[assignment, method-assign]
        times = await asyncio.gather(*(told_at(wire) for wire in wires if wire is not broken))
        assert len(set(times)) == 1
        assert [str(trouble["exception"]) for trouble in troubles] == ["it can't be written"]
        while not broken.transport.lost:
            await broken.transport.change()
        assert now() <= 301
        await server.close(1.0)

    run(main())


def _fail(_: object) -> None:
    raise OSError("it can't be written")


def test_while_nobody_is_connected_nothing_is_due() -> None:
    async def main() -> None:
        wire = Wire(new_server(limits=LIMITS))
        assert (await wire.reply()).startswith("220 ")
        assert (await wire.ask("QUIT"))[0].startswith("221 ")
        await wire.ended()
        await asyncio.Event().wait()

    with pytest.raises(AssertionError, match="everything waits for something that nothing will bring about"):
        run(main())
