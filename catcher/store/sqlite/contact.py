"""SQL of the contacts: a party's are few and change together; of each step that looked for them, the latest outcome."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, fields
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlite_utils import Database

from catcher.model.contact import Contact, Source, StepOutcome, StepReason, StepResult, in_order
from catcher.model.ports import ContactChange
from catcher.store.codec import Value, bound_to_text, moment_from_text, moment_to_text
from catcher.store.rules import changed_contacts
from catcher.store.sqlite.statement import insert, quoted

_CONTACT = tuple(field.name for field in fields(Contact))
_OUTCOME = tuple(field.name for field in fields(StepOutcome))
_STALE = "source NOT IN ('entered', 'imported') AND confirmed_by IS NULL AND seen_at < ?"
"""Found by the cascade, confirmed by nobody, and not seen since."""


def change(db: Database, party: str, changing: ContactChange, outcomes: Sequence[StepOutcome]) -> tuple[Contact, ...]:
    """Replaces the contacts of ``party``, and the outcomes of the steps; to be called in a transaction."""
    changed = changed_contacts(party, tuple(read(db, party)), changing)
    db.execute("DELETE FROM contact WHERE party = ?", [party])
    insert(db, "contact", _CONTACT, [_row(contact) for contact in changed])
    keys = [(outcome.party, outcome.step) for outcome in outcomes]
    db.conn.executemany("DELETE FROM contact_outcome WHERE party = ? AND step = ?", keys)
    insert(db, "contact_outcome", _OUTCOME, [_row(outcome) for outcome in outcomes])
    return changed


def read(db: Database, party: str | None = None) -> Iterator[Contact]:
    """The contacts of ``party``, or of all, party by party, in order."""
    sql = f"SELECT {quoted(_CONTACT)} FROM contact"
    if party is None:
        rows = db.execute(f"{sql} ORDER BY party")
    else:
        rows = db.execute(f"{sql} WHERE party = ?", [party])
    for _, contacts in groupby(map(_contact, rows), key=lambda contact: contact.party):
        yield from in_order(contacts)


def outcomes(db: Database, party: str) -> tuple[StepOutcome, ...]:
    """The latest outcome of each step that was taken for ``party``."""
    rows = db.execute(f"SELECT {quoted(_OUTCOME)} FROM contact_outcome WHERE party = ?", [party])
    found = {outcome.step: outcome for outcome in map(_outcome, rows)}
    return tuple(found[step] for step in Source if step in found)


def count(db: Database, before: datetime) -> int:
    """How many contacts ``delete`` would delete."""
    number: int = db.execute(f"SELECT count(*) FROM contact WHERE {_STALE}", [bound_to_text(before)]).fetchone()[0]
    return number


def delete(db: Database, before: datetime) -> int:
    """Deletes found contacts not seen since ``before``, and outcomes of that age; returns how many contacts."""
    db.execute("DELETE FROM contact_outcome WHERE at < ?", [bound_to_text(before)])
    return db.execute(f"DELETE FROM contact WHERE {_STALE}", [bound_to_text(before)]).rowcount


def _row(value: Contact | StepOutcome) -> tuple[Value, ...]:
    return tuple(moment_to_text(v) if isinstance(v, datetime) else v for v in astuple(value))


def _contact(row: Sequence[Any]) -> Contact:
    values = dict(zip(_CONTACT, row, strict=True))
    moments = {name: _moment(values[name]) for name in ("seen_at", "confirmed_at", "bad_at")}
    return Contact(**{**values, **moments, "source": Source(values["source"]), "own": bool(values["own"])})


def _outcome(row: Sequence[Any]) -> StepOutcome:
    values = dict(zip(_OUTCOME, row, strict=True))
    reason = None if values["reason"] is None else StepReason(values["reason"])
    step, result = Source(values["step"]), StepResult(values["result"])
    return StepOutcome(**{**values, "step": step, "result": result, "reason": reason, "at": _moment(values["at"])})


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moment_from_text(text)
