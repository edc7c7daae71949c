"""All senders, and the table of what they can do that docs/reference/smtp-senders.md shows."""

from __future__ import annotations

from tests.support.senders import commands, queues, runtimes
from tests.support.senders.letter import BASIC, Feature, Sender
from tests.support.senders.proxies import haproxy

_TLS = BASIC | {Feature.STARTTLS}
_UTF8 = _TLS | {Feature.SMTPUTF8}

SENDERS = (
    Sender("Postfix", queues.postfix, _UTF8),
    Sender("Exim", queues.exim, _UTF8 | {Feature.BDAT}, spoken=" K "),
    Sender("Haraka", queues.haraka, _UTF8),
    Sender("OpenSMTPD smtp", commands.opensmtpd, _TLS),
    Sender("nullmailer", commands.nullmailer, _TLS),
    Sender("msmtp", commands.msmtp, _UTF8),
    Sender("swaks", commands.swaks, _TLS),
    Sender("curl", commands.curl, _UTF8),
    Sender("Jakarta Mail", runtimes.jakarta_mail, _UTF8 | {Feature.BDAT}, spoken="BDAT 65536"),
    Sender("nodemailer", runtimes.nodemailer, _UTF8),
    Sender("Python smtplib", commands.python, _UTF8),
    Sender("HAProxy before smtplib", haproxy, _UTF8 | {Feature.PROXY}),
)


def table() -> str:
    """A row for each sender, a column for each feature (Markdown)."""
    features = list(Feature)
    rows = [["sender", *features], ["---", *("---" for _ in features)]]
    rows += [[sender.name, *("yes" if f in sender.features else "–" for f in features)] for sender in SENDERS]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)
