"""One look at a header section that facts and traits share: first values by name, who is named, the decoded Subject."""

from __future__ import annotations

from functools import cached_property

from catcher.fingerprint import subjects
from catcher.fingerprint.addresses import mailboxes
from catcher.model.mailbox import Mailbox
from catcher.model.transaction import Header

READ = 2048
"""Octets of a field that are looked at."""
_DAMAGE = frozenset({"nul", "bad-line", "8bit", "no-header"})


class Glance:
    """Values are cut to READ octets and stripped. Lives for one judgement; nothing of it is kept."""

    def __init__(self, header: Header) -> None:
        fields: dict[bytes, bytes] = {}
        repeated: set[bytes] = set()
        for field in header.fields:
            name = field.name.rstrip(b" \t").lower()
            if name in fields:
                repeated.add(name)
            else:
                fields[name] = field.value[:READ].strip()
        self.fields = fields
        """Name in lower case → the topmost value."""
        self.repeated = repeated
        self.damaged = not _DAMAGE.isdisjoint(header.defects)

    def value(self, name: bytes) -> bytes:
        """The topmost value of the field, or ``b""``."""
        return self.fields.get(name, b"")

    @cached_property
    def subject(self) -> str:
        return subjects.decoded(self.value(b"subject"))

    @cached_property
    def authors(self) -> list[Mailbox]:
        """Who From names."""
        return self._named(b"from")

    @cached_property
    def answers_to(self) -> list[Mailbox]:
        """Who Reply-To names."""
        return self._named(b"reply-to")

    @cached_property
    def recipients(self) -> list[Mailbox]:
        """Whom To and Cc name."""
        return self._named(b"to", b"cc")

    def _named(self, *names: bytes) -> list[Mailbox]:
        values = [self.fields[name] for name in names if name in self.fields]
        return mailboxes(values) if values else []
