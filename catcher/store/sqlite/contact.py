"""The tables of contacts: a party's contacts, which change together, and the latest outcome of each search step.

There are few contacts, and they change by hand or once a day, so all access goes through sqlite-utils' tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import Any

from catcher.model.ports import ColumnValue, ContactChange
from catcher.model.telling.contact import Contact, Source, StepOutcome, StepReason, StepResult, in_order
from catcher.store.codec import bound_to_text, moment_from_text, moment_to_text
from catcher.store.rules import changed_contacts
from catcher.store.sqlite.byday.dropping import note_rewrite
from catcher.store.sqlite.library import Database

_STALE = "source NOT IN ('entered', 'imported') AND confirmed_by IS NULL AND seen_at < ?"
"""Contacts found by the cascade, confirmed by nobody, and last seen before a given moment."""


def change(db: Database, party: str, changing: ContactChange, outcomes: Sequence[StepOutcome]) -> tuple[Contact, ...]:
    """Replaces the contacts of ``party`` and the outcomes of the steps. The caller opens the transaction."""
    known = tuple(read(db, party))
    changed = changed_contacts(party, known, changing)
    db.table("contact").delete_where("party = ?", [party])
    if set(known) - set(changed):
        note_rewrite(db, "contact")
    db.table("contact").insert_all(map(_row, changed))
    db.table("contact_outcome").upsert_all(map(_row, outcomes))
    return changed


def read(db: Database, party: str | None = None) -> Iterator[Contact]:
    """The contacts of ``party``, or of all parties one after another, in order."""
    where, values = ("1", []) if party is None else ("party = ?", [party])
    rows = db.table("contact").rows_where(where, values, order_by="party")
    for _, contacts in groupby(map(_contact, rows), key=lambda contact: contact.party):
        yield from in_order(contacts)


def outcomes(db: Database, party: str) -> tuple[StepOutcome, ...]:
    """The latest outcome of each step that was taken for ``party``."""
    found = {each.step: each for each in map(_outcome, db.table("contact_outcome").rows_where("party = ?", [party]))}
    return tuple(found[step] for step in Source if step in found)


def count(db: Database, before: datetime) -> int:
    """The number of contacts that ``delete`` would delete."""
    return db.table("contact").count_where(_STALE, [bound_to_text(before)])


def delete(db: Database, before: datetime) -> int:
    """Deletes found contacts last seen before ``before``, and older outcomes; returns the number of deleted
    contacts. The caller opens the transaction."""
    bound = [bound_to_text(before)]
    deleted = db.execute(f"DELETE FROM contact WHERE {_STALE}", bound).rowcount
    if deleted:
        note_rewrite(db, "contact")
    if db.execute("DELETE FROM contact_outcome WHERE at < ?", bound).rowcount:
        note_rewrite(db, "contact_outcome")
    return deleted


def are_due(db: Database, before: datetime) -> bool:
    """Whether ``delete`` would delete anything."""
    bound = [bound_to_text(before)]
    return bool(count(db, before) or db.table("contact_outcome").count_where("at < ?", bound))


def _row(value: Contact | StepOutcome) -> dict[str, ColumnValue]:
    return {name: moment_to_text(v) if isinstance(v, datetime) else v for name, v in asdict(value).items()}


def _contact(row: dict[str, Any]) -> Contact:
    moments = {name: _moment(row[name]) for name in ("seen_at", "confirmed_at", "bad_at")}
    return Contact(**{**row, **moments, "source": Source(row["source"]), "own": bool(row["own"])})


def _outcome(row: dict[str, Any]) -> StepOutcome:
    reason = None if row["reason"] is None else StepReason(row["reason"])
    step, result = Source(row["step"]), StepResult(row["result"])
    return StepOutcome(**{**row, "step": step, "result": result, "reason": reason, "at": _moment(row["at"])})


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moment_from_text(text)
