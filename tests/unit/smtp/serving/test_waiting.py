"""Which reply waits for what: only the reply to a message waits for its commit; refusals are recorded beside."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from catcher.model.mail.policy import Outcome, Policy
from catcher.model.mail.transaction import Transaction
from catcher.smtp.serving.session import MOST_RECORDINGS, RECORD_AFTER
from tests.support.clocks import Clock
from tests.support.smtpwire import NOW, OPENING, RecordingIntake, Wire, conversation, new_server, open_data, run, settle

REFUSED = "RCPT TO:<reader@refuse.test>"


@dataclass
class SlowForRefused(RecordingIntake):
    """Records messages at once, and recipients refused at RCPT when ``opened`` is set: their look-ups are slow."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    begun: int = 0

    async def take(
        self, transaction: Transaction, *, ref: str, policies: Mapping[str, Policy], outcome: Outcome
    ) -> None:
        if outcome is Outcome.REFUSED:
            self.begun += 1
            await self.opened.wait()
        await super().take(transaction, ref=ref, policies=policies, outcome=outcome)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("RSET", "250"),
        ("QUIT", "221"),
        ("MAIL FROM:<>", "250"),
        ("EHLO again.example", "250"),
        ("HELO again.example", "250"),
        ("NOOP", "250"),
        ("DATA", "554"),
        ("VRFY <reader@army.ml>", "252"),
    ],
)
def test_after_refused_recipients_every_command_is_answered_at_once(command: str, code: str) -> None:
    intake = SlowForRefused()

    async def play(wire: Wire) -> None:
        await wire.ask(*OPENING[:2], REFUSED)
        before = asyncio.get_running_loop().time()
        await wire.send(command.encode() + b"\r\n")
        assert (await wire.reply())[:3] == code
        assert asyncio.get_running_loop().time() == before
        assert not intake.taken
        intake.opened.set()

    conversation(play, intake)
    assert [taken.outcome for taken in intake.taken] == [Outcome.REFUSED]


def test_the_reply_to_a_message_waits_for_its_own_commit_alone() -> None:
    intake = SlowForRefused()

    async def play(wire: Wire) -> None:
        await wire.ask(*OPENING[:2], REFUSED, "RCPT TO:<reader@army.ml>", "DATA")
        await wire.send(b".\r\n")
        assert (await wire.reply()).startswith("250 2.0.0 recorded")
        assert [taken.outcome for taken in intake.taken] == [Outcome.ACCEPTED]
        intake.opened.set()

    conversation(play, intake)
    assert [taken.outcome for taken in intake.taken] == [Outcome.ACCEPTED, Outcome.REFUSED]
    assert len({taken.ref for taken in intake.taken}) == 1


def test_a_client_can_not_start_recordings_without_end() -> None:
    intake = SlowForRefused()

    async def play(wire: Wire) -> None:
        await wire.ask(OPENING[0])
        await wire.send("".join(f"{line}\r\n" for line in (OPENING[1], REFUSED, "RSET") * 30).encode())
        answered = [await wire.reply() for _ in range(3 * MOST_RECORDINGS)]
        assert [reply[:3] for reply in answered] == ["250", "550", "250"] * MOST_RECORDINGS
        await settle()
        assert intake.begun == MOST_RECORDINGS + 1
        intake.opened.set()
        assert len([await wire.reply() for _ in range(90 - 3 * MOST_RECORDINGS)]) == 66

    conversation(play, intake)
    assert len(intake.taken) == 30


def test_who_waits_for_recordings_of_refusals_is_not_idle_and_may_leave() -> None:
    intake = SlowForRefused()

    async def play(wire: Wire) -> None:
        await wire.ask(OPENING[0])
        await wire.send("".join(f"{line}\r\n" for line in (OPENING[1], REFUSED, "RSET") * 12).encode())
        await asyncio.sleep(1000)
        assert not wire.transport.lost
        wire.reset()
        await settle()
        intake.opened.set()

    _, server = conversation(play, intake)
    assert len(intake.taken) == MOST_RECORDINGS + 1
    assert server.counters.internal_errors == 0


def test_a_refusal_is_recorded_soon_with_its_own_time_though_the_session_goes_on() -> None:
    clock, intake = Clock(NOW), RecordingIntake()

    async def main() -> None:
        server = new_server(intake, clock=clock)
        wire = Wire(server)
        await wire.reply()
        await wire.ask(*OPENING[:2])
        clock.moment = NOW + timedelta(seconds=100)
        first = (await wire.ask(REFUSED))[0]
        clock.moment += RECORD_AFTER / 2
        await wire.ask("RCPT TO:<second@refuse.test>")
        await asyncio.sleep(2)
        assert not intake.taken
        clock.moment += RECORD_AFTER
        await asyncio.sleep(2)
        (taken,) = intake.taken
        assert taken.transaction.received_at == NOW + timedelta(seconds=100)
        assert len(taken.transaction.forward_paths) == 2
        assert f"ref {taken.ref}" in first.replace("\n", " ")
        clock.moment += timedelta(seconds=100)
        third = (await wire.ask("RCPT TO:<third@refuse.test>"))[0]
        clock.moment += timedelta(seconds=1)
        await wire.ask("QUIT")
        await server.close(1.0)
        assert len(intake.taken) == 2
        other = intake.taken[1]
        assert other.transaction.received_at == NOW + timedelta(seconds=215)
        assert other.ref != taken.ref and f"ref {other.ref}" in third

    run(main())


def test_a_refusal_before_a_message_has_its_own_time_too() -> None:
    clock, intake = Clock(NOW), RecordingIntake()

    async def main() -> None:
        server = new_server(intake, clock=clock)
        wire = Wire(server)
        await wire.reply()
        await wire.ask(*OPENING[:2], REFUSED)
        clock.moment = NOW + timedelta(seconds=5)
        await wire.ask(OPENING[2], "DATA")
        await wire.send(b".\r\n")
        assert (await wire.reply())[:3] == "250"
        await server.close(1.0)

    run(main())
    seconds = {taken.outcome: (taken.transaction.received_at - NOW).total_seconds() for taken in intake.taken}
    assert seconds == {Outcome.ACCEPTED: 5, Outcome.REFUSED: 0}


def test_many_messages_at_once_wait_each_for_their_own() -> None:
    intake = RecordingIntake(gate=asyncio.Event())

    async def main() -> None:
        server = new_server(intake)
        wires = [Wire(server) for _ in range(5)]
        for wire in wires:
            await wire.reply()
            await open_data(wire)
            await wire.send(b".\r\nNOOP\r\n")
        await settle()
        assert not any(wire.transport.output for wire in wires)
        assert intake.gate is not None
        intake.gate.set()
        for wire in wires:
            assert [(await wire.reply())[:3] for _ in range(2)] == ["250", "250"]
        await server.close(1.0)

    run(main())
