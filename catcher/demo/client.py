"""Sends mail on real sockets: an MX look-up (RFC 5321 §5.1), then a transaction from the sender's address."""

from __future__ import annotations

import re
import select
import smtplib
import socket
import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from catcher.demo.organisations import SendingHost
from catcher.demo.query import SenderDnsReply, ask

TIMEOUT = 20.0
"""Longest wait for one reply, in seconds. It is far longer than the sink's limit for look-ups, so that no demo fails
because of slow look-ups."""
_REF = re.compile(r"\bref ([0-9A-Z-]{6,40})")


class Route(StrEnum):
    """The destination of a domain's mail, according to DNS."""

    HOST = "a mail host"
    NULL_MX = "a null MX (RFC 7505)"
    NONE = "no mail host"
    REFUSED = "the query refused"


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """The result of a transaction for the sender."""

    code: int | None
    """The last reply code; None when the reply was lost."""
    ref: str | None = None
    recipient_replies: tuple[int, ...] = ()


class Lookup:
    """Sends queries to one DNS server like many resolvers do: from their different addresses, without a cache."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self.queries = 0

    def mail_host(self, domain: str, resolver: str) -> tuple[Route, str | None]:
        """The route for mail to ``domain``, and the address of its most preferred mail host (None: no mail host)."""
        answer = self._ask(domain, "MX", resolver)
        if answer.refused:
            return Route.REFUSED, None
        if not answer.exchanges:
            return Route.NONE, self._address(domain, resolver)
        _, host = answer.exchanges[0]
        if not host:
            return Route.NULL_MX, None
        return Route.HOST, self._address(host, resolver)

    def _address(self, name: str, resolver: str) -> str | None:
        return next(iter(self._ask(name, "A", resolver).addresses), None)

    def _ask(self, name: str, rrtype: str, resolver: str) -> SenderDnsReply:
        self.queries += 1
        return ask(name, rrtype, server=self._server, source=resolver, seconds=TIMEOUT)


class _Session(smtplib.SMTP):
    """An smtplib session from one host's address; a negative reply gives a code, not an exception."""

    def __init__(self, host: SendingHost, server: tuple[str, int]) -> None:
        super().__init__(*server, local_hostname=host.name, timeout=TIMEOUT, source_address=(host.address, 0))

    def socket(self) -> socket.socket:
        assert isinstance(self.sock, socket.socket)
        return self.sock


def deliver(
    host: SendingHost, server: tuple[str, int], reverse_path: str, forward_paths: Sequence[str], message: bytes
) -> DeliveryResult:
    """Runs one session with one transaction. Like an MTA, it leaves out the refused recipients."""
    with _Session(host, server) as session:
        session.ehlo()
        code, text = session.mail(reverse_path, [f"size={len(message)}"])
        if code != 250:
            return _reply(code, text)
        replies = [session.rcpt(path) for path in forward_paths]
        codes = tuple(code for code, _ in replies)
        if all(code != 250 for code in codes):
            return _reply(*replies[-1], codes)
        return _reply(*session.data(message), codes)


def deliver_and_lose_reply(
    host: SendingHost, server: tuple[str, int], reverse_path: str, forward_path: str, message: bytes
) -> DeliveryResult:
    """Runs a session up to the end of data. When the reply has arrived, it resets the connection without reading it."""
    session = _Session(host, server)
    try:
        session.ehlo()
        session.mail(reverse_path)
        session.rcpt(forward_path)
        session.docmd("DATA")
        wire = session.socket()
        wire.sendall(re.sub(rb"(?m)^\.", b"..", message) + b".\r\n")
        if not select.select([wire], [], [], TIMEOUT)[0]:
            raise TimeoutError("no reply to the end of data")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    finally:
        session.close()
    return DeliveryResult(None)


def log_in(host: SendingHost, server: tuple[str, int], secret: bytes) -> tuple[DeliveryResult, bool]:
    """Sends AUTH PLAIN with an initial response; returns the reply, and whether the server closed the connection."""
    session = _Session(host, server)
    try:
        session.ehlo()
        code, text = session.docmd("AUTH", f"PLAIN {secret.decode('ascii')}")
        try:
            closed = session.socket().recv(1) == b""
        except ConnectionResetError:
            closed = True
        return _reply(code, text), closed
    finally:
        with suppress(OSError):
            session.close()


def _reply(code: int, text: bytes, recipient_replies: tuple[int, ...] = ()) -> DeliveryResult:
    found = _REF.search(text.decode("ascii", "replace"))
    return DeliveryResult(code, found[1] if found else None, recipient_replies)
