"""The table of upkeep: one row with the latest sure moment, who declared one to be sure, and the day that is done."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from catcher.model.ports import UpkeepState
from catcher.store.codec import moment_from_text, moment_to_text
from catcher.store.sqlite.library import Database

_COLUMNS = "sure_at, accepted_at, accepted_by, day"


def state(db: Database) -> UpkeepState:
    row = db.execute(f"SELECT {_COLUMNS} FROM upkeep WHERE number = 1").fetchone()
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
        _set(db, {"sure_at": text, "accepted_at": text, "accepted_by": accepted_by})
        return
    latest = state(db).sure_at
    if latest is None or latest < now:
        _set(db, {"sure_at": text})


def note_day(db: Database, day: date) -> None:
    """Records the day that is done. The caller opens the transaction."""
    _set(db, {"day": day.isoformat()})


def _set(db: Database, values: dict[str, Any]) -> None:
    db.table("upkeep").upsert({"number": 1, **values}, pk="number")
