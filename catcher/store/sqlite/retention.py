"""SQL of retention: deletes, coarsens and empties due rows in small transactions, then removes their traces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from catcher.model.errors import StoreUnavailable
from catcher.model.mail.observation import Observation, Retention
from catcher.privacy.retention import RetentionCutoffs, coarsened, fields_of
from catcher.store.codec import OBSERVATION_COLUMNS, bound_to_text, from_row, to_row
from catcher.store.rules import retry_key
from catcher.store.sqlite.connection import PRAGMAS, PatientDatabase, write_transaction
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.statement import quoted_columns

CHUNK = 1_000
"""Most rows in one transaction: another writer waits tens of milliseconds for its end."""

_COARSE = fields_of(Retention.COARSE_30_DAYS)
_EMPTIED = fields_of(Retention.FIVE_DAYS)
_OVER = "observed_at < ? AND id <= (SELECT up_to FROM folded)"
"""Rows that may be deleted: they are old, and folded, so that their sums remain."""
_FINE = "observed_at < ? AND instr(client, '/') = 0"
_TAGGED = f"observed_at < ? AND ({' OR '.join(f'{name} IS NOT NULL' for name in _EMPTIED)})"


def count(db: Database, due: RetentionCutoffs) -> tuple[int, int, int, int]:
    """The numbers of observations to delete, to coarsen and to empty, and the number of lines of demand to delete."""
    over = bound_to_text(due.deleted_before)
    wanted = (
        (f"observation WHERE {_OVER}", [over]),
        (f"observation WHERE {_FINE} AND NOT ({_OVER})", [bound_to_text(due.coarsened_before), over]),
        (f"observation WHERE {_TAGGED} AND NOT ({_OVER})", [bound_to_text(due.emptied_before), over]),
        ("demand WHERE hour < ?", [over]),
    )
    deleted, fine, tagged, demand = (
        db.execute(f"SELECT count(*) FROM {rows}", values).fetchone()[0] for rows, values in wanted
    )
    return deleted, fine, tagged, demand


def delete(db: Database, before: datetime) -> int:
    """Deletes folded observations seen before ``before``, with their keys of retries and signatures; returns the number
    of observations."""
    deleted = 0
    while observations := _chunk(db, _OVER, before, after=0):
        with write_transaction(db):
            note_scrub(db)
            _forget_retries(db, observations)
            tokens = [(token, o.transaction, o.id) for o in observations for token in o.signatures]
            db.conn.executemany(
                'DELETE FROM signature WHERE token = ? AND "transaction" = ? AND observation = ?', tokens
            )
            rows = [(o.id,) for o in observations]
            deleted += db.conn.executemany("DELETE FROM observation WHERE id = ?", rows).rowcount
    return deleted


def coarsen(db: Database, before: datetime) -> int:
    """Makes observations seen before ``before`` coarser, each once; returns the number of observations."""
    sql = f"UPDATE observation SET {','.join(f'{name} = ?' for name in _COARSE)} WHERE id = ?"
    total, last = 0, 0
    while observations := _chunk(db, _FINE, before, after=last):
        rows = [dict(zip(OBSERVATION_COLUMNS, to_row(coarsened(o)), strict=True)) for o in observations]
        with write_transaction(db):
            note_scrub(db)
            total += db.conn.executemany(sql, [[row[name] for name in (*_COARSE, "id")] for row in rows]).rowcount
        last = observations[-1].id
    return total


def forget_clients(db: Database, last_day: date) -> int:
    """Deletes the addresses of clients last seen on ``last_day`` or earlier; returns the number of lines. The caller
    opens the transaction."""
    return db.execute("DELETE FROM client_organisation WHERE day <= ?", [last_day.isoformat()]).rowcount


def empty(db: Database, before: datetime) -> int:
    """Empties the retry tags of observations seen before ``before``, and deletes the keys of their retries; returns the
    number of observations."""
    sql = f"UPDATE observation SET {','.join(f'{name} = NULL' for name in _EMPTIED)} WHERE id = ?"
    total, last = 0, 0
    while observations := _chunk(db, _TAGGED, before, after=last):
        with write_transaction(db):
            note_scrub(db)
            _forget_retries(db, observations)
            total += db.conn.executemany(sql, [(o.id,) for o in observations]).rowcount
        last = observations[-1].id
    return total


def _chunk(db: Database, where: str, before: datetime, *, after: int) -> list[Observation]:
    """The next rows for which ``where`` holds, by id."""
    columns = quoted_columns(OBSERVATION_COLUMNS)
    sql = f"SELECT {columns} FROM observation WHERE id > ? AND {where} ORDER BY id LIMIT {CHUNK}"
    return [from_row(row) for row in db.execute(sql, [after, bound_to_text(before)])]


def _forget_retries(db: Database, observations: Sequence[Observation]) -> None:
    keys = [(retry_key(o.retry_tag, o.domain, o.reverse_path_token, o.recipients), o.id) for o in observations]
    db.conn.executemany("DELETE FROM retry WHERE key = ? AND observation = ?", keys)


def note_scrub(db: Database) -> None:
    """Records that ``scrub`` must rewrite the file; called in the transaction that removes rows."""
    db.table("owed").insert({"work": "scrub"}, ignore=True)


def scrub(db: PatientDatabase) -> None:
    """Rewrites the file without the removed rows, and empties the log, which still holds older pages.

    secure_delete alone is not enough: when SQLite splits or merges pages, copies of the moved rows stay in unused
    parts of a page. Does nothing if no row was removed since the last scrub; after an interrupted purge, the next purge
    scrubs. Raises StoreUnavailable if the log can't be emptied because another process reads the database.
    """
    if not db.table("owed").count_where("work = 'scrub'"):
        return
    db.execute("PRAGMA temp_store = 1")  # VACUUM writes its copy of the database to an unlinked file, not to memory
    try:
        db.execute("VACUUM")
    finally:
        db.execute(f"PRAGMA temp_store = {PRAGMAS['temp_store']}")
    with db.waiting_by_itself():
        busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StoreUnavailable(
            "the rows are deleted, but another process reads the database, so the log still holds them; "
            "end that process and run 'catcher store purge' again"
        )
    with write_transaction(db):
        db.table("owed").delete("scrub")
