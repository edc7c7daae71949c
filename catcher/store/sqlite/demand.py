"""SQL of demand: adds tallies, sums them by domain, deletes old ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from catcher.model.leak.demand import DemandKey
from catcher.store.codec import bound_to_text, moment_to_text
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.statement import insert

_COLUMNS = ("domain", "qtype", "rcode", "hour", "network", "queries")
_ADD = "ON CONFLICT (domain, qtype, rcode, hour, network) DO UPDATE SET queries = queries + excluded.queries"


def add(db: Database, tally: Mapping[DemandKey, int]) -> None:
    """Adds the counts of ``tally`` to the stored counts."""
    rows = [(k.domain, k.qtype, k.rcode, moment_to_text(k.hour), k.network, n) for k, n in tally.items()]
    insert(db, "demand", _COLUMNS, rows, _ADD)


def by_domain(db: Database, since: datetime | None, qtype: str | None) -> dict[str, int]:
    """Domain → queries in the hours that begin at ``since`` or later."""
    conditions = {"hour >= ?": since and bound_to_text(since), "qtype = ?": qtype}
    wanted = {condition: value for condition, value in conditions.items() if value is not None}
    where = " AND ".join(wanted) or "1"
    sql = f"SELECT domain, sum(queries) FROM demand WHERE {where} GROUP BY domain ORDER BY domain"
    return dict(db.execute(sql, list(wanted.values())).fetchall())


def delete(db: Database, before: datetime) -> int:
    """Deletes the tallies of hours that began before ``before``; returns the number of deleted rows."""
    return db.execute("DELETE FROM demand WHERE hour < ?", [bound_to_text(before)]).rowcount
