"""SQL of the mailboxes of incidents: reads their lines for ``incident.crowd``, and replaces those of a period by their
number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from catcher.incident import MailboxNumbers
from catcher.model.leak.incident import Counted, Crowd, MailboxTotal, Side
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.statement import insert

_TOTAL_KEY = ("incident", "period", "counterpart", "side", "level", "counted")
TOTAL = (*_TOTAL_KEY, "mailboxes", "steady", "steady_days")
_ADD_TOTAL = (
    f"ON CONFLICT ({','.join(_TOTAL_KEY)}) DO UPDATE SET mailboxes = mailboxes + excluded.mailboxes, "
    "steady = steady + excluded.steady, steady_days = max(steady_days, excluded.steady_days)"
)
STEP = 10_000
"""Most lines settled in one transaction, unless one incident has more: another writer waits tens of milliseconds."""

_LINES = "SELECT DISTINCT incident, period, day, counterpart, side, token, counted, level FROM incident_mailbox"
_READ = (
    "SELECT counterpart, side, day, token, counted, level FROM incident_mailbox WHERE incident = ? AND period = ? "
    "ORDER BY counterpart, side, day"
)
"""The order is that of the table's key, so nothing is sorted."""


def crowd(db: Database, id: str, period: str) -> Crowd:
    """The numbers of the incident's mailboxes in ``period``; zeros for an unknown id."""
    row = db.execute("SELECT number FROM incident WHERE id = ?", [id]).fetchone()
    return Crowd() if row is None else _numbers(db, row[0], period).crowd()


def steps(db: Database, period: str) -> Iterator[list[int]]:
    """The numbers of the incidents with mailboxes in ``period``, as they are settled together: up to ``STEP`` lines."""
    sql = "SELECT incident, count(*) FROM incident_mailbox WHERE period = ? GROUP BY incident ORDER BY incident"
    step: list[int] = []
    lines = 0
    for number, of_incident in db.execute(sql, [period]).fetchall():
        if step and lines + of_incident > STEP:
            yield step
            step, lines = [], 0
        step.append(number)
        lines += of_incident
    if step:
        yield step


def settle(db: Database, number: int, period: str) -> int:
    """Replaces the mailboxes of an incident in ``period`` by their number; returns the number of removed lines. The
    caller opens the transaction."""
    values = [number, period]
    add_totals(db, number, _numbers(db, number, period).totals())
    where = "WHERE incident = ? AND period = ?"
    lines: int = db.execute(f"SELECT count(*) FROM ({_LINES} {where})", values).fetchone()[0]
    db.execute(f"DELETE FROM incident_mailbox {where}", values)
    return lines


def _numbers(db: Database, number: int, period: str) -> MailboxNumbers:
    return MailboxNumbers(period, db.execute(_READ, [number, period]))


def periods_before(db: Database, period: str) -> list[tuple[str, int]]:
    """The periods before ``period`` that still have lines of mailboxes, oldest first, with the number of lines."""
    sql = f"SELECT period, count(*) FROM ({_LINES} WHERE period < ?) GROUP BY period ORDER BY period"
    return list(db.execute(sql, [period]))


def total_from(row: Sequence[Any]) -> MailboxTotal:
    """The total of a row in the order of ``TOTAL``, without the incident."""
    period, counterpart, side, level, counted, *sums = row
    return MailboxTotal(period, counterpart, Side(side), level, Counted(counted), *sums)


def add_totals(db: Database, number: int, totals: Iterable[MailboxTotal]) -> None:
    """Adds ``totals`` to those of the incident with this number. The caller opens the transaction."""
    rows = [
        (number, t.period, t.counterpart, t.side.value, t.level, int(t.counted), t.mailboxes, t.steady, t.steady_days)
        for t in totals
    ]
    insert(db, "incident_total", TOTAL, rows, _ADD_TOTAL)
