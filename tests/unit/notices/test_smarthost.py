"""What a smarthost says of a mail, and what that means for the notice."""

from __future__ import annotations

import smtplib
from pathlib import Path
from typing import Any, cast

import pytest

from catcher.config.schema import NotifySection
from catcher.model.errors import EnvironmentFailure
from catcher.notices.outgoing import Outgoing
from catcher.notices.smarthost import END_OF_DATA_SECONDS, Smarthost, SmarthostSession, SmtpReplyKind

MAIL = Outgoing("bounce+code@notices.sink.example", "security@contractor.example", b"Subject: x\r\n\r\ny\r\n")


class Scripted:
    """Stands for smtplib's client: a reply a command, or an error that is raised."""

    def __init__(self, **replies: Any) -> None:
        self._replies: dict[str, Any] = {"mail": (250, b"ok"), "rcpt": (250, b"ok"), "data": (250, b"queued as 1")}
        self._replies |= replies
        self.commands: list[str] = []
        self.sock = self
        self.timeout: float | None = None

    def settimeout(self, seconds: float) -> None:
        self.timeout = seconds

    def _say(self, command: str) -> Any:
        self.commands.append(command)
        reply = self._replies[command]
        if isinstance(reply, Exception):
            raise reply
        return reply

    def mail(self, path: str) -> Any:
        return self._say("mail")

    def rcpt(self, path: str) -> Any:
        return self._say("rcpt")

    def data(self, octets: bytes) -> Any:
        return self._say("data")


def delivered(**replies: Any) -> tuple[SmtpReplyKind, str]:
    reply = SmarthostSession(cast(smtplib.SMTP, Scripted(**replies))).deliver(MAIL)
    return reply.kind, reply.text


@pytest.mark.parametrize(
    ("replies", "verdict", "text"),
    [
        ({}, SmtpReplyKind.TAKEN, "250 queued as 1"),
        ({"rcpt": (251, b"will forward")}, SmtpReplyKind.TAKEN, "250 queued as 1"),
        ({"rcpt": (450, b"4.2.0 greylisted")}, SmtpReplyKind.LATER, "RCPT 450 4.2.0 greylisted"),
        ({"rcpt": (550, b"5.1.1 no such user")}, SmtpReplyKind.NO_SUCH_ADDRESS, "RCPT 550 5.1.1 no such user"),
        ({"rcpt": (554, b"5.7.1 Relay access denied")}, SmtpReplyKind.LATER, "RCPT 554 5.7.1 Relay access denied"),
        ({"mail": (550, b"5.7.1 not you")}, SmtpReplyKind.LATER, "MAIL 550 5.7.1 not you"),
        ({"mail": (501, b"5.1.7 bad sender")}, SmtpReplyKind.LATER, "MAIL 501 5.1.7 bad sender"),
        ({"data": (552, b"5.3.4 too big")}, SmtpReplyKind.REFUSED, "DATA 552 5.3.4 too big"),
        ({"data": (451, b"4.3.0 disk")}, SmtpReplyKind.LATER, "DATA 451 4.3.0 disk"),
        ({"data": smtplib.SMTPDataError(554, b"5.5.1 no")}, SmtpReplyKind.REFUSED, "DATA 554 5.5.1 no"),
        ({"data": smtplib.SMTPServerDisconnected("x")}, SmtpReplyKind.LATER, "the connection broke: it hung up"),
        ({"rcpt": TimeoutError()}, SmtpReplyKind.LATER, "the connection broke: it did not answer in time"),
        (
            {"data": ConnectionResetError(104, "reset by peer")},
            SmtpReplyKind.LATER,
            "the connection broke: reset by peer",
        ),
        (
            {"data": smtplib.SMTPException("its reply has no end")},
            *(SmtpReplyKind.LATER, "the connection broke: its reply has no end"),
        ),
        ({"rcpt": (-1, b"")}, SmtpReplyKind.LATER, "RCPT -1"),
    ],
)
def test_what_is_said_and_what_it_means(replies: dict[str, Any], verdict: SmtpReplyKind, text: str) -> None:
    """Policy (X.7.X) and a refused sender are the operator's to mend: the contact has done nothing."""
    assert delivered(**replies) == (verdict, text)


def test_a_reply_is_one_tame_line() -> None:
    verdict, text = delivered(data=(250, b"one\r\ntwo\x00\x1b[31m \xff" + b"x" * 1000))
    assert verdict is SmtpReplyKind.TAKEN
    assert len(text) == 160
    assert text.isascii() and text.isprintable()
    assert text.startswith("250 one two [31m")


def test_the_last_reply_may_take_ten_minutes() -> None:
    """Who hangs up on a slow 250 makes copies (RFC 5321 §4.5.3.2.6)."""
    scripted = Scripted()
    SmarthostSession(cast(smtplib.SMTP, scripted)).deliver(MAIL)
    assert scripted.timeout == END_OF_DATA_SECONDS == 600


def test_a_refused_recipient_gets_no_data() -> None:
    scripted = Scripted(rcpt=(550, b"5.1.1 no"))
    SmarthostSession(cast(smtplib.SMTP, scripted)).deliver(MAIL)
    assert scripted.commands == ["mail", "rcpt"]


@pytest.mark.parametrize(("mode", "octets", "what"), [(0o644, b"pw\n", "others may read"), (0o600, b"\xff", "UTF-8")])
def test_a_password_file_that_is_none(tmp_path: Path, mode: int, octets: bytes, what: str) -> None:
    file = tmp_path / "password"
    file.write_bytes(octets)
    file.chmod(mode)
    host = Smarthost("127.0.0.1", 25, "none", "mx.sink.example", user="catcher", password=file)
    with pytest.raises(EnvironmentFailure, match=what), host.session():
        pass


def test_as_configured() -> None:
    assert Smarthost.of(NotifySection(), "mx.sink.example") is None
    host = Smarthost.of(
        NotifySection(smarthost="smtp.sink.example", smarthost_port=465, smarthost_tls="implicit"), "mx"
    )
    assert host == Smarthost("smtp.sink.example", 465, "implicit", "mx")
    assert str(host) == "smtp.sink.example port 465"
