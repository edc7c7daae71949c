"""SQL of incidents: the database adds increments to the stored sums, so no sums are held in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from catcher.model.leak.incident import (
    REFLECTS,
    Cell,
    Count,
    Crowd,
    Incident,
    IncidentKey,
    MailboxDay,
    MailboxTotal,
    Role,
    Side,
)
from catcher.model.mail.fingerprint import MailClass, Tier
from catcher.model.mail.policy import Outcome
from catcher.model.ports import ColumnValue
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.statement import insert

_CELL = ("incident", "day", "counterpart", "tier", "mail_class", "outcome", "marked", "tls", "mails", "counted")
_MAILBOX = ("incident", "period", "day", "counterpart", "side", "token", "counted")
_TOTAL = ("incident", "period", "counterpart", "side", "mailboxes", "days", "counted_mailboxes", "counted_days")

_ADD_CELL = (
    "ON CONFLICT (incident, day, counterpart, tier, mail_class, outcome, marked, tls, observation) "
    "DO UPDATE SET mails = mails + excluded.mails, counted = counted + excluded.counted"
)
_ADD_TOTAL = (
    "ON CONFLICT (incident, period, counterpart, side) DO UPDATE SET mailboxes = mailboxes + excluded.mailboxes, "
    "days = days + excluded.days, counted_mailboxes = counted_mailboxes + excluded.counted_mailboxes, "
    "counted_days = counted_days + excluded.counted_days"
)
_SETTLE = (
    "INSERT INTO incident_total SELECT incident, period, counterpart, side, count(DISTINCT token), "
    "count(DISTINCT day), count(DISTINCT CASE WHEN counted THEN token END), "
    f"count(DISTINCT CASE WHEN counted THEN day END) FROM incident_mailbox WHERE period = ? "
    f"GROUP BY incident, period, counterpart, side {_ADD_TOTAL}"
)

_DISTINCT = "SELECT DISTINCT incident, period, day, counterpart, side, token, counted FROM incident_mailbox"
_WITH_SUMS = " UNION ".join(
    f"SELECT incident FROM {table}" for table in ("incident_cell", "incident_mailbox", "incident_total")
)

_WITHIN = "FROM incident_mailbox WHERE incident = ? AND period = ?"
_COUNTED = f"{_WITHIN} AND counted = 1"
_REFLECTING = (
    f"SELECT count(*) FROM (SELECT token {_WITHIN} AND side = '{Side.SUBSCRIBER.value}' "
    f"AND token NOT IN (SELECT token {_WITHIN} AND side = '{Side.RECIPIENT.value}') "
    f"GROUP BY token HAVING count(DISTINCT counterpart) >= {REFLECTS} OR count(DISTINCT day) >= {REFLECTS})"
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
    totals: list[tuple[ColumnValue, ...]] = []
    for increment in increments.values():
        number = _number(db, increment.key)
        for c, n in increment.cells.items():
            names = (c.counterpart, c.tier.value, c.mail_class.value, c.outcome.value)
            cells.append(
                (number, c.day.isoformat(), *names, int(c.marked), int(c.tls), n.mails, n.counted, observation)
            )
        for m in increment.mailboxes:
            seen = (m.period, m.day.isoformat(), m.counterpart, m.side.value, m.token, int(m.counted), observation)
            mailboxes.append((number, *seen))
        for t in increment.settled:
            sums = (t.mailboxes, t.days, t.counted_mailboxes, t.counted_days)
            totals.append((number, t.period, t.counterpart, t.side.value, *sums))
    insert(db, "incident_cell", (*_CELL, "observation"), cells, _ADD_CELL)
    insert(db, "incident_mailbox", (*_MAILBOX, "observation"), mailboxes, "ON CONFLICT DO NOTHING")
    insert(db, "incident_total", _TOTAL, totals, _ADD_TOTAL)


def take_out(db: Database, observation: int) -> None:
    """Removes the increments of an observation from the sums, because it was revised after it was folded."""
    db.execute("DELETE FROM incident_cell WHERE observation > 0 AND observation = ?", [observation])
    db.execute("DELETE FROM incident_mailbox WHERE observation > 0 AND observation = ?", [observation])


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
            frozenset(
                MailboxDay(period, date.fromisoformat(day), counterpart, Side(side), token, bool(counted))
                for period, day, counterpart, side, token, counted in (
                    _rows(db, _MAILBOX, "incident_mailbox", number) if mailboxes else ()
                )
            ),
            frozenset(
                MailboxTotal(period, counterpart, Side(side), *sums)
                for period, counterpart, side, *sums in _rows(db, _TOTAL, "incident_total", number)
            ),
        )


def crowd(db: Database, id: str, period: str) -> Crowd:
    """The crowd as ``incident.count_mailboxes`` counts it, computed by the database."""
    row = db.execute("SELECT number FROM incident WHERE id = ?", [id]).fetchone()
    if row is None:
        return Crowd()
    values = [row[0], period]
    boxes = dict(db.execute(f"SELECT side, count(DISTINCT token) {_COUNTED} GROUP BY side", values))
    of_senders = f"{_COUNTED} AND side = '{Side.SENDER.value}'"
    senders_of = db.execute(f"SELECT counterpart, count(DISTINCT token) {of_senders} GROUP BY counterpart", values)
    days = f"SELECT count(DISTINCT day) AS days {of_senders} GROUP BY token"
    by_days = db.execute(f"SELECT days, count(*) FROM ({days}) GROUP BY days", values)
    (reflecting,) = db.execute(_REFLECTING, [*values, *values]).fetchone()
    return Crowd(
        boxes.get(Side.SENDER.value, 0),
        boxes.get(Side.RECIPIENT.value, 0),
        dict(senders_of),
        dict(by_days),
        reflecting,
    )


def _rows(
    db: Database, columns: tuple[str, ...], table: str, number: int, since: date | None = None
) -> Iterable[tuple[Any, ...]]:
    sql = f"SELECT {','.join(columns[1:])} FROM {table} WHERE incident = ?"
    if since is None:
        return db.execute(sql, [number])
    return db.execute(f"{sql} AND day >= ?", [number, since.isoformat()])


def _cells(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Cell, Count]]:
    for day, counterpart, tier, mail_class, outcome, marked, tls, mails, counted in rows:
        names = (Tier(tier), MailClass(mail_class), Outcome(outcome))
        yield Cell(date.fromisoformat(day), counterpart, *names, bool(marked), bool(tls)), Count(mails, counted)


def settle(db: Database, period: str) -> int:
    """Replaces the mailboxes of ``period`` by their number; returns the number of removed lines."""
    db.execute(_SETTLE, [period])
    lines: int = db.execute(f"SELECT count(*) FROM ({_DISTINCT} WHERE period = ?)", [period]).fetchone()[0]
    db.execute("DELETE FROM incident_mailbox WHERE period = ?", [period])
    return lines


def periods_before(db: Database, period: str) -> list[tuple[str, int]]:
    """The periods before ``period`` that still have lines of mailboxes, oldest first, with the number of lines."""
    sql = f"SELECT period, count(*) FROM ({_DISTINCT} WHERE period < ?) GROUP BY period ORDER BY period"
    return list(db.execute(sql, [period]))
