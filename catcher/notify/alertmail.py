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

from catcher.model.alert import Alert, Channel, summed
from catcher.model.errors import EnvironmentFailure
from catcher.notify.outgoing import Outgoing
from catcher.notify.sending import Delivery
from catcher.notify.signing import DkimKey
from catcher.notify.smarthost import Verdict

_MOST_LINES = 50


@dataclass(frozen=True, slots=True)
class AlertMail:
    sender: str
    """The address in From."""
    recipient: str
    connect: Callable[[], AbstractContextManager[Delivery]]
    """To the smarthost. Raises EnvironmentFailure."""
    key: DkimKey | None
    """Signs the mail; None where nothing signs mail from here."""

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
            # The null reverse-path: what can't be delivered to ourselves is told to nobody.
            reply = connection.deliver(Outgoing("", self.recipient, signature + octets))
        if reply.verdict is not Verdict.TAKEN:
            raise EnvironmentFailure(f"alerts.mail: the smarthost did not take it: {reply.text}")


def mail_of(alerts: Sequence[Alert], *, sender: str, recipient: str, now: datetime) -> bytes:
    """The mail with CRLF lines; the same alerts at the same moment give the same octets."""
    told = summed(alerts)
    kinds = ", ".join(dict.fromkeys(alert.kind.value for alert in told))
    lines = [sentence(alert) for alert in told[:_MOST_LINES]]
    if len(told) > _MOST_LINES:
        lines.append(f"And {len(told) - _MOST_LINES} more; `catcher alert list` has them.")
    if any(alert.incident for alert in told):
        lines.append("`catcher incident show` with the number tells more. No names are told on this way.")
    mail = EmailMessage(policy=SMTP)
    mail["Date"] = format_datetime(now)
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = f"catcher: {len(told)} alert{'s' * (len(told) > 1)} ({kinds})"
    digest = hashlib.sha256(" ".join([now.isoformat(), *(alert.key for alert in alerts)]).encode()).hexdigest()
    mail["Message-ID"] = f"<alert-{digest[:16]}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n\n".join(lines) + "\n", cte="7bit")
    return mail.as_bytes()


def sentence(alert: Alert) -> str:
    """What happened, with numbers and without names."""
    what = alert.kind.rules.sentence.format(incident=alert.incident, **alert.counts)
    return f"{alert.at:%Y-%m-%d %H:%M} UTC. {what}"
