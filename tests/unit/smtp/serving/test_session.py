"""A session under rough treatment: it answers, records what it must, ends when it should, and never raises."""

from __future__ import annotations

import asyncio
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catcher.model.mail.policy import Outcome
from tests.support.smtpwire import (
    MAIL,
    OPENING,
    RecordingIntake,
    Wire,
    conversation,
    new_server,
    open_data,
    run,
    segments,
)


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
        text = ((b"\r\n" + data)[: honest_end + 2] if honest_end > -3 else data).replace(b"\r\n", b"")
        bare = b"\r" in text or b"\n" in text
        assert (await wire.reply()).startswith("550 5.6.11 " if bare else "250 2.0.0 recorded")
        answers = []
        while answer := await wire.reply():
            answers.append(answer)
        runs = rest.endswith(b"\r\n" + inner) or rest == inner
        assert (answers.count("250 2.1.0 ok") == 1) == runs

    conversation(play)


def test_a_pipelined_group_is_answered_in_one_write_and_goodbye_at_once() -> None:
    async def play(wire: Wire) -> None:
        before = wire.transport.writes
        await wire.ask(*OPENING[:3], "NOOP")
        assert wire.transport.writes == before + 1

    conversation(play)


def test_sessions_leave_nothing_on_each_other() -> None:
    """Two open sessions of one server: what one did, refused or used up doesn't show in the other's replies."""
    server = new_server(intake := RecordingIntake())
    script = [*OPENING[:2], "RCPT TO:<reader@army.ml>", "NOOP", "RSET", *OPENING, "Subject: a\r\n\r\n.", "QUIT"]

    async def replies_to(wire: Wire) -> list[str]:
        replies = [await wire.reply()]
        for line in script:
            replies += await wire.ask(line)
        return [re.sub(r"REF-\d", "REF", reply) for reply in replies]

    async def alone() -> list[str]:
        return await replies_to(Wire(new_server()))

    async def beside_another() -> list[str]:
        wire, other = Wire(server), Wire(server)
        await other.reply()
        await other.ask(*["EHLO other.example"] * 150, "MAIL FROM:<other@sender.example> BODY=BINARYMIME SMTPUTF8")
        await other.ask("RCPT TO:<other@x.army.ml>", "RCPT TO:<other@refuse.test>", *["NONSENSE"] * 18)
        return await replies_to(wire)

    assert run(beside_another()) == run(alone())
    (taken,) = intake.taken
    assert [path.address for path in taken.transaction.forward_paths] == ["reader@army.ml"]
    assert taken.transaction.smtputf8 is False


WORDS = st.sampled_from(
    [
        b"EHLO a.example\r\n",
        b"HELO a\r\n",
        b"MAIL FROM:<>\r\n",
        b"RCPT TO:<a@army.ml>\r\n",
        b"RCPT TO:<a@refuse.test>\r\n",
        b"DATA\r\n",
        b"BDAT 10\r\n",
        b"BDAT 3 LAST\r\n",
        b"BDAT 0 LAST\r\n",
        b"A: b\r\n\r\ntext\r\n",
        b".\r\n",
        b"\n.\n",
        b"RSET\r\n",
        b"STARTTLS\r\n",
        b"NOOP\r\n",
        b"\r\n",
        b"x" * 3000,
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS | st.binary(max_size=40), max_size=30), st.lists(st.integers(0, 9000), max_size=15))
def test_no_session_hangs_raises_or_answers_out_of_step(words: list[bytes], cuts: list[int]) -> None:
    """The same octets, whole and in pieces, get the same replies; the session ends when it is told to."""
    octets = b"".join(words)

    def said(packets: list[bytes]) -> tuple[list[str], int]:
        replies: list[str] = []
        server = new_server(intake := RecordingIntake())

        async def main() -> None:
            wire = Wire(server)
            await wire.send(*packets)
            wire.half_close()
            while reply := await wire.reply():
                replies.append(reply)
            await server.close(1.0)

        run(main())
        assert not server.counters.internal_errors
        return replies, len(intake.taken)

    assert said([octets]) == said(segments(octets, cuts))


def test_parameters_that_were_not_offered_are_noted() -> None:
    async def play(wire: Wire) -> None:
        await wire.ask("EHLO client.example", "MAIL FROM:<a@b.example> SIZE=9 AUTH=<> RET=HDRS REQUIRETLS")
        await wire.ask("RCPT TO:<reader@army.ml> NOTIFY=NEVER", "QUIT")

    _, server = conversation(play)
    assert server.counters.parameters_passed_over == 4


@pytest.mark.parametrize(
    ("packet", "early"),
    [
        (b"EHLO client.example\r\n", 0),
        (b"EHLO client.example\r\nMAIL FROM:<a@b.example>\r\n", 1),
        (b"GET / HTTP/1.1\r\nHost: x.example\r\n\r\n", 1),
    ],
    ids=["waits", "pipelines at once", "another protocol"],
)
def test_a_client_that_waits_for_no_answer_is_noted(packet: bytes, early: int) -> None:
    """Nothing may be pipelined before EHLO was answered (RFC 2920 §3.1); it is counted, and answered all the same."""

    async def play(wire: Wire) -> None:
        await wire.send(packet)
        assert (await wire.reply())[:3] in ("250", "502")

    _, server = conversation(play)
    assert server.counters.early_talkers == early
