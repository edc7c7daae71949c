"""SQL of summaries: a row for each incident, kept by the fold, and read in pages of equal cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from heapq import merge
from itertools import islice
from typing import Any

from catcher.incident import IncidentSum
from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.leak.summary import IncidentOrder, IncidentSummary, SummaryFilter, check_days
from catcher.model.ports import ColumnValue
from catcher.store.sqlite.library import Database

_COLUMNS = "party, role, domain, first_day, last_day, last_counted, mails, counted, counterparts"
_SUMMED = ("first_day", "last_day", "last_counted", "mails", "counted")

_ADD = f"""INSERT INTO incident (id, party, role, domain, {",".join(_SUMMED)}) VALUES (?,?,?,?,?,?,?,?,?)
    ON CONFLICT (party, role, domain) DO UPDATE SET
        first_day = CASE first_day WHEN '' THEN excluded.first_day ELSE min(first_day, excluded.first_day) END,
        last_day = max(last_day, excluded.last_day),
        last_counted = max(last_counted, excluded.last_counted),
        mails = mails + excluded.mails, counted = counted + excluded.counted
    RETURNING number"""
_ADD_COUNTERPART = """INSERT INTO incident_counterpart (incident, counterpart, mails) VALUES (?,?,?)
    ON CONFLICT (incident, counterpart) DO UPDATE SET mails = mails + excluded.mails RETURNING mails"""
_ADD_COUNTERPARTS = "UPDATE incident SET counterparts = counterparts + ? WHERE number = ?"


def add(db: Database, sums: Sequence[IncidentSum]) -> int:
    """Adds increments of one incident to its summary, which is made if it is new; returns the incident's number."""
    days = {day for sum_ in sums for _, day in sum_.days}
    counted_days = {day for sum_ in sums for share, day in sum_.days if share.counts}
    mails = counted = 0
    counterparts: Counter[str] = Counter()
    for sum_ in sums:
        for (share, _), number in sum_.days.items():
            mails += number
            counted += number if share.counts else 0
            counterparts[share.counterpart] += number
    key = sums[0].key
    span = (min(days), max(days), max(counted_days, default=""))
    values = (key.id, key.party, key.role.value, key.domain, *span, mails, counted)
    of_incident: int = db.execute(_ADD, values).fetchone()[0]
    new = 0
    for counterpart, number in sorted(counterparts.items()):
        if counterpart:
            row = (of_incident, counterpart, number)
            new += db.execute(_ADD_COUNTERPART, row).fetchone()[0] == number
    if new:
        db.execute(_ADD_COUNTERPARTS, (new, of_incident))
    return of_incident


def number(db: Database, key: IncidentKey) -> int:
    """The number of an incident's row; a missing row is made, without mails. The caller opens the transaction."""
    row = (key.id, key.party, key.role.value, key.domain)
    db.execute("INSERT INTO incident (id, party, role, domain) VALUES (?,?,?,?) ON CONFLICT DO NOTHING", row)
    sql = "SELECT number FROM incident WHERE party = ? AND role = ? AND domain = ?"
    return int(db.execute(sql, row[1:]).fetchone()[0])


def take_out(db: Database, number: int, counterpart: str, mails: int, counted: int) -> None:
    """Takes the mails of a cell out of the summary of incident ``number``; ``look_again`` corrects its days."""
    sql = "UPDATE incident SET mails = mails - ?, counted = counted - ? WHERE number = ?"
    db.execute(sql, [mails, counted, number])
    if counterpart:
        sql = "UPDATE incident_counterpart SET mails = mails - ? WHERE incident = ? AND counterpart = ? RETURNING mails"
        if db.execute(sql, [mails, number, counterpart]).fetchone()[0] == 0:
            where = "WHERE incident = ? AND counterpart = ?"
            db.execute(f"DELETE FROM incident_counterpart {where}", [number, counterpart])
            db.execute(_ADD_COUNTERPARTS, (-1, number))


def look_again(db: Database, number: int) -> None:
    """Sets the days of a summary from the cells, after cells were taken out."""
    latest = (
        "SELECT day FROM incident_cell AS c WHERE c.incident = incident.number AND counted ORDER BY day DESC LIMIT 1"
    )
    first, last = (
        f"ifnull((SELECT {which}(day) FROM incident_cell AS c WHERE c.incident = incident.number), '')"
        for which in ("min", "max")
    )
    sql = f"UPDATE incident SET first_day = {first}, last_day = {last}, last_counted = ifnull(({latest}), '')"
    db.execute(f"{sql} WHERE number = ?", [number])


