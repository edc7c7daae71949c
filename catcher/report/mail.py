"""Makes a mail (RFC 5322) of the report: plain text and HTML as alternatives, no attachment, no remote content."""

from __future__ import annotations

import textwrap
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy

from catcher.model.language import Language
from catcher.model.telling.report import Report
from catcher.report.names import plain
from catcher.report.render import Layout, ReportForm, html, render, subject

_DISPLAYED_CHARACTERS = 60
_LINE = 78


class _Policy(EmailPolicy):
    """Folds as Python does, but never directly after a field's name: some mail programs then show a leading space."""

    def fold(self, name: str, value: str) -> str:
        return _begun_at_once(name, super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        return _begun_at_once(name, super().fold_binary(name, value).decode("ascii")).encode("ascii")


def _begun_at_once(name: str, folded: str) -> str:
    if not folded.startswith(f"{name}:\r\n"):
        return folded
    lines = textwrap.wrap(folded, _LINE, subsequent_indent=" ", break_long_words=False, break_on_hyphens=False)
    return "\r\n".join(lines) + "\r\n"


_POLICY = _Policy(linesep="\r\n", max_line_length=_LINE)


class NoMailAddress(ValueError):
    """A text that is not one ASCII mail address (RFC 5322 §3.4.1). The message does not repeat the text."""


def report_message(
    report: Report,
    *,
    sender: str,
    date: datetime | None,
    message_id: str,
    recipient: str | None = None,
    reply_to: str | None = None,
    language: Language = Language.ENGLISH,
) -> EmailMessage:
    """The mail with ``report`` from ``sender`` to ``recipient`` (None: a draft without To).

    ``date`` None: the mail gets no Date before it is sent. ``reply_to``: the address for replies if it isn't the
    sender. ``message_id`` has no angle brackets. The same arguments give the same octets (``as_bytes``), in CRLF lines
    of at most 78 characters. Raises NoMailAddress, also if ``message_id`` hasn't the form of an address.
    """
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _address(sender, _display_name(report.operator.name))
    if recipient is not None:
        mail["To"] = _address(recipient)
    mail["Subject"] = subject(report, language)
    if reply_to is not None:
        mail["Reply-To"] = _address(reply_to)
    if date is not None:
        mail["Date"] = date
    mail["Message-ID"] = f"<{_address(message_id).addr_spec}>"
    # RFC 3834 §5: vacation responders and ticket systems must not answer automatically.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(render(report, ReportForm.TEXT, language), cte="quoted-printable")
    mail.add_alternative(html(report, Layout.MAIL, language), subtype="html", cte="quoted-printable")
    mail["Content-Language"] = str(language)
    mail.set_boundary(f"=_{report.ref}_{report.period}")
    return mail


def _display_name(name: str) -> str:
    """``name`` without the characters that have a meaning in a header field, so that nothing needs quoting."""
    tame = "".join(char if char.isalnum() or char in "-.'’&" else " " for char in name)
    return plain(tame, limit=_DISPLAYED_CHARACTERS)


def is_address(text: str) -> bool:
    """Whether ``text`` is usable as an address in From and To."""
    try:
        _address(text)
    except NoMailAddress:
        return False
    return True


def _address(text: str, display_name: str = "") -> Address:
    try:
        address = Address(display_name=display_name, addr_spec=text)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise NoMailAddress("this is no mail address; write it as name@domain") from error
    if not text.isascii() or not text.isprintable() or " " in text or not address.domain or not address.username:
        raise NoMailAddress("this is no mail address; write it as name@domain")
    return address
