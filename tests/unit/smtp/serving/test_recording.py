"""A transaction that ended is recorded once, before the reply, even if client or store fail meanwhile."""

from __future__ import annotations

import asyncio
import gc
import logging

import pytest

from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.transaction import BodyFacts, Header, HeaderField, Transaction
from catcher.smtp.message.stream import MessageStream
from tests.support.smtpwire import RecordingIntake, Wire, conversation, open_data, settle, store_down


def test_the_250_is_written_only_after_the_commit() -> None:
    intake = RecordingIntake(gate=asyncio.Event())

    async def play(wire: Wire) -> None:
        await open_data(wire)
        await wire.send(b".\r\n")
        await settle()
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
        await settle()
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
        monkeypatch.setattr("catcher.smtp.message.stream.LineEnds.feed", fail)
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


def test_after_its_reply_nothing_of_a_transaction_is_left_in_the_session() -> None:
    def left() -> int:
        gc.collect()
        kinds = (Mailbox, Header, HeaderField, BodyFacts, Transaction, MessageStream)
        return sum(isinstance(thing, kinds) for thing in gc.get_objects())

    async def play(wire: Wire) -> None:
        before = left()
        await open_data(wire)
        await wire.send(b"From: a@sender.example\r\n\r\nbody\r\n")
        assert left() > before
        await wire.send(b".\r\n")
        assert (await wire.reply()).startswith("250 ")
        intake.taken.clear()
        assert left() == before
        await wire.ask("MAIL FROM:<a@sender.example>", "RCPT TO:<b@refuse.test>", "RSET")
        await settle()
        intake.taken.clear()
        assert left() == before

    intake = RecordingIntake()
    conversation(play, intake)


def test_a_refusal_names_a_reference_again_once_something_could_be_recorded() -> None:
    intake = RecordingIntake(failure=store_down())

    async def play(wire: Wire) -> None:
        async def refused() -> str:
            _, reply, _ = await wire.ask("MAIL FROM:<>", "RCPT TO:<a@refuse.test>", "RSET")
            await settle()
            return reply

        await wire.ask("HELO client.example")
        assert ["ref REF-" in await refused() for _ in range(2)] == [True, False]
        intake.failure = None
        assert ["ref REF-" in await refused() for _ in range(2)] == [False, True]

    conversation(play, intake)
    assert len(intake.taken) == 2
