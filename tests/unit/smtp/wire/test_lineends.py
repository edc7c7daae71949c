"""Line ends: the fast path for equally long lines gives the result of reading every octet."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catcher.smtp.wire.lineends import LineEnds
from tests.support.smtpwire import segments


def by_looking(data: bytes) -> tuple[int, bool, bool, bool]:
    """CRLFs, a bare CR, a bare LF, whether octets follow the last CRLF."""
    rest = data.replace(b"\r\n", b"  ")
    return len(re.findall(rb"\r\n", data)), b"\r" in rest, b"\n" in rest, data != b"" and data[-2:] != b"\r\n"


def seen(pieces: list[bytes]) -> tuple[int, bool, bool, bool]:
    ends = LineEnds()
    for piece in pieces:
        ends.feed(piece)
    ends.end()
    return ends.crlfs, ends.bare_cr, ends.bare_lf, ends.unended


@settings(max_examples=300)
@given(
    st.integers(1, 90),
    st.integers(0, 90),
    st.lists(st.tuples(st.integers(0, 6000), st.sampled_from([b"\r", b"\n", b"\r\n", b"x", b""])), max_size=3),
    st.lists(st.integers(0, 6000), max_size=3),
)
def test_regular_lines_with_faults_in_them(
    width: int, start: int, faults: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    data = (b"x" * start + b"\r\n") + (b"x" * width + b"\r\n") * (5000 // (width + 2)) + b"x" * (start % 7)
    for at, octets in faults:
        data = data[:at] + octets + data[at + 1 :]
    assert seen(segments(data, cuts)) == by_looking(data)


LETTERS = (b"\r", b"\n", b"x", b".")
EQUAL_LINES = (b"x" * 62 + b"\r\n") * 17
"""Long enough for the fast path."""


def state(*pieces: bytes) -> list[object]:
    """All that a scanner remembers after ``pieces``."""
    ends = LineEnds()
    for piece in pieces:
        ends.feed(piece)
    return [getattr(ends, slot) for slot in LineEnds.__slots__]


def texts(most: int) -> list[bytes]:
    """All texts of at most ``most`` letters."""
    return [b"".join(letters) for length in range(most + 1) for letters in itertools.product(LETTERS, repeat=length)]


@pytest.mark.parametrize(("before", "most"), [(b"", 7), (EQUAL_LINES, 5), (EQUAL_LINES + b"x" * 62, 5)])
def test_every_short_text_is_counted_rightly_in_all_cuts(before: bytes, most: int) -> None:
    """A scanner fed two pieces remembers the same as a scanner fed their sum. So by induction no cut makes a
    difference, into any number of pieces."""
    for text in texts(most):
        data = before + text
        assert seen([data]) == by_looking(data)
        whole = state(data)
        for cut in range(len(before), len(data) + 1):
            assert state(data[:cut], data[cut:]) == whole, (text, cut - len(before))


@pytest.mark.parametrize("data", [b"a\nb\r\r", b"a\nb\r\r\nc", b"\n\r\r", b"\r\r", b"\r\r\n"])
def test_a_cr_before_a_cr_stands_alone(data: bytes) -> None:
    """Also at the end of a packet in which LFs and CRs are equal in number."""
    for cut in range(len(data) + 1):
        assert seen(segments(data, [cut])) == by_looking(data)


@given(st.lists(st.sampled_from([b"\r", b"\n", b"x"]), max_size=12).map(b"".join), st.lists(st.integers(0, 12)))
def test_every_mix_of_cr_and_lf(data: bytes, cuts: list[int]) -> None:
    assert seen(segments(data, cuts)) == by_looking(data)


@pytest.mark.parametrize("end", [b"", b"\r", b"\n", b"\r\n", b"x\r\n", b"\n\r"])
def test_how_the_last_line_ends(end: bytes) -> None:
    data = (b"x" * 76 + b"\r\n") * 100 + b"x" * 76 + end
    assert seen([data]) == by_looking(data)


@pytest.mark.parametrize("fault", [b"\r", b"\n", b"\r\n", b"\n\r"])
def test_no_place_in_equal_lines_hides_a_fault(fault: bytes) -> None:
    for at in range(len(EQUAL_LINES)):
        data = EQUAL_LINES[:at] + fault + EQUAL_LINES[at + len(fault) :]
        assert seen([data]) == by_looking(data), at
