"""One mail transaction (RFC 5321 §3.3), which is kept in memory for the seconds between MAIL and the reply.

These values are never stored. ``repr`` shows no header text and no local-part, so that a traceback can't leak them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from catcher.model.mail.mailbox import Mailbox
from catcher.model.value import value


@value
class HeaderField:
    """One header field as it arrived, unparsed (RFC 5322 §2.2)."""

    name: bytes
    """The name as written, without the colon."""
    value: bytes = field(repr=False)
    """The octets after the colon, with folds, without the final CRLF."""


@value
class Header:
    """The header section, bounded: at most 64 KiB are kept. A field for which there is no room is cut to 16 KiB."""

    fields: tuple[HeaderField, ...] = field(default=(), repr=False)
    """Fields in the order of the message, top first."""
    octets: int = 0
    """Length of the whole header section, the dropped part included."""
    dropped: int = 0
    """Number of fields that were cut or dropped because the bounds were reached."""
    defects: tuple[str, ...] = ()
    """Words from a closed list: ``no-header``, ``no-blank-line``, ``nul``, ``8bit``, ``bad-line``,
    ``field-too-long``, ``header-too-long``. ``8bit``: octets that are no UTF-8 (RFC 6532 allows UTF-8).
    """
    by_name: dict[bytes, list[HeaderField]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Name in lower case, without blanks before the colon → fields with this name, top first. Names are in the order of
    the message."""

    def __post_init__(self) -> None:
        by_name = self.by_name
        for each in self.fields:
            name = each.name.rstrip(b" \t").lower()
            if name in by_name:
                by_name[name].append(each)
            else:
                by_name[name] = [each]

    def all(self, name: str) -> list[bytes]:
        """The values of all fields called ``name``, in any case, top first. Blanks before the colon don't count
        (RFC 5322 §4.5)."""
        return [each.value for each in self.by_name.get(name.lower().encode("ascii"), ())]

    def first(self, name: str) -> bytes | None:
        """The value of the topmost field called ``name``, or None."""
        return next((each.value for each in self.by_name.get(name.lower().encode("ascii"), ())), None)


class Canonicalization(StrEnum):
    """DKIM body canonicalisation (RFC 6376 §3.4)."""

    SIMPLE = "simple"
    RELAXED = "relaxed"


class DigestAlgorithm(StrEnum):
    """Algorithm of the body digest that a DKIM signature needs (RFC 6376 §3.3, RFC 8301)."""

    SHA1 = "sha1"
    SHA256 = "sha256"


@value
class DigestWanted:
    """A body digest that must be computed while the body arrives."""

    algorithm: DigestAlgorithm
    canonicalization: Canonicalization
    length: int | None = None
    """``l=`` in octets of the canonicalised body; None for the whole body."""


@value
class BodyFacts:
    """The facts kept of a body: counts and digests, never an octet of the body."""

    octets: int = 0
    """Length of the message without the header section and the blank line, after dot-unstuffing."""
    lines: int = 0
    bare_cr: bool = False
    bare_lf: bool = False
    nul: bool = False
    digests: Mapping[DigestWanted, bytes] = field(default_factory=dict, repr=False)
    """Digests for DKIM, in memory only. A digest is absent if the body is shorter than its ``l=``."""


@value
class Transaction:
    """All facts of a transaction at the end of its data.

    ``header`` and ``body`` are None after a refusal at RCPT.
    """

    received_at: datetime
    client: str
    """IP address of the SMTP client, as text; an IPv4-mapped address as IPv4."""
    helo: str
    """HELO or EHLO argument, unverified; '' when none was given."""
    tls: bool
    reverse_path: Mailbox | None
    """None is the null reverse-path ``<>``."""
    forward_paths: tuple[Mailbox, ...]
    """The accepted recipients; after a refusal at RCPT, the refused recipients."""
    header: Header | None = None
    body: BodyFacts | None = None
    esmtp: bool = True
    smtputf8: bool = False

    @property
    def octets(self) -> int | None:
        """Size of the message in octets; None when no message was taken."""
        if self.header is None or self.body is None:
            return None
        return self.header.octets + self.body.octets
