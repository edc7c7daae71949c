"""Makes log queries with which an organisation finds its own mail to the typo domain in its own log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from catcher.model.leak.measures import Period
from catcher.model.telling.remedy import LogQuery, System
from catcher.model.telling.report import EvidenceRow, PartyName
from catcher.report import pasted

SYSTEMS = (System.EXCHANGE_ONLINE, System.DEFENDER, System.GOOGLE_WORKSPACE, System.POSTFIX, System.EXIM)
_TRACE_DAYS = 10
"""The longest period of one Get-MessageTraceV2 call, in days."""
_REFERENCES = 1
"""Number of references in a query: one is enough as an example, and the evidence table has the others."""


def queries(domain: PartyName, period: Period, made_on: date, evidence: Sequence[EvidenceRow]) -> tuple[LogQuery, ...]:
    """Queries for the days of ``period`` up to ``made_on``. Raises Unpasteable when ``domain`` is no domain name."""
    after = min(period.last, max(made_on, period.first)) + timedelta(days=1)
    days = (after - period.first).days
    values = {
        "domain": pasted.word(domain.domain),
        "pattern": pasted.pattern(domain.domain),
        "first": period.first.isoformat(),
        "after": after.isoformat(),
        "last_step": (days - 1) // _TRACE_DAYS,
        "refs": [row.ref for row in evidence if pasted.is_reference(row.ref)][:_REFERENCES],
    }
    return tuple(LogQuery(system, pasted.fill(f"logs/{system}", **values)) for system in SYSTEMS)
