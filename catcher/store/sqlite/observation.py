"""SQL of observations: adds rows, recognises retries and replays, reads rows in pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from sqlite3 import Connection

from catcher.model.leak.unstored import UnstoredKey
from catcher.model.mail.counting import CountReason, reason_of, uses_up_signatures
from catcher.model.mail.observation import Observation, Stored
from catcher.model.ports import ObservationRow
from catcher.privacy.retention import RETRY_AFTER
from catcher.store.codec import (
    OBSERVATION_COLUMNS,
    bound_to_text,
    from_row,
    moment_from_text,
    moment_to_text,
    nature_from,
    sender_from,
    texts,
    to_row,
)
from catcher.store.rules import handing_organisation, proven_organisation, retry_key, with_revision
from catcher.store.sqlite import unstored
from catcher.store.sqlite.connection import write_transaction
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.statement import quoted_columns

_ALL = quoted_columns(OBSERVATION_COLUMNS)
_KEPT = tuple(column for column in OBSERVATION_COLUMNS if column not in ("id", "retry_of", "replayed"))
"""The columns whose values come with the observation; the store sets the other columns."""
_kept = itemgetter(*map(OBSERVATION_COLUMNS.index, _KEPT))
_judged = itemgetter(*map(OBSERVATION_COLUMNS.index, ("transaction", "observed_at", "signatures")))
_envelope = itemgetter(*map(OBSERVATION_COLUMNS.index, ("retry_tag", "domain", "reverse_path_token", "recipients")))

_LAST = "SELECT max(up_to, ifnull((SELECT max(id) FROM observation), 0)) FROM folded"
"""The highest id so far. A purged id isn't used again: only folded rows are purged, and ``folded`` keeps their last
id."""
_ALIKE = """SELECT id, sender FROM retry JOIN observation ON id = retry.observation
    WHERE key = ? AND "transaction" <> ? AND observed_at >= ? ORDER BY id"""
_SEEN = 'SELECT 1 FROM signature WHERE token = ? AND "transaction" <> ? LIMIT 1'
_client = itemgetter(*map(OBSERVATION_COLUMNS.index, ("client", "sender", "nature", "fresh", "fresh_reason")))
_ADD = f"INSERT INTO observation (id, retry_of, replayed, {quoted_columns(_KEPT)}) VALUES (?,?,?{',?' * len(_KEPT)})"
_ADD_RETRY = "INSERT INTO retry (key, observation) VALUES (?,?)"
_ADD_SIGNATURE = 'INSERT INTO signature (token, "transaction", observation) VALUES (?,?,?)'


def add(db: Database, rows: Sequence[ObservationRow], counted: Mapping[UnstoredKey, int]) -> list[Stored]:
    """Adds rows and counts as ``SqliteStore.add_rows``, in one transaction; they are durable when the function
    returns."""
    if not rows and not counted:
        return []
    with write_transaction(db):
        unstored.add(db, counted)
        (last,) = db.execute(_LAST).fetchone()
        return [_add(db.conn, id, row) for id, row in enumerate(rows, last + 1)]


def _add(connection: Connection, id: int, row: ObservationRow) -> Stored:
    """Adds one row, and compares it with earlier rows. A statement costs little; a page in the log costs much."""
    transaction, observed_at, signatures = _judged(row)
    tokens, key, first = texts(signatures), _retry_key(row), None
    client, sender, nature, fresh, reason = _client(row)
    by = sender_from(sender)
    if key is not None:
        alike = connection.execute(_ALIKE, (key, transaction, _retried_since(observed_at)))
        organisation = proven_organisation(by)
        first = next(
            (
                id_
                for id_, other in alike
                if organisation is None or proven_organisation(sender_from(other)) == organisation
            ),
            None,
        )
        if first is None:
            connection.execute(_ADD_RETRY, (key, id))
    replayed = first is None and _is_seen(connection, tokens, transaction)
    shared = _is_shared(
        connection,
        client,
        observed_at[:10],
        handing_organisation(by, fresh=bool(fresh)),
        rests_on_address=fresh and reason == _SPF,
    )
    connection.execute(_ADD, (id, first, replayed, *_kept(row)))
    if shared:
        connection.execute(_STOP, (id,))
    if tokens and uses_up_signatures(
        nature_from(nature).mail_class, by.tier, fresh=bool(fresh), reason=reason_of(reason)
    ):
        _add_signatures(connection, tokens, transaction, id)
    return Stored(id, first, replayed, shared)


_SPF = CountReason.SPF.value
_STOPPED = f"fresh = 0, fresh_reason = '{CountReason.SHARED_ADDRESS.value}'"
_STOP = f"UPDATE observation SET {_STOPPED} WHERE id = ?"
_RESTING = f"client = ? AND fresh_reason = '{_SPF}' AND fresh"
_STOP_FOLDED = (
    f"INSERT OR IGNORE INTO to_fold_again SELECT id FROM observation WHERE {_RESTING} "
    "AND EXISTS (SELECT 1 FROM incident_cell AS own WHERE own.observation > 0 AND own.observation = observation.id)"
)
"""Only increments that are kept by their observation can be taken out of the sums: a release before 0.3 kept none of
them."""
_OTHERS = "SELECT 1 FROM client_organisation WHERE client = ? AND organisation <> ? LIMIT 1"
_LAST_DAY = "SELECT day FROM client_organisation WHERE client = ? AND organisation = ?"
_NOTE = (
    "INSERT INTO client_organisation (client, organisation, day) VALUES (?,?,?) "
    "ON CONFLICT (client, organisation) DO UPDATE SET day = max(day, excluded.day)"
)


def _is_shared(
    connection: Connection, client: str, day: str, organisation: str | None, *, rests_on_address: bool
) -> bool:
    """Whether a mail rests on its client's address, and another organisation's mail came from there. Notes its own
    ``organisation``; if it is the second one there, earlier mails stop counting by the address."""
    if organisation is not None:
        last = connection.execute(_LAST_DAY, (client, organisation)).fetchone()
        if last is None and connection.execute(_OTHERS, (client, organisation)).fetchone() is not None:
            connection.execute(_STOP_FOLDED, (client,))
            connection.execute(f"UPDATE observation SET {_STOPPED} WHERE {_RESTING}", (client,))
        if last is None or last[0] < day:
            connection.execute(_NOTE, (client, organisation, day))
    return rests_on_address and connection.execute(_OTHERS, (client, organisation or "")).fetchone() is not None


def _retry_key(row: ObservationRow) -> int | None:
    tag, domain, reverse_path_token, recipients = _envelope(row)
    return retry_key(tag, domain, reverse_path_token, texts(recipients))


@lru_cache(maxsize=64)
def _retried_since(observed_at: str) -> str:
    """The earliest moment of a mail whose retry may come at ``observed_at``."""
    return moment_to_text(moment_from_text(observed_at) - RETRY_AFTER)


def _is_seen(connection: Connection, tokens: Iterable[str], transaction: str) -> bool:
    """Whether another transaction has one of the signatures."""
    return any(connection.execute(_SEEN, (token, transaction)).fetchone() for token in tokens)


def _add_signatures(connection: Connection, tokens: Iterable[str], transaction: str, id: int) -> None:
    for token in set(tokens):
        connection.execute(_ADD_SIGNATURE, (token, transaction, id))


_REVISE = "UPDATE observation SET " + ",".join(f'"{column}" = ?' for column in _KEPT)


def revise(db: Database, observations: Sequence[Observation]) -> tuple[Observation, ...]:
    """As ``ports.Store.revise``, within the caller's transaction."""
    changed = []
    for known in observations:
        stored = one(db, known.id)
        if stored is None or not stored.may_be_revised:
            continue
        tokens = [(token, stored.transaction, stored.id) for token in stored.signatures]
        db.conn.executemany('DELETE FROM signature WHERE token = ? AND "transaction" = ? AND observation = ?', tokens)
        replayed = stored.retry_of is None and _is_seen(db.conn, known.signatures, stored.transaction)
        new = with_revision(stored, known, replayed=replayed)
        used_up = new.signatures if new.uses_up_signatures else ()
        day, organisation = new.observed_at.date().isoformat(), handing_organisation(new.sender, fresh=new.fresh)
        if _is_shared(db.conn, new.client, day, organisation, rests_on_address=new.rests_on_address):
            new = new.stopped()
        db.execute(f"{_REVISE}, replayed = ? WHERE id = ?", [*_kept(to_row(new)), int(new.replayed), new.id])
        _add_signatures(db.conn, used_up, new.transaction, new.id)
        db.execute(
            "INSERT OR IGNORE INTO to_fold_again SELECT ? WHERE ? <= (SELECT up_to FROM folded)", [new.id, new.id]
        )
        changed.append(new)
    return tuple(changed)


def changes(db: Database, after: int, up_to: int) -> tuple[int, int]:
    """(the number of all revisions, the number of fresh mails) of the observations with ``after < id <= up_to``.

    One of these numbers changes when an observation is revised, or stops counting."""
    sql = "SELECT ifnull(sum(revision), 0), ifnull(sum(fresh), 0) FROM observation WHERE id > ? AND id <= ?"
    revised, fresh = db.execute(sql, [after, up_to]).fetchone()
    return revised, fresh


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
    """At most ``size`` observations by rising id, behind the id ``after``; with ``newest_first`` by falling id."""
    # The plus keeps SQLite from the index of times: by that index it would sort a whole month for one page.
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
    return [from_row(row) for row in db.execute(sql, [*wanted.values(), size])]


def one(db: Database, id: int) -> Observation | None:
    row = db.execute(f"SELECT {_ALL} FROM observation WHERE id = ?", [id]).fetchone()
    return None if row is None else from_row(row)
