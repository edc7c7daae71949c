"""A transaction with recipients at two catalogued domains, as SMTP hands it to intake."""

from __future__ import annotations

from datetime import UTC, datetime

from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.transaction import BodyFacts, Header, HeaderField, Transaction

MOMENT = datetime(2026, 11, 3, 12, 34, 56, 789, tzinfo=UTC)

TRANSACTION = Transaction(
    received_at=MOMENT,
    client="192.0.2.7",
    helo="mail.contractor.example",
    tls=False,
    reverse_path=Mailbox("jane.roe", "contractor.example"),
    forward_paths=(
        Mailbox("john.doe", "mail.army.ml"),
        Mailbox("JOHN.DOE", "mail.army.ml"),
        Mailbox("richard.roe", "navy.ml"),
    ),
    header=Header((HeaderField(b"Message-ID", b" <one@contractor.example>"),), octets=500),
    body=BodyFacts(octets=9_000),
)
