"""Retention: what is due goes in short steps, class by class, and the log is emptied at the end.

::

    forget ─▶ stops owed ─▶ tokens ─▶ 5 days ─▶ 30 days ─▶ keep_days ─▶ demand ─▶ contacts ─▶ texts of notices ─▶ scrub
              for each class: mark the tables that are due ─▶ drop them in steps      delete ─▶ write the table anew

No row is decoded here, so a row that can't be decoded goes like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from catcher.model.ports import PeriodRecord, Purged
from catcher.privacy.retention import RetentionCutoffs
from catcher.store.codec import moment_from_text, moment_to_text
from catcher.store.sqlite import contact
from catcher.store.sqlite import notice as notices
from catcher.store.sqlite.byday.dropping import drop_in_steps, mark_for_dropping, rewrite_in_steps
from catcher.store.sqlite.byday.layout import drop_tables
from catcher.store.sqlite.byday.registry import DailyKind, DailyTable, MailPart
from catcher.store.sqlite.byday.scrubbing import scrub
from catcher.store.sqlite.byday.stopping import stop_in_steps
from catcher.store.sqlite.connection import PatientDatabase, read_transaction, write_transaction
from catcher.store.sqlite.sums import correcting, mailboxes
from catcher.store.sqlite.sums.folding import folded_up_to


class DueParts(NamedTuple):
    """The parts of which something is due, class by class; a part may be in several."""

    tokens: list[MailPart]
    recent: list[MailPart]
    traces: list[MailPart]
    mails: list[MailPart]

    def rows(self, parts: Sequence[MailPart]) -> int:
        """The rows of ``parts`` that stay."""
        return sum(part.rows for part in parts if part not in self.mails)


def due_parts(db: PatientDatabase, due: RetentionCutoffs, *, ended: bool = False) -> DueParts:
    """What is due. ``ended``: as if every ended period was settled."""
    with read_transaction(db):
        parts = db.registry.parts()
        folded = folded_up_to(db)
        settled = _settled(db)
    over = due.ended_before if ended else due.overdue_before
    waiting = {part.day for part in parts if part.last_id > folded}
    deleted, unfolded, coarse, empty = (
        day.isoformat() for day in (due.last_deleted, due.last_deleted_unfolded, due.last_coarsened, due.last_emptied)
    )
    return DueParts(
        tokens=[p for p in parts if p.token and (p.day[:7] in settled or p.day[:7] < over)],
        recent=[p for p in parts if p.recent and p.day <= empty],
        traces=[p for p in parts if p.trace and p.day <= coarse],
        mails=[p for p in parts if p.day <= (unfolded if p.day in waiting else deleted)],
    )


def _settled(db: PatientDatabase) -> set[str]:
    return {period for (period,) in db.execute("SELECT period FROM period WHERE settled_at IS NOT NULL")}


def count(db: PatientDatabase, due: RetentionCutoffs) -> Purged:
    """What a purge would change, but for mailboxes to settle."""
    parts = due_parts(db, due, ended=True)
    with read_transaction(db):
        return Purged(
            deleted=sum(part.rows for part in parts.mails),
            coarsened=parts.rows(parts.traces),
            retry_tags_emptied=parts.rows(parts.recent),
            tokens_emptied=parts.rows(parts.tokens),
            demand_deleted=_lines(db, _due_daily(db, DailyKind.DEMAND, due.last_deleted)),
            contacts_deleted=contact.count(db, due.contacts_before),
            notice_texts_deleted=notices.old_texts(db, due.texts_before),
        )


def forget(db: PatientDatabase, due: RetentionCutoffs) -> Iterator[Purged]:
    """As ``ports.Store.forget``. What an interrupted call had marked goes first."""
    for phase in (_stops, _tokens, _recent, _traces, _mails, _demand, _contacts, _texts):
        yield from phase(db, due)
    for _ in rewrite_in_steps(db):
        yield Purged()
    if scrub(db):
        yield Purged()


def _stops(db: PatientDatabase, due: RetentionCutoffs) -> Iterator[Purged]:
    """What is owed of an earlier commit, before the addresses go by which it is found."""
    for _ in stop_in_steps(db):
        yield Purged()


_AT_ONCE = 10
"""Most parts that are marked in one transaction, so that it takes a few milliseconds however much is due."""
_Change = Callable[[PatientDatabase, RetentionCutoffs], Purged | None]
"""Changes what is due, in the caller's transaction, or some of it; None: nothing was due."""


