"""A header section, read once for facts, traits and hints: values by name, mailboxes, the decoded Subject."""

from __future__ import annotations

from catcher.fingerprint.header import subjects
from catcher.fingerprint.header.addresses import MAX_MAILBOXES, NOBODY, AddressList, read_address_list
from catcher.fingerprint.header.fieldnames import FIELDS_READ, ONCE
from catcher.model.mail.transaction import Header, HeaderField

HEADER_READ_OCTETS = 2048
"""Most octets of a field's value that are read; the rest is ignored."""
_DAMAGE = frozenset({"nul", "bad-line", "no-header"})


class HeaderView:
    """The values of a header's fields, cut to HEADER_READ_OCTETS and stripped. A view exists for one judgement and
    isn't kept."""

    __slots__ = (
        "answers_to",
        "author",
        "authors",
        "damaged",
        "fields",
        "names",
        "recipients",
        "repeated",
        "senders",
        "subject",
    )

    def __init__(self, header: Header) -> None:
        by_name = header.by_name
        self.names = names = FIELDS_READ.intersection(by_name)
        """The names, in lower case, of the fields of FIELDS_READ that are present."""
        self.fields = fields = {name: by_name[name][0].value[:HEADER_READ_OCTETS].strip() for name in names}
        """Name → value of the topmost field with this name."""
        self.repeated = len(by_name) < len(header.fields) and any(len(by_name[name]) > 1 for name in ONCE & names)
        """Whether a field that may occur only once occurs more often."""
        subject = fields.get(b"subject")
        self.subject = subjects.decoded(subject) if subject else ""
        written = self._named(b"from")
        self.authors, self.senders = written.mailboxes, written.local_parts
        """The mailboxes in From; the local-parts in From and Sender, in lower case."""
        self.author = self.authors[0] if written.plain and _is_whole(by_name[b"from"]) else None
        """The only mailbox of the only From, if it has a usual form; else None."""
        if b"sender" in fields:
            self.senders = self.senders + self._named(b"sender").local_parts
        self.answers_to = self._named(b"reply-to").mailboxes if b"reply-to" in names else ()
        """The mailboxes in Reply-To."""
        self.recipients = self._named(b"to").mailboxes
        """The mailboxes in To and Cc."""
        if b"cc" in fields:
            self.recipients = (self.recipients + self._named(b"cc").mailboxes)[:MAX_MAILBOXES]
        self.damaged = not _DAMAGE.isdisjoint(header.defects) or ("8bit" in header.defects and not _is_utf8(header))

    def value(self, name: bytes) -> bytes:
        """The topmost value of the field, or ``b""``."""
        return self.fields.get(name, b"")

    def _named(self, name: bytes) -> AddressList:
        value = self.fields.get(name)
        return NOBODY if value is None else read_address_list(value)


def _is_whole(fields: list[HeaderField]) -> bool:
    """Whether there is a single field, short enough to be read to its end, and without blanks before its colon."""
    return len(fields) == 1 and len(fields[0].value) <= HEADER_READ_OCTETS and fields[0].name.isalpha()


def _is_utf8(header: Header) -> bool:
    """Whether all fields are UTF-8 (RFC 6532 §3), apart from a character at the end of a field that was cut."""
    return all(_decodes(each.value) for each in header.fields)


def _decodes(value: bytes) -> bool:
    if value.isascii():
        return True
    try:
        value.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return True
