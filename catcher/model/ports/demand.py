"""The ports to stored counts of DNS queries, and to the policies that domains had."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from catcher.model.leak.demand import DemandKey
from catcher.model.mail.policy import Policy, PolicySince


class DemandStore(Protocol):
    """Counts of DNS queries."""

    def add_demand(self, tally: Mapping[DemandKey, int]) -> None:
        """Adds the counts to the stored counts."""
        ...

    def demand(self, *, since: datetime | None = None, qtype: str | None = None) -> Mapping[str, int]:
        """Domain → number of queries in hours from ``since`` on. ``qtype`` None: queries of all QTYPEs."""
        ...


class PolicyStore(Protocol):
    """The ledger of the domains' policies."""

    def note_policies(self, day: date, policies: Mapping[str, Policy]) -> int:
        """Adds a line for each domain that has no line, or whose latest line has another policy than ``policies``.

        Returns the number of added lines.
        """
        ...

    def policies(self, domain: str) -> tuple[PolicySince, ...]:
        """The ledger of one domain's policies, oldest line first."""
        ...
