"""A header section, read once for facts, traits and hints: values by name, mailboxes, the decoded Subject."""

from __future__ import annotations

from catcher.fingerprint.header.addresses import MAX_MAILBOXES, NOBODY, AddressList, read_address_list
from catcher.fingerprint.header.fieldnames import FIELDS_READ, ONCE
from catcher.fingerprint.header.fieldtext import field_text
from catcher.model.mail.transaction import Header, HeaderField

HEADER_READ_OCTETS = 2048
"""Most octets of a field's value that are read; the rest is ignored. To and Cc are read whole: an all-staff mail names
hundreds of mailboxes, and any of them may be the typo."""
_DAMAGE = frozenset({"nul", "bad-line", "8bit", "no-header"})


class HeaderView:
    """The values of a header's fields, cut to HEADER_READ_OCTETS (but To and Cc) and stripped. A view exists for one
    judgement and isn't kept."""

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
        self.subject = field_text(subject) if subject else ""
        written = _read(fields.get(b"from"))
        self.authors, self.senders = written.mailboxes, written.local_parts
        """The mailboxes in From; the local-parts in From and Sender, in lower case."""
        self.author = self.authors[0] if written.plain and _is_whole(by_name[b"from"]) else None
        """The only mailbox of the only From, if it has a usual form; else None."""
        if b"sender" in fields:
            self.senders = self.senders + _read(fields[b"sender"]).local_parts
        self.answers_to = _read(fields[b"reply-to"]).mailboxes if b"reply-to" in names else ()
        """The mailboxes in Reply-To."""
        self.recipients = _read(by_name[b"to"][0].value).mailboxes if b"to" in names else ()
        """The mailboxes in To and Cc, from whole fields."""
        if b"cc" in names:
            self.recipients = (self.recipients + _read(by_name[b"cc"][0].value).mailboxes)[:MAX_MAILBOXES]
        self.damaged = not _DAMAGE.isdisjoint(header.defects)

    def value(self, name: bytes) -> bytes:
        """The topmost value of the field, or ``b""``."""
        return self.fields.get(name, b"")


def _read(value: bytes | None) -> AddressList:
    return NOBODY if value is None else read_address_list(value)


def _is_whole(fields: list[HeaderField]) -> bool:
    """Whether there is a single field, short enough to be read to its end."""
    return len(fields) == 1 and len(fields[0].value) <= HEADER_READ_OCTETS
