"""One look at a header section that facts and traits share: first values by name, who is named, the decoded Subject."""

from __future__ import annotations

from catcher.fingerprint import subjects
from catcher.fingerprint.addresses import mailboxes
from catcher.model.mailbox import Mailbox
from catcher.model.transaction import Header

READ = 2048
"""Octets of a field that are looked at."""
_DAMAGE = frozenset({"nul", "bad-line", "8bit", "no-header"})


class Glance:
    """Values are cut to READ octets and stripped. Lives for one judgement; nothing of it is kept."""

    __slots__ = ("answers_to", "authors", "damaged", "fields", "recipients", "repeated", "subject")

    def __init__(self, header: Header) -> None:
        fields = {name: each[0].value[:READ].strip() for name, each in header.by_name.items()}
        self.fields = fields
        """Name in lower case → the topmost value."""
        self.repeated = {name for name, each in header.by_name.items() if len(each) > 1}
        self.subject = subjects.decoded(fields.get(b"subject", b""))
        self.authors = self._named(b"from")
        """Who From names."""
        self.answers_to = self._named(b"reply-to")
        """Who Reply-To names."""
        self.recipients = self._named(b"to", b"cc")
        """Whom To and Cc name."""
        self.damaged = not _DAMAGE.isdisjoint(header.defects)

    def value(self, name: bytes) -> bytes:
        """The topmost value of the field, or ``b""``."""
        return self.fields.get(name, b"")

    def _named(self, *names: bytes) -> list[Mailbox]:
        values = [self.fields[name] for name in names if name in self.fields]
        return mailboxes(values) if values else []
