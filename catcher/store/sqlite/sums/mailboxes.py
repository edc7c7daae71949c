"""SQL of the mailboxes of incidents: a table for each period, whose lines are replaced by numbers when it is settled.

::

    lines are added ─▶ close: no more lines ─▶ totals of each incident, its mark in ``settled`` ─▶ the table is dropped

A line of an incident that is marked is ignored, so that an incident has either its lines or its totals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from catcher.incident import IncidentSum, MailboxNumbers, month_of
from catcher.incident.crowd import Line
from catcher.model.leak.incident import Counted, Crowd, MailboxTotal, Side
from catcher.model.ports import ColumnValue
from catcher.store.sqlite.byday.dropping import mark_for_dropping
from catcher.store.sqlite.connection import read_transaction, write_transaction
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.schema.sums import create_mailboxes, mailbox_table
from catcher.store.sqlite.statement import insert
from catcher.store.sqlite.sums import summary

_TOTAL_KEY = ("incident", "period", "counterpart", "side", "level", "counted")
TOTAL = (*_TOTAL_KEY, "mailboxes", "steady", "steady_days")
LINES_AT_ONCE = 5_000
"""Most lines, or totals, written in one transaction: another writer waits some ten milliseconds."""

LINE = ("incident", "counterpart", "side", "day", "token", "counted", "level")


def open_periods(db: Database, periods: Iterable[str]) -> set[str]:
    """Those of ``periods`` that get lines; a new period's table is made. The caller opens the transaction."""
    found = set()
    for period in periods:
        row = db.execute("SELECT closed FROM mailbox_period WHERE period = ?", [period]).fetchone()
        if row is None:
            db.execute("INSERT INTO mailbox_period (period, closed, dropped) VALUES (?, 0, 0)", [period])
            create_mailboxes(db, period)
        if row is None or not row[0]:
            found.add(period)
    return found


def add(db: Database, lines: Iterable[tuple[int, Line, int]]) -> None:
    """Adds lines, those of closed periods left out: each with the number of its incident, and the observation as in
    ``sums.incident``. The caller opens the transaction."""
    rows: defaultdict[str, list[tuple[ColumnValue, ...]]] = defaultdict(list)
    for number, line, observation in lines:
        rows[month_of(line[2])].append((number, *line, observation))
    for period in open_periods(db, rows):
        insert(db, mailbox_table(period), (*LINE, "observation"), rows[period], "ON CONFLICT DO NOTHING")


def add_apart(db: Database, sums: Iterable[IncidentSum]) -> None:
    """Adds the mailboxes of increments, at most LINES_AT_ONCE lines in a transaction, each in the order of the table's
    key, which costs least."""
    step: list[tuple[IncidentSum, list[Line]]] = []
    room = LINES_AT_ONCE
    for sum_ in sums:
        lines = sorted(sum_.mailboxes)
        while lines:
            step.append((sum_, lines[:room]))
            lines, room = lines[room:], room - len(step[-1][1])
            if not room:
                _add_step(db, step)
                step, room = [], LINES_AT_ONCE
    _add_step(db, step)


def _add_step(db: Database, step: Iterable[tuple[IncidentSum, list[Line]]]) -> None:
    with write_transaction(db):
        numbered = [(summary.number(db, sum_.key), lines) for sum_, lines in step]
        add(db, ((number, line, 0) for number, lines in numbered for line in lines))


def tables(db: Database) -> list[tuple[str, str]]:
    """The periods whose table is there, earliest first, and the table."""
    periods = db.execute("SELECT period FROM mailbox_period WHERE NOT dropped ORDER BY period").fetchall()
    return [(period, mailbox_table(period)) for (period,) in periods]


def drop(db: Database, period: str) -> None:
    """Marks a period's table for dropping, and lets none be made again. The caller opens the transaction."""
    db.execute("UPDATE mailbox_period SET closed = 1, dropped = 1 WHERE period = ?", [period])
    mark_for_dropping(db, mailbox_table(period))


def waiting(db: Database, before: str) -> dict[str, int]:
    """The periods before ``before`` whose table is there, and the number of their lines that aren't settled."""
    found = {}
    for period in [period for period, _ in tables(db) if period < before]:
        with read_transaction(db):
            table = _table(db, period)
            if table is not None:  # not dropped meanwhile
                numbers = _unsettled(db, period, table)
                found[period] = sum(1 for number in numbers for _ in _DistinctLines(db, number, table))
    return found


def take_out(db: Database, observation: int) -> None:
    """Removes the lines that come from one observation; those of a closed period stay as they are."""
    for period, table in tables(db):
        if open_periods(db, [period]):
            db.execute(f"DELETE FROM {table} WHERE observation > 0 AND observation = ?", [observation])


def make_final(db: Database, observation: int) -> None:
    """Adds the lines that come from one observation to those that can't change any more."""
    columns = ",".join(LINE)
    for period, table in tables(db):
        if open_periods(db, [period]):
            where = "WHERE observation > 0 AND observation = ?"
            sql = f"INSERT INTO {table} ({columns}, observation) SELECT {columns}, 0 FROM {table} {where}"
            db.execute(f"{sql} ON CONFLICT DO NOTHING", [observation])
            db.execute(f"DELETE FROM {table} {where}", [observation])


