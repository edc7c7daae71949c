"""One look at a header section that facts and traits share: first values by name, who is named, the decoded Subject."""

from __future__ import annotations

from catcher.fingerprint import subjects
from catcher.fingerprint.addresses import MAX_MAILBOXES, Named, named
from catcher.model.transaction import Header

READ = 2048
"""Octets of a field that are looked at."""
_DAMAGE = frozenset({"nul", "bad-line", "8bit", "no-header"})


class Glance:
    """Values are cut to READ octets and stripped. Lives for one judgement; nothing of it is kept."""

    __slots__ = ("answers_to", "authors", "damaged", "fields", "recipients", "repeated", "senders", "subject")

    def __init__(self, header: Header) -> None:
        fields: dict[bytes, bytes] = {}
        repeated = set()
        for name, each in header.by_name.items():
            fields[name] = each[0].value[:READ].strip()
            if len(each) > 1:
                repeated.add(name)
        self.fields = fields
        """Name in lower case → the topmost value."""
        self.repeated = repeated
        subject = fields.get(b"subject")
        self.subject = subjects.decoded(subject) if subject else ""
        self.authors, self.senders = self._named(b"from")
        """Whom From names, and the local-parts in From and Sender, in lower case."""
        if b"sender" in fields:
            self.senders = self.senders + self._named(b"sender").local_parts
        self.answers_to = self._named(b"reply-to").mailboxes
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
        return Named([], []) if value is None else named(value)
