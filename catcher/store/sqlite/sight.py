"""The tables of sight: one row for each uptime of the sink, and one for each change of a domain's delegation; and the
row of upkeep: the latest sure moment, who declared one to be sure, and the day that is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from catcher.model.leak.sight import DelegationSince, Uptime
from catcher.model.ports import UpkeepState
from catcher.store.codec import moment_from_text, moment_to_text
from catcher.store.sqlite.library import Database


def beat(db: Database, now: datetime) -> None:
    """Prolongs the latest uptime to ``now``, or begins another. The caller opens the transaction."""
    now = now.replace(microsecond=0)
    latest = db.execute("SELECT number, began, latest FROM uptime ORDER BY number DESC LIMIT 1").fetchone()
    joined = None
    if latest is not None:
        joined = Uptime(moment_from_text(latest[1]), moment_from_text(latest[2])).joined(now)
    if joined is None:
        db.table("uptime").insert({"began": moment_to_text(now), "latest": moment_to_text(now)})
    else:
        db.table("uptime").update(latest[0], {"latest": moment_to_text(joined.latest)})


def uptimes(db: Database) -> tuple[Uptime, ...]:
    """All uptimes, oldest first."""
    rows = db.table("uptime").rows_where(order_by="number")
    return tuple(Uptime(moment_from_text(row["began"]), moment_from_text(row["latest"])) for row in rows)


def changed(db: Database, ours: Mapping[str, bool]) -> dict[str, bool]:
    """The domains of ``ours`` whose latest line differs; a domain without a line counts as ours."""
    query = "SELECT ours FROM delegation WHERE domain = ? ORDER BY number DESC LIMIT 1"
    found = {}
    for domain, is_ours in ours.items():
        row = db.execute(query, [domain]).fetchone()
        if is_ours is not (True if row is None else bool(row[0])):
            found[domain] = is_ours
    return found


def note(db: Database, day: date, ours: Mapping[str, bool]) -> int:
    """Adds a line for each domain whose delegation changed. The caller opens the transaction."""
    lines = [
        {"domain": domain, "day": day.isoformat(), "ours": int(is_ours)}
        for domain, is_ours in changed(db, ours).items()
    ]
    db.table("delegation").insert_all(lines)
    return len(lines)


def delegations(db: Database, domain: str) -> tuple[DelegationSince, ...]:
    """The lines of ``domain``, oldest first."""
    rows = db.table("delegation").rows_where("domain = ?", [domain], order_by="number")
    return tuple(DelegationSince(date.fromisoformat(row["day"]), bool(row["ours"])) for row in rows)


_UPKEEP = "sure_at, accepted_at, accepted_by, day"


def upkeep_state(db: Database) -> UpkeepState:
    row = db.execute(f"SELECT {_UPKEEP} FROM upkeep WHERE number = 1").fetchone()
    if row is None:
        return UpkeepState()
    sure_at, accepted_at, accepted_by, day = row
    return UpkeepState(
        None if sure_at is None else moment_from_text(sure_at),
        None if accepted_at is None else moment_from_text(accepted_at),
        accepted_by,
        None if day is None else date.fromisoformat(day),
    )


def note_sure_moment(db: Database, now: datetime, accepted_by: str | None) -> None:
    """Records ``now``. The caller opens the transaction."""
    text = moment_to_text(now.replace(microsecond=0))
    if accepted_by is not None:
        _set_upkeep(db, {"sure_at": text, "accepted_at": text, "accepted_by": accepted_by})
        return
    latest = upkeep_state(db).sure_at
    if latest is None or latest < now:
        _set_upkeep(db, {"sure_at": text})


def note_upkeep(db: Database, day: date) -> None:
    """Records the day that is done. The caller opens the transaction."""
    _set_upkeep(db, {"day": day.isoformat()})


def _set_upkeep(db: Database, values: dict[str, Any]) -> None:
    db.table("upkeep").upsert({"number": 1, **values}, pk="number")
