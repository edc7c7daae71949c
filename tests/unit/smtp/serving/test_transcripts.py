"""Walks the dialogues in tests/transcripts/smtp: adding a case is adding a file.

``C:`` a command line (those that follow each other are one packet) · ``C~`` raw octets, escapes as in Python · ``S:`` a
line of the server · ``X`` the connection ended · ``EOF``, ``RST`` the client's end · ``= outcome domains number`` all
that is recorded so far, one line each, in order (a lone ``=``: nothing) · ``@ domain intended policy`` the catalogue ·
``@ store down`` · ``@ flood``: another connection used this second up · ``@ accept bare newlines`` ·
``@ answers``: notices are answered at notices.sink.example, where
``+code@`` and ``+CODE@`` stand for a notice's code; what is noted is ``= answer VERB`` behind all else.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from catcher.model.telling.answer import PartyAnswer
from catcher.privacy import NoticeCodes
from catcher.smtp import SmtpLimits
from tests.support.smtpwire import (
    ONE_OF_EACH,
    SETTINGS,
    RecordingIntake,
    Wire,
    catalogue,
    new_server,
    run,
    settle,
    store_down,
)
from tests.support.tree import ROOT

TRANSCRIPTS = sorted((ROOT / "tests" / "transcripts" / "smtp").glob("*.txt"))


CODES = NoticeCodes(bytes(32))
NOTICE = "ntc-0123456789ab"


def answer_of(local_part: str) -> PartyAnswer | None:
    found = CODES.answer(local_part)
    return None if found is None else PartyAnswer(*found)


def recorded(intake: RecordingIntake) -> list[str]:
    taken = [f"{t.outcome} {','.join(t.policies)} {len(t.transaction.forward_paths)}" for t in intake.taken]
    assert all(answer.notice == NOTICE for answer in intake.noted)
    return [*taken, *(f"answer {answer.verb}" for answer in intake.noted)]


def raw(text: str) -> bytes:
    return text.encode("latin-1").decode("unicode_escape").encode("latin-1")


class Player:
    """Plays one transcript."""

    def __init__(self, lines: list[str]) -> None:
        rows = [line[2:].split() for line in lines if line.startswith("@ ")]
        self.intake = RecordingIntake(failure=store_down() if ["store", "down"] in rows else None)
        self.in_flood = ["flood"] in rows
        domains = [
            (d, None if i == "-" else i, p) for d, i, p in (row for row in rows if len(row) == 3 and row[0] != "accept")
        ]
        self.server = new_server(
            self.intake,
            rows=catalogue(*domains) if domains else ONE_OF_EACH,
            settings=replace(
                SETTINGS,
                refuse_bare_newline=["accept", "bare", "newlines"] not in rows,
                own_names=frozenset({"notices.sink.example"}),
                notices="notices.sink.example" if ["answers"] in rows else "",
                answer_of=answer_of,
                limits=SmtpLimits(connection_rate=1, connection_rate_exempt=()) if self.in_flood else SmtpLimits(),
            ),
        )
        code = CODES.code(NOTICE)
        lines = [line.replace("+CODE@", f"+{code.upper()}@").replace("+code@", f"+{code}@") for line in lines]
        self.steps = [line for line in lines if line and not line.startswith(("#", "@"))]

    async def play(self) -> None:
        if self.in_flood:
            await Wire(self.server).reply()
        wire = Wire(self.server)
        packet = b""
        expected: list[str] = []
        all_recorded: list[str] = []
        for number, step in enumerate(self.steps):
            kind, text = step[:2], step[3:]
            following = self.steps[number + 1][:2] if number + 1 < len(self.steps) else ""
            if kind == "C:":
                packet += text.encode() + b"\r\n"
                if following != "C:":
                    await wire.send(packet)
                    packet = b""
            elif kind == "C~":
                await wire.send(raw(text))
            elif kind == "S:":
                expected.append(text)
                if text[3] != "-":
                    assert await wire.reply() == "\n".join(expected)
                    expected = []
            elif kind == "X":
                await wire.ended()
                await self.server.close(1.0)
            elif step == "EOF":
                wire.half_close()
            elif step == "RST":
                wire.reset()
            elif kind.startswith("="):
                all_recorded += [step[2:]] if step[2:] else []
                if not following.startswith("="):
                    await settle()
                    assert recorded(self.intake) == all_recorded
                    all_recorded = []
            else:
                raise AssertionError(f"no such step: {step}")
        assert not self.server.counters.internal_errors


@pytest.mark.parametrize("file", TRANSCRIPTS, ids=lambda file: file.stem)
def test_transcript(file: Path) -> None:
    run(Player(file.read_text(encoding="utf-8").splitlines()).play())


def test_there_are_transcripts() -> None:
    assert len(TRANSCRIPTS) > 20
