"""A smarthost by aiosmtpd: TLS and a login on any machine, where ``smarthost`` needs Postfix and root."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.mailhost import mail_host
from tests.support.smarthost import PASSWORD, USER, certify


@dataclass
class Relay:
    """Takes mail from who logged in as USER, and refuses recipients at ``gone.example``."""

    folder: Path
    port: int = 0
    taken: list[Envelope] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)
    """Passwords that were tried."""

    @property
    def authorities(self) -> Path:
        """PEM of the authority that its certificate (for ``localhost``) comes from."""
        return self.folder / "authority.pem"

    def login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: object) -> AuthResult:
        assert isinstance(login, LoginPassword)
        self.logins.append(login.password)
        good = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.endswith("@gone.example"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken.append(envelope)
        return "250 2.0.0 queued as 1"


@contextmanager
def relay(folder: Path, *, tls: str) -> Iterator[Relay]:
    """``tls``: ``starttls`` or ``implicit``; a login needs it."""
    certify(folder, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    running = Relay(folder)
    options = {"tls_context": context} if tls == "starttls" else {"auth_require_tls": False}
    with mail_host(
        running,
        implicit_tls=context if tls == "implicit" else None,
        authenticator=running.login,
        auth_exclude_mechanism=["LOGIN"],
        **options,
    ) as running.port:
        yield running
