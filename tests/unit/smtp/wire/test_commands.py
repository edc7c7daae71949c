"""Octets become command lines; what is malformed is named (RFC 5321 §2.3.8)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.smtp.wire.commands import COMMAND_LINE_OCTETS, LONG_COMMAND_LINE_OCTETS, Command, CommandReader, LineFault
from tests.support.smtpwire import fed_three_ways, segments


def read(*packets: bytes) -> list[Command]:
    reader = CommandReader()
    commands = []
    for packet in packets:
        reader.feed(packet)
        while (command := reader.next()) is not None:
            commands.append(command)
    return commands


def of(verb: bytes, length: int) -> bytes:
    """A line of ``length`` octets, CRLF included."""
    return verb + b" " + b"x" * (length - len(verb) - 3) + b"\r\n"


def test_verbs_are_upper_case_and_arguments_kept() -> None:
    assert read(b"mail FROM:<A@b.example> Size=1 \r\n") == [Command(b"MAIL", b"FROM:<A@b.example> Size=1")]
    assert read(b"  NoOp\t x\r\n\r\n") == [Command(b"NOOP", b"x"), Command(b"", b"")]


@pytest.mark.parametrize(
    ("octets", "faults"),
    [
        (b"NOOP\n", [LineFault.BARE_LF]),
        (b"NOOP\nMAIL\r\nNOOP\r\n", [LineFault.BARE_LF, LineFault.BARE_LF, None]),
        (b"\nNOOP\n\nNOOP\r\n", [LineFault.BARE_LF] * 4),
        (b"NOOP\rMAIL\r\n", [LineFault.CONTROL]),
        (b"NOOP\r\r\n", [LineFault.CONTROL]),
        (b"NO\0OP\r\n", [LineFault.CONTROL]),
        (b"NOOP\tx\r\n", [None]),
        (of(b"NOOP", COMMAND_LINE_OCTETS), [None]),
        (of(b"NOOP", COMMAND_LINE_OCTETS + 1), [LineFault.TOO_LONG]),
        (of(b"RCPT", LONG_COMMAND_LINE_OCTETS), [None]),
        (of(b"RCPT", LONG_COMMAND_LINE_OCTETS + 1), [LineFault.TOO_LONG]),
        (of(b"NOOP", 100_000) + b"NOOP\r\n", [LineFault.TOO_LONG, None]),
        (b"x" * 100_000 + b"\nNOOP\r\nNOOP\r\n", [LineFault.TOO_LONG, LineFault.BARE_LF, None]),
    ],
)
def test_faults(octets: bytes, faults: list[LineFault | None]) -> None:
    assert [command.fault for command in fed_three_ways(read, octets)] == faults


def test_every_control_character_but_tab_is_a_fault_and_nothing_else_is() -> None:
    for octet in set(range(256)) - {0x0A}:
        is_control = (octet < 0x20 and octet != 0x09) or octet == 0x7F
        (command,) = read(b"NOOP a" + bytes([octet]) + b"b\r\n")
        assert command.fault is (LineFault.CONTROL if is_control else None), octet


@given(
    st.lists(
        st.sampled_from([b"NOOP", b"\r\n", b"\n", b"\r", b" ", b"AUTH PLAIN x", b"y" * 600, b"z" * 2046, b"z" * 4000]),
        max_size=12,
    ),
    st.lists(st.integers(0, 20_000), max_size=8),
)
def test_segmentation_makes_no_difference(pieces: list[bytes], cuts: list[int]) -> None:
    octets = b"".join(pieces)
    assert read(*segments(octets, cuts)) == read(octets)


@pytest.mark.parametrize(
    "octets", [b"AUTH PLAIN x\r\n", b"auth\tplain x\r\n", b" Auth=PLAIN x\n", b"AUTHINFO\r\n", b"AUTH " + b"x" * 12_288]
)
def test_a_log_in_is_known_however_it_is_spelt(octets: bytes) -> None:
    (command,) = read(octets)
    assert command.is_auth


def test_printing_shows_no_argument() -> None:
    reader = CommandReader()
    reader.feed(b"NOOP canary\r\ncanary")
    assert "canary" not in repr(reader)
    assert "canary" not in repr(reader.next())


def test_a_line_is_over_long_as_soon_as_no_end_can_make_it_short_enough() -> None:
    reader = CommandReader()
    reader.feed(b"RCPT " + b"x" * (2048 - 6))
    assert reader.next() is None
    reader.feed(b"x")
    assert reader.next() == Command(b"RCPT", b"", LineFault.TOO_LONG)
    assert len(reader) == 0


def test_an_over_long_line_is_not_kept() -> None:
    reader = CommandReader()
    for _ in range(100):
        reader.feed(b"x" * 10_000)
        reader.next()
    assert len(reader) < LONG_COMMAND_LINE_OCTETS


def test_what_was_not_taken_can_be_had_for_the_data_or_forgotten() -> None:
    reader = CommandReader()
    reader.feed(b"DATA\r\nSubject: a\r\nb")
    reader.next()
    assert reader.take(100) == b"Subject: a\r\nb"
    reader.feed(b"NOOP\r\n")
    reader.clear()
    assert reader.next() is None


def test_octets_for_the_data_are_taken_piece_by_piece_and_the_rest_are_commands() -> None:
    """As BDAT does: a chunk may end anywhere in a packet (RFC 3030 §2)."""
    reader = CommandReader()
    reader.feed(b"BDAT 5\r\n")
    assert reader.next() == Command(b"BDAT", b"5")
    reader.feed(b"ab\n\ncNOOP\r\nQUIT\r\n")
    assert (reader.take(2), reader.take(3)) == (b"ab", b"\n\nc")
    assert (len(reader), reader.lines) == (12, 2)
    assert (reader.next(), reader.next(), reader.next()) == (Command(b"NOOP", b""), Command(b"QUIT", b""), None)
    reader.feed(b"xyz")
    assert (reader.take(3), len(reader)) == (b"xyz", 0)


@pytest.mark.parametrize("asked", [4, 5, 9, 100])
def test_no_more_is_taken_than_came_and_what_comes_next_is_read_from_its_first_octet(asked: int) -> None:
    reader = CommandReader()
    reader.feed(b"DATA\r\nabcd")
    assert reader.next() == Command(b"DATA", b"")
    assert (reader.take(asked), len(reader), reader.next()) == (b"abcd", 0, None)
    reader.feed(b"\nNOOP\r\n")
    assert [reader.next(), reader.next()] == [Command(verb, b"", LineFault.BARE_LF) for verb in (b"", b"NOOP")]
    reader.feed(b"x")
    reader.clear()
    reader.feed(b"\n")
    assert reader.next() == Command(b"", b"", LineFault.BARE_LF)


def test_octets_that_were_taken_or_forgotten_are_in_no_command() -> None:
    reader = CommandReader()
    reader.feed(b"NO")
    assert reader.next() is None
    assert reader.take(1) == b"N"
    reader.feed(b"OP\r\nRSET\r\nqu")
    assert (reader.next(), reader.next(), reader.next()) == (Command(b"OOP", b""), Command(b"RSET", b""), None)
    reader.clear()
    assert (len(reader), reader.lines) == (0, 0)
    reader.feed(b"NOOP\r\n")
    assert reader.next() == Command(b"NOOP", b"")


@pytest.mark.parametrize(
    ("line", "verb"),
    [
        (b" " * 40 + b"auth plain " + b"x" * 600 + b"\r\n", b"AUTH"),
        (b" " * 600 + b"\r\n", b""),
        (b" " * 100_000, b""),
        (b"v" * 16 + b" " + b"x" * 600 + b"\r\n", b"V" * 16),
        (b"v" * 100_000, b"V" * 16),
    ],
    ids=["blanks before", "blanks alone", "blanks without an end", "16 octets", "no blank"],
)
def test_of_an_over_long_line_at_most_sixteen_octets_of_its_verb_are_kept(line: bytes, verb: bytes) -> None:
    (command,) = fed_three_ways(read, line)
    assert command == Command(verb, b"", LineFault.TOO_LONG)
