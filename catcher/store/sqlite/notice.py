"""SQL of the notices: drafts and steps added, never changed; texts kept while a notice is on its way; suppressions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from catcher.model.addressee import Addressee
from catcher.model.contact import Source
from catcher.model.incident import IncidentKey, Role
from catcher.model.notice import LedgerEntry, Notice, NoticeForm
from catcher.model.noticelife import Act
from catcher.model.suppression import Scope, Suppression
from catcher.store.codec import Value, bound_to_text, moment_from_text, moment_to_text
from catcher.store.rules import begun, step_to_the_second, suppression_to_the_second
from catcher.store.sqlite.retention import owe_scrub
from catcher.store.sqlite.statement import insert, quoted

_NOTICE = (
    *("id", "party", "role", "domain", "period", "address", "source", "trusted", "openpgp", "form", "language", "ref"),
    *("message_id", "approvals", "follows", "drafted_at"),
)
_STEP = ("notice", "number", "act", "at", "who", "note", "again_at")
_SUPPRESSION = ("scope", "subject", "reason", "who", "at", "until")


def add(db: Database, notice: Notice, text: bytes) -> bool:
    """As ``ports.Store.add_notice``, within a transaction."""
    if db.execute("SELECT 1 FROM notice WHERE id = ?", [notice.id]).fetchone():
        return False
    n = begun(notice)
    row: tuple[Value, ...] = (
        n.id,
        *(n.key.party, n.key.role.value, n.key.domain, n.period),
        *(n.addressee.address, n.addressee.source.value, int(n.addressee.trusted), n.addressee.openpgp),
        *(n.form.value, n.language, n.ref, n.message_id, n.approvals, n.follows, moment_to_text(n.drafted_at)),
    )
    insert(db, "notice", _NOTICE, [row])
    number = db.execute("SELECT number FROM notice WHERE id = ?", [n.id]).fetchone()[0]
    insert(db, "notice_step", _STEP, [_step_row(number, place, step) for place, step in enumerate(n.steps)])
    insert(db, "notice_text", ("notice", "text"), [(number, text)])
    return True


def add_step(db: Database, id: str, step: LedgerEntry, *, once: bool = False) -> Notice:
    """As ``ports.Store.add_step``, within a transaction."""
    found = next(_read(db, "WHERE id = ?", [id]), None)
    if found is None:
        raise KeyError(id)
    number, before = found
    if once and before.first(step.act) is not None:
        return before
    notice = before.with_step(step_to_the_second(step))
    insert(db, "notice_step", _STEP, [_step_row(number, len(before.steps), notice.steps[-1])])
    if not notice.state.on_its_way and db.execute("DELETE FROM notice_text WHERE notice = ?", [number]).rowcount:
        owe_scrub(db)
    return notice


def _step_row(notice: int, place: int, step: LedgerEntry) -> tuple[Value, ...]:
    again_at = None if step.again_at is None else moment_to_text(step.again_at)
    return notice, place, step.act.value, moment_to_text(step.at), step.who, step.note, again_at


def read(db: Database, id: str | None = None) -> list[Notice]:
    """All notices in the order of their drafts, or the one with ``id``."""
    found = _read(db) if id is None else _read(db, "WHERE id = ?", [id])
    return [notice for _, notice in found]


def _read(db: Database, where: str = "", values: list[str] | None = None) -> Iterator[tuple[int, Notice]]:
    rows = db.execute(f"SELECT number, {quoted(_NOTICE)} FROM notice {where} ORDER BY number", values or []).fetchall()
    steps: dict[int, list[LedgerEntry]] = {number: [] for number, *_ in rows}
    only = "WHERE notice = ?" if len(rows) == 1 else ""
    listed = db.execute(
        f"SELECT {quoted(_STEP)} FROM notice_step {only} ORDER BY notice, number", list(steps) * bool(only)
    )
    for number, _, act, at, who, note, again_at in listed:
        if number in steps:
            later = None if again_at is None else moment_from_text(again_at)
            steps[number].append(LedgerEntry(Act(act), moment_from_text(at), who, note, later))
    for number, *row in rows:
        yield number, _notice(dict(zip(_NOTICE, row, strict=True)), tuple(steps[number]))


def _notice(row: dict[str, Any], steps: tuple[LedgerEntry, ...]) -> Notice:
    return Notice(
        id=row["id"],
        key=IncidentKey(row["party"], Role(row["role"]), row["domain"]),
        period=row["period"],
        addressee=Addressee(row["address"], Source(row["source"]), bool(row["trusted"]), row["openpgp"]),
        form=NoticeForm(row["form"]),
        language=row["language"],
        ref=row["ref"],
        message_id=row["message_id"],
        approvals=row["approvals"],
        follows=row["follows"],
        steps=steps,
    )


def text(db: Database, id: str) -> bytes | None:
    """The text of the notice ``id``, while there is one."""
    sql = "SELECT text FROM notice_text JOIN notice ON number = notice WHERE id = ?"
    row = db.execute(sql, [id]).fetchone()
    return None if row is None else bytes(row[0])


_OLD_TEXTS = "notice_text WHERE notice IN (SELECT number FROM notice WHERE drafted_at < ?)"


def old_texts(db: Database, before: datetime) -> int:
    """How many texts belong to notices drafted before a moment."""
    count: int = db.execute(f"SELECT count(*) FROM {_OLD_TEXTS}", [bound_to_text(before)]).fetchone()[0]
    return count


def delete_texts(db: Database, before: datetime) -> int:
    """Deletes the texts of notices drafted before a moment, within a transaction; returns how many."""
    deleted = db.execute(f"DELETE FROM {_OLD_TEXTS}", [bound_to_text(before)]).rowcount
    if deleted:
        owe_scrub(db)
    return deleted


def suppress(db: Database, suppression: Suppression) -> None:
    """Adds a suppression, within a transaction."""
    s = suppression_to_the_second(suppression)
    until = None if s.until is None else s.until.isoformat()
    insert(db, "suppression", _SUPPRESSION, [(s.scope.value, s.subject, s.reason, s.who, moment_to_text(s.at), until)])


def suppressions(db: Database) -> list[Suppression]:
    """All suppressions, oldest first."""
    rows = db.execute(f"SELECT {quoted(_SUPPRESSION)} FROM suppression ORDER BY number").fetchall()
    return [
        Suppression(Scope(scope), subject, reason, who, moment_from_text(at), until and date.fromisoformat(until))
        for scope, subject, reason, who, at, until in rows
    ]
