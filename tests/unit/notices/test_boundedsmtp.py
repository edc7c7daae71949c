"""smtplib's client keeps no more of a reply than it may."""

from __future__ import annotations

import io
import smtplib
from typing import Any, cast

import pytest

from catcher.notices.boundedsmtp import REPLY_OCTETS, SMTP


class Saying:
    """Stands for a socket from which these octets come."""

    def __init__(self, octets: bytes) -> None:
        self.file = io.BytesIO(octets)
        self.closed = False

    def makefile(self, mode: str) -> io.BytesIO:
        return self.file

    def close(self) -> None:
        self.closed = True


def client(octets: bytes) -> tuple[SMTP, Saying]:
    smtp, saying = SMTP(local_hostname="mx.sink.example"), Saying(octets)
    smtp.sock = cast(Any, saying)
    return smtp, saying


def test_replies_are_read_one_after_the_other() -> None:
    """And each has the whole bound: a long dialogue is no endless reply."""
    long = b"250-" + b"x" * 1000 + b"\r\n"
    smtp, _ = client((long * 60 + b"250 end\r\n") * 3 + b"221 bye\r\n")
    for _ in range(3):
        code, words = smtp.getreply()
        assert code == 250 and words.endswith(b"\nend")
    assert smtp.getreply() == (221, b"bye")
    smtp.close()


def test_a_reply_without_end_ends_the_connection() -> None:
    smtp, saying = client(b"250-more\r\n" * REPLY_OCTETS)
    with pytest.raises(smtplib.SMTPException, match="no end"):
        smtp.getreply()
    assert saying.closed
    assert saying.file.closed
    assert smtp.sock is None
