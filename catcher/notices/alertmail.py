"""Alerts to the operator by mail: plain sentences with incident numbers and counts, through the smarthost."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from catcher.model.errors import EnvironmentFailure
from catcher.model.telling.alert import Alert, Channel, summed
from catcher.notices.outgoing import Outgoing
from catcher.notices.sending import MailTransport
from catcher.notices.signing import SigningKey
from catcher.notices.smarthost import SmtpReplyKind

_MOST_LINES = 50


@dataclass(frozen=True, slots=True)
class AlertMail:
    sender: str
    """The address in the field From."""
    recipient: str
    connect: Callable[[], AbstractContextManager[MailTransport]]
    """Opens a connection to the smarthost. Raises EnvironmentFailure."""
    key: SigningKey | None
    """The key that signs the mail; None: the mail is sent unsigned."""

    @property
    def channel(self) -> Channel:
        return Channel.MAIL

    async def deliver(self, alerts: Sequence[Alert], now: datetime) -> None:
        """Returns when the smarthost has accepted the mail. Raises EnvironmentFailure."""
        await asyncio.to_thread(self._deliver, alerts, now)

    def _deliver(self, alerts: Sequence[Alert], now: datetime) -> None:
        octets = mail_of(alerts, sender=self.sender, recipient=self.recipient, now=now)
        signature = b"" if self.key is None else self.key.signature(octets, now)
        with self.connect() as connection:
            # The null reverse-path: a mail to ourselves causes no bounces.
            reply = connection.deliver(Outgoing("", self.recipient, signature + octets))
        if reply.kind is not SmtpReplyKind.TAKEN:
            raise EnvironmentFailure(f"alerts.mail: the smarthost did not take it: {reply.text}")


def mail_of(alerts: Sequence[Alert], *, sender: str, recipient: str, now: datetime) -> bytes:
    """The mail with CRLF lines; the same alerts at the same moment give the same octets."""
    distinct = summed(alerts)
    kinds = ", ".join(dict.fromkeys(alert.kind.value for alert in distinct))
    lines = [sentence(alert) for alert in distinct[:_MOST_LINES]]
    if len(distinct) > _MOST_LINES:
        lines.append(f"And {len(distinct) - _MOST_LINES} more; `catcher alert list` has them.")
    if any(alert.incident for alert in distinct):
        lines.append("`catcher incident show` with the number tells more. No names are told on this way.")
    mail = EmailMessage(policy=SMTP)
    mail["Date"] = format_datetime(now)
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = f"catcher: {len(distinct)} alert{'s' * (len(distinct) > 1)} ({kinds})"
    digest = hashlib.sha256(" ".join([now.isoformat(), *(alert.key for alert in alerts)]).encode()).hexdigest()
    mail["Message-ID"] = f"<alert-{digest[:16]}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n\n".join(lines) + "\n", cte="7bit")
    return mail.as_bytes()


def sentence(alert: Alert) -> str:
    """A sentence about the event, with numbers and without names."""
    what = alert.kind.rules.sentence.format(incident=alert.incident, **alert.counts)
    return f"{alert.at:%Y-%m-%d %H:%M} UTC. {what}"
