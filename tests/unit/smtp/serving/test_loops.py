"""Loops of commands, chunks and messages: each ends by itself, is handled in turns, and holds nobody else up."""

from __future__ import annotations

import pytest

from catcher.smtp import SmtpLimits
from catcher.smtp.dialogue.budgets import SMALL_CHUNK_OCTETS
from tests.support.smtpwire import OPENING, SETTINGS, Wire, conversation, new_server, run, settle

LIMITS = SETTINGS.limits


async def codes(wire: Wire) -> list[str]:
    """The codes of all replies up to the end of the connection."""
    found = []
    while reply := await wire.reply():
        found.append(reply[:3])
    return found


def test_ten_thousand_pipelined_chunks_are_taken_in_turns() -> None:
    async def main() -> None:
        server = new_server()
        flood, other = Wire(server), Wire(server)
        await flood.reply(), await other.reply()
        await flood.ask(*OPENING[:3])
        flood.arrive(b"BDAT 1\r\nx" * 10_000 + b"BDAT 0 LAST\r\nQUIT\r\n")
        assert await other.ask("NOOP") == ["250 2.0.0 ok"]
        assert flood.transport.output.count(b"\r\n") < 1000
        assert await codes(flood) == ["250"] * 10_001 + ["221"]
        assert (server.counters.internal_errors, server.counters.accepted) == (0, 1)
        await server.close(1.0)

    run(main())


def test_thousands_of_pipelined_messages_that_are_refused_are_taken_in_turns() -> None:
    message = "".join(line + "\r\n" for line in OPENING[1:]).encode() + b"bare\nlf\r\n.\r\n"

    async def main() -> None:
        server = new_server(limits=SmtpLimits(commands=100_000))
        flood, other = Wire(server), Wire(server)
        await flood.reply(), await other.reply()
        await flood.ask(OPENING[0])
        flood.arrive(message * 2000 + b"QUIT\r\n")
        assert await other.ask("NOOP") == ["250 2.0.0 ok"]
        assert flood.transport.output.count(b"\r\n") < 1000
        assert await codes(flood) == ["250", "250", "354", "550"] * 2000 + ["221"]
        assert (server.counters.internal_errors, server.counters.bare_newline) == (0, 2000)
        await server.close(1.0)

    run(main())


def test_thousands_of_pipelined_messages_that_are_recorded_are_taken() -> None:
    message = "".join(line + "\r\n" for line in OPENING[1:]).encode() + b"Subject: a\r\n\r\n.\r\n"

    async def play(wire: Wire) -> None:
        await wire.ask(OPENING[0])
        wire.arrive(message * 2000 + b"QUIT\r\n")
        assert await codes(wire) == ["250", "250", "354", "250"] * 2000 + ["221"]

    intake, _ = conversation(play)
    assert len(intake.taken) == 2000


REFUSED = (*OPENING[:2], "RCPT TO:<reader@refuse.test>")
FULL = (*OPENING[:2], *(f"RCPT TO:<reader{number}@army.ml>" for number in range(LIMITS.recipients)))
LOOPS = {
    "RCPT over the limit": (FULL, "RCPT TO:<one.more@army.ml>\r\n", LIMITS.refusals, "452"),
    "RCPT repeated": (OPENING[:3], OPENING[2] + "\r\n", LIMITS.commands - 2, "250"),
    "RCPT refused": (OPENING[:2], REFUSED[2] + "\r\n", LIMITS.refusals, "550"),
    "RCPT for the operator": (OPENING[:2], "RCPT TO:<postmaster@army.ml>\r\n", LIMITS.refusals, "550"),
    "RCPT of another outcome": (OPENING[:3], "RCPT TO:<reader@navy.ml>\r\n", LIMITS.refusals, "452"),
    "RCPT malformed": (OPENING[:2], "RCPT TO:<@>\r\n", LIMITS.errors, "553"),
    "DATA behind refused recipients": (REFUSED, "DATA\r\n", LIMITS.refusals - 1, "554"),
    "BDAT behind refused recipients": (REFUSED, "BDAT 0 LAST\r\n", LIMITS.refusals - 1, "554"),
    "BDAT before MAIL": (OPENING[:1], "BDAT 2\r\nxx", LIMITS.errors, "503"),
    "BDAT empty": (OPENING[:3], "BDAT 0\r\n", LIMITS.small_chunks, "250"),
    "NOOP": (OPENING[:1], "NOOP\r\n", LIMITS.commands - 1, "250"),
    "RSET": (OPENING[:1], "RSET\r\n", LIMITS.commands - 1, "250"),
    "VRFY": (OPENING[:1], "VRFY <reader@army.ml>\r\n", LIMITS.commands - 1, "252"),
    "HELP": (OPENING[:1], "HELP\r\n", LIMITS.commands - 1, "214"),
    "EHLO": ((), "EHLO client.example\r\n", LIMITS.commands, "250"),
    "MAIL nested": (OPENING[:2], OPENING[1] + "\r\n", LIMITS.errors, "503"),
    "NONSENSE": ((), "NONSENSE\r\n", LIMITS.errors, "500"),
    "empty lines": ((), "\r\n", LIMITS.errors, "500"),
}


@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_ends_with_421(loop: str) -> None:
    before, command, times, code = LOOPS[loop]

    async def play(wire: Wire) -> None:
        if before:
            await wire.ask(*before)
        await wire.send(command.encode() * (times + 5))
        replies = await codes(wire)
        assert replies == [code] * times + ["421"]

    conversation(play)


def test_a_loop_of_transactions_that_bring_no_mail_ends_with_421() -> None:
    """MAIL, RCPT and RSET again and again, as a directory harvest runs."""

    async def play(wire: Wire) -> None:
        await wire.ask(OPENING[0])
        group = "".join(line + "\r\n" for line in (*OPENING[1:3], "RSET")).encode()
        await wire.send(group * LIMITS.commands)
        replies = await codes(wire)
        assert replies[-1] == "421"
        assert len(replies) <= 2 * LIMITS.commands

    conversation(play)


def test_large_chunks_cost_nothing_but_their_octets() -> None:
    async def play(wire: Wire) -> None:
        await wire.ask(*OPENING[:3])
        chunk = b"BDAT %d\r\n" % SMALL_CHUNK_OCTETS + b"x" * (SMALL_CHUNK_OCTETS - 2) + b"\r\n"
        await wire.send(*[chunk * 50] * 10, b"BDAT 0 LAST\r\n")
        assert [(await wire.reply())[:3] for _ in range(501)] == ["250"] * 501

    conversation(play, limits=SmtpLimits(small_chunks=5))


def test_a_client_that_does_not_read_gets_no_more_replies() -> None:
    """What it doesn't read waits in the transport; that and what is read ahead are bounded, and nothing is lost."""

    async def play(wire: Wire) -> None:
        transport = wire.transport
        transport.is_slow = True
        assert transport.high is not None
        await wire.ask(*OPENING[:2])
        group = b"RCPT TO:<reader@refuse.test>\r\n" * 500
        for _ in range(10):
            wire.arrive(group)
            await settle()
        assert transport.high < len(transport.output) < transport.high + 8 * 1024
        assert not transport.reading
        assert [(await wire.reply())[:3] for _ in range(5_000)] == ["550"] * 5_000
        assert transport.reading
        assert await wire.ask("NOOP") == ["250 2.0.0 ok"]

    conversation(play)