def _change(db: PatientDatabase, due: RetentionCutoffs, change: _Change) -> Iterator[Purged]:
    """Transactions with ``change`` as long as something is due, and the steps that drop what it marked."""
    while True:
        with write_transaction(db):
            purged = change(db, due)
        if purged is not None:
            yield purged
        for _ in drop_in_steps(db):
            yield Purged()
        if purged is None:
            return


def _tokens(db: PatientDatabase, due: RetentionCutoffs) -> Iterator[Purged]:
    def mark(db: PatientDatabase, due: RetentionCutoffs) -> Purged | None:
        parts = due_parts(db, due)
        some = parts.tokens[:_AT_ONCE]
        for part in some:
            _count_lost(db, part)
            drop_tables(db, db.registry, part, tables=["token"])
        settled = _settled(db)
        ended = [period for period, _ in mailboxes.tables(db) if period in settled or period < due.overdue_before]
        for period in ended:
            mailboxes.drop(db, period)
        return Purged(tokens_emptied=parts.rows(some)) if some or ended else None

    return _change(db, due, mark)


def _recent(db: PatientDatabase, due: RetentionCutoffs) -> Iterator[Purged]:
    def mark(db: PatientDatabase, due: RetentionCutoffs) -> Purged | None:
        parts = due_parts(db, due)
        some = parts.recent[:_AT_ONCE]
        for part in some:
            drop_tables(db, db.registry, part, tables=["recent"])
        return Purged(retry_tags_emptied=parts.rows(some)) if some else None

    return _change(db, due, mark)


def _traces(db: PatientDatabase, due: RetentionCutoffs) -> Iterator[Purged]:
    def mark(db: PatientDatabase, due: RetentionCutoffs) -> Purged | None:
        parts = due_parts(db, due)
        some, addresses = parts.traces[:_AT_ONCE], _due_daily(db, DailyKind.ORGANISATION, due.last_addresses)
        for part in some:
            drop_tables(db, db.registry, part, tables=["trace"])
        _drop_daily(db, addresses[:_AT_ONCE])
        return Purged(coarsened=parts.rows(some)) if some or addresses else None

    yield from _close(db, due_parts(db, due).traces)
    yield from _change(db, due, mark)


def _mails(db: PatientDatabase, due: RetentionCutoffs) -> Iterator[Purged]:
    def mark(db: PatientDatabase, due: RetentionCutoffs) -> Purged | None:
        some = due_parts(db, due).mails[:_AT_ONCE]
        for part in some:
            if part.token:
                _count_lost(db, part)
            # The plus keeps SQLite from going through all ids of the part.
            for table in ("to_fold_again", "set_apart"):
                db.execute(f"DELETE FROM {table} WHERE +observation IN (SELECT id FROM mail_{part.number})")
            drop_tables(db, db.registry, part, mail=True)
        return Purged(deleted=sum(part.rows for part in some)) if some else None

    yield from _close(db, due_parts(db, due).mails)
    yield from _change(db, due, mark)


def _close(db: PatientDatabase, parts: Sequence[MailPart]) -> Iterator[Purged]:
    """The sums stop keeping the increments of these parts' observations apart: without its address, an observation
    can't stop counting any more. Those that are to be folded again are left."""
    for part in parts:
        query = (
            "SELECT observation FROM open_observation WHERE observation > ? "
            f"AND observation <= ? AND +observation IN (SELECT id FROM mail_{part.number}) "
            "AND observation NOT IN (SELECT observation FROM to_fold_again) ORDER BY observation LIMIT ?"
        )
        last = part.first_id - 1
        while ids := [id for (id,) in db.execute(query, [last, part.last_id, correcting.CORRECTED_AT_ONCE])]:
            with write_transaction(db):
                correcting.close_judgements(db, ids)
            last = ids[-1]
            yield Purged()


