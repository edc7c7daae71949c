"""SQL of incidents: the database adds increments to the stored sums, so no sums are held in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from catcher.model.leak.incident import (
    Cell,
    Count,
    Counted,
    Incident,
    IncidentKey,
    MailboxDay,
    Role,
    Side,
)
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import MailClass, MailKind, Tier
from catcher.model.mail.policy import Outcome
from catcher.model.ports import ColumnValue
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.mailboxes import TOTAL, add_totals, total_from
from catcher.store.sqlite.statement import insert

_CELL_KEY = ("incident", "day", "counterpart", "tier", "mail_class", "outcome", "level", "tls", "reason", "kind")
_CELL = (*_CELL_KEY, "mails", "counted")
_MAILBOX = ("incident", "period", "day", "counterpart", "side", "token", "counted", "level")

_ADD_CELL = (
    f"ON CONFLICT ({','.join(_CELL_KEY)}, observation) "
    "DO UPDATE SET mails = mails + excluded.mails, counted = counted + excluded.counted"
)
_WITH_SUMS = " UNION ".join(
    f"SELECT incident FROM {table}" for table in ("incident_cell", "incident_mailbox", "incident_total")
)


def folded_up_to(db: Database) -> int:
    """The id of the last observation that the sums include."""
    up_to: int = db.execute("SELECT up_to FROM folded").fetchone()[0]
    return up_to


def mark_folded(db: Database, up_to: int) -> None:
    db.execute("UPDATE folded SET up_to = ?", [up_to])


def add(db: Database, increments: Mapping[str, Incident], *, observation: int = 0) -> None:
    """Adds ``increments`` to the stored sums, as ``incident.merge`` does in memory.

    ``observation``: the id of the observation from which the increments come, as long as it may be revised; else 0.
    """
    cells: list[tuple[ColumnValue, ...]] = []
    mailboxes: list[tuple[ColumnValue, ...]] = []
    for increment in increments.values():
        number = _number(db, increment.key)
        for c, n in increment.cells.items():
            names = (c.counterpart, c.tier.value, c.mail_class.value, c.outcome.value, c.level)
            why = ("" if c.reason is None else c.reason.value, c.kind.value)
            cells.append((number, c.day.isoformat(), *names, int(c.tls), *why, n.mails, n.counted, observation))
        for m in increment.mailboxes:
            seen = (
                m.period,
                m.day.isoformat(),
                m.counterpart,
                m.side.value,
                m.token,
                int(m.counted),
                m.level,
                observation,
            )
            mailboxes.append((number, *seen))
        add_totals(db, number, increment.settled)
    insert(db, "incident_cell", (*_CELL, "observation"), cells, _ADD_CELL)
    insert(db, "incident_mailbox", (*_MAILBOX, "observation"), mailboxes, "ON CONFLICT DO NOTHING")


def take_out(db: Database, observation: int) -> None:
    """Removes the increments of an observation from the sums, because it was revised after it was folded."""
    db.execute("DELETE FROM incident_cell WHERE observation > 0 AND observation = ?", [observation])
    db.execute("DELETE FROM incident_mailbox WHERE observation > 0 AND observation = ?", [observation])


def close(db: Database, observations: Sequence[int]) -> None:
    """Adds the increments of ``observations`` to the daily sums for good: their judgement can't change any more."""
    cells, boxes = ",".join(_CELL), ",".join(_MAILBOX)
    for id in observations:
        where = "WHERE observation > 0 AND observation = ?"
        if db.execute(f"SELECT 1 FROM incident_cell {where} LIMIT 1", [id]).fetchone() is not None:
            for table, columns, then in (
                ("incident_cell", cells, _ADD_CELL),
                ("incident_mailbox", boxes, "ON CONFLICT DO NOTHING"),
            ):
                sql = f"INSERT INTO {table} ({columns}, observation) SELECT {columns}, 0 FROM {table} {where} {then}"
                db.execute(sql, [id])
            take_out(db, id)


def drop_empty(db: Database) -> None:
    """Removes incidents without any sums."""
    db.execute(f"DELETE FROM incident WHERE number NOT IN ({_WITH_SUMS})")


def to_fold_again(db: Database) -> list[int]:
    """Observations that were revised after they had been folded."""
    return [id for (id,) in db.execute("SELECT observation FROM to_fold_again")]


def folded_again(db: Database, observation: int) -> bool:
    """Records that ``observation`` is folded again; False when another process recorded this first."""
    return db.execute("DELETE FROM to_fold_again WHERE observation = ?", [observation]).rowcount == 1


def _number(db: Database, key: IncidentKey) -> int:
    """The number of an incident's row; a missing row is made."""
    row = (key.id, key.party, key.role.value, key.domain)
    db.execute("INSERT INTO incident (id, party, role, domain) VALUES (?,?,?,?) ON CONFLICT DO NOTHING", row)
    number: int = db.execute(
        "SELECT number FROM incident WHERE party = ? AND role = ? AND domain = ?", row[1:]
    ).fetchone()[0]
    return number


def keys(db: Database) -> Iterator[IncidentKey]:
    """The keys of all incidents, in order."""
    for party, role, domain in db.execute("SELECT party, role, domain FROM incident ORDER BY party, role, domain"):
        yield IncidentKey(party, Role(role), domain)


def read(
    db: Database, id: str | None = None, *, mailboxes: bool = True, since: date | None = None
) -> Iterator[Incident]:
    """The incidents, ordered by key. ``id``: only this incident. ``since``: only incidents with cells of that day or
    later."""
    where, values = ("WHERE id = ?", [id]) if id is not None else ("", [])
    sql = f"SELECT number, party, role, domain FROM incident {where} ORDER BY party, role, domain"
    for number, party, role, domain in db.execute(sql, values).fetchall():
        cells: dict[Cell, Count] = {}
        for cell, count in _cells(_rows(db, _CELL, "incident_cell", number, since)):
            cells[cell] = cells[cell] + count if cell in cells else count
        if since is not None and not cells:
            continue
        yield Incident(
            IncidentKey(party, Role(role), domain),
            cells,
            frozenset(_mailboxes(_rows(db, _MAILBOX, "incident_mailbox", number) if mailboxes else ())),
            frozenset(total_from(row) for row in _rows(db, TOTAL, "incident_total", number)),
        )


def _rows(
    db: Database, columns: tuple[str, ...], table: str, number: int, since: date | None = None
) -> Iterable[tuple[Any, ...]]:
    sql = f"SELECT {','.join(columns[1:])} FROM {table} WHERE incident = ?"
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


def _mailboxes(rows: Iterable[tuple[Any, ...]]) -> Iterator[MailboxDay]:
    for period, day, counterpart, side, token, counted, level in rows:
        yield MailboxDay(period, _day(day), counterpart, Side(side), token, _way(counted), level)
