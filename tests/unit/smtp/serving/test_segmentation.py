"""Any dialogue, in any packets, with any pauses, read at once or late: the same replies and the same records.

A session that loses its step, runs octets of a message as a command, or drops a reply differs from itself here.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from ipaddress import ip_network

from hypothesis import given, settings
from hypothesis import strategies as st

from catcher.smtp import SmtpLimits
from tests.support.smtpwire import SETTINGS, RecordingIntake, Wire, new_server, run, segments, settle

LINES = st.sampled_from(
    [
        b"EHLO client.example",
        b"HELO",
        b"MAIL FROM:<writer@sender.example>",
        b"MAIL FROM:<> BODY=BINARYMIME",
        b"RCPT TO:<reader@army.ml>",
        b"RCPT TO:<other@airforce.test>",
        b"RCPT TO:<reader@navy.ml>",
        b"RCPT TO:<reader@refuse.test>",
        b"RCPT TO:<abuse@army.ml>",
        b"RCPT TO:<reader@elsewhere.example>",
        b"DATA",
        b"Subject: a",
        b"",
        b".",
        b"..",
        b"bare\rcr",
        b"BDAT 0",
        b"BDAT 12",
        b"BDAT 5 LAST",
        b"BDAT x",
        b"RSET",
        b"NOOP",
        b"VRFY reader",
        b"NONSENSE",
        b"x" * 600,
        b"AUTH PLAIN AAAA",
        b"QUIT",
    ]
)
TRANSACTION = st.sampled_from(
    [
        b"MAIL FROM:<a@sender.example>\r\nRCPT TO:<reader@army.ml>\r\nDATA\r\nSubject: a\r\n\r\nbody\r\n.\r\n",
        b"MAIL FROM:<a@sender.example>\r\nRCPT TO:<reader@navy.ml>\r\nBDAT 4\r\na: bBDAT 6 LAST\r\n\r\n\r\nxy",
        b"MAIL FROM:<>\r\nRCPT TO:<reader@refuse.test>\r\nRSET\r\n",
        b"MAIL FROM:<>\r\nRCPT TO:<b@refuse.test>\r\nRCPT TO:<reader@army.ml>\r\nDATA\r\nbare\nlf\r\n.\r\n",
        b"MAIL FROM:<>\r\nRCPT TO:<b@refuse.test>\r\nRCPT TO:<reader@army.ml>\r\nDATA\r\n.\r\n",
    ]
)
PIECES = st.one_of(LINES.map(lambda line: line + b"\r\n"), TRANSACTION, LINES.map(lambda line: line + b"\n"))
DIALOGUES = st.lists(PIECES, max_size=25).map(lambda pieces: b"EHLO client.example\r\n" + b"".join(pieces))
DEVICES = st.lists(LINES.map(lambda line: line + b"\n"), max_size=25).map(b"".join)
CUTS = st.lists(st.integers(0, 2500), max_size=15)
TIGHT = SmtpLimits(recipients=3, errors=5, refusals=6, commands=12, small_chunks=4, message_octets=40)


def course(
    packets: list[bytes], *, limits: SmtpLimits, turns: int = 0, reads_late: bool = False
) -> tuple[list[str], list[tuple[str, int, int]]]:
    """The replies, and REF, recipients and octets of what was recorded."""
    said: list[str] = []
    intake = RecordingIntake()

    async def main() -> None:
        lenient = replace(SETTINGS, limits=limits, lenient=(ip_network("192.0.2.0/24"),))
        server = new_server(intake, settings=lenient)
        wire = Wire(server)
        wire.transport.is_slow = reads_late
        wire.transport.high = 200
        for packet in packets:
            if not wire.transport.is_closing():
                wire.arrive(packet)
            for _ in range(turns):
                await asyncio.sleep(0)
        await settle()
        if not wire.transport.lost:
            wire.half_close()
        while reply := await wire.reply():
            said.append(reply)
        assert not server.counters.internal_errors
        await server.close(1.0)

    run(main())
    return said, sorted((t.ref, len(t.transaction.forward_paths), t.transaction.octets or 0) for t in intake.taken)


def compare(octets: bytes, cuts: list[int], turns: int, limits: SmtpLimits) -> None:
    whole = course([octets], limits=limits)
    assert course(segments(octets, cuts), limits=limits, turns=turns) == whole
    assert course(segments(octets, cuts), limits=limits, reads_late=True) == whole
    assert course(segments(octets, range(len(octets))), limits=limits) == whole


@settings(max_examples=120, deadline=None)
@given(DIALOGUES, CUTS, st.integers(0, 4))
def test_packets_and_pauses_make_no_difference(octets: bytes, cuts: list[int], turns: int) -> None:
    compare(octets, cuts, turns, SmtpLimits())


@settings(max_examples=120, deadline=None)
@given(DIALOGUES, CUTS, st.integers(0, 4))
def test_where_budgets_run_out_packets_make_no_difference_either(octets: bytes, cuts: list[int], turns: int) -> None:
    compare(octets, cuts, turns, TIGHT)


@settings(max_examples=80, deadline=None)
@given(DEVICES, CUTS, st.integers(0, 4))
def test_nor_with_a_device_that_ends_its_lines_with_lf(octets: bytes, cuts: list[int], turns: int) -> None:
    compare(octets, cuts, turns, SmtpLimits())
