"""SQL of the observations: added with what tells retries and replays, read in pages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from catcher.model.observation import Observation
from catcher.privacy.retention import RETRY_AFTER
from catcher.store.codec import COLUMNS, Value, bound_to_text, decode, encode, moment_from_text, moment_to_text
from catcher.store.rules import retry_key, to_the_minute
from catcher.store.sqlite.statement import insert, quoted

_ALL = quoted(COLUMNS)
_NEXT_ID = "SELECT 1 + max(ifnull((SELECT max(id) FROM observation), 0), (SELECT up_to FROM folded))"
"""Ids never come again: what was purged was folded, and the marker of the fold stays."""
_RETRIES = (
    'SELECT key, observation, "transaction", observed_at FROM retry '
    "WHERE key IN (SELECT value FROM json_each(?)) ORDER BY observation"
)
_SEEN = (
    'SELECT value, (SELECT min("transaction") FROM signature WHERE token = value), '
    '(SELECT max("transaction") FROM signature WHERE token = value) '
    "FROM json_each(?) WHERE EXISTS (SELECT 1 FROM signature WHERE token = value)"
)
"""Two transactions are enough to know whether there is another than a given one."""


def add(db: Database, batches: Sequence[Sequence[Observation]]) -> list[tuple[Observation, ...]]:
    """As ``ports.Store.add``, inside a transaction that the caller began."""
    memory = _Memory(db, [o for batch in batches for o in batch])
    next_id: int = db.execute(_NEXT_ID).fetchone()[0]
    stored = []
    for batch in batches:
        numbered = []
        for observation in batch:
            numbered.append(memory.place(to_the_minute(observation), next_id))
            next_id += 1
        stored.append(tuple(numbered))
    insert(db, "observation", COLUMNS, [encode(o) for batch in stored for o in batch])
    memory.write(db)
    return stored


class _Memory:
    """What is known of retries and signatures while one group is added: the stored ones and the group's own."""

    def __init__(self, db: Database, observations: Sequence[Observation]) -> None:
        keys = sorted({key for key in map(retry_key, observations) if key is not None})
        tokens = sorted({token for o in observations for token in o.signatures})
        self._first: dict[str, list[tuple[int, str, datetime]]] = {}
        self._seen: dict[str, set[str]] = {}
        self._new_retries: list[tuple[Value, ...]] = []
        self._new_signatures: list[tuple[Value, ...]] = []
        if keys:
            for key, id, transaction, observed_at in db.execute(_RETRIES, [json.dumps(keys)]):
                self._first.setdefault(key, []).append((id, transaction, moment_from_text(observed_at)))
        if tokens:
            for token, one, other in db.execute(_SEEN, [json.dumps(tokens)]):
                self._seen[token] = {one, other}

    def place(self, observation: Observation, id: int) -> Observation:
        """``observation`` with its id, marked as a retry or a replay where it is one; remembered for the next."""
        key = retry_key(observation)
        retry_of = None if key is None else self._retry_of(key, observation)
        replayed = retry_of is None and any(
            self._seen.get(token, _NONE) - {observation.transaction} for token in observation.signatures
        )
        if key is not None and retry_of is None:
            at = observation.observed_at
            self._first.setdefault(key, []).append((id, observation.transaction, at))
            self._new_retries.append((key, id, observation.transaction, moment_to_text(at)))
        for token in dict.fromkeys(observation.signatures):
            self._seen.setdefault(token, set()).add(observation.transaction)
            self._new_signatures.append((token, observation.transaction, id))
        return replace(observation, id=id, retry_of=retry_of, replayed=replayed)

    def _retry_of(self, key: str, observation: Observation) -> int | None:
        since = observation.observed_at - RETRY_AFTER
        for id, transaction, observed_at in self._first.get(key, ()):
            if transaction != observation.transaction and observed_at >= since:
                return id
        return None

    def write(self, db: Database) -> None:
        insert(db, "retry", ("key", "observation", "transaction", "observed_at"), self._new_retries)
        insert(db, "signature", ("token", "transaction", "observation"), self._new_signatures)


_NONE: frozenset[str] = frozenset()


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
