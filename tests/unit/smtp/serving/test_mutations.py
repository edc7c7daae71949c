"""A mutation fuzzer over whole sessions: whatever comes, in whatever packets, a session answers in step and ends.

Invariants: no exception, no reply out of its grammar, no octet kept beyond the bounds, and the same replies and the
same record for the same octets however they are cut into packets: a session that loses its step would differ there.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

import pytest

from catcher.smtp.serving.connection import READ_AHEAD
from catcher.smtp.serving.front import READ_OCTETS
from tests.support.smtpwire import MAIL, RecordingIntake, Wire, conversation, segments
from tests.support.tree import ROOT

SESSIONS = 1000
"""For each seed."""
REPLIES = re.compile(rb"(?:[2-5][0-9][0-9]-[^\r\n]{0,506}\r\n)*[2-5][0-9][0-9] [^\r\n]{0,506}\r\n")


def corpus() -> list[bytes]:
    """The octets of the clients in the transcripts."""
    said = []
    for path in sorted((ROOT / "tests" / "transcripts" / "smtp").glob("*.txt")):
        lines = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("C: "):
                lines.append(line[3:].encode() + b"\r\n")
            elif line.startswith("C~ "):
                lines.append(line[3:].encode("latin-1").decode("unicode_escape").encode("latin-1"))
        said.append(b"".join(lines))
    return said


CORPUS = corpus() + [MAIL] * 15
SPECIAL = [
    b"\r\n",
    b"\r\n.\r\n",
    b"\n",
    b"\r",
    b".",
    b"\0",
    b"\r\n..\r\n",
    b"BDAT 5 LAST\r\n",
    b"BDAT 0\r\n",
    b"DATA\r\n",
]
SPECIAL += [
    b"RSET\r\n",
    b"AUTH PLAIN AAAA\r\n",
    b"STARTTLS\r\n",
    b"\xff\xfe",
    b"x" * 3000,
    b"BDAT 99999999999999999\r\n",
]
SPECIAL += [
    b"MAIL FROM:<>\r\n",
    b"RCPT TO:<a@army.ml>\r\n",
    b"EHLO x\r\n",
    b"QUIT\r\n",
    b"RCPT TO:<a@navy.ml>\r\n",
    b"RCPT TO:<a@refuse.test> NOTIFY=NEVER\r\n",
    b"MAIL FROM:<a@b.example> AUTH=<> BODY=BINARYMIME\r\n",
    b"BDAT 0 LAST\r\n",
    b"\r\r\n",
    b"\r\n.\0\r\n",
    b" \t ",
    b"\x16\x03\x01\x02\x00",
]


def mutated(chance: random.Random) -> bytes:
    """One or two sessions of the corpus after some accidents."""
    octets = bytearray(b"".join(chance.choices(CORPUS, k=chance.randrange(1, 3))))
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(len(octets) + 1)
        match chance.randrange(6):
            case 0:
                octets[at:at] = chance.choice(SPECIAL)
            case 1:
                del octets[at : at + chance.randrange(1, 40)]
            case 2:
                octets[at : at + 1] = chance.randbytes(1)
            case 3:
                octets[at:at] = octets[at : at + chance.randrange(1, 200)]
            case 4:
                octets[at:at] = chance.randbytes(chance.randrange(1, 60))
            case _:
                octets[at : at + 2] = chance.choice(SPECIAL)
    return bytes(octets)


@dataclass(frozen=True)
class Course:
    """The result of a session."""

    replies: bytes
    taken: tuple[tuple[str, int, int | None], ...]
    """REF, recipients and octets of each transaction that was recorded."""


def course(packets: list[bytes], *, half_close: bool) -> Course:
    said = b""

    async def play(wire: Wire) -> None:
        nonlocal said
        for packet in packets:
            await wire.send(packet)
            session = wire.protocol._session
            if session is not None:
                kept = len(session._commands) + len(session._out)  # type: ignore[attr-defined]
                assert kept <= READ_AHEAD + READ_OCTETS + len(packet)
        if half_close and not wire.transport.lost:
            wire.half_close()
        while not wire.transport.lost:  # without the half-close the idle timer ends it
            await wire.transport.change()
        said = bytes(wire.transport.output)
        wire.transport.output.clear()

    intake, server = conversation(play, RecordingIntake())
    assert server.counters.internal_errors == 0
    return Course(
        said,
        tuple((t.ref, len(t.transaction.forward_paths), t.transaction.octets) for t in intake.taken),
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_session_answers_in_step_and_ends(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(SESSIONS):
        octets = mutated(chance)
        half_close = chance.random() < 0.7
        whole = course([octets], half_close=half_close)
        assert REPLIES.sub(b"", whole.replies) == b"", octets
        cuts = [chance.randrange(len(octets) + 1) for _ in range(chance.choice((1, 5, 60)))]
        assert course(segments(octets, cuts), half_close=half_close) == whole, (octets, cuts)
