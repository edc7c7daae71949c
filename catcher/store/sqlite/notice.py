"""The tables of notices and suppressions: lines are added, never changed; a text stays until its notice is sent.

There are few lines, and a person waits for each, so all access goes through sqlite-utils' tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.ports import ColumnValue
from catcher.model.telling.addressee import Addressee
from catcher.model.telling.contact import Source
from catcher.model.telling.notice import LedgerEntry, Notice, NoticeForm
from catcher.model.telling.noticelife import Act
from catcher.model.telling.suppression import Scope, Suppression
from catcher.store.codec import bound_to_text, moment_from_text, moment_to_text
from catcher.store.rules import begun, step_to_the_second, suppression_to_the_second
from catcher.store.sqlite.byday.dropping import note_rewrite
from catcher.store.sqlite.library import Database


def add(db: Database, notice: Notice, text: bytes) -> bool:
    """As ``ports.Store.add_notice``, within a transaction."""
    if db.table("notice").count_where("id = ?", [notice.id]):
        return False
    n = begun(notice)
    number = db.table("notice").insert(_row(n)).last_rowid
    assert number is not None
    db.table("notice_step").insert_all(_step_row(number, place, step) for place, step in enumerate(n.steps))
    db.table("notice_text").insert({"notice": number, "text": text})
    return True


def add_step(db: Database, id: str, step: LedgerEntry, *, once: bool = False) -> Notice:
    """As ``ports.Store.add_step``, within a transaction."""
    found = next(_read(db, id), None)
    if found is None:
        raise KeyError(id)
    number, before = found
    if once and before.first(step.act) is not None:
        return before
    notice = before.with_step(step_to_the_second(step))
    db.table("notice_step").insert(_step_row(number, len(before.steps), notice.steps[-1]))
    if not notice.state.on_its_way and db.table("notice_text").count_where("notice = ?", [number]):
        db.table("notice_text").delete(number)
        note_rewrite(db, "notice_text")
    return notice


def _row(n: Notice) -> dict[str, ColumnValue]:
    return {
        "id": n.id,
        "party": n.key.party,
        "role": n.key.role.value,
        "domain": n.key.domain,
        "period": n.period,
        "address": n.addressee.address,
        "source": n.addressee.source.value,
        "trusted": int(n.addressee.trusted),
        "openpgp": n.addressee.openpgp,
        "form": n.form.value,
        "language": n.language,
        "ref": n.ref,
        "message_id": n.message_id,
        "approvals": n.approvals,
        "follows": n.follows,
        "drafted_at": moment_to_text(n.drafted_at),
    }


def _step_row(notice: int, place: int, step: LedgerEntry) -> dict[str, ColumnValue]:
    return {
        "notice": notice,
        "number": place,
        "act": step.act.value,
        "at": moment_to_text(step.at),
        "who": step.who,
        "note": step.note,
        "again_at": None if step.again_at is None else moment_to_text(step.again_at),
    }


def read(db: Database, id: str | None = None) -> list[Notice]:
    """All notices in the order of their drafts, or only the notice with ``id``."""
    return [notice for _, notice in _read(db, id)]


def _read(db: Database, id: str | None = None) -> Iterator[tuple[int, Notice]]:
    notices, ledger = db.table("notice"), db.table("notice_step")
    rows = list(notices.rows_where(order_by="number") if id is None else notices.rows_where("id = ?", [id]))
    steps: dict[int, list[LedgerEntry]] = {row["number"]: [] for row in rows}
    one = len(rows) == 1
    for row in ledger.rows_where("notice = ?" if one else "1", list(steps) if one else [], order_by="notice, number"):
        if row["notice"] in steps:
            steps[row["notice"]].append(_step(row))
    for row in rows:
        yield row["number"], _notice(row, tuple(steps[row["number"]]))


def _step(row: dict[str, Any]) -> LedgerEntry:
    again_at = None if row["again_at"] is None else moment_from_text(row["again_at"])
    return LedgerEntry(Act(row["act"]), moment_from_text(row["at"]), row["who"], row["note"], again_at)


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
    """The text of the notice ``id``; None if it has no text any more."""
    sql = "SELECT text FROM notice_text JOIN notice ON number = notice WHERE id = ?"
    row = db.execute(sql, [id]).fetchone()
    return None if row is None else bytes(row[0])


_OLD = "notice IN (SELECT number FROM notice WHERE drafted_at < ?)"


def old_texts(db: Database, before: datetime) -> int:
    """The number of texts of notices drafted before ``before``."""
    return db.table("notice_text").count_where(_OLD, [bound_to_text(before)])


def delete_texts(db: Database, before: datetime) -> int:
    """Deletes the texts of notices drafted before ``before``, within a transaction; returns the number of texts."""
    deleted = old_texts(db, before)
    if deleted:
        db.table("notice_text").delete_where(_OLD, [bound_to_text(before)])
        note_rewrite(db, "notice_text")
    return deleted


def suppress(db: Database, suppression: Suppression) -> None:
    """Adds a suppression, within a transaction."""
    s = suppression_to_the_second(suppression)
    db.table("suppression").insert(
        {
            "scope": s.scope.value,
            "subject": s.subject,
            "reason": s.reason,
            "who": s.who,
            "at": moment_to_text(s.at),
            "until": None if s.until is None else s.until.isoformat(),
        }
    )


def suppressions(db: Database) -> list[Suppression]:
    """All suppressions, oldest first."""
    return [
        Suppression(
            Scope(row["scope"]),
            row["subject"],
            row["reason"],
            row["who"],
            moment_from_text(row["at"]),
            row["until"] and date.fromisoformat(row["until"]),
        )
        for row in db.table("suppression").rows_where(order_by="number")
    ]
