"""A message file: what stands before the message is dropped, and nothing of the message is."""

from __future__ import annotations

from pathlib import Path

import pytest

from catcher.cli.message import read_message

FIELDS = b"From: ada@contractor.example\nTo: someone@army.ml\n\nhello\n"


@pytest.mark.parametrize(
    ("before", "first"),
    [
        (b"", b"From"),
        (b"\xef\xbb\xbf", b"From"),
        (b"From ada Fri Nov 20 12:00:00 2026\n", b"From"),
        (b"\xef\xbb\xbfFrom ada Fri Nov 20 12:00:00 2026\r\n", b"From"),
        (b"Received: x\n", b"Received"),
        (b"From : eve@elsewhere.example\n", b"From "),
        (b"From \t: eve@elsewhere.example\n", b"From \t"),
    ],
)
def test_a_mark_and_an_mbox_line_before_the_message_are_dropped(tmp_path: Path, before: bytes, first: bytes) -> None:
    file = tmp_path / "message.eml"
    file.write_bytes(before + FIELDS)
    header, body = read_message(str(file))
    assert header.fields[0].name == first
    assert header.all("to") == [b" someone@army.ml"]
    assert (header.defects, body.octets) == ((), 7)
