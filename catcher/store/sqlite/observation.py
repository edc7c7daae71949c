"""SQL of the observations: added with what tells retries and replays, read in pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import count
from operator import itemgetter

from sqlite_utils import Database

from catcher.model.observation import Observation, Stored
from catcher.privacy.retention import RETRY_AFTER
from catcher.store.codec import COLUMNS, Row, bound_to_text, decode, encode, moment_from_text, moment_to_text
from catcher.store.rules import retry_key, revised
from catcher.store.sqlite.connection import writing
from catcher.store.sqlite.statement import quoted

_ALL = quoted(COLUMNS)
_KEPT = tuple(column for column in COLUMNS if column not in ("id", "retry_of", "replayed"))
"""The columns that an observation brings with it."""
_kept = itemgetter(*map(COLUMNS.index, _KEPT))
_told = itemgetter(*map(COLUMNS.index, ("transaction", "observed_at", "signatures")))
_envelope = itemgetter(*map(COLUMNS.index, ("retry_tag", "domain", "reverse_path_token", "recipients")))

_LAST = "SELECT max(ifnull((SELECT max(id) FROM observation), 0), (SELECT up_to FROM folded))"
"""Ids never come again: what was purged was folded, and the fold's marker stays."""
_FIRSTS = """SELECT key, observation, "transaction", observed_at FROM retry
    WHERE key IN (SELECT value FROM json_each(?)) ORDER BY key, observation"""
_SIGNERS = """SELECT value,
    (SELECT min("transaction") FROM signature WHERE token = value),
    (SELECT max("transaction") FROM signature WHERE token = value) FROM json_each(?)"""
"""Two transactions of each token are enough to know whether there is another than a given one."""
_INSERT = f"INSERT INTO observation (id, retry_of, replayed, {quoted(_KEPT)}) VALUES (?,?,?{',?' * len(_KEPT)})"
_INSERT_RETRY = "INSERT INTO retry VALUES (?,?,?,?)"
_INSERT_SIGNATURE = "INSERT INTO signature VALUES (?,?,?)"


def add(db: Database, rows: Sequence[Row]) -> list[Stored]:
    """As ``SqliteStore.add_rows``: one transaction, durable when it returns."""
    if not rows:
        return []
    keys = [_retry_key(row) for row in rows]
    tokens: list[list[str]] = [json.loads(_told(row)[2]) for row in rows]
    stored, retries, signatures = [], [], []
    with writing(db):
        firsts = _firsts(db, {key for key in keys if key is not None})
        signers = _signers(db, {token for each in tokens for token in each})
        (last,) = db.execute(_LAST).fetchone()
        for id, row, key, signed in zip(count(last + 1), rows, keys, tokens):
            transaction, observed_at, _ = _told(row)
            first = None
            if key is not None:
                others = firsts.setdefault(key, [])
                since = _retried_since(observed_at) if others else ""
                first = next((other for other, by, at in others if by != transaction and at >= since), None)
                if first is None:
                    others.append((id, transaction, observed_at))
                    retries.append((key, id, transaction, observed_at))
            replayed = first is None and any(signers[token] - {transaction} for token in signed)
            for token in set(signed):
                signers[token].add(transaction)
                signatures.append((token, transaction, id))
            stored.append(Stored(id, first, replayed))
        made = ((s.id, s.retry_of, int(s.replayed), *_kept(row)) for s, row in zip(stored, rows, strict=True))
        db.conn.executemany(_INSERT, made)
        db.conn.executemany(_INSERT_RETRY, retries)
        db.conn.executemany(_INSERT_SIGNATURE, signatures)
    return stored


def _retry_key(row: Row) -> str | None:
    tag, domain, reverse_path_token, recipients = _envelope(row)
    return retry_key(tag, domain, reverse_path_token, json.loads(recipients))


@lru_cache(maxsize=64)
def _retried_since(observed_at: str) -> str:
    """The earliest moment of what a mail seen at ``observed_at`` may be a retry of."""
    return moment_to_text(moment_from_text(observed_at) - RETRY_AFTER)


def _firsts(db: Database, keys: Iterable[str]) -> dict[str, list[tuple[int, str, str]]]:
    """Of each key that is there: id, transaction and moment of the observations that are no retries, by id."""
    found: dict[str, list[tuple[int, str, str]]] = {}
    for key, *first in db.execute(_FIRSTS, [json.dumps(list(keys))]):
        found.setdefault(key, []).append(tuple(first))
    return found


def _signers(db: Database, tokens: Iterable[str]) -> dict[str, set[str]]:
    """Of each token: up to two of the transactions that had it."""
    found = db.execute(_SIGNERS, [json.dumps(list(tokens))]) if tokens else ()
    return {token: {*transactions} - {None} for token, *transactions in found}


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
