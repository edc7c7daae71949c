"""Replies on the wire: codes that match, lines that fit, nothing that a client said (RFC 5321 §4.2, RFC 2034)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.smtp.wire import replies
from catcher.smtp.wire.replies import REPLY_LINE_OCTETS, Reply, reply

CONSTANTS = {name: value for name, value in vars(replies).items() if isinstance(value, Reply)}
LONGEST = ".".join(["d" * 62] * 4)
BUILT = {
    "accepted": replies.accepted("REF-1"),
    "null": replies.takes_no_mail(LONGEST, LONGEST, null_mx=True),
    "observe": replies.takes_no_mail("b.test", None, null_mx=False),
    "release": replies.released(LONGEST),
    "pointer": replies.operator_pointer("operator@operator.example", ""),
    "pointer to nothing": replies.operator_pointer("", ""),
    "help": replies.help_text(["HELO"] * 300, "https://operator.example/"),
}


@pytest.mark.parametrize("name", [*CONSTANTS, *BUILT])
def test_every_reply_is_well_formed(name: str) -> None:
    answer = {**CONSTANTS, **BUILT}[name]
    lines = answer.wire.split(b"\r\n")
    assert lines.pop() == b""
    for number, line in enumerate(lines, start=1):
        assert len(line) + 2 <= REPLY_LINE_OCTETS
        separator = b" " if number == len(lines) else b"-"
        assert line.startswith(b"%d%s" % (answer.code, separator))
        if answer.code != 354:
            assert re.match(rb"%d.%d\.\d\.\d{1,2} \S" % (answer.code, answer.code // 100), line)
        assert line.decode("ascii").isprintable()


@pytest.mark.parametrize("name", [name for name, value in CONSTANTS.items() if value.code in (221, 421)])
def test_what_says_goodbye_closes(name: str) -> None:
    assert CONSTANTS[name].close


@given(st.lists(st.text(max_size=900), min_size=1, max_size=4))
def test_any_text_becomes_lines_that_fit(texts: list[str]) -> None:
    wire = reply(550, "5.1.2", *texts).wire
    lines = wire.split(b"\r\n")[:-1]
    assert b"\r" not in b"".join(lines) and b"\n" not in b"".join(lines)
    assert all(len(line) <= REPLY_LINE_OCTETS - 2 for line in lines)
    assert [line[3:4] for line in lines] == [b"-"] * (len(lines) - 1) + [b" "]
