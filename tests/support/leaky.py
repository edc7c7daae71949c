"""A server that keeps what it must not, for tests of the tests: ``python leaky.py PLACE serve -c FILE``.

One thing is kept on purpose, as a mistake in the code would keep it; the rest is the real ``catcher serve``.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from catcher.cli import main
from catcher.intake.intake import Intake
from catcher.model.mail.transaction import Transaction
from catcher.privacy import Tokens
from catcher.smtp.message.stream import MessageStream
from catcher.smtp.wire.commands import CommandReader

log = logging.getLogger("catcher.leaky")


def spool_the_body(folder: Path) -> None:
    """Every chunk of a message goes to a file, too."""
    feed = MessageStream.feed

    def feeding(self: MessageStream, data: bytes) -> None:
        with (folder / "spool").open("ab") as spool:
            spool.write(data)
        feed(self, data)

    MessageStream.feed = feeding  # type: ignore[method-assign]


def take_with(keep: Callable[[Transaction], None]) -> None:
    """``keep`` sees every finished transaction."""
    take = Intake.take

    async def taking(self: Intake, transaction: Transaction, **more: Any) -> None:
        keep(transaction)
        await take(self, transaction, **more)

    Intake.take = taking  # type: ignore[method-assign]


def log_the_subject(folder: Path) -> None:
    """A line at DEBUG quotes a header field."""

    def keep(transaction: Transaction) -> None:
        if transaction.header is not None:
            log.debug("subject %r", transaction.header.first("Subject"))

    take_with(keep)


def store_the_local_part(folder: Path) -> None:
    """The token of a mailbox is the mailbox."""
    Tokens.mailbox = lambda self, mailbox: mailbox.local_part  # type: ignore[method-assign]


def log_the_login(folder: Path) -> None:
    """A line at DEBUG quotes what clients say."""
    feed = CommandReader.feed

    def feeding(self: CommandReader, data: bytes) -> None:
        log.debug("client said %r", bytes(data))
        feed(self, data)

    CommandReader.feed = feeding  # type: ignore[method-assign]


LEAKS = {
    "body": spool_the_body,
    "attachment": spool_the_body,
    "subject": log_the_subject,
    "recipient": store_the_local_part,
    "sender": store_the_local_part,
    "login": log_the_login,
}
"""Place of the canary → what lets it out."""

if __name__ == "__main__":
    LEAKS[sys.argv.pop(1)](Path(sys.argv[-1]).parent)
    main()
