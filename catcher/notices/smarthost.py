"""Sends one mail over one connection to the smarthost, by smtplib; verifies the certificate before it sends a password.

When connection, TLS or login fail, the operator must repair the cause: EnvironmentFailure is raised, and the notice
keeps its state. The smarthost's reply to a mail is a ``SmarthostReply``.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from catcher.config.schema import NotifySection
from catcher.model.errors import EnvironmentFailure
from catcher.notices import boundedsmtp
from catcher.notices.authorities import client_context
from catcher.notices.outgoing import Outgoing
from catcher.regularfile import read_regular

CONNECT_SECONDS = 30.0
"""Most seconds until the connection is established."""
COMMAND_SECONDS = 300.0
"""Most seconds until the reply to a command (RFC 5321 §4.5.3.2)."""
END_OF_DATA_SECONDS = 600.0
"""Most seconds until the reply to the end of data (§4.5.3.2.6): a client that doesn't wait for a slow 250 sends a
second copy."""
_REPLY_CHARACTERS = 160
"""Most characters of a reply that are kept in the ledger."""
_POLICY = ".7."
"""The middle of an enhanced status about policy (RFC 3463 §3.8): such a reply doesn't concern the addressee."""


class SmtpReplyKind(Enum):
    """The meaning of a smarthost's reply for a mail."""

    TAKEN = auto()
    LATER = auto()
    """A temporary or local failure: the mail is tried again."""
    REFUSED = auto()
    """A permanent refusal."""
    NO_SUCH_ADDRESS = auto()
    """A permanent refusal of the addressee."""


@dataclass(frozen=True, slots=True)
class SmarthostReply:
    kind: SmtpReplyKind
    text: str
    """For the ledger: code and words of our smarthost's reply on one line, or the failure."""


class SmarthostSession:
    """A connection that is ready for one mail."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self._smtp = smtp

    def deliver(self, mail: Outgoing) -> SmarthostReply:
        """One transaction. Neither a reply nor a broken connection raises an error."""
        try:
            code, words = self._smtp.mail(mail.reverse_path)
            if code != 250:
                # The smarthost refuses our reverse-path: the notice isn't at fault.
                return SmarthostReply(SmtpReplyKind.LATER, _line("MAIL", code, words))
            code, words = self._smtp.rcpt(mail.forward_path)
            if code not in (250, 251):
                return _refused("RCPT", code, words, SmtpReplyKind.NO_SUCH_ADDRESS)
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(END_OF_DATA_SECONDS)
            code, words = self._smtp.data(mail.octets)
            return (
                SmarthostReply(SmtpReplyKind.TAKEN, _line("", code, words))
                if code == 250
                else _refused("DATA", code, words)
            )
        except smtplib.SMTPDataError as error:
            return _refused("DATA", error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            return SmarthostReply(SmtpReplyKind.LATER, f"the connection broke: {_about(error)}")


@dataclass(frozen=True, slots=True)
class Smarthost:
    """The operator's mail server that delivers notices."""

    host: str
    port: int
    tls: str
    """``starttls``, ``implicit`` or ``none``."""
    greeting: str
    """Our own name in EHLO."""
    authorities: Path | None = None
    user: str = ""
    password: Path | None = None

    @classmethod
    def of(cls, notify: NotifySection, greeting: str) -> Smarthost | None:
        """The configured smarthost; None without one."""
        if notify.smarthost is None:
            return None
        return cls(
            *(notify.smarthost, notify.smarthost_port, notify.smarthost_tls, greeting),
            *(notify.smarthost_authorities, notify.smarthost_user or "", notify.smarthost_password),
        )

    def __str__(self) -> str:
        return f"{self.host} port {self.port}"

    @contextmanager
    def session(self) -> Iterator[SmarthostSession]:
        """A connection after greeting, TLS and login. Raises EnvironmentFailure when one of these steps fails."""
        password = self._password()
        smtp: smtplib.SMTP | None = None
        try:
            smtp = self._connected()
            smtp.ehlo_or_helo_if_needed()
            if self.user:
                smtp.login(self.user, password)
        except (smtplib.SMTPException, OSError) as error:
            if smtp is not None:
                smtp.close()
            raise EnvironmentFailure(f"smarthost {self}: {_about(error)}; {_remedy(error)}") from None
        try:
            yield SmarthostSession(smtp)
        finally:
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()

    def _connected(self) -> smtplib.SMTP:
        if self.tls == "implicit":
            smtp: smtplib.SMTP = boundedsmtp.SMTPOverTls(
                self.host, self.port, self.greeting, timeout=CONNECT_SECONDS, context=client_context(self.authorities)
            )
        else:
            smtp = boundedsmtp.SMTP(self.host, self.port, self.greeting, timeout=CONNECT_SECONDS)
        if smtp.sock is not None:
            smtp.sock.settimeout(COMMAND_SECONDS)
        if self.tls == "starttls":
            smtp.starttls(context=client_context(self.authorities))
        return smtp

    def _password(self) -> str:
        if self.password is None:
            return ""
        try:
            mode = self.password.stat().st_mode
            text = read_regular(self.password).decode("utf-8").strip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise EnvironmentFailure(f"{self.password}: the password can't be read; one line of UTF-8") from None
        if mode & 0o077:
            raise EnvironmentFailure(f"{self.password}: others may read it (mode {mode & 0o7777:04o}); chmod 600 it")
        return text


def _refused(
    command: str, code: int, words: bytes | str, final: SmtpReplyKind = SmtpReplyKind.REFUSED
) -> SmarthostReply:
    text = _line(command, code, words)
    if not 500 <= code < 600 or _POLICY in text[:16]:
        final = SmtpReplyKind.LATER
    return SmarthostReply(final, text)


def _line(command: str, code: int, words: bytes | str) -> str:
    """``code words`` on one line of printable ASCII."""
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    printable = "".join(char if char.isascii() and char.isprintable() else " " for char in text)
    return " ".join(f"{command} {code} {printable}".split())[:_REPLY_CHARACTERS]


def _about(error: Exception) -> str:
    """The failure as a phrase without a password or an address."""
    match error:
        case smtplib.SMTPResponseException():
            return _line("", error.smtp_code, error.smtp_error)
        case smtplib.SMTPServerDisconnected():
            return "it hung up"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not right: {error.verify_message}"
        case ssl.SSLError():
            return "TLS failed"
        case TimeoutError():
            return "it did not answer in time"
        case smtplib.SMTPException():  # it is also an OSError; its words are smtplib's or ours
            return str(error)
        case OSError():
            return error.strerror or "no connection"
    return str(error)


def _remedy(error: Exception) -> str:
    match error:
        case smtplib.SMTPAuthenticationError():
            return "look at notify.smarthost_user and notify.smarthost_password"
        case smtplib.SMTPNotSupportedError():
            return "it does not offer what notify.smarthost_tls or notify.smarthost_user asks for"
        case ssl.SSLCertVerificationError():
            return "name its authority in notify.smarthost_authorities, and it by the name in its certificate"
    return "look at notify.smarthost, notify.smarthost_port and notify.smarthost_tls; nothing was sent"
