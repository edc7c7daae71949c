"""What a sender is given, and what it is to the tests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

HELO = "mail.contractor.example"


class Feature(StrEnum):
    """What is tried with every sender that can do it; a column of the table in docs/reference/smtp-senders.md."""

    PLAIN = "plain"
    STARTTLS = "STARTTLS"
    SEVERAL = "several recipients"
    LARGE = "10 MB"
    DKIM = "DKIM-signed"
    SMTPUTF8 = "SMTPUTF8"
    BDAT = "BDAT"
    PROXY = "PROXY"


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to be delivered."""

    sender: str
    recipients: tuple[str, ...]
    message: bytes
    """With CRLF."""
    tls: bool = False
    """Whether it has to go by STARTTLS; False: it has to go without."""
    utf8: bool = False
    """Whether its addresses need SMTPUTF8."""
    bdat: bool = False
    """Whether a sender that doesn't do so by itself is told to use BDAT."""

    @property
    def text(self) -> bytes:
        """The message with bare LF, as files of a host have it."""
        return self.message.replace(b"\r\n", b"\n")


Deliver = Callable[[Letter], str]
"""Returns once the sink took the letter; what the sender said meanwhile. Fails when it was not taken."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A sender. ``open`` is given the sink's address and an empty folder, and lasts as long as it may deliver."""

    name: str
    open: Callable[[tuple[str, int], Path], AbstractContextManager[Deliver]]
    features: frozenset[Feature]
    """What it can do. All can do what ``BASIC`` says."""
    spoken: str = ""
    """What its own account of a delivery says when it used BDAT."""


BASIC = frozenset({Feature.PLAIN, Feature.SEVERAL, Feature.LARGE, Feature.DKIM})
