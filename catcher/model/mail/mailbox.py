"""A mailbox of an envelope or a header (RFC 5321 §4.1.2), whose printed form never shows the local-part."""

from __future__ import annotations

from catcher.model.value import value


@value
class Mailbox:
    """``local_part@domain``. The null reverse-path ``<>`` is ``None`` where a Mailbox may be absent.

    ``repr`` and ``str`` show the domain alone: a local-part in a log line or a traceback would be a leak.
    """

    local_part: str
    """Unquoted, case kept; may be empty for a bare domain."""
    domain: str
    """A-label, lower case; for an address literal the text with its brackets."""

    def __repr__(self) -> str:
        return f"Mailbox(…@{self.domain})"

    __str__ = __repr__

    @property
    def address(self) -> str:
        """The full address; only for look-ups in memory and for making tokens."""
        return f"{self.local_part}@{self.domain}"
