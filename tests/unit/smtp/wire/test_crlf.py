"""Lines that end with LF alone become lines with CRLF, whatever the packets, if the first line ends so."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catcher.smtp.wire.crlf import LineMender
from tests.support.smtpwire import fed_three_ways

OCTETS = st.lists(st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"a", b"\r\r"]), max_size=20).map(b"".join)


def mended(*packets: bytes) -> bytes:
    mender = LineMender()
    return b"".join(map(mender.feed, packets))


@given(OCTETS, st.lists(st.integers(0, 30), max_size=5))
def test_the_packets_make_no_difference(octets: bytes, cuts: list[int]) -> None:
    fed_three_ways(mended, octets, cuts)


@given(OCTETS)
def test_each_bare_lf_and_nothing_else_is_mended_after_a_bare_first_line(octets: bytes) -> None:
    out = mended(b"HELO\n" + octets)
    assert out.replace(b"\r\n", b"\n") == (b"HELO\n" + octets).replace(b"\r\n", b"\n")
    assert b"\n" not in out.replace(b"\r\n", b"")


@given(OCTETS)
def test_after_a_first_line_with_crlf_nothing_is_mended(octets: bytes) -> None:
    assert mended(b"HELO\r\n" + octets) == b"HELO\r\n" + octets


def test_whether_lines_are_mended_is_known_after_the_first_line() -> None:
    mender = LineMender()
    for packet, mends in ((b"HE", None), (b"LO\r", None), (b"\n", False), (b"\n", False)):
        mender.feed(packet)
        assert mender.mends is mends
