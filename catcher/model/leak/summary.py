"""The summary of an incident, which the store keeps beside its cells, and the orders in which summaries are listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from catcher.model.leak.incident import Incident, IncidentKey, Role


class IncidentOrder(StrEnum):
    """An order of incidents; the first one comes first."""

    KEY = "key"
    """By party, role and typo domain."""
    LAST_DAY = "last-day"
    """By the day of the last mail, latest first."""
    MAILS = "mails"
    """By the number of mails, most first."""
    COUNTED = "counted"
    """By the number of mails that count, most first."""

    @property
    def descending(self) -> bool:
        """Whether ``IncidentSummary.place`` falls from one incident to the next."""
        return self is not IncidentOrder.KEY


@dataclass(frozen=True, slots=True)
class IncidentSummary:
    """The numbers of an incident over its whole life."""

    key: IncidentKey
    first_day: date | None
    """The day of the first mail; None without any, as ``last_day``."""
    last_day: date | None
    last_counted: date | None
    """The day of the last mail that counts."""
    mails: int
    counted: int
    counterparts: int
    """Number of organisations on the other side."""

    @property
    def place(self) -> dict[IncidentOrder, tuple[Any, ...]]:
        """Its place in each order."""
        key, id = self.key, self.key.id
        day = date.min if self.last_day is None else self.last_day
        return {
            IncidentOrder.KEY: (key.party, key.role.value, key.domain),
            IncidentOrder.LAST_DAY: (day, id),
            IncidentOrder.MAILS: (self.mails, id),
            IncidentOrder.COUNTED: (self.counted, id),
        }


@dataclass(frozen=True, slots=True)
class SummaryFilter:
    """The incidents that a list has; None: all of them."""

    party: str | None = None
    role: Role | None = None
    domain: str | None = None
    since: date | None = None
    """With mail on this day or later."""
    until: date | None = None
    """Without mail after this day."""

    def has(self, summary: IncidentSummary) -> bool:
        """Whether the filter lets ``summary`` through."""
        key, last = summary.key, summary.last_day
        return (
            self.party in (None, key.party)
            and self.role in (None, key.role)
            and self.domain in (None, key.domain)
            and (self.since is None or (last is not None and last >= self.since))
            and (self.until is None or last is None or last <= self.until)
        )


def summary_of(incident: Incident) -> IncidentSummary:
    """The summary of an incident with all its cells."""
    return IncidentSummary(
        incident.key,
        incident.first_day,
        incident.last_day,
        max((cell.day for cell, count in incident.cells.items() if count.counted), default=None),
        incident.mails,
        incident.counted,
        len({cell.counterpart for cell in incident.cells} - {""}),
    )


def check_days(order: IncidentOrder, only: SummaryFilter) -> None:
    """Raises ValueError for a filter of days in another order than that of days: no index serves it."""
    if order is not IncidentOrder.LAST_DAY and (only.since or only.until):
        raise ValueError("days are filtered in the order of the last day alone")
