"""Alerts by mail: sentences with numbers, no names, and the same octets for the same alerts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from catcher.model.errors import EnvironmentFailure
from catcher.model.telling.alert import Alert, AlertKind
from catcher.notices.alertmail import AlertMail, mail_of, sentence
from catcher.notices.outgoing import Outgoing
from catcher.notices.smarthost import SmarthostReply, SmtpReplyKind
from tests.support.alerts import SAMPLE

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
COUNTS = {
    "mails": 3,
    "most_before": 1,
    "days": 7,
    "domains": 2,
    "minutes": 5,
    "parts": 2,
    "free_mb": 3,
    "hours": 4,
    "reserve_mb": 5,
    "rows": 6,
    "steps": 7,
}


def alert(kind: AlertKind) -> Alert:
    return replace(SAMPLE, key=kind, kind=kind, counts=COUNTS)


def read(*alerts: Alert) -> EmailMessage:
    octets = mail_of(alerts, sender="notices@notices.sink.example", recipient="duty@operator.example", now=NOW)
    mail = message_from_bytes(octets, policy=SMTP)
    assert isinstance(mail, EmailMessage)
    return mail


@pytest.mark.parametrize("kind", AlertKind)
def test_every_kind_has_a_sentence_without_a_name(kind: AlertKind) -> None:
    text = sentence(alert(kind))
    assert text.startswith("2026-11-03 12:00 UTC. ")
    assert "{" not in text
    assert "army" not in text


def test_the_mail_says_what_it_is_and_is_the_same_again() -> None:
    mail = read(alert(AlertKind.SPIKE), alert(AlertKind.NEW_PARTY))
    assert mail["Subject"] == "catcher: 2 alerts (spike, new-party)"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().count("inc-0123456789ab") == 2
    assert mail.as_bytes() == read(alert(AlertKind.SPIKE), alert(AlertKind.NEW_PARTY)).as_bytes()


def test_a_flood_of_alerts_is_cut_and_its_number_told() -> None:
    many = read(*(replace(alert(AlertKind.SPIKE), key=str(n)) for n in range(70)))
    assert "And 20 more" in many.get_content()
    assert many["Subject"].startswith("catcher: 70 alerts")


@dataclass
class Host:
    """A smarthost that answers alike."""

    verdict: SmtpReplyKind
    mails: list[Outgoing] = field(default_factory=list)

    def deliver(self, mail: Outgoing) -> SmarthostReply:
        self.mails.append(mail)
        return SmarthostReply(self.verdict, "as it says")

    @contextmanager
    def connect(self) -> Iterator[Host]:
        yield self


def send(host: Host) -> None:
    way = AlertMail("notices@notices.sink.example", "duty@operator.example", host.connect, None)
    asyncio.run(way.deliver([alert(AlertKind.SPIKE)], NOW))


def test_it_goes_out_with_the_null_reverse_path() -> None:
    host = Host(SmtpReplyKind.TAKEN)
    send(host)
    assert [(mail.reverse_path, mail.forward_path) for mail in host.mails] == [("", "duty@operator.example")]


@pytest.mark.parametrize("verdict", [verdict for verdict in SmtpReplyKind if verdict is not SmtpReplyKind.TAKEN])
def test_what_the_smarthost_does_not_take_was_not_delivered(verdict: SmtpReplyKind) -> None:
    with pytest.raises(EnvironmentFailure, match="as it says"):
        send(Host(verdict))
