"""SQL of the observations: added with what tells retries and replays, read in pages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from operator import attrgetter, itemgetter

from sqlite_utils import Database

from catcher.model.observation import Observation
from catcher.privacy.retention import RETRY_AFTER
from catcher.store.codec import COLUMNS, Value, bound_to_text, decode, encode, moment_to_text
from catcher.store.rules import retry_key, revised, to_the_minute
from catcher.store.sqlite.connection import writing
from catcher.store.sqlite.statement import MOST_VALUES, insert, quoted

_ALL = quoted(COLUMNS)
_KEPT = tuple(column for column in COLUMNS if column not in ("id", "retry_of", "replayed"))
"""The columns that an observation brings with it."""
_INCOMING = (*_KEPT, "retry_key", "retry_since", "place")

_PREPARE = (
    f"CREATE TEMP VIEW IF NOT EXISTS incoming ({quoted(_INCOMING)}) AS SELECT {','.join(['NULL'] * len(_INCOMING))}",
    "CREATE TEMP TABLE IF NOT EXISTS stored (id INTEGER NOT NULL, retry_of INTEGER, replayed INTEGER NOT NULL)",
    f"""CREATE TEMP TRIGGER IF NOT EXISTS store INSTEAD OF INSERT ON incoming BEGIN
        DELETE FROM stored WHERE NEW.place = 0;
        INSERT INTO observation (id, retry_of, replayed, {quoted(_KEPT)})
            SELECT number, first, first IS NULL AND NEW.signatures <> '[]' AND EXISTS (
                SELECT 1 FROM json_each(NEW.signatures) JOIN signature ON token = value
                WHERE "transaction" <> NEW."transaction"
            ), {",".join(f'NEW."{column}"' for column in _KEPT)}
            FROM (SELECT
                1 + max(ifnull((SELECT max(id) FROM observation), 0), (SELECT up_to FROM folded)) AS number,
                (SELECT min(observation) FROM retry WHERE key = NEW.retry_key
                    AND "transaction" <> NEW."transaction" AND observed_at >= NEW.retry_since) AS first);
        INSERT INTO stored SELECT id, retry_of, replayed FROM observation WHERE id = last_insert_rowid();
        INSERT INTO retry SELECT NEW.retry_key, id, NEW."transaction", NEW.observed_at
            FROM stored WHERE rowid = last_insert_rowid() AND retry_of IS NULL AND NEW.retry_key IS NOT NULL;
        INSERT INTO signature SELECT DISTINCT value, NEW."transaction", stored.id
            FROM stored, json_each(NEW.signatures) WHERE stored.rowid = last_insert_rowid();
    END""",
)
"""One statement adds a group: between two of them the thread may wait long for the interpreter. Row by row: what is
added sees what was added before it. Ids never come again: what was purged was folded, and the fold's marker stays."""

_STORED = "SELECT json_group_array(json_array(id, retry_of, replayed)) FROM (SELECT * FROM stored ORDER BY rowid)"


def prepare(db: Database) -> None:
    """Makes what ``add`` needs in this connection alone; the file has nothing of it."""
    for sql in _PREPARE:
        db.execute(sql)


def add(db: Database, batches: Sequence[Sequence[Observation]]) -> list[tuple[Observation, ...]]:
    """As ``ports.Store.add``: one transaction, durable when it returns."""
    observations = [to_the_minute(o) for batch in batches for o in batch]
    if not observations:
        return [() for _ in batches]
    rows = [_incoming(observation, place) for place, observation in enumerate(observations)]
    if len(rows) <= MOST_VALUES // len(_INCOMING):
        insert(db, "incoming", _INCOMING, rows)  # a statement alone is a transaction
    else:
        with writing(db):
            insert(db, "incoming", _INCOMING, rows)
    found = iter(json.loads(db.execute(_STORED).fetchone()[0]))
    numbered = (
        Observation(
            id=id, retry_of=retry_of, replayed=bool(replayed), **dict(zip(_KEPT, _fields(observation), strict=True))
        )
        for observation, (id, retry_of, replayed) in zip(observations, found, strict=True)
    )
    return [tuple(islice(numbered, len(batch))) for batch in batches]


def _incoming(observation: Observation, place: int) -> list[Value]:
    since = moment_to_text(observation.observed_at - RETRY_AFTER)
    return [*_kept(encode(observation)), retry_key(observation), since, place]


_fields = attrgetter(*_KEPT)
_kept = itemgetter(*(COLUMNS.index(column) for column in _KEPT))


_REVISE = "UPDATE observation SET " + ",".join(f'"{column}" = ?' for column in _KEPT)


def revise(db: Database, observations: Sequence[Observation]) -> tuple[Observation, ...]:
    """As ``ports.Store.revise``, within a transaction of the caller's."""
    changed = []
    for known in observations:
        stored = one(db, known.id)
        if stored is None or not stored.may_be_revised:
            continue
        tokens = [(token, stored.transaction, stored.id) for token in stored.signatures]
        db.conn.executemany('DELETE FROM signature WHERE token = ? AND "transaction" = ? AND observation = ?', tokens)
        marks = ",".join("?" * len(known.signatures))
        seen = f'SELECT 1 FROM signature WHERE token IN ({marks}) AND "transaction" <> ?'
        elsewhere = db.execute(seen, [*known.signatures, stored.transaction]).fetchone() is not None
        new = revised(stored, known, replayed=stored.retry_of is None and elsewhere)
        db.execute(f"{_REVISE}, replayed = ? WHERE id = ?", [*_kept(encode(new)), int(new.replayed), new.id])
        tokens = [(token, new.transaction, new.id) for token in set(new.signatures)]
        db.conn.executemany("INSERT INTO signature VALUES (?, ?, ?)", tokens)
        db.execute("INSERT INTO to_fold_again SELECT ? WHERE ? <= (SELECT up_to FROM folded)", [new.id, new.id])
        changed.append(new)
    return tuple(changed)


def revisions(db: Database, after: int, up_to: int) -> int:
    """How many revisions there were of the observations behind one id, up to another."""
    sql = "SELECT ifnull(sum(revision), 0) FROM observation WHERE id > ? AND id <= ?"
    number: int = db.execute(sql, [after, up_to]).fetchone()[0]
    return number


def page(
    db: Database,
    *,
    after: int | None = None,
    domain: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    ref: str | None = None,
    newest_first: bool = False,
    size: int,
) -> list[Observation]:
    """The next at most ``size`` observations by id, beyond the id ``after`` in the direction that is asked for."""
    # The plus keeps SQLite from the index of the times, after which it would sort all of a month for one page.
    time = "+observed_at" if newest_first else "observed_at"
    conditions = {
        "id < ?" if newest_first else "id > ?": after,
        "domain = ?": domain,
        f"{time} >= ?": since and bound_to_text(since),
        f"{time} < ?": until and bound_to_text(until),
        "ref = ?": ref,
    }
    wanted = {condition: value for condition, value in conditions.items() if value is not None}
    where = " AND ".join(wanted) or "1"
    order = "DESC" if newest_first else "ASC"
    sql = f"SELECT {_ALL} FROM observation WHERE {where} ORDER BY id {order} LIMIT ?"
    return [decode(row) for row in db.execute(sql, [*wanted.values(), size])]


def one(db: Database, id: int) -> Observation | None:
    row = db.execute(f"SELECT {_ALL} FROM observation WHERE id = ?", [id]).fetchone()
    return None if row is None else decode(row)
