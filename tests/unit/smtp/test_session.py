"""A session under rough treatment: it answers, records what it must, ends when it should, and never raises."""

from __future__ import annotations

import asyncio
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catcher.model.policy import Outcome
from catcher.smtp import Limits
from tests.support.smtpwire import (
    RecordingIntake,
    Wire,
    conversation,
    new_server,
    run,
    segments,
    store_down,
)

OPENING = ("EHLO client.example", "MAIL FROM:<writer@sender.example>", "RCPT TO:<reader@army.ml>", "DATA")
MAIL = "".join(line + "\r\n" for line in OPENING).encode() + b"Subject: a\r\n\r\nbody\r\n.\r\n"


async def open_data(wire: Wire) -> None:
    assert [reply[:3] for reply in await wire.ask(*OPENING)] == ["250", "250", "250", "354"]


def test_the_transaction_says_all_that_is_known() -> None:
    async def play(wire: Wire) -> None:
        await wire.ask("EHLO client.example", "MAIL FROM:<writer@sender.example> SMTPUTF8", "RCPT TO:<reader@army.ml>")
        await wire.ask("RCPT TO:<reader@army.ml>", "RCPT TO:<reader@x.army.ml>", "DATA")
        await wire.send(b"From: a@sender.example\r\n\r\n..dot\r\n.\r\n")
        assert await wire.reply() == "250 2.0.0 recorded; the message itself is not kept; ref REF-1"

    intake, server = conversation(play)
    (taken,) = intake.taken
    transaction = taken.transaction
    assert (taken.ref, taken.outcome, dict(taken.policies)) == ("REF-1", Outcome.ACCEPTED, {"army.ml": "accept"})
    assert (transaction.client, transaction.helo, transaction.tls) == ("192.0.2.7", "client.example", False)
    assert (transaction.esmtp, transaction.smtputf8) == (True, True)
    assert transaction.reverse_path is not None
    assert transaction.reverse_path.address == "writer@sender.example"
    assert [path.address for path in transaction.forward_paths] == ["reader@army.ml", "reader@x.army.ml"]
    assert transaction.header is not None
    assert transaction.header.first("From") == b" a@sender.example"
    assert transaction.octets == len(b"From: a@sender.example\r\n\r\n.dot\r\n")
    assert server.counters.accepted == 1


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        (("192.0.2.7", 1), "192.0.2.7"),
        (("2001:db8::7", 1, 0, 0), "2001:db8::7"),
        (("::ffff:192.0.2.7", 1, 0, 0), "192.0.2.7"),
        (("fe80::1%eth0", 1, 0, 2), "fe80::1"),
    ],
)
def test_the_client_is_its_address(peer: object, address: str) -> None:
    intake = RecordingIntake()

    async def main() -> None:
        wire = Wire(new_server(intake), peer)
        await wire.reply()
        await wire.send(MAIL)
        await wire.send(b"QUIT\r\n")
        while await wire.reply():
            pass

    run(main())
    assert intake.taken[0].transaction.client == address


def test_a_client_that_is_gone_before_it_is_greeted_is_let_go() -> None:
    async def main() -> None:
        await Wire(new_server(), None).ended()

    run(main())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2 * len(MAIL)), max_size=12))
def test_segmentation_of_a_session_makes_no_difference(cuts: list[int]) -> None:
    async def play(wire: Wire) -> None:
        for packet in segments(MAIL * 2 + b"QUIT\r\n", cuts):
            await wire.send(packet)
            await asyncio.sleep(0)
        replies = [await wire.reply() for _ in range(11)]
        assert [reply[:3] for reply in replies] == ["250", "250", "250", "354", "250"] * 2 + ["221"]
        await wire.ended()

    assert len(conversation(play)[0].taken) == 2


SMUGGLING = st.lists(st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"\0", b"a"]), max_size=8).map(b"".join)


@settings(max_examples=200, deadline=None)
@given(SMUGGLING, SMUGGLING, st.lists(st.integers(0, 80), max_size=6))
def test_no_mix_of_cr_lf_and_dot_smuggles_a_transaction(before: bytes, after: bytes, cuts: list[int]) -> None:
    """Only where CRLF . CRLF really stands do commands follow; their number is that of the replies."""
    inner = b"MAIL FROM:<smuggled@sender.example>\r\n"
    data = before + b"." + after + inner
    honest_end = (b"\r\n" + data).find(b"\r\n.\r\n") - 2
    rest = data[honest_end + 5 :] if honest_end > -3 else b""

    async def play(wire: Wire) -> None:
        await open_data(wire)
        for packet in segments(data, cuts):
            await wire.send(packet)
        if honest_end == -3:
            await wire.send(b"\r\n.\r\n")
        await wire.send(b"QUIT\r\n")
        assert (await wire.reply()).startswith("250 2.0.0 recorded")
        answers = []
        while answer := await wire.reply():
            answers.append(answer)
        runs = rest.endswith(b"\r\n" + inner) or rest == inner
        assert (answers.count("250 2.1.0 ok") == 1) == runs

    conversation(play)


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

    intake, server = conversation(play, limits=Limits(message_octets=1000))
    assert (intake.taken, server.counters.too_big) == ([], 1)


def test_ten_thousand_recipients_are_answered_and_a_thousand_kept() -> None:
    async def play(wire: Wire) -> None:
        await wire.ask(*OPENING[:2])
        replies = await wire.ask(*[f"RCPT TO:<r{number}@army.ml>" for number in range(10_000)])
        assert [reply[:3] for reply in replies] == ["250"] * 1000 + ["452"] * 9000
        await wire.ask("DATA")
        await wire.send(b".\r\n")
        assert (await wire.reply()).startswith("250 ")

    assert len(conversation(play)[0].taken[0].transaction.forward_paths) == 1000


