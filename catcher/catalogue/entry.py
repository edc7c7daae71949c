"""One row of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from catcher.model.mail.policy import Policy

CATALOGUE_COLUMNS = ("domain", "intended", "policy", "until", "then", "note", "lang")
"""The CSV's columns, in order. Columns may be missing from the right, except the first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: a held domain."""

    domain: str
    """A-labels, lower case."""
    intended: str | None
    """The domain that senders to ``domain`` meant; None if the row doesn't name it."""
    policy: Policy
    until: date | None
    """The first day, from 00:00 UTC, on which ``then`` is in force; None: ``policy`` has no end."""
    then: Policy
    note: str
    """The operator's own words; never shown to others."""
    where: str
    """File and row: ``catalogue.csv:7``."""
    lang: str = ""
    """The language of the replies to senders, a tag in lower case (RFC 5646); empty: the sink's own language."""

    @property
    def file(self) -> str:
        """The name of the file in ``where``."""
        return self.where.rpartition(":")[0]

    def policy_at(self, now: datetime) -> Policy:
        """The policy in the row at ``now`` (aware); the guard may lower it, see ``Catalogue.policy_at``."""
        if self.until is None or now.astimezone(UTC).date() < self.until:
            return self.policy
        return self.then
