"""Corrects sums for observations that changed after they were folded, and closes judgements that can't change any more.

An observation whose judgement may change keeps its increments apart (``observation`` in cells and lines), until a
moment that ``open_observation`` has. One that isn't listed there can't change the sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from catcher.incident import Sums
from catcher.model.ports import Folder
from catcher.store.codec import moment_to_text
from catcher.store.rules import open_until
from catcher.store.sqlite import observation
from catcher.store.sqlite.connection import PatientDatabase
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.sums import incident, mailboxes, summary
from catcher.store.sqlite.sums.folding import UNDECODABLE, folded_up_to, judge, reason_of_error, set_apart

CORRECTED_AT_ONCE = 50
"""Most observations that are corrected or closed in one transaction: each may change hundreds of lines."""


def to_fold_again(db: Database) -> list[int]:
    """Some folded observations that changed since they were stored, at most CORRECTED_AT_ONCE. One that isn't folded
    keeps its mark: another process may have read it before it changed, and fold it so."""
    sql = f"SELECT observation FROM to_fold_again WHERE observation <= ? LIMIT {CORRECTED_AT_ONCE}"
    return [id for (id,) in db.execute(sql, [folded_up_to(db)])]


def fold_again(db: PatientDatabase, folder: Folder, ids: Sequence[int], at: str) -> None:
    """Takes observations out of the sums and adds them as they are now. The caller opens the transaction. ``at``: the
    present moment."""
    touched: set[int] = set()
    for id in ids:
        first = db.execute("DELETE FROM to_fold_again WHERE observation = ?", [id]).rowcount == 1
        if first and db.execute("DELETE FROM open_observation WHERE observation = ?", [id]).rowcount == 1:
            touched |= incident.take_out(db, id)
            _add(db, folder, id, at)
    for number in touched:  # once for all of them: it may go through all cells of an incident
        summary.look_again(db, number)
    incident.drop_empty(db, touched)


def _add(db: PatientDatabase, folder: Folder, id: int, at: str) -> None:
    try:
        found = observation.one(db, id)
        if found is None or found.retry_of is not None:
            return
        shares, open_for = judge(folder, found)
    except UNDECODABLE as error:
        set_apart(db, id, reason_of_error(error), at)
        return
    sums = Sums()
    day = found.observed_at.date().isoformat()
    sums.add(shares, day, (found.reverse_path_token, found.author_token, found.recipients))
    of_incidents = sums.by_incident().values()
    incident.add(db, [(id if open_for else 0, sum_) for sum_ in of_incidents])
    if open_for is None:
        mailboxes.add(db, [(summary.number(db, sum_.key), line, 0) for sum_ in of_incidents for line in sum_.mailboxes])
    else:
        until = moment_to_text(open_until(found))
        db.execute("INSERT INTO open_observation (observation, until) VALUES (?,?)", [id, until])


def unchangeable(db: Database, now: datetime) -> list[int]:
    """Some observations whose judgement can't change any more at ``now``, at most CORRECTED_AT_ONCE. Those that changed
    are corrected first, by the next fold."""
    sql = f"SELECT observation FROM open_observation WHERE until < ? AND {_UNCHANGED} ORDER BY until LIMIT ?"
    return [id for (id,) in db.execute(sql, [moment_to_text(now.replace(microsecond=0)), CORRECTED_AT_ONCE])]


_UNCHANGED = "observation NOT IN (SELECT observation FROM to_fold_again)"


def close_judgements(db: Database, ids: Sequence[int]) -> int:
    """Makes the increments of observations a part of the daily sums; returns the number of observations. Those that
    changed meanwhile are left. The caller opens the transaction."""
    closed = 0
    for id in ids:
        if db.execute(f"DELETE FROM open_observation WHERE observation = ? AND {_UNCHANGED}", [id]).rowcount == 1:
            incident.make_final(db, id)
            closed += 1
    return closed
