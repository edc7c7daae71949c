"""A mailbox behind a little SMTP server on loopback: where the bounces of senders' hosts arrive."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from catcher.supervise.ports import own_port

SECONDS = 30


class Mailbox:
    """Takes everything, and keeps it until it is read."""

    def __init__(self) -> None:
        self.port = own_port()
        self._arrived: queue.Queue[bytes] = queue.Queue()
        self.reverse_paths: list[str] = []
        """Of what arrived, as the last host said it."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.reverse_paths.append(str(envelope.mail_from))
        self._arrived.put(cast(bytes, envelope.content))
        return "250 2.0.0 kept"

    def read(self, log: Callable[[], str]) -> EmailMessage:
        """The next mail; fails when none comes, with what the sender's host logged."""
        return cast(EmailMessage, message_from_bytes(self.octets(log), policy=policy.default))

    @property
    def empty(self) -> bool:
        """Whether all that arrived was read."""
        return self._arrived.empty()

    def octets(self, log: Callable[[], str]) -> bytes:
        """The same as it arrived."""
        try:
            return self._arrived.get(timeout=SECONDS)
        except queue.Empty:
            raise AssertionError(f"no mail came; the log ends with:\n{log()[-3000:]}") from None


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    kept = Mailbox()
    controller = Controller(kept, hostname="127.0.0.1", port=kept.port)
    controller.start()
    try:
        yield kept
    finally:
        controller.stop()