def _count_lost(db: PatientDatabase, part: MailPart) -> None:
    """Counts the observations of ``part`` that weren't folded while their tokens were there."""
    folded = folded_up_to(db)
    if part.last_id > folded:
        (lost,) = db.execute(f"SELECT count(*) FROM mail_{part.number} WHERE id > ?", [folded]).fetchone()
        db.execute(
            "INSERT INTO period (period, lost) VALUES (?,?) "
            "ON CONFLICT (period) DO UPDATE SET lost = lost + excluded.lost",
            [part.day[:7], lost],
        )


def _demand(db: PatientDatabase, due: RetentionCutoffs) -> Iterator[Purged]:
    def mark(db: PatientDatabase, due: RetentionCutoffs) -> Purged | None:
        some = _due_daily(db, DailyKind.DEMAND, due.last_deleted)[:1]
        lines = _lines(db, some)
        _drop_daily(db, some)
        return Purged(demand_deleted=lines) if some else None

    return _change(db, due, mark)


def _due_daily(db: PatientDatabase, kind: DailyKind, last: date) -> list[DailyTable]:
    return [table for table in db.registry.daily(kind) if table.day <= last.isoformat()]


def _lines(db: PatientDatabase, tables: Sequence[DailyTable]) -> int:
    return sum(db.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0] for table in tables)


def _drop_daily(db: PatientDatabase, tables: Sequence[DailyTable]) -> None:
    for table in tables:
        mark_for_dropping(db, table.name)
        db.registry.remove_daily(table)


def _contacts(db: PatientDatabase, due: RetentionCutoffs) -> Iterator[Purged]:
    def delete(db: PatientDatabase, due: RetentionCutoffs) -> Purged | None:
        deleted, outcomes = contact.delete(db, due.contacts_before)
        return Purged(contacts_deleted=deleted) if deleted or outcomes else None

    return _change(db, due, delete)


def _texts(db: PatientDatabase, due: RetentionCutoffs) -> Iterator[Purged]:
    def delete(db: PatientDatabase, due: RetentionCutoffs) -> Purged | None:
        deleted = notices.delete_texts(db, due.texts_before)
        return Purged(notice_texts_deleted=deleted) if deleted else None

    return _change(db, due, delete)


def token_periods(db: PatientDatabase, before: str) -> set[str]:
    """The periods before ``before`` of which tokens are left."""
    with read_transaction(db):
        return {part.day[:7] for part in db.registry.parts() if part.token and part.day[:7] < before}


def note_period(
    db: PatientDatabase, period: str, settled_at: datetime | None, key_destroyed_at: datetime | None
) -> None:
    """As ``ports.Store.note_period``, within the caller's transaction."""
    moments = [
        None if at is None else moment_to_text(at.replace(microsecond=0)) for at in (settled_at, key_destroyed_at)
    ]
    db.execute(
        "INSERT INTO period (period, settled_at, key_destroyed_at) VALUES (?,?,?) ON CONFLICT (period) DO UPDATE SET "
        "settled_at = ifnull(settled_at, excluded.settled_at), "
        "key_destroyed_at = ifnull(key_destroyed_at, excluded.key_destroyed_at)",
        [period, *moments],
    )


def periods(db: PatientDatabase) -> tuple[PeriodRecord, ...]:
    """As ``ports.Store.periods``."""
    rows = db.execute("SELECT period, settled_at, key_destroyed_at, lost FROM period ORDER BY period").fetchall()
    return tuple(
        PeriodRecord(period, _moment(settled), _moment(destroyed), lost) for period, settled, destroyed, lost in rows
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moment_from_text(text)
