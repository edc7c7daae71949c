"""The recorder: what it says of a recording, and how often it logs a failure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from catcher.intake.answers import TooManyAnswers
from catcher.model.telling.answer import PartyAnswer, Verb
from catcher.smtp import SmtpLimits
from catcher.smtp.serving.recorder import place_of
from tests.support.smtpwire import (
    SETTINGS,
    RecordingIntake,
    Wire,
    conversation,
    new_server,
    open_data,
    run,
    settle,
    store_down,
)


class Replayed(RecordingIntake):
    """Its answers come faster than people answer."""

    async def note(self, answers: Sequence[PartyAnswer], at: datetime) -> None:
        raise TooManyAnswers("answers come too fast")


def test_answers_over_the_rate_do_not_make_the_sink_say_that_it_records_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = replace(
        SETTINGS,
        notices="notices.sink.example",
        own_names=frozenset({"notices.sink.example"}),
        answer_of=lambda _: PartyAnswer("ntc-1", Verb.GOT_IT),
    )

    async def play(wire: Wire) -> None:
        await wire.ask("HELO client.example", "MAIL FROM:<desk@contractor.example>")
        await wire.ask("RCPT TO:<got-it+x@notices.sink.example>", "DATA")
        await wire.send(b".\r\n")
        assert (await wire.reply()).startswith("451 4.3.0 ")
        assert "ref REF-" in (await wire.ask("MAIL FROM:<>", "RCPT TO:<a@refuse.test>"))[1]

    with caplog.at_level(logging.INFO):
        intake, server = conversation(play, Replayed(), settings=settings)
    assert len(intake.taken) == 1
    assert (server.counters.answers_put_off, server.counters.not_stored, server.counters.answers) == (1, 0, 0)
    assert caplog.messages == ["answers come too fast"]


def test_a_store_that_is_down_is_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    async def play(wire: Wire) -> None:
        for _ in range(30):
            await open_data(wire)
            await wire.send(b".\r\n")
            assert (await wire.reply())[:3] == "451"

    with caplog.at_level(logging.INFO):
        conversation(play, RecordingIntake(failure=store_down()))
    reason = "a transaction can't be recorded: the disk is full; make room"
    assert caplog.messages == [reason, f"{reason} (29 more since the last such line)"]


def test_logins_are_logged_once_a_minute_and_all_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> int:
        server = new_server()
        for _ in range(50):
            wire = Wire(server)
            await wire.reply()
            assert (await wire.ask("AUTH PLAIN AAAA"))[0][:3] == "502"
            await wire.ended()
        await settle()
        assert len(caplog.messages) == 1
        await server.close(1.0)
        return server.counters.auth_refused

    with caplog.at_level(logging.INFO):
        assert run(main()) == 50
    line = "a client tried to log in and was turned away"
    assert caplog.messages == [line, f"{line} (49 more since the last such line)"]


def test_a_count_is_logged_after_a_minute_though_the_line_does_not_come_again(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        server = new_server()
        witness = Wire(server)
        await witness.reply()
        for _ in range(5):
            wire = Wire(server)
            await wire.reply()
            await wire.ask("AUTH PLAIN AAAA")
        await asyncio.sleep(70)
        assert caplog.messages[1:] == ["a client tried to log in and was turned away (4 more since the last such line)"]
        await server.close(1.0)

    with caplog.at_level(logging.INFO):
        run(main())


def test_a_fault_at_the_end_of_a_connection_keeps_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise ValueError("canary")

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, trouble: None)
        server = new_server(limits=SmtpLimits(connections=1))
        for _ in range(3):
            wire = Wire(server)
            assert (await wire.reply())[:3] == "220"
            with monkeypatch.context() as patched:
                patched.setattr("catcher.smtp.dialogue.transactions.MailTransactions.abandon", fail)
                wire.reset()
                await settle()
        await server.close(1.0)

    run(main())


def test_faults_of_ours_are_logged_once_a_minute_and_all_are_counted(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise ValueError("canary")

    monkeypatch.setattr("catcher.smtp.serving.session.answer", fail)

    async def main() -> int:
        server = new_server()
        for _ in range(20):
            wire = Wire(server)
            await wire.reply()
            assert (await wire.ask("RSET"))[0][:3] == "421"
        await server.close(1.0)
        return server.counters.internal_errors

    with caplog.at_level(logging.INFO):
        assert run(main()) == 20
    assert [message.startswith("a session was ended by ValueError at ") for message in caplog.messages] == [True] * 2
    assert caplog.messages[1].endswith("(19 more since the last such line)")


def test_an_error_without_a_place_is_told_by_its_class() -> None:
    assert place_of(ValueError("canary")) == "ValueError"
