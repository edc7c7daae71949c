"""Folds observations in bounded batches: rows are read and added up outside of the transaction that writes the sums.

Most rows are decoded no further than their day and tokens: rows whose other columns are alike have the same shares, and
the folder works these out from the first of them.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from heapq import merge
from itertools import chain, pairwise
from operator import itemgetter
from typing import Any

from catcher.incident import Sums, month_of
from catcher.model.leak.shares import MailShares
from catcher.model.mail.observation import Observation
from catcher.model.ports import Folder, FoldState
from catcher.store.codec import Undecodable, moment_from_text, moment_to_text, texts
from catcher.store.rules import open_for
from catcher.store.sqlite import observation
from catcher.store.sqlite.byday.layout import moment_or, part_source
from catcher.store.sqlite.connection import PatientDatabase, read_transaction, write_transaction
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.sums import incident, mailboxes

BATCH_ROWS = 20_000
"""Most observations in a batch."""
BATCH_MAILBOXES = 100_000
"""Most lines of mailboxes in a batch, unless one observation has more. Both numbers bound memory."""
BATCH_CELLS = 5_000
"""Most cells, and lines of observations that may change, in a batch, unless one observation has more. They are written
in one transaction: another writer waits tens of milliseconds for its end."""
_MOST_ALIKE = 20_000
"""Most shares that are kept for rows alike: a bound for memory."""

_JUDGED = (
    *("domain", "policy", "outcome", "tls", "size_class", "fresh", "fresh_reason", "replayed", "revision"),
    *("sender", "intended", "nature", "markings", "authentication"),
)
"""The columns on which shares rest, and those that only have to be in order."""
_JUDGED_FROM = 6
"""The first columns of a row: id, retry_of, the hour, and the tokens of reverse-path, author and recipients."""

UNDECODABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""The errors of decoding a row that no version of catcher wrote."""


@dataclass(slots=True)
class FoldBatch:
    """The increments of some observations, before they are written."""

    last: int
    """The id of the last of them."""
    observations: int = 0
    sums: Sums = field(default_factory=Sums)
    """Of the observations whose judgement can't change."""
    periods: Counter[str] = field(default_factory=Counter)
    """Period → number of the observations with mailboxes."""
    open: list[tuple[int, str, Sums]] = field(default_factory=list)
    """Id, the moment until which it may change, and increments, of each other observation."""
    set_apart: list[tuple[int, str]] = field(default_factory=list)
    """Id and class of the error of each row that can't be decoded."""

    open_rows: int = 0
    """At most as many cells and lines of ``open`` are written."""

    @property
    def is_full(self) -> bool:
        return self.sums.cells + self.open_rows >= BATCH_CELLS or self.sums.mailboxes >= BATCH_MAILBOXES


class FoldReader:
    """Reads batches of observations and adds them up."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._alike: dict[tuple[object, ...], tuple[MailShares, timedelta | None]] = {}
        """The values of ``_JUDGED`` → the shares, and the time for which they may change."""

    def batch(self, db: PatientDatabase, after: int) -> FoldBatch | None:
        """The observations behind the id ``after``; None if there are none."""
        decoding, db.conn.text_factory = db.conn.text_factory, str
        try:
            return self._batch(db, after)
        except sqlite3.OperationalError:
            pass  # octets that aren't UTF-8, or a failure that comes again
        finally:
            db.conn.text_factory = decoding
        return self._batch(db, after)

    def _batch(self, db: PatientDatabase, after: int) -> FoldBatch | None:
        """As ``batch``, in the connection's way of decoding text: SQLite's own is the quickest, and fails for octets
        that aren't UTF-8."""
        batch = FoldBatch(after)
        with read_transaction(db):
            for row in _rows(db, after):
                batch.last = row[0]
                try:
                    self._add(db, batch, row)
                except UNDECODABLE as error:
                    batch.set_apart.append((batch.last, reason_of_error(error)))
                else:
                    batch.observations += 1
                    if batch.is_full:
                        break
        return None if batch.last == after else batch

    def _add(self, db: PatientDatabase, batch: FoldBatch, row: tuple[Any, ...]) -> None:
        """Adds a row to ``batch``. Raises one of UNDECODABLE."""
        id, retry_of, hour, path, author, recipients = row[:_JUDGED_FROM]
        judged = row[_JUDGED_FROM:]
        shares, open_for = self._alike.get(judged) or self._judge(db, id, judged)
        moment, day = _moment_and_day(hour)
        tokens = (_token(path), _token(author), _tokens(recipients))
        if retry_of is not None:
            return
        if shares.has_mailboxes:
            batch.periods[month_of(day)] += 1
        if open_for is None:
            batch.sums.add(shares, day, tokens)
        else:
            sums = Sums()
            sums.add(shares, day, tokens)
            batch.open_rows += sums.cells + sums.mailboxes
            batch.open.append((id, moment_to_text(moment + open_for), sums))

    def _judge(self, db: PatientDatabase, id: int, judged: tuple[Any, ...]) -> tuple[MailShares, timedelta | None]:
        """The shares of a row, and the time for which they may change; rows alike get them without being decoded."""
        found = observation.one(db, id)
        if found is None:
            raise KeyError("the row was deleted")
        shares, open_for = judge(self._folder, found)
        if len(self._alike) >= _MOST_ALIKE:
            self._alike.clear()
        self._alike[judged] = shares, open_for
        return shares, open_for


