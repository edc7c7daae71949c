"""One look at a header section that facts and traits share: first values by name, who is named, the decoded Subject."""

from __future__ import annotations

from catcher.fingerprint import subjects
from catcher.fingerprint.addresses import MAX_MAILBOXES, NOBODY, Named, named
from catcher.fingerprint.fieldnames import LOOKED_AT, ONCE
from catcher.model.transaction import Header, HeaderField

READ = 2048
"""Octets of a field that are looked at."""
_DAMAGE = frozenset({"nul", "bad-line", "8bit", "no-header"})


class Glance:
    """Values are cut to READ octets and stripped. Lives for one judgement; nothing of it is kept."""

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
        self.names = names = LOOKED_AT.intersection(by_name)
        """Of the fields that are looked at, those that are there: their names in lower case."""
        self.fields = fields = {name: by_name[name][0].value[:READ].strip() for name in names}
        """Such a name → the topmost value."""
        self.repeated = len(by_name) < len(header.fields) and any(len(by_name[name]) > 1 for name in ONCE & names)
        """Whether a field that may stand once stands twice."""
        subject = fields.get(b"subject")
        self.subject = subjects.decoded(subject) if subject else ""
        written = self._named(b"from")
        self.authors, self.senders = written.mailboxes, written.local_parts
        """Whom From names, and the local-parts in From and Sender, in lower case."""
        self.author = self.authors[0] if written.plain and _is_whole(by_name[b"from"]) else None
        """The only one, where one From names one in the usual shape."""
        if b"sender" in fields:
            self.senders = self.senders + self._named(b"sender").local_parts
        self.answers_to = self._named(b"reply-to").mailboxes if b"reply-to" in names else ()
        """Who Reply-To names."""
        self.recipients = self._named(b"to").mailboxes
        """Whom To and Cc name."""
        if b"cc" in fields:
            self.recipients = (self.recipients + self._named(b"cc").mailboxes)[:MAX_MAILBOXES]
        self.damaged = not _DAMAGE.isdisjoint(header.defects)

    def value(self, name: bytes) -> bytes:
        """The topmost value of the field, or ``b""``."""
        return self.fields.get(name, b"")

    def _named(self, name: bytes) -> Named:
        value = self.fields.get(name)
        return NOBODY if value is None else named(value)


def _is_whole(fields: list[HeaderField]) -> bool:
    """Whether it is one field that is looked at to its end, and without blanks before its colon."""
    return len(fields) == 1 and len(fields[0].value) <= READ and fields[0].name.isalpha()
