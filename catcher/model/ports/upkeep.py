"""The port to what the store remembers of its upkeep: the latest sure moment, and the day that is done.

::

    the latest sure moment, in the store ─┐
    the machine's clock                  ─┴─▶ at most two days apart: sure, and noted as the latest one
                                              else: the clock jumped, or the server was off; a person decides
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

SURE_WITHIN = timedelta(days=2)
"""Longest time between two sure moments that follow each other: a weekend without power asks nobody, and a clock that
is wrong by as much destroys no key that would have lived for long."""


@dataclass(frozen=True, slots=True)
class UpkeepState:
    """What the store remembers of its upkeep."""

    sure_at: datetime | None = None
    """The latest sure moment; None in a store that never had upkeep."""
    accepted_at: datetime | None = None
    """The latest moment that a person declared to be sure."""
    accepted_by: str | None = None
    """The name that this person gave."""
    day: date | None = None
    """The latest day whose upkeep was done."""

    def is_sure(self, now: datetime) -> bool:
        """Whether ``now`` is at most ``SURE_WITHIN`` from the latest sure moment. Nothing is destroyed, purged or made
        coarser while it isn't."""
        return self.sure_at is None or abs(now - self.sure_at) <= SURE_WITHIN


class UpkeepStore(Protocol):
    """The memory of upkeep, which outlives reloads and restarts."""

    def upkeep_state(self) -> UpkeepState: ...

    def note_sure_moment(self, now: datetime, *, accepted_by: str | None = None) -> None:
        """Records ``now``, to the second, as sure: a later moment that is recorded stays, unless a person, named by
        ``accepted_by``, declares ``now`` to be sure."""
        ...

    def note_upkeep(self, day: date) -> None:
        """Records that the upkeep of ``day`` is done."""
        ...
