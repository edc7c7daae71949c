"""Builds messages (RFC 5322) with invented content in the forms of common mail programs."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from random import Random

from catcher.demo.texts import ATTACHMENT_CANARY, BODY_CANARY, SENTENCES, SUBJECT_CANARY

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Note:
    """The parts that every message has, whichever program wrote it."""

    at: datetime
    author: str
    """``Name <local-part@domain>``."""
    to: tuple[str, ...]
    subject: str
    rng: Random = field(repr=False)

    @property
    def domain(self) -> str:
        return self.author.rpartition("@")[2].rstrip(">")

    def identifier(self) -> str:
        """A new Message-ID of the author's domain."""
        return f"<{self.rng.getrandbits(64):016x}@{self.domain}>"

    def text(self) -> str:
        """A few sentences; one of them contains the canary."""
        chosen = self.rng.sample(SENTENCES, 3)
        return "\r\n".join(("Hello,", "", chosen[0], f"By the way, {BODY_CANARY}.", *chosen[1:], "", "Kind regards"))

    def fields(self, *more: tuple[str, str]) -> list[tuple[str, str]]:
        """From, To, Subject, Date and Message-ID, then ``more``."""
        return [
            ("From", self.author),
            ("To", ", ".join(self.to)),
            ("Subject", f"{self.subject} ({SUBJECT_CANARY})"),
            ("Date", format_datetime(self.at)),
            ("Message-ID", self.identifier()),
            *more,
            ("MIME-Version", "1.0"),
        ]


def message(fields: Iterable[tuple[str, str]], body: str) -> bytes:
    """Header section, blank line and body; the lines end with CRLF."""
    header = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return f"{header}\r\n{body}\r\n".encode()


def _multipart(kind: str, fields: Fields, parts: Sequence[tuple[Fields, str]], rng: Random) -> bytes:
    boundary = f"=_{rng.getrandbits(96):024x}"
    body = "".join(
        f"--{boundary}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in part) + f"\r\n{text}\r\n"
        for part, text in parts
    )
    return message([*fields, ("Content-Type", f'multipart/{kind}; boundary="{boundary}"')], f"{body}--{boundary}--")


_PLAIN = (("Content-Type", 'text/plain; charset="utf-8"'), ("Content-Transfer-Encoding", "7bit"))


def office_mail(note: Note) -> bytes:
    """A mail from an office's groupware; some mails have a drawing attached."""
    fields = note.fields(
        ("Thread-Topic", note.subject),
        ("Thread-Index", base64.b64encode(note.rng.randbytes(22)).decode()),
        ("Accept-Language", "en-GB, en-US"),
        ("Content-Language", "en-GB"),
        ("X-MS-Has-Attach", "yes"),
    )
    if note.rng.random() < 0.6:
        return message([*fields, *_PLAIN], note.text())
    drawing = base64.encodebytes(note.rng.randbytes(note.rng.randrange(6_000, 90_000))).decode().replace("\n", "\r\n")
    attached = (
        ("Content-Type", f'application/pdf; name="{ATTACHMENT_CANARY}.pdf"'),
        ("Content-Disposition", f'attachment; filename="{ATTACHMENT_CANARY}.pdf"'),
        ("Content-Transfer-Encoding", "base64"),
    )
    return _multipart("mixed", fields, [(_PLAIN, note.text()), (attached, drawing)], note.rng)


def desktop_mail(note: Note) -> bytes:
    """A mail from a desktop mail program."""
    fields = note.fields(("User-Agent", "Mozilla Thunderbird"), ("Content-Language", "en-GB"))
    return message([*fields, *_PLAIN], note.text())


def answering_mail(note: Note) -> bytes:
    """A person's answer to a mail that named an address at the typo domain as its author's."""
    answered = f"<{note.rng.getrandbits(64):016x}@{note.to[0].rpartition('@')[2].rstrip('>')}>"
    fields = note.fields(
        ("In-Reply-To", answered), ("User-Agent", "Mozilla Thunderbird"), ("Content-Language", "en-GB")
    )
    return message([*fields, *_PLAIN], note.text())


def hosted_office_mail(note: Note) -> bytes:
    """A mail from Outlook at Microsoft 365, with the fields that Exchange Online adds."""
    tenant = "5f2b7a10-3c41-4d7e-9b61-0e0c6f4a9d21"
    fields = note.fields(
        ("Thread-Topic", note.subject),
        ("Thread-Index", base64.b64encode(note.rng.randbytes(22)).decode()),
        ("Accept-Language", "en-GB, en-US"),
        ("Content-Language", "en-GB"),
        ("X-MS-Has-Attach", ""),
        ("X-MS-Exchange-CrossTenant-id", tenant),
        ("X-MS-Exchange-CrossTenant-originalarrivaltime", f"{note.at:%d %b %Y %H:%M:%S.0000} (UTC)"),
    )
    return message([*fields, *_PLAIN], note.text())