def test_ten_thousand_refusals_are_answered_and_the_next_ends_the_session() -> None:
    async def play(wire: Wire) -> None:
        await wire.ask(*OPENING[:2])
        replies = await wire.ask(*[f"RCPT TO:<r{number}@refuse.test>" for number in range(10_001)])
        assert {reply[:3] for reply in replies[:-1]} == {"550"}
        assert replies[-1].startswith("421 ")
        await wire.ended()

    (taken,) = conversation(play)[0].taken
    assert (taken.outcome, len(taken.transaction.forward_paths)) == (Outcome.REFUSED, 1000)


def test_a_pipelined_group_is_answered_in_one_write_and_goodbye_at_once() -> None:
    async def play(wire: Wire) -> None:
        before = wire.transport.writes
        await wire.ask(*OPENING[:3], "NOOP")
        assert wire.transport.writes == before + 1

    conversation(play)


def test_a_client_that_does_not_wait_is_held_back() -> None:
    """Commands are read ahead up to a bound; a flood of them can't fill the memory."""

    async def play(wire: Wire) -> None:
        wire.protocol.data_received(b"NOOP\r\n" * 50_000)
        assert not wire.transport.reading
        assert await wire.reply() == "250 2.0.0 ok"
        for _ in range(49_999):
            await wire.reply()
        assert await wire.ask("NOOP") == ["250 2.0.0 ok"]
        assert wire.transport.reading

    conversation(play)


def test_the_250_is_written_only_after_the_commit() -> None:
    intake = RecordingIntake(gate=asyncio.Event())

    async def play(wire: Wire) -> None:
        await open_data(wire)
        await wire.send(b".\r\n")
        for _ in range(20):
            await asyncio.sleep(0)
        assert not wire.transport.output
        assert intake.gate is not None
        intake.gate.set()
        assert (await wire.reply()).startswith("250 ")

    conversation(play, intake)


@pytest.mark.parametrize("how", ["half_close", "reset"])
def test_a_client_that_leaves_during_the_commit_does_not_stop_it(how: str) -> None:
    intake = RecordingIntake(gate=asyncio.Event())

    async def play(wire: Wire) -> None:
        await open_data(wire)
        await wire.send(b".\r\n")
        await asyncio.sleep(0)
        getattr(wire, how)()
        for _ in range(20):
            await asyncio.sleep(0)
        assert intake.gate is not None
        intake.gate.set()
        if how == "half_close":
            assert (await wire.reply()).startswith("250 ")
        await wire.ended()

    _, server = conversation(play, intake)
    assert len(intake.taken) == 1
    assert (server.counters.internal_errors, server.counters.vanished) == (0, 0)


def test_what_the_store_could_not_take_is_counted() -> None:
    async def play(wire: Wire) -> None:
        await open_data(wire)
        await wire.send(b".\r\n")
        assert (await wire.reply()).startswith("451 4.3.0 ")
        await wire.ask("MAIL FROM:<>", "RCPT TO:<a@refuse.test>", "RSET")

    _, server = conversation(play, RecordingIntake(failure=store_down()))
    assert (server.counters.not_stored, server.counters.accepted, server.counters.refused) == (2, 0, 1)


def test_a_fault_of_ours_is_a_451_and_its_text_is_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    async def play(wire: Wire) -> None:
        await open_data(wire)
        await wire.send(b".\r\n")
        assert "canary" not in (await wire.reply())
        assert await wire.ask("NOOP") == ["250 2.0.0 ok"]

    with caplog.at_level(logging.DEBUG):
        _, server = conversation(play, RecordingIntake(failure=ValueError("canary")))
    assert server.counters.internal_errors == 1
    assert "ValueError at " in caplog.text
    assert "canary" not in caplog.text


def test_a_fault_while_the_data_is_scanned_ends_the_session_with_421(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*arguments: object) -> None:
        raise ValueError("canary")

    async def play(wire: Wire) -> None:
        await open_data(wire)
        monkeypatch.setattr("catcher.smtp.stream.LineEnds.feed", fail)
        await wire.send(b"a\r\n")
        assert (await wire.reply()).startswith("421 4.3.0 ")
        await wire.ended()

    intake, server = conversation(play)
    assert (intake.taken, server.counters.internal_errors) == ([], 1)
    assert "canary" not in caplog.text


def test_vanishing_in_the_data_is_counted_once() -> None:
    async def half_close(wire: Wire) -> None:
        await open_data(wire)
        wire.half_close()
        await wire.ended()

    async def reset(wire: Wire) -> None:
        await open_data(wire)
        await wire.send(b"Subject: a\r\n")
        wire.reset()
        await wire.ended()

    for play in (half_close, reset):
        intake, server = conversation(play)
        assert (intake.taken, server.counters.vanished) == ([], 1)


def test_sessions_leave_nothing_on_each_other() -> None:
    """The library keeps its limits in the class: five EHLOs of one client changed them for all."""

    async def main() -> None:
        server = new_server()
        one, other = Wire(server), Wire(server)
        for wire in (one, other):
            await wire.reply()
            await wire.ask(*["EHLO client.example"] * 5)
        assert one.protocol.command_size_limits is not other.protocol.command_size_limits  # type: ignore[attr-defined]
        await server.close(1.0)

    run(main())
