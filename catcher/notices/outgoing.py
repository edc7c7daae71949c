"""Makes the mail to send: the stored text with a Date and a DKIM signature, and the envelope around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from catcher.model.telling.answer import Verb
from catcher.model.telling.notice import Notice
from catcher.notices.openpgp import encrypted
from catcher.privacy import NoticeCodes

if TYPE_CHECKING:
    from catcher.notices.signing import SigningKey


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail with its envelope (RFC 5321 §2.3.1). Its ``repr`` shows neither text nor addressee."""

    reverse_path: str
    """The address for delivery reports, which identifies the notice."""
    forward_path: str = field(repr=False)
    octets: bytes = field(repr=False)
    """The mail in CRLF lines. Two attempts send the same octets, unless they are encrypted."""


def outgoing(
    notice: Notice, text: bytes, *, key: SigningKey, codes: NoticeCodes, domain: str, now: datetime
) -> Outgoing:
    """The mail of ``notice`` with the stored ``text``. ``now`` is its Date in the first attempt; later attempts keep
    that Date.

    Raises EnvironmentFailure when its contact has an OpenPGP key that can't be used: such a notice is never sent
    unencrypted.
    """
    date = notice.first_sending_at or now
    if notice.addressee.openpgp is not None:
        file = Path(notice.addressee.openpgp)
        text = encrypted(text, file, boundary=f"=_{notice.id}", subject=f"Report {notice.ref}", now=now)
    dated = b"Date: " + format_datetime(date).encode("ascii") + b"\r\n" + text
    return Outgoing(
        reverse_path=codes.address(Verb.BOUNCE, notice.id, domain),
        forward_path=notice.addressee.address,
        octets=key.signature(dated, date) + dated,
    )