def itinerary(note: Note) -> bytes:
    """A travel agent's mail in text and HTML."""
    page = f"<html><body><p>{note.text()}</p><table><tr><td>06:40</td><td>Platform 2</td></tr></table></body></html>"
    html = (("Content-Type", 'text/html; charset="utf-8"'), ("Content-Transfer-Encoding", "7bit"))
    fields = note.fields(("User-Agent", "Mozilla Thunderbird"), ("Content-Language", "fr"), ("Reply-To", note.author))
    return _multipart("alternative", fields, [(_PLAIN, note.text()), (html, page)], note.rng)


def marked_mail(note: Note, level: str) -> bytes:
    """A mail with a protective marking (Australian PSPF, email protective marking standard)."""
    marking = f"VER=2018.6, NS=gov.au, SEC={level}, ORIGIN={note.author.rpartition('<')[2].rstrip('>')}"
    fields = note.fields(
        ("X-Protective-Marking", marking), ("User-Agent", "Mozilla Thunderbird"), ("Content-Language", "en-AU")
    )
    return message([*fields, *_PLAIN], note.text())


def newsletter(note: Note) -> bytes:
    """Bulk mail with the fields of RFC 2369 and RFC 8058."""
    fields = note.fields(
        ("List-Id", f"Morning Digest <digest.{note.domain}>"),
        ("List-Unsubscribe", f"<https://{note.domain}/u/{note.rng.getrandbits(48):012x}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Precedence", "bulk"),
        ("Feedback-ID", f"digest:{note.domain}"),
    )
    return message([*fields, *_PLAIN], note.text())


def machine_mail(note: Note) -> bytes:
    """An automatic mail of a service, like an order or a sign-up to confirm (RFC 3834 §5)."""
    fields = note.fields(
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("Feedback-ID", f"transactional:{note.domain}"),
    )
    return message([*fields, *_PLAIN], note.text())


def dmarc_report(note: Note, about: str) -> bytes:
    """A DMARC aggregate report about the domain ``about`` (RFC 9990)."""
    start = int(note.at.timestamp()) // 86_400 * 86_400 - 86_400
    file = f"{note.domain}!{about}!{start}!{start + 86_399}.xml.gz"
    packed = base64.encodebytes(gzip.compress(b"<feedback/>", mtime=0)).decode().replace("\n", "\r\n")
    attached = (
        ("Content-Type", f'application/gzip; name="{file}"'),
        ("Content-Disposition", f'attachment; filename="{file}"'),
        ("Content-Transfer-Encoding", "base64"),
    )
    return _multipart("mixed", note.fields(), [(_PLAIN, note.text()), (attached, packed)], note.rng)


def automatic_reply(note: Note) -> bytes:
    """A vacation notice (RFC 3834)."""
    answered = f"<{note.rng.getrandbits(64):016x}@{note.to[0].rpartition('@')[2].rstrip('>')}>"
    fields = note.fields(("In-Reply-To", answered), ("Auto-Submitted", "auto-replied"), ("Precedence", "bulk"))
    return message([*fields, *_PLAIN], note.text())


def bounce(note: Note) -> bytes:
    """A delivery status notification (RFC 3464) for a forged mail."""
    status = "\r\n".join(
        (
            f"Reporting-MTA: dns; out.{note.domain}",
            f"Arrival-Date: {format_datetime(note.at)}",
            "",
            f"Final-Recipient: rfc822; gone.tidewater@{note.domain}",
            "Action: failed",
            "Status: 5.1.1",
            "Diagnostic-Code: smtp; 550 5.1.1 no such mailbox",
        )
    )
    returned = f"From: <{note.to[0]}>\r\nSubject: {SUBJECT_CANARY}\r\n"
    parts: list[tuple[Fields, str]] = [
        (_PLAIN, f"Your message could not be delivered. {BODY_CANARY}"),
        ((("Content-Type", "message/delivery-status"),), status),
        ((("Content-Type", "text/rfc822-headers"),), returned),
    ]
    fields = note.fields(("Auto-Submitted", "auto-replied"))
    return _multipart("report; report-type=delivery-status", fields, parts, note.rng)


def spam(note: Note) -> bytes:
    """A forger's spam mail."""
    fields = note.fields(("X-Mailer", "PHPMailer 6"), ("Reply-To", "collector@prize.example"), ("X-Priority", "1"))
    return message([*fields, *_PLAIN], note.text())
