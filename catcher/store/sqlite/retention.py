"""SQL of forgetting: deletes, coarsens and empties what is due, in small transactions, until no file holds it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from catcher.model.errors import StoreUnavailable
from catcher.model.observation import Retention
from catcher.privacy.retention import Due, coarsened, fields_of
from catcher.store.codec import COLUMNS, bound_to_text, decode, encode
from catcher.store.sqlite.connection import writing
from catcher.store.sqlite.statement import quoted

CHUNK = 1_000
"""Rows in one transaction: a writer waits for tens of milliseconds at most."""

_COARSE = fields_of(Retention.COARSE_30_DAYS)
_EMPTIED = fields_of(Retention.FIVE_DAYS)
_OVER = "observed_at < ? AND id <= (SELECT up_to FROM folded)"
"""Deletable: old, and folded, so that its sums remain."""
_FINE = "observed_at < ? AND instr(client, '/') = 0"
_TAGGED = f"observed_at < ? AND ({' OR '.join(f'{name} IS NOT NULL' for name in _EMPTIED)})"

_SIGNATURES = (
    'DELETE FROM signature WHERE (token, "transaction", observation) IN (SELECT j.value, o."transaction", o.id '
    "FROM observation AS o, json_each(o.signatures) AS j WHERE o.id IN (SELECT value FROM json_each(?)))"
)
_ROWS = "DELETE FROM observation WHERE id IN (SELECT value FROM json_each(?))"


def count(db: Database, due: Due) -> tuple[int, int, int, int]:
    """How many observations would be deleted, coarsened, emptied, and how many lines of demand deleted."""
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
    """Deletes folded observations seen before a moment, and what was kept to recognise their signatures."""
    deleted = 0
    while ids := _ids(db, f"WHERE {_OVER} LIMIT {CHUNK}", [bound_to_text(before)]):
        with writing(db):
            db.execute(_SIGNATURES, [json.dumps(ids)])
            deleted += db.execute(_ROWS, [json.dumps(ids)]).rowcount
    return deleted


def coarsen(db: Database, before: datetime) -> int:
    """Makes observations seen before a moment coarser, each once; returns how many."""
    sql = f"UPDATE observation SET {','.join(f'{name}=?' for name in _COARSE)} WHERE id=?"
    total, last = 0, 0
    while rows := db.execute(
        f"SELECT {quoted(COLUMNS)} FROM observation WHERE id > ? AND {_FINE} ORDER BY id LIMIT {CHUNK}",
        [last, bound_to_text(before)],
    ).fetchall():
        changes = []
        for row in rows:
            coarse = dict(zip(COLUMNS, encode(coarsened(decode(row))), strict=True))
            changes.append([*(coarse[name] for name in _COARSE), coarse["id"]])
        with writing(db):
            total += db.conn.executemany(sql, changes).rowcount
        last = rows[-1][0]
    return total


def empty(db: Database, before: datetime) -> int:
    """Empties what tells retries, of observations seen before a moment; returns of how many."""
    total, last = 0, 0
    while ids := _ids(db, f"WHERE id > ? AND {_TAGGED} ORDER BY id LIMIT {CHUNK}", [last, bound_to_text(before)]):
        with writing(db):
            sql = f"UPDATE observation SET {','.join(f'{name}=NULL' for name in _EMPTIED)}"
            total += db.execute(f"{sql} WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(ids)]).rowcount
        last = ids[-1]
    return total


def forget_retries(db: Database, before: datetime) -> None:
    """Deletes the look-up of retries for observations seen before a moment."""
    old = f"SELECT key, observation FROM retry WHERE observed_at < ? LIMIT {CHUNK}"
    sql = f"DELETE FROM retry WHERE (key, observation) IN ({old})"
    while True:
        with writing(db):
            if not db.execute(sql, [bound_to_text(before)]).rowcount:
                return


def scrub(db: Database) -> None:
    """Moves all that is committed into the database file and empties the log: it holds pages of before the purge.

    Raises StoreUnavailable when another process reads an old state for longer than the busy timeout.
    """
    busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StoreUnavailable(
            "the purged rows are deleted, but another process reads the database and so keeps the log that still "
            "holds them; end it and run 'catcher store purge' again"
        )


def _ids(db: Database, where: str, values: Sequence[object]) -> list[int]:
    return [id for (id,) in db.execute(f"SELECT id FROM observation {where}", list(values))]
