"""Much of everything: long lines, many fields, big messages, many recipients, floods of commands."""

from __future__ import annotations

from catcher.model.mail.policy import Outcome
from catcher.smtp import SmtpLimits
from tests.support.smtpwire import OPENING, Wire, conversation, new_server, open_data, run

NO_BUDGET = SmtpLimits(commands=100_000)


def test_a_line_of_100_kb_without_end_inside_the_data_is_a_line() -> None:
    async def play(wire: Wire) -> None:
        await open_data(wire)
        await wire.send(b"Subject: a\r\n\r\n", b"x" * 100_000, b"\0" * 1000, b"\r\n.\r\n")
        assert (await wire.reply()).startswith("250 ")

    intake, _ = conversation(play)
    body = intake.taken[0].transaction.body
    assert body is not None
    assert (body.octets, body.lines, body.nul) == (101_002, 1, True)


def test_a_hundred_thousand_header_fields_are_taken() -> None:
    async def play(wire: Wire) -> None:
        await open_data(wire)
        await wire.send(*[b"A: b\r\n" * 1000] * 100, b"\r\n.\r\n")
        assert (await wire.reply()).startswith("250 ")

    header = conversation(play)[0].taken[0].transaction.header
    assert header is not None
    assert len(header.fields) + header.dropped == 100_000


def test_a_message_over_the_limit_is_swallowed_to_its_end_and_then_refused() -> None:
    async def play(wire: Wire) -> None:
        await open_data(wire)
        await wire.send(*[b"RCPT TO:<reader@army.ml>\r\n" * 100] * 100, b".\r\n")
        assert await wire.reply() == "552 5.3.4 the message is too big"
        assert await wire.ask("NOOP") == ["250 2.0.0 ok"]

    intake, server = conversation(play, limits=SmtpLimits(message_octets=1000))
    assert (intake.taken, server.counters.too_big) == ([], 1)


def test_ten_thousand_recipients_are_answered_and_a_hundred_taken() -> None:
    async def play(wire: Wire) -> None:
        await wire.ask(*OPENING[:2])
        replies = await wire.ask(*[f"RCPT TO:<r{number}@army.ml>" for number in range(10_000)])
        assert [reply[:3] for reply in replies] == ["250"] * 100 + ["452"] * 9900
        await wire.ask("DATA")
        await wire.send(b".\r\n")
        assert (await wire.reply()).startswith("250 ")

    assert len(conversation(play)[0].taken[0].transaction.forward_paths) == 100


def test_ten_thousand_refusals_are_answered_and_the_next_ends_the_session() -> None:
    async def play(wire: Wire) -> None:
        await wire.ask(*OPENING[:2])
        replies = await wire.ask(*[f"RCPT TO:<r{number}@refuse.test>" for number in range(10_001)])
        assert {reply[:3] for reply in replies[:-1]} == {"550"}
        assert replies[-1].startswith("421 ")
        await wire.ended()

    (taken,) = conversation(play)[0].taken
    assert (taken.outcome, len(taken.transaction.forward_paths)) == (Outcome.REFUSED, 100)


def test_a_client_that_does_not_wait_is_held_back() -> None:
    """Commands are read ahead up to a bound; a flood of them can't fill the memory."""

    async def play(wire: Wire) -> None:
        wire.arrive(b"NOOP\r\n" * 50_000)
        assert not wire.transport.reading
        assert await wire.reply() == "250 2.0.0 ok"
        for _ in range(49_999):
            await wire.reply()
        assert await wire.ask("NOOP") == ["250 2.0.0 ok"]
        assert wire.transport.reading

    conversation(play, limits=NO_BUDGET)


def test_a_flood_of_commands_does_not_keep_the_others_waiting() -> None:
    async def main() -> None:
        server = new_server(limits=NO_BUDGET)
        flood, other = Wire(server), Wire(server)
        await flood.reply()
        await other.reply()
        flood.arrive(b"NOOP\r\n" * 50_000)
        assert await other.ask("NOOP") == ["250 2.0.0 ok"]
        assert flood.transport.output.count(b"\r\n") < 1000
        await server.close(1.0)

    run(main())


def test_commands_that_bring_no_mail_have_a_budget_and_a_message_renews_it() -> None:
    async def play(wire: Wire) -> None:
        await wire.ask(OPENING[0], *["NOOP"] * 7)
        await wire.ask(*OPENING[1:])
        await wire.send(b".\r\n")
        assert (await wire.reply()).startswith("250 ")
        assert await wire.ask(*["RSET"] * 10) == ["250 2.0.0 ok"] * 10
        assert await wire.ask("NOOP") == ["421 4.7.0 too many commands without mail"]
        await wire.ended()

    conversation(play, limits=SmtpLimits(commands=10))


def test_a_message_that_goes_in_circles_is_refused() -> None:
    async def play(wire: Wire) -> None:
        for hops, answer in ((100, "250 2.0.0 recorded"), (101, "554 5.4.6 too many Received fields")):
            await wire.ask(*OPENING)
            await wire.send(b"Received: from here\r\n\tby there\r\n" * hops, b"Received-SPF: none\r\n\r\nbody\r\n.\r\n")
            assert (await wire.reply()).startswith(answer)

    intake, server = conversation(play)
    assert (len(intake.taken), server.counters.loops) == (1, 1)


def test_a_hundred_long_received_fields_are_counted_though_they_are_not_all_kept() -> None:
    async def play(wire: Wire) -> None:
        await open_data(wire)
        await wire.send((b"received : from " + b"x" * 1500 + b"\r\n") * 101, b"\r\nbody\r\n.\r\n")
        assert (await wire.reply()).startswith("554 5.4.6 ")

    conversation(play)
