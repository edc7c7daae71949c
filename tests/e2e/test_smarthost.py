"""Notices handed to a real SMTP server that wants TLS and a login, on any machine; with Postfix: ``test_notify``."""

from __future__ import annotations

from pathlib import Path

import pytest

from catcher.model.errors import EnvironmentFailure
from catcher.notices.outgoing import Outgoing
from catcher.notices.smarthost import Smarthost
from tests.support.relay import Relay, relay
from tests.support.smarthost import PASSWORD, USER

TEXT = b"Subject: a report\r\n\r\n.a line that begins with a dot\r\n"


def mail(to: str = "security@contractor.example") -> Outgoing:
    return Outgoing("bounce+code@notices.sink.example", to, TEXT)


def smarthost(
    running: Relay, tls: str, *, name: str = "localhost", password: str = PASSWORD, authorities: bool = True
) -> Smarthost:
    file = running.folder / "password"
    file.write_text(password + "\n")
    file.chmod(0o600)
    known = running.authorities if authorities else None
    return Smarthost(name, running.port, tls, "mx.sink.example", known, USER, file)


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_mail_arrives_encrypted_and_logged_in(tmp_path: Path, tls: str) -> None:
    with relay(tmp_path, tls=tls) as running:
        with smarthost(running, tls).session() as session:
            reply = session.deliver(mail())
        assert reply.text == "250 2.0.0 queued as 1"
        (taken,) = running.taken
        assert (taken.mail_from, taken.rcpt_tos) == (
            "bounce+code@notices.sink.example",
            ["security@contractor.example"],
        )
        assert taken.content == TEXT
        assert running.logins == [PASSWORD.encode()]


def test_a_refused_recipient_is_reported_with_the_hosts_own_words(tmp_path: Path) -> None:
    with relay(tmp_path, tls="starttls") as running:
        with smarthost(running, "starttls").session() as session:
            reply = session.deliver(mail("security@gone.example"))
        assert reply.text == "RCPT 550 5.1.1 no such user"
        assert running.taken == []


@pytest.mark.parametrize(
    ("offered", "tls", "name", "password", "authorities", "words"),
    [
        ("starttls", "starttls", "127.0.0.1", PASSWORD, True, "certificate is not right"),
        ("starttls", "starttls", "localhost", PASSWORD, False, "certificate is not right"),
        ("implicit", "implicit", "127.0.0.1", PASSWORD, True, "certificate is not right"),
        ("starttls", "implicit", "localhost", PASSWORD, True, "TLS failed"),
        ("starttls", "none", "localhost", PASSWORD, True, "does not offer"),
        ("starttls", "starttls", "localhost", "wrong", True, "535 5.7.8"),
    ],
    ids=[
        "another name",
        "an unknown authority",
        "another name, at once",
        "no TLS at once",
        "no TLS",
        "a wrong password",
    ],
)
def test_no_mail_and_no_password_for_another_host(
    tmp_path: Path, offered: str, tls: str, name: str, password: str, authorities: bool, words: str
) -> None:
    """The password is sent only after the certificate is verified."""
    with relay(tmp_path, tls=offered) as running:
        host = smarthost(running, tls, name=name, password=password, authorities=authorities)
        with pytest.raises(EnvironmentFailure, match=words), host.session():
            pass
        assert running.taken == []
        assert running.logins == ([b"wrong"] if password == "wrong" else [])
