"""One mail transaction (RFC 5321 §3.3) as it lives in memory for the seconds between MAIL and the reply.

Nothing here is ever stored. ``repr`` shows no header text and no local-part, so that a traceback can't leak either.
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
    """As written, without the colon."""
    value: bytes = field(repr=False)
    """All after the colon, folds kept, without the final CRLF."""


@value
class Header:
    """The header section, bounded (the body stream keeps 64 KiB, one field 16 KiB)."""

    fields: tuple[HeaderField, ...] = field(default=(), repr=False)
    """In the order of the message, top first."""
    octets: int = 0
    """Length of the whole header section, the dropped part included."""
    dropped: int = 0
    """Number of fields that were cut or not kept for want of room."""
    defects: tuple[str, ...] = ()
    """Words from a closed list: ``no-header``, ``no-blank-line``, ``nul``, ``8bit``, ``bad-line``,
    ``field-too-long``, ``header-too-long``.
    """
    by_name: dict[bytes, list[HeaderField]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Name in lower case, without blanks before the colon → its fields, top first; in the order of the message."""

    def __post_init__(self) -> None:
        by_name = self.by_name
        for each in self.fields:
            name = each.name.rstrip(b" \t").lower()
            if name in by_name:
                by_name[name].append(each)
            else:
                by_name[name] = [each]

    def all(self, name: str) -> list[bytes]:
        """The values of every field called ``name`` (case-insensitive) up to the colon, top first."""
        wanted = name.lower().encode("ascii")
        return [f.value for f in self.by_name.get(wanted, ()) if len(f.name) == len(wanted)]

    def first(self, name: str) -> bytes | None:
        """The value of the topmost field called ``name``, or None."""
        for each in self.by_name.get(name.lower().encode("ascii"), ()):
            if len(each.name) == len(name):
                return each.value
        return None


class Canonicalization(StrEnum):
    """DKIM body canonicalisation (RFC 6376 §3.4)."""

    SIMPLE = "simple"
    RELAXED = "relaxed"


class DigestAlgorithm(StrEnum):
    """Body digest that a DKIM signature asks for (RFC 6376 §3.3, RFC 8301)."""

    SHA1 = "sha1"
    SHA256 = "sha256"


@value
class DigestWanted:
    """A body digest that has to be computed while the body streams by."""

    algorithm: DigestAlgorithm
    canonicalization: Canonicalization
    length: int | None = None
    """``l=`` in octets of the canonicalised body; None for the whole body."""


@value
class BodyFacts:
    """All that remains of a body: counts and digests, never a byte of it."""

    octets: int = 0
    """Length of the message without the header section and the blank line, after dot-unstuffing."""
    lines: int = 0
    bare_cr: bool = False
    bare_lf: bool = False
    nul: bool = False
    digests: Mapping[DigestWanted, bytes] = field(default_factory=dict, repr=False)
    """Digests for DKIM, in memory only. A digest cut short of its ``l=`` is absent."""


@value
class Transaction:
    """Everything that is known when the end of data was seen.

    ``header`` and ``body`` are None after a refusal at RCPT.
    """

    received_at: datetime
    client: str
    """IP address of the SMTP client, as text; an IPv4-mapped one as IPv4."""
    helo: str
    """HELO or EHLO argument, unverified; '' when none was given."""
    tls: bool
    reverse_path: Mailbox | None
    """None is the null reverse-path ``<>``."""
    forward_paths: tuple[Mailbox, ...]
    """The recipients that were accepted (or, after a refusal, the refused one)."""
    header: Header | None = None
    body: BodyFacts | None = None
    esmtp: bool = True
    smtputf8: bool = False

    @property
    def octets(self) -> int | None:
        """Size of the message; None when none was taken."""
        if self.header is None or self.body is None:
            return None
        return self.header.octets + self.body.octets