def one(db: Database, id: str) -> IncidentSummary | None:
    row = db.execute(f"SELECT {_COLUMNS} FROM incident WHERE id = ?", [id]).fetchone()
    return None if row is None else _summary(row)


def page(
    db: Database, order: IncidentOrder, only: SummaryFilter, after: IncidentSummary | None, limit: int
) -> list[IncidentSummary]:
    """At most ``limit`` summaries behind ``after``: those of each role are read in order, and merged."""
    roles = tuple(Role) if only.role is None else (only.role,)
    pages = [
        [_summary(row) for row in db.execute(sql, values)]
        for sql, values in (query(role, order, only, after, limit) for role in roles)
    ]
    in_order = merge(*pages, key=lambda summary: summary.place[order], reverse=order.descending)
    return list(islice(in_order, limit))


def query(
    role: Role, order: IncidentOrder, only: SummaryFilter, after: IncidentSummary | None, limit: int
) -> tuple[str, list[ColumnValue]]:
    """The SQL of a page of one role's summaries, and its values. An index holds each order under each filter."""
    check_days(order, only)
    conditions: dict[str, ColumnValue] = {"role = ?": role.value}
    if only.party is not None:
        conditions["party = ?"] = only.party
    if only.domain is not None:
        conditions["domain = ?"] = only.domain
    if only.since is not None:
        conditions["last_day >= ?"] = only.since.isoformat()
    if only.until is not None:
        conditions["last_day <= ?"] = only.until.isoformat()
    where, values = [*conditions], [*conditions.values()]
    if order is IncidentOrder.KEY:
        if after is not None:
            behind, place = _behind(role, only.party, after)
            where.append(behind)
            values += place
        by = "party, domain"
    else:
        column = _ORDERED_BY[order]
        if after is not None:
            where.append(f"({column}, id) < (?, ?)")
            values += [_place(order, after), after.key.id]
        by = f"{column} DESC, id DESC"
    sql = f"SELECT {_COLUMNS} FROM incident WHERE {' AND '.join(where)} ORDER BY {by} LIMIT ?"
    return sql, [*values, limit]


_ORDERED_BY = {
    IncidentOrder.LAST_DAY: "last_day",
    IncidentOrder.MAILS: "mails",
    IncidentOrder.COUNTED: "counted",
}


def _place(order: IncidentOrder, after: IncidentSummary) -> ColumnValue:
    if order is IncidentOrder.LAST_DAY:
        return _day_text(after.last_day)
    return after.mails if order is IncidentOrder.MAILS else after.counted


def _behind(role: Role, only: str | None, after: IncidentSummary) -> tuple[str, list[ColumnValue]]:
    """The condition that a summary of ``role``, and of the party ``only``, comes after ``after`` by party, role and
    domain."""
    party, other, domain = after.key.party, after.key.role, after.key.domain
    if only is not None:
        if (only, role.value) == (party, other.value):
            return "domain > ?", [domain]
        return "domain >= ''" if (only, role.value) > (party, other.value) else "domain < ''", []  # all, or none
    if role is other:
        return "(party, domain) > (?, ?)", [party, domain]
    return ("party >= ?" if role.value > other.value else "party > ?"), [party]


def of_cells(db: Database) -> None:
    """Makes all summaries anew from the cells, for a database of a release that kept none."""
    values = ", ".join(
        f"{column} = ifnull((SELECT {what} FROM incident_cell AS c WHERE c.incident = incident.number{which}), {none})"
        for column, what, which, none in (
            ("first_day", "min(day)", "", "''"),
            ("last_day", "max(day)", "", "''"),
            ("last_counted", "max(day)", " AND counted", "''"),
            ("mails", "sum(mails)", "", "0"),
            ("counted", "sum(counted)", "", "0"),
            ("counterparts", "count(DISTINCT nullif(counterpart, ''))", "", "0"),
        )
    )
    db.execute(f"UPDATE incident SET {values}")
    db.execute(
        "INSERT INTO incident_counterpart SELECT incident, counterpart, sum(mails) FROM incident_cell "
        "WHERE counterpart <> '' GROUP BY incident, counterpart"
    )


def _summary(row: Any) -> IncidentSummary:
    party, role, domain, first, last, last_counted, *numbers = row
    days = (_day(first), _day(last), _day(last_counted))
    return IncidentSummary(IncidentKey(party, Role(role), domain), *days, *numbers)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _day_text(day: date | None) -> str:
    return "" if day is None else day.isoformat()
