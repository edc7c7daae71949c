"""SQL of incidents and their cells: the database adds increments to the stored sums, so no sums are held in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from catcher.incident import IncidentSum
from catcher.incident.crowd import Line
from catcher.model.leak.incident import Cell, Count, Counted, Incident, IncidentKey, MailboxDay, Role, Side
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import MailClass, MailKind, Tier
from catcher.model.mail.policy import Outcome
from catcher.model.ports import ColumnValue
from catcher.store.sqlite.connection import read_transaction
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.statement import insert
from catcher.store.sqlite.sums import mailboxes, summary

_CELL_KEY = ("incident", "day", "counterpart", "tier", "mail_class", "outcome", "level", "tls", "reason", "kind")
_CELL = (*_CELL_KEY, "mails", "counted")
_ADD_CELL = (
    f"ON CONFLICT ({','.join(_CELL_KEY)}, observation) "
    "DO UPDATE SET mails = mails + excluded.mails, counted = counted + excluded.counted"
)


def add(db: Database, sums: Iterable[tuple[int, IncidentSum]]) -> None:
    """Adds increments to the stored sums, as ``incident.merge`` does in memory. The caller opens the transaction.

    Each increment comes with the id of its observation as long as that may be revised; else with 0, and its mailboxes
    are left to ``mailboxes.add_apart``.
    """
    of_incidents: defaultdict[str, list[tuple[int, IncidentSum]]] = defaultdict(list)
    for observation, sum_ in sums:
        of_incidents[sum_.key.id].append((observation, sum_))
    cells: list[tuple[ColumnValue, ...]] = []
    lines: list[tuple[int, Line, int]] = []
    for increments in of_incidents.values():
        number = summary.add(db, [sum_ for _, sum_ in increments])
        for observation, sum_ in increments:
            for day, share, count in sum_.cells():
                cells.append((number, day, *share.cell, count.mails, count.counted, observation))
            if observation:
                lines += [(number, line, observation) for line in sum_.mailboxes]
    cells.sort()
    insert(db, "incident_cell", (*_CELL, "observation"), cells, _ADD_CELL)
    mailboxes.add(db, lines)


def take_out(db: Database, observation: int) -> set[int]:
    """Removes the increments of an observation from the sums, because it was revised after it was folded; returns the
    numbers of its incidents, whose summaries are looked at again (``look_again``)."""
    where = "WHERE observation > 0 AND observation = ?"
    sql = f"SELECT incident, counterpart, mails, counted FROM incident_cell {where}"
    of_incidents = db.execute(sql, [observation]).fetchall()
    db.execute(f"DELETE FROM incident_cell {where}", [observation])
    for number, counterpart, mails, counted in of_incidents:
        summary.take_out(db, number, counterpart, mails, counted)
    mailboxes.take_out(db, observation)
    return {number for number, *_ in of_incidents}


def make_final(db: Database, observation: int) -> None:
    """Adds the increments of an observation to the daily sums for good: its judgement can't change any more."""
    columns = ",".join(_CELL)
    where = "WHERE observation > 0 AND observation = ?"
    sql = f"INSERT INTO incident_cell ({columns}, observation) SELECT {columns}, 0 FROM incident_cell {where}"
    db.execute(f"{sql} {_ADD_CELL}", [observation])
    db.execute(f"DELETE FROM incident_cell {where}", [observation])
    mailboxes.make_final(db, observation)


def drop_empty(db: Database, numbers: Iterable[int]) -> None:
    """Removes those of the incidents ``numbers`` that have no sums any more."""
    with_sums = ["incident_cell", "incident_total", *(table for _, table in mailboxes.tables(db))]
    for number in numbers:
        if all(
            db.execute(f"SELECT 1 FROM {table} WHERE incident = ? LIMIT 1", [number]).fetchone() is None
            for table in with_sums
        ):
            db.execute("DELETE FROM settled WHERE incident = ?", [number])
            db.execute("DELETE FROM incident WHERE number = ?", [number])


def keys(db: Database) -> Iterator[IncidentKey]:
    """The keys of all incidents, in order."""
    for party, role, domain in db.execute("SELECT party, role, domain FROM incident ORDER BY party, role, domain"):
        yield IncidentKey(party, Role(role), domain)


def read(
    db: Database, id: str | None = None, *, with_mailboxes: bool = True, since: date | None = None
) -> Iterator[Incident]:
    """The incidents, ordered by key. ``id``: only this incident. ``since``: only incidents with cells of that day or
    later. Each is of one state of the database: its mailboxes may become totals meanwhile."""
    where, values = ("WHERE id = ?", [id]) if id is not None else ("", [])
    if since is not None:
        where, values = "WHERE last_day >= ?", [since.isoformat()]
    sql = f"SELECT number, party, role, domain FROM incident {where} ORDER BY party, role, domain"
    for number, party, role, domain in db.execute(sql, values).fetchall():
        cells: dict[Cell, Count] = {}
        with read_transaction(db):
            for cell, count in _cells(_rows(db, number, since)):
                cells[cell] = cells[cell] + count if cell in cells else count
            live = frozenset(_mailboxes(db, number) if with_mailboxes else ())
            settled = frozenset(mailboxes.totals(db, number))
        yield Incident(IncidentKey(party, Role(role), domain), cells, live, settled)


def _rows(db: Database, number: int, since: date | None) -> Iterable[tuple[Any, ...]]:
    sql = f"SELECT {','.join(_CELL[1:])} FROM incident_cell WHERE incident = ?"
    if since is None:
        return db.execute(sql, [number])
    return db.execute(f"{sql} AND day >= ?", [number, since.isoformat()])


def _cells(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Cell, Count]]:
    for row in rows:
        day, counterpart, mails, counted = row[0], row[1], row[-2], row[-1]
        yield Cell(_day(day), counterpart, *_kind(*row[2:-2])), Count(mails, counted)


@lru_cache(maxsize=1024)
def _kind(
    tier: str, mail_class: str, outcome: str, level: str, tls: int, reason: str, kind: str
) -> tuple[Tier, MailClass, Outcome, str, bool, CountReason | None, MailKind]:
    """The values of a cell behind its counterpart; cached, since days and counterparts have the same ones."""
    names = (Tier(tier), MailClass(mail_class), Outcome(outcome))
    return *names, level, bool(tls), CountReason(reason) if reason else None, MailKind(kind)


_day = lru_cache(maxsize=1024)(date.fromisoformat)
_way = lru_cache(maxsize=64)(Counted)


def _mailboxes(db: Database, number: int) -> Iterator[MailboxDay]:
    for period, (counterpart, side, day, token, counted, level) in mailboxes.lines(db, number):
        yield MailboxDay(period, _day(day), counterpart, Side(side), token, _way(counted), level)
