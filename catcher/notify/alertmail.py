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

from catcher.model.alert import Alert, AlertKind, Channel, summed
from catcher.model.errors import EnvironmentFailure
from catcher.notify.outgoing import Outgoing
from catcher.notify.sending import MailTransport
from catcher.notify.signing import SigningKey
from catcher.notify.smarthost import SmtpReplyKind

_MOST_LINES = 50
"""Alerts of one mail that have a line of their own; of the others it gives the number."""
_SENTENCES = {
    AlertKind.NEW_PARTY: "Mail that counts came for an intended party that had none before: {incident}, mails {mails}.",
    AlertKind.MARKING: "Mail of a proven sender had a protective marking: {incident}, mails {mails}.",
    AlertKind.SPIKE: (
        "Far more mail that counts than usual came in a day: {incident}, mails {mails}, "
        "at most {most_before} a day in the four weeks before."
    ),
    AlertKind.REQUEST: "A party asks for something in answer to a notice: {incident}. `catcher notify list` says what.",
    AlertKind.POLICY_ENDS: (
        "Policies end in {days} day(s): domains {domains}. `catcher catalogue list` has the dates."
    ),
    AlertKind.DELEGATION_LOST: (
        "Domains are no longer delegated to our name servers: {domains}. `catcher alert list` names them."
    ),
    AlertKind.STORE_TROUBLE: (
        "The store takes no writes, for {minutes} minutes so far: mail under policy accept is put off with 451. "
        "The log says why."
    ),
    AlertKind.TEST: "This is a test: alerts reach you.",
}


@dataclass(frozen=True, slots=True)
class AlertMail:
    sender: str
    """The address in From."""
    recipient: str
    connect: Callable[[], AbstractContextManager[MailTransport]]
    """Opens a connection to the smarthost. Raises EnvironmentFailure."""
    key: SigningKey | None
    """Signs the mail; None: it goes unsigned."""

    @property
    def channel(self) -> Channel:
        return Channel.MAIL

    async def deliver(self, alerts: Sequence[Alert], now: datetime) -> None:
        """Returns when the smarthost took the mail. Raises EnvironmentFailure."""
        await asyncio.to_thread(self._deliver, alerts, now)

    def _deliver(self, alerts: Sequence[Alert], now: datetime) -> None:
        octets = mail_of(alerts, sender=self.sender, recipient=self.recipient, now=now)
        signature = b"" if self.key is None else self.key.signature(octets, now)
        with self.connect() as connection:
            # The null reverse-path: nobody gets a bounce of a mail to ourselves.
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
    """The alert as a sentence with numbers and without names."""
    return f"{alert.at:%Y-%m-%d %H:%M} UTC. " + _SENTENCES[alert.kind].format(incident=alert.incident, **alert.counts)
