"""Suppression: a person's decision that no notices go out to a party, about an incident or about a domain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from catcher.model.leak.incident import IncidentKey
from catcher.model.moments import second


class Scope(StrEnum):
    """The subject of a suppression."""

    PARTY = "party"
    INCIDENT = "incident"
    DOMAIN = "domain"
    """The typo domain."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """A person's decision that no more notices go out on a subject. The latest decision on a subject holds."""

    scope: Scope
    subject: str
    """A party's organizational domain, an incident's id, or a typo domain."""
    reason: str
    who: str
    at: datetime
    """Whole seconds, UTC."""
    until: date | None = None
    """The first day on which notices may go out again; None: never."""

    def covers(self, key: IncidentKey, today: date) -> bool:
        if self.until is not None and today >= self.until:
            return False
        subjects = {Scope.PARTY: key.party, Scope.INCIDENT: key.id, Scope.DOMAIN: key.domain}
        return self.subject == subjects[self.scope]

    def to_json(self) -> dict[str, Any]:
        return {
            "scope": self.scope,
            "subject": self.subject,
            "reason": self.reason,
            "who": self.who,
            "at": second(self.at),
            "until": self.until and self.until.isoformat(),
        }


def suppressed(suppressions: Iterable[Suppression], key: IncidentKey, today: date) -> Suppression | None:
    """The suppression that covers ``key`` on ``today``; None if there is none. ``suppressions`` are in the order in
    which they were made."""
    latest = {(each.scope, each.subject): each for each in suppressions}
    return next((each for each in latest.values() if each.covers(key, today)), None)
