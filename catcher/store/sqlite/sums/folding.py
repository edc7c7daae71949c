"""Folds observations in bounded batches: rows are read and added up outside of the transaction that writes the sums.

Most rows are decoded no further than their day and tokens: rows whose other columns are alike have the same shares, and
the folder works these out from the first of them.
"""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from catcher.incident import Sums, month_of
from catcher.model.leak.shares import MailShares
from catcher.model.mail.observation import Observation
from catcher.model.ports import Folder, FoldState
from catcher.store.codec import moment_from_text, moment_to_text, texts
from catcher.store.rules import open_for
from catcher.store.sqlite import observation
from catcher.store.sqlite.connection import write_transaction
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.statement import quoted_columns
from catcher.store.sqlite.sums import incident, mailboxes

MOST_ROWS = 20_000
"""Most observations in a batch."""
MOST_MAILBOXES = 100_000
"""Most lines of mailboxes in a batch, unless one observation has more. Both numbers bound memory."""
MOST_CELLS = 5_000
"""Most cells, and lines of observations that may change, in a batch, unless one observation has more. They are written
in one transaction: another writer waits tens of milliseconds for its end."""
_MOST_ALIKE = 20_000
"""Most shares that are kept for rows alike: a bound for memory."""

_JUDGED = (
    *("domain", "policy", "outcome", "tls", "size_class", "fresh", "fresh_reason", "replayed", "revision"),
    *("sender", "intended", "nature", "markings", "authentication"),
)
"""The columns on which shares rest, and those that only have to be in order."""
_OWN = ("id", "retry_of", "observed_at", "reverse_path_token", "author_token", "recipients")
_JUDGED_FROM = len(_OWN)
_READ = f"SELECT {quoted_columns((*_OWN, *_JUDGED))} FROM observation WHERE id > ? ORDER BY id LIMIT ?"

UNDECODABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
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

    rows: int = 0
    """At most as many cells, and lines of ``open``, are written."""

    @property
    def is_full(self) -> bool:
        return self.rows >= MOST_CELLS or self.sums.mailboxes >= MOST_MAILBOXES


class FoldReader:
    """Reads batches of observations and adds them up."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._alike: dict[tuple[object, ...], tuple[MailShares, timedelta | None]] = {}
        """The values of ``_JUDGED`` → the shares, and the time for which they may change."""

    def batch(self, db: Database, after: int) -> FoldBatch | None:
        """The observations behind the id ``after``; None if there are none."""
        batch = FoldBatch(after)
        with closing(db.execute(_READ, [after, MOST_ROWS])) as rows:
            for row in rows:
                batch.last = row[0]
                try:
                    self._add(db, batch, row)
                except UNDECODABLE as error:
                    batch.set_apart.append((batch.last, type(error).__name__))
                else:
                    batch.observations += 1
                    if batch.is_full:
                        break
        return None if batch.last == after else batch

    def _add(self, db: Database, batch: FoldBatch, row: tuple[Any, ...]) -> None:
        """Adds a row to ``batch``. Raises one of UNDECODABLE."""
        id, retry_of, observed_at, path, author, recipients = row[:_JUDGED_FROM]
        judged = row[_JUDGED_FROM:]
        shares, open_for = self._alike.get(judged) or self._judge(db, id, judged)
        moment, day = _moment_and_day(observed_at)
        tokens = texts(recipients)
        for token in (path, author, *tokens):
            if token is not None and not token.isascii():
                raise ValueError("a token is hexadecimal")
        if retry_of is not None:
            return
        if shares.has_mailboxes:
            batch.periods[month_of(day)] += 1
        if open_for is None:
            before = batch.sums.cells
            batch.sums.add(shares, day, path, author, tokens)
            batch.rows += batch.sums.cells - before
        else:
            sums = Sums()
            sums.add(shares, day, path, author, tokens)
            batch.rows += sums.cells + sums.mailboxes
            batch.open.append((id, moment_to_text(moment + open_for), sums))

    def _judge(self, db: Database, id: int, judged: tuple[Any, ...]) -> tuple[MailShares, timedelta | None]:
        """The shares of a row, and the time for which they may change; rows alike get them without being decoded."""
        found = observation.one(db, id)
        if found is None:
            raise KeyError("the row was deleted")
        shares, open_for = judge(self._folder, found)
        if len(self._alike) >= _MOST_ALIKE:
            self._alike.clear()
        self._alike[judged] = shares, open_for
        return shares, open_for


def judge(folder: Folder, found: Observation) -> tuple[MailShares, timedelta | None]:
    """The shares of an observation, as if it was no retry, and the time for which they may change; None: they can't.

    Raises one of UNDECODABLE when a text of it can't be stored in a sum.
    """
    shares = folder.shares(replace(found, retry_of=None))
    for share in shares.incidents:
        "".join((share.key.domain, share.key.party, *(text for text in share.cell if isinstance(text, str)))).encode()
    return shares, open_for(found) if found.is_open else None


@lru_cache(maxsize=4096)
def _moment_and_day(observed_at: str) -> tuple[datetime, str]:
    moment = moment_from_text(observed_at).astimezone(UTC)
    return moment, moment.date().isoformat()


def folded_up_to(db: Database) -> int:
    """The id of the last observation that the sums include."""
    up_to: int = db.execute("SELECT up_to FROM folded").fetchone()[0]
    return up_to


def write(db: Database, batch: FoldBatch, after: int) -> int | None:
    """Adds a batch, which was read behind the id ``after``, to the sums; returns the number of its observations whose
    mailboxes come too late. None: another process has folded these observations.

    Mailboxes are a set, and adding them twice changes nothing. So the mailboxes that can't change are written first, in
    short transactions of their own. Everything else is one transaction with the marker.
    """
    sums = batch.sums.by_incident().values()
    mailboxes.add_apart(db, sums)
    with write_transaction(db):
        if folded_up_to(db) != after:
            return None
        incident.add(db, sums)
        for id, until, of_one in batch.open:
            incident.add(db, of_one.by_incident().values(), observation=id)
            db.execute("INSERT OR REPLACE INTO open_observation (observation, until) VALUES (?,?)", [id, until])
        db.conn.executemany("INSERT OR REPLACE INTO set_apart (id, reason) VALUES (?,?)", batch.set_apart)
        db.execute("UPDATE folded SET up_to = ?", [batch.last])
        open_ = mailboxes.open_periods(db, batch.periods)
    return sum(number for period, number in batch.periods.items() if period not in open_)


def state(db: Database) -> FoldState:
    """What the sums include."""
    up_to = folded_up_to(db)
    row = db.execute("SELECT observed_at FROM observation WHERE id = ?", [up_to]).fetchone()
    waiting = db.execute("SELECT count(*) FROM observation WHERE id > ?", [up_to]).fetchone()[0]
    reasons = dict(db.execute("SELECT reason, count(*) FROM set_apart GROUP BY reason ORDER BY reason").fetchall())
    return FoldState(row and _moment_and_day(row[0])[0], waiting, reasons)
