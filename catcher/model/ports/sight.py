"""The port to the ledgers that tell on which days mail could be seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from catcher.model.leak.sight import DelegationSince, Uptime


class SightStore(Protocol):
    """The sink's heartbeats, and the delegations of its domains."""

    def beat(self, now: datetime) -> None:
        """Makes a small durable write, which fails if the store can't be written: the latest uptime ends at ``now``,
        or another one begins (``Uptime.joined``)."""
        ...

    def uptimes(self) -> tuple[Uptime, ...]:
        """All uptimes, oldest first: one for each time between two outages."""
        ...

    def note_delegations(self, day: date, ours: Mapping[str, bool]) -> int:
        """Adds a line for each domain whose delegation changed: domain → whether it is ours.

        A domain without a line counts as ours. Returns the number of added lines.
        """
        ...

    def delegations(self, domain: str) -> tuple[DelegationSince, ...]:
        """The ledger of one domain's delegation, oldest line first."""
        ...
