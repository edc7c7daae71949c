"""The end of data, and dot-stuffing, in any segmentation (RFC 5321 §4.5.2, §2.3.8)."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.smtp.wire.dots import DotDecoder
from tests.support.smtpwire import fed_three_ways, segments

PIECES = st.lists(st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"\r\n.", b"a", b"\0", b"\r\n.\r\n"]), max_size=30)
CUTS = st.lists(st.integers(0, 60), max_size=10)


def decode(*packets: bytes) -> tuple[bytes, bytes, bool]:
    """(message, what came after its end, whether the end was seen)."""
    decoder = DotDecoder()
    message, rest = b"", b""
    for packet in packets:
        text, after = decoder.feed(packet)
        message += text
        rest += after
    return message, rest, decoder.ended


def reference(data: bytes) -> tuple[bytes, bytes, bool]:
    """The rule as RFC 5321 writes it: line by line, a line being what ends in CRLF."""
    message, at = b"", 0
    while True:
        end = data.find(b"\r\n", at)
        if end < 0:
            return message, b"", False
        line, at = data[at : end + 2], end + 2
        if line == b".\r\n":
            return message, data[at:], True
        message += line.removeprefix(b".")


@pytest.mark.parametrize(
    ("octets", "most"),
    [(b"\r\n.\0a", 6), (b"\r\n.\x0b\x0c\x85 \t", 4)],
    ids=["CR, LF, dot, NUL", "other line ends and blanks"],
)
def test_every_short_sequence_at_the_start_and_after_a_line(octets: bytes, most: int) -> None:
    """Whole and octet by octet: only CRLF dot CRLF is the end, and no octet behind it is lost."""
    for count in range(most + 1):
        for mix in itertools.product(octets, repeat=count):
            for data in (bytes(mix) + b"NOOP\r\n", b"x\r\n" + bytes(mix) + b"NOOP\r\n"):
                _, rest, ended = reference(data)
                assert fed_three_ways(decode, data)[1:] == (rest, ended), data


def stuffed(message: bytes) -> bytes:
    """The octets that a client sends for ``message``, which ends in CRLF or is empty."""
    return (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


@given(PIECES)
def test_it_does_what_the_rfc_says_line_by_line(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    message, rest, ended = reference(data)
    got = decode(data)
    assert got[1:] == (rest, ended)
    assert got[0] == message if ended else got[0].startswith(message)


@given(PIECES, CUTS)
def test_segmentation_makes_no_difference(pieces: list[bytes], cuts: list[int]) -> None:
    fed_three_ways(decode, b"".join(pieces), cuts)


@given(st.lists(st.sampled_from([b".", b"..", b"a", b"\r", b"\n", b"\r\n"]), max_size=20), st.binary(max_size=8), CUTS)
def test_stuffing_and_decoding_give_the_message_back(lines: list[bytes], after: bytes, cuts: list[int]) -> None:
    message = b"".join(lines) + b"\r\n"
    assert decode(*segments(stuffed(message) + after, cuts)) == (message, after, True)


@given(PIECES)
def test_only_crlf_dot_crlf_ends_the_data(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    assert decode(data)[2] == (b"\r\n.\r\n" in b"\r\n" + data)


def test_a_dot_as_the_first_line_is_an_empty_message() -> None:
    assert decode(b".\r\nQUIT\r\n") == (b"", b"QUIT\r\n", True)


@pytest.mark.parametrize(
    "data",
    [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n", b"\r\n.\r", b"\r.\r\n", b"\r\n.\r\r\n", b"\r\n\0.\r\n", b"\n.\n\r\n"],
)
def test_what_other_servers_took_for_an_end_is_message_text(data: bytes) -> None:
    assert decode(b"a" + data + b"RCPT TO:<b@army.ml>\r\n")[1:] == (b"", False)


def test_a_packet_in_the_middle_of_a_line_is_passed_on_uncopied() -> None:
    """25 MB of base64 are scanned, not copied."""
    decoder = DotDecoder()
    decoder.feed(b"begin")
    packet = b"QUJD" * 100
    assert decoder.feed(packet)[0] is packet