def _rows(db: PatientDatabase, after: int) -> Iterator[tuple[Any, ...]]:
    """The rows of at most BATCH_ROWS observations behind the id ``after``, by id. The ids of parts may overlap."""
    last = after
    while last == after and (parts := [part for part in db.registry.parts() if part.last_id > after]):
        after = last = max(after, min(part.first_id for part in parts) - 1)
        near = sorted((part for part in parts if part.first_id <= after + BATCH_ROWS), key=lambda part: part.first_id)
        cursors = [db.execute(_select(part.number, part.token), [after, after + BATCH_ROWS]) for part in near]
        overlap = any(one.last_id >= other.first_id for one, other in pairwise(near))
        try:
            for row in merge(*cursors, key=itemgetter(0)) if overlap else chain(*cursors):
                last = row[0]
                yield row
        finally:
            for cursor in cursors:
                cursor.close()
        if last == after:  # the rows of these ids are deleted, in the midst of a part
            after = last = after + BATCH_ROWS


@lru_cache(maxsize=64)
def _select(number: int, token: bool) -> str:
    """The query for the rows of a part. ``token``: whether it has tokens."""
    tokens = "k.reverse_path_token, k.author_token, ifnull(k.recipients, '[]')" if token else "NULL, NULL, '[]'"
    judged = ", ".join(f"m.{column}" for column in _JUDGED)
    source = part_source(number, False, token, False)
    columns = f"m.id, m.retry_of, m.observed_at, {tokens}, {judged}"
    return f"SELECT {columns} FROM {source} WHERE m.id > ? AND m.id <= ? ORDER BY m.id"


def reason_of_error(error: Exception) -> str:
    """The class of an error of decoding, and the column if it is known; never a value."""
    return f"{type(error).__name__}: {error}" if isinstance(error, Undecodable) else type(error).__name__


def judge(folder: Folder, found: Observation) -> tuple[MailShares, timedelta | None]:
    """The shares of an observation, as if it was no retry, and the time for which they may change; None: they can't.

    Raises one of UNDECODABLE when a text of it can't be stored in a sum.
    """
    shares = folder.shares(replace(found, retry_of=None))
    for share in shares.incidents:
        "".join((share.key.domain, share.key.party, *(text for text in share.cell if isinstance(text, str)))).encode()
    return shares, open_for(found) if found.is_open else None


@lru_cache(maxsize=16384)
def _tokens(recipients: str) -> tuple[str, ...]:
    """The tokens in the column ``recipients``; mailboxes are written to again and again."""
    tokens = texts(recipients)
    for token in tokens:
        _token(token)
    return tokens


def _token(token: str | None) -> str | None:
    """``token``, if it can be stored and compared: else all of its batch could not be written."""
    if token is None or (isinstance(token, str) and token.isascii()):
        return token
    raise ValueError("a token is hexadecimal")


@lru_cache(maxsize=4096)
def _moment_and_day(observed_at: str) -> tuple[datetime, str]:
    moment = moment_from_text(observed_at).astimezone(UTC)
    return moment, moment.date().isoformat()


def folded_up_to(db: Database) -> int:
    """The id of the last observation that the sums include."""
    up_to: int = db.execute("SELECT up_to FROM folded").fetchone()[0]
    return up_to


def write(db: Database, batch: FoldBatch, after: int, at: str) -> int | None:
    """Adds a batch, which was read behind the id ``after``, to the sums; returns the number of its observations whose
    mailboxes come too late. None: another process has folded these observations.

    Mailboxes are a set, and adding them twice changes nothing. So the mailboxes that can't change are written first, in
    short transactions of their own. Everything else is one transaction with the marker. ``at``: the present moment.
    """
    sums = batch.sums.by_incident().values()
    mailboxes.add_apart(db, sums)
    with write_transaction(db):
        if folded_up_to(db) != after:
            return None
        of_open = [(id, sum_) for id, _, of_one in batch.open for sum_ in of_one.by_incident().values()]
        incident.add(db, [*((0, sum_) for sum_ in sums), *of_open])
        opened = [(id, until) for id, until, _ in batch.open]
        db.conn.executemany("INSERT OR REPLACE INTO open_observation (observation, until) VALUES (?,?)", opened)
        for id, reason in batch.set_apart:
            set_apart(db, id, reason, at)
        db.execute("UPDATE folded SET up_to = ?", [batch.last])
        open_ = mailboxes.open_periods(db, batch.periods)
    return sum(number for period, number in batch.periods.items() if period not in open_)


def set_apart(db: Database, id: int, reason: str, at: str) -> None:
    """Lists an observation that can't be decoded. The caller opens the transaction."""
    db.execute("INSERT OR REPLACE INTO set_apart (observation, reason, at) VALUES (?,?,?)", [id, reason, at])


def state(db: PatientDatabase) -> FoldState:
    """What the sums include."""
    with read_transaction(db):
        up_to = folded_up_to(db)
        waiting, folded_to = 0, None
        for part in db.registry.parts():
            if part.last_id > up_to:
                sql = f"SELECT count(*) FROM mail_{part.number} WHERE id > ?"
                waiting += db.execute(sql, [up_to]).fetchone()[0]
            if part.first_id <= up_to <= part.last_id:
                moment = moment_or("observed_at", part.trace)
                source = part_source(part.number, part.trace, False, False)
                folded_to = db.execute(f"SELECT {moment} FROM {source} WHERE m.id = ?", [up_to]).fetchone() or folded_to
        reasons = dict(db.execute("SELECT reason, count(*) FROM set_apart GROUP BY reason ORDER BY reason").fetchall())
    return FoldState(folded_to and _moment_and_day(folded_to[0])[0], waiting, reasons)
