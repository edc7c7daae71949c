"""SQL of demand, a table a day: adds tallies, sums them by domain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from catcher.model.leak.demand import DemandKey
from catcher.store.codec import bound_to_text, moment_to_text
from catcher.store.sqlite.byday.registry import DailyKind, DailyTable
from catcher.store.sqlite.connection import PatientDatabase, read_transaction
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.statement import insert

_COLUMNS = ("domain", "qtype", "rcode", "hour", "network", "queries")
_ADD = "ON CONFLICT (domain, qtype, rcode, hour, network) DO UPDATE SET queries = queries + excluded.queries"


def create_demand(db: Database, table: str) -> None:
    """Makes the table of one day. It runs amid the counting, so it is plain SQL."""
    columns = ", ".join(f'"{name}" {"INTEGER" if name == "queries" else "TEXT"} NOT NULL' for name in _COLUMNS)
    key = ", ".join(f'"{name}"' for name in _COLUMNS[:-1])
    db.execute(f'CREATE TABLE "{table}" ({columns}, PRIMARY KEY ({key})) WITHOUT ROWID')


def add(db: PatientDatabase, tally: Mapping[DemandKey, int]) -> None:
    """Adds the counts of ``tally`` to the stored counts. The caller opens the transaction."""
    rows: dict[str, list[tuple[str | int, ...]]] = {}
    for k, n in tally.items():
        hour = moment_to_text(k.hour)
        rows.setdefault(hour[:10], []).append((k.domain, k.qtype, k.rcode, hour, k.network, n))
    for day, of_day in rows.items():
        insert(db, _table(db, day).name, _COLUMNS, of_day, _ADD)


def _table(db: PatientDatabase, day: str) -> DailyTable:
    for table in reversed(db.registry.daily(DailyKind.DEMAND)):
        if table.day == day:
            return table
    made = db.registry.add_daily(DailyKind.DEMAND, day)
    create_demand(db, made.name)
    return made


def by_domain(db: PatientDatabase, since: datetime | None, qtype: str | None) -> dict[str, int]:
    """Domain → queries in the hours that begin at ``since`` or later."""
    first = None if since is None else bound_to_text(since)
    conditions = {"hour >= ?": first, "qtype = ?": qtype}
    wanted = {condition: value for condition, value in conditions.items() if value is not None}
    where = " AND ".join(wanted) or "1"
    sums: Counter[str] = Counter()
    with read_transaction(db):
        for table in db.registry.daily(DailyKind.DEMAND):
            if first is None or table.day >= first[:10]:
                sql = f"SELECT domain, sum(queries) FROM {table.name} WHERE {where} GROUP BY domain"
                sums.update(dict(db.execute(sql, list(wanted.values())).fetchall()))
    return dict(sorted(sums.items()))
