"""One row of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from catcher.model.mail.policy import Policy

CATALOGUE_COLUMNS = ("domain", "intended", "policy", "until", "then", "note", "lang")
"""The CSV's columns, in order. All but the first may be absent, from the right."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A domain that is held."""

    domain: str
    """A-labels, lower case."""
    intended: str | None
    """The domain that mail to ``domain`` was meant for; None when nobody said."""
    policy: Policy
    until: date | None
    """The first day, 00:00 UTC, on which ``then`` holds; None: ``policy`` holds for good."""
    then: Policy
    note: str
    """The operator's own words; never shown to others."""
    where: str
    """File and row: ``catalogue.csv:7``."""
    lang: str = ""
    """The language in which senders are told, a tag in lower case (RFC 5646); empty: the sink's own."""

    def policy_at(self, now: datetime) -> Policy:
        """The policy that the row asks for at ``now`` (aware); the guard may cap it: ``Catalogue.policy_at``."""
        if self.until is None or now.astimezone(UTC).date() < self.until:
            return self.policy
        return self.then
