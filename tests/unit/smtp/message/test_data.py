"""The headers of all messages share a pool: without room in it a message is put off, and takes no memory."""

from __future__ import annotations

import pytest

from catcher.smtp import EnvelopePool, SmtpLimits
from catcher.smtp.message.data import UNCOUNTED_HEADER_OCTETS, DataPhase, Message
from tests.support.smtpwire import MAIL, OPENING, RecordingIntake, Wire, new_server, run

LARGE = b"".join(b"X%d: %s\r\n" % (n, b"y" * 55) for n in range(900))


def test_octets_above_those_of_an_ordinary_header_are_counted_until_they_are_given_back() -> None:
    pool = EnvelopePool(10 * len(LARGE))
    phase = DataPhase(Message(1_000_000, pool=pool))
    for start in range(0, len(LARGE), 1000):
        phase.feed(LARGE[start : start + 1000])
    assert len(LARGE) - UNCOUNTED_HEADER_OCTETS <= pool.octets < 1.2 * len(LARGE)
    phase.feed(b"\r\nbody\r\n.\r\n")
    in_body = pool.octets
    assert phase.message.finish() is not None
    assert pool.octets > in_body  # as objects it takes more
    pool.give_back(phase.message.take_charge())
    phase.message.drop()
    assert pool.octets == 0


@pytest.mark.parametrize("chunked", [False, True])
def test_without_room_a_message_is_put_off_at_its_end_and_an_ordinary_one_is_taken(chunked: bool) -> None:
    intake = RecordingIntake()

    async def main() -> None:
        server = new_server(intake, limits=SmtpLimits(envelopes_octets=20_000))
        wire = Wire(server)
        await wire.reply()
        message = LARGE + b"\r\nbody\r\n"
        if chunked:
            await wire.ask(*OPENING[:3])
            await wire.send(b"BDAT %d LAST\r\n" % len(message) + message)
        else:
            await wire.ask(*OPENING)
            await wire.send(message + b".\r\n")
        assert await wire.reply() == "452 4.3.1 no room for this now; try again later"
        await wire.send(MAIL)
        assert [(await wire.reply())[:3] for _ in range(5)] == ["250", "250", "250", "354", "250"]
        assert (server.counters.no_room, server.counters.too_big, server.counters.accepted) == (1, 0, 1)
        await server.close(1.0)

    run(main())
    assert len(intake.taken) == 1


@pytest.mark.parametrize("end", ["data", "reset", "too big", "bare newline"])
def test_every_end_of_a_message_gives_its_octets_back(end: str) -> None:
    """Else the pool would be used up one day."""

    async def main() -> None:
        limits = SmtpLimits(envelopes_octets=200_000, message_octets=100_000)
        server = new_server(RecordingIntake(), limits=limits)
        for _ in range(3):
            wire = Wire(server)
            await wire.reply()
            await wire.ask(*OPENING)
            await wire.send(LARGE[:40_000])
            if end == "reset":
                wire.reset()
                continue
            await wire.send(b"y\r\n\r\n", b"body" * 20_000 if end == "too big" else b"a\nb" if end[0] == "b" else b"")
            await wire.send(b"\r\n.\r\n")
            assert (await wire.reply())[:3] == {"data": "250", "too big": "552", "bare newline": "550"}[end]
            await wire.ask("QUIT")
        assert server.counters.no_room == 0
        await server.close(1.0)

    run(main())