def lines(db: Database, number: int) -> Iterator[tuple[str, Line]]:
    """The period and the line of each mailbox of an incident, in periods of which it isn't settled."""
    for period, table in tables(db):
        if not _is_settled(db, number, period):
            for line in _DistinctLines(db, number, table):
                yield period, line


_READ = "SELECT {columns} FROM {table} WHERE incident = ? ORDER BY {columns}"
"""The order is that of the table's key, so nothing is sorted, and equal lines of several observations are
neighbours."""


class _DistinctLines:
    """The lines of an incident, without repetitions, and their number when they are read."""

    def __init__(self, db: Database, number: int, table: str) -> None:
        self._rows = db.execute(_READ.format(table=table, columns=",".join(LINE[1:])), [number])
        self.number = 0

    def __iter__(self) -> Iterator[Line]:
        last = None
        for line in self._rows:
            if line != last:
                last = line
                self.number += 1
                yield line


def _is_settled(db: Database, number: int, period: str) -> bool:
    sql = "SELECT 1 FROM settled WHERE incident = ? AND period = ?"
    return db.execute(sql, [number, period]).fetchone() is not None


def crowd(db: Database, id: str, period: str) -> Crowd:
    """The numbers of the incident's live mailboxes in ``period``; zeros for an unknown id."""
    with read_transaction(db):
        row = db.execute("SELECT number FROM incident WHERE id = ?", [id]).fetchone()
        table = _table(db, period)
        if row is None or table is None or _is_settled(db, row[0], period):
            return Crowd()
        return MailboxNumbers(period, _DistinctLines(db, row[0], table)).crowd()


def settle(db: Database, period: str) -> int:
    """Replaces the mailboxes of ``period`` by totals, incident by incident; returns the number of replaced lines.

    First the period is closed, so that no line comes while totals are computed: that is done outside of transactions.
    The totals of an incident count from its mark on, which is written with the last of them. After an interruption the
    next call goes on with the incidents that aren't marked. Once the table is being dropped, which ``forget`` does at
    the deadline beside this, no total of what is left of it is written.
    """
    with write_transaction(db):
        db.execute(
            "INSERT INTO mailbox_period (period, closed, dropped) VALUES (?, 1, 1) "
            "ON CONFLICT (period) DO UPDATE SET closed = 1",
            [period],
        )
    replaced, number = 0, -1
    while True:
        with read_transaction(db):
            table = _table(db, period)
            number = -1 if table is None else next(_unsettled(db, period, table, number), -1)
            if table is None or number < 0:
                return replaced
            lines = _DistinctLines(db, number, table)
            rows = [_row(number, total) for total in sorted(MailboxNumbers(period, lines).totals())]
        *before, last = [rows[start : start + LINES_AT_ONCE] for start in range(0, len(rows), LINES_AT_ONCE)] or [[]]
        for some in before:
            with write_transaction(db):
                _put(db, some)
        with write_transaction(db):
            if _table(db, period) is None:
                return replaced
            _put(db, last)
            db.execute("INSERT OR IGNORE INTO settled (incident, period) VALUES (?,?)", [number, period])
        replaced += lines.number


def _table(db: Database, period: str) -> str | None:
    """The table of a period; None if there is none, or if it is being dropped."""
    return dict(tables(db)).get(period)


def _unsettled(db: Database, period: str, table: str, last: int = -1) -> Iterator[int]:
    """The numbers of the incidents that have lines of ``period`` and aren't settled, in order, behind ``last``."""
    sql = f"SELECT incident FROM {table} WHERE incident > ? ORDER BY incident LIMIT 1"
    while (row := db.execute(sql, [last]).fetchone()) is not None:
        (last,) = row
        if not _is_settled(db, last, period):
            yield last


def totals(db: Database, number: int) -> Iterator[MailboxTotal]:
    """The totals of an incident in the periods of which it is settled."""
    sql = f"SELECT {','.join(TOTAL[1:])} FROM incident_total JOIN settled USING (incident, period) WHERE incident = ?"
    for period, counterpart, side, level, counted, *sums in db.execute(sql, [number]):
        yield MailboxTotal(period, counterpart, Side(side), level, Counted(counted), *sums)


def _row(number: int, t: MailboxTotal) -> tuple[ColumnValue, ...]:
    kind = (t.period, t.counterpart, t.side.value, t.level, int(t.counted))
    return (number, *kind, t.mailboxes, t.steady, t.steady_days)


def _put(db: Database, rows: Sequence[Sequence[ColumnValue]]) -> None:
    """Writes totals; what an interrupted call wrote is replaced by the same totals."""
    then = ", ".join(f"{column} = excluded.{column}" for column in TOTAL[len(_TOTAL_KEY) :])
    insert(db, "incident_total", TOTAL, rows, f"ON CONFLICT ({','.join(_TOTAL_KEY)}) DO UPDATE SET {then}")
