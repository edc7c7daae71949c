"""SQL of the mails that were only counted, and of what a day's rows were shared among."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from catcher.model.leak.unstored import UnstoredKey, UnstoredKind
from catcher.model.ports import StoredShare
from catcher.store.sqlite.connection import PatientDatabase, read_transaction
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.statement import insert

_COLUMNS = ("day", "domain", "kind", "mails")
_ADD = "ON CONFLICT (day, domain, kind) DO UPDATE SET mails = mails + excluded.mails"


def add(db: Database, counts: Mapping[UnstoredKey, int]) -> None:
    """Adds the counts to the stored counts, in the caller's transaction."""
    insert(db, "unstored", _COLUMNS, [(k.day.isoformat(), k.domain, k.kind.value, n) for k, n in counts.items()], _ADD)


def read(db: Database, first: date | None, last: date | None) -> dict[UnstoredKey, int]:
    """The counts of the days from ``first`` to ``last``, in order."""
    conditions = {"day >= ?": first and first.isoformat(), "day <= ?": last and last.isoformat()}
    wanted = {condition: day for condition, day in conditions.items() if day is not None}
    where = " AND ".join(wanted) or "1"
    sql = f"SELECT day, domain, kind, mails FROM unstored WHERE {where} ORDER BY day, domain, kind"
    return {
        UnstoredKey(date.fromisoformat(day), domain, UnstoredKind(kind)): mails
        for day, domain, kind, mails in db.execute(sql, list(wanted.values()))
    }


def stored_shares(db: PatientDatabase, day: date) -> list[StoredShare]:
    """The stored observations of ``day``, counted by network, sender and recipients. Counting here is quicker than
    SQLite's sort of long texts."""
    found: Counter[tuple[str, str, int]] = Counter()
    with read_transaction(db):
        for part in db.registry.parts():
            if part.day == day.isoformat():
                found.update(db.execute(f"SELECT client, sender, recipient_count FROM mail_{part.number}"))
    return [StoredShare(*shared, rows) for shared, rows in found.items()]
