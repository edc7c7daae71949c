"""Frame streams: the octets of fstrm's protocol, however they are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.dns.tapping.framestream import ControlReader, ControlType, control_frame, data_frame
from catcher.dns.tapping.tapmessage import CONTENT_TYPE

ACCEPT = bytes.fromhex("0000000000000022000000010000000100000016") + b"protobuf:dnstap.Dnstap"
FINISH = bytes.fromhex("000000000000000400000005")


def test_frames_are_fstrms() -> None:
    """As fstrm_control(3) describes them."""
    assert control_frame(ControlType.ACCEPT, CONTENT_TYPE) == ACCEPT
    assert control_frame(ControlType.FINISH) == FINISH
    assert data_frame(b"abc") == b"\0\0\0\3abc"


@given(st.lists(st.integers(1, 20), max_size=20))
def test_control_frames_come_in_any_pieces(cuts: list[int]) -> None:
    reader, whole, found = ControlReader(), ACCEPT + FINISH, []
    for length in (*cuts, len(whole)):
        piece, whole = whole[:length], whole[length:]
        found += reader.feed(piece)
    assert found == [(ControlType.ACCEPT, (CONTENT_TYPE,)), (ControlType.FINISH, ())]


@pytest.mark.parametrize("octets", [data_frame(b"data data"), bytes(8), bytes(4) + b"\xff" * 4, FINISH[:-1] + b"\x09"])
def test_anything_else_is_an_error(octets: bytes) -> None:
    with pytest.raises(ValueError):
        ControlReader().feed(octets)


@given(st.binary(max_size=64))
def test_any_octets_are_frames_or_an_error(octets: bytes) -> None:
    try:
        ControlReader().feed(octets)
    except ValueError:
        return
