"""SQL of the numbers of mailboxes, as ``incident.crowd`` counts them: the live ones, and what remains of a period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from operator import add
from typing import Any

from catcher.incident import FIGURES, SENDING
from catcher.model.leak.incident import (
    COUNTED,
    OWN_WORDS,
    REFLECTS,
    STEADY_DAYS,
    Counted,
    Crowd,
    MailboxTotal,
    Side,
)
from catcher.store.sqlite.library import Database

TOTAL_KEY = ("incident", "period", "counterpart", "side", "level", "counted")
TOTAL = (*TOTAL_KEY, "mailboxes", "steady", "steady_days")
ADD_TOTAL = (
    f"ON CONFLICT ({','.join(TOTAL_KEY)}) DO UPDATE SET mailboxes = mailboxes + excluded.mailboxes, "
    "steady = steady + excluded.steady, steady_days = max(steady_days, excluded.steady_days)"
)
_LINES = "SELECT DISTINCT incident, period, day, counterpart, side, token, counted, level FROM incident_mailbox"

_FIGURES = ",".join(f"('{side.value}','{figure.value}')" for side, figures in FIGURES.items() for figure in figures)
_AUTHORS = ",".join(f"'{side.value}'" for side, figures in FIGURES.items() if Side.AUTHOR in figures)
_SENDING = ",".join(f"'{side.value}'" for side, figures in FIGURES.items() if len({*figures} & SENDING))
_OWN_DAY = f"CASE WHEN counterpart = '' AND side IN ({_SENDING}) AND counted & {int(OWN_WORDS)} THEN day END"
_WAYS = "|".join(f"max(counted & {way.value})" for way in Counted)
"""The union of the ways of a group's lines; cheaper than a sum of distinct ones, which needs a table for each group."""


def _with(where: str) -> str:
    """``box`` has a row for each mailbox in each figure: the ways in which its mails count, and whether it is steady:
    has STEADY_DAYS days, which are two, of mail that answers nothing (senders of no organisation only).

    A mailbox has lines of two sides at most in one figure, so the smaller and the larger value are both of them.
    """
    return (
        f"WITH figures (side, figure) AS (VALUES {_FIGURES}), lines AS (SELECT incident, period, counterpart, side, "
        f"token, {_WAYS} AS ways, min({_OWN_DAY}) AS first, max({_OWN_DAY}) AS last FROM incident_mailbox {where} "
        "GROUP BY incident, period, counterpart, side, token), box AS (SELECT incident, period, counterpart, figure, "
        "token, min(ways) | max(ways) AS ways, ifnull(min(first) < max(last), 0) AS steady "
        "FROM lines JOIN figures USING (side) GROUP BY incident, period, counterpart, figure, token) "
    )


def _numbers(where: str) -> str:
    """The totals without the days of steady mailboxes."""
    return (
        f"{_with(where)} SELECT incident, period, counterpart, figure, '', ways, count(*), "
        f"sum(steady), 0 FROM box GROUP BY incident, period, counterpart, figure, ways"
    )


def _steady_days(where: str) -> str:
    """The days of steady mailboxes, as lines that add nothing else to the totals."""
    return (
        f"{_with(where)} SELECT incident, period, counterpart, figure, '', ways, 0, 0, count(DISTINCT day) FROM box "
        "JOIN figures USING (figure) JOIN incident_mailbox USING (incident, period, counterpart, side, token) "
        f"WHERE steady AND counted & {int(OWN_WORDS)} "
        "GROUP BY incident, period, counterpart, figure, ways"
    )


def _marked(where: str) -> str:
    return (
        f"WITH figures (side, figure) AS (VALUES {_FIGURES}) "
        f"SELECT incident, period, counterpart, figure, level, 0, count(DISTINCT token), 0, 0 FROM incident_mailbox "
        f"JOIN figures USING (side) {where} AND level <> '' GROUP BY incident, period, counterpart, figure, level"
    )


_TOTALS = (_numbers, _steady_days, _marked)


def settle(db: Database, period: str) -> int:
    """Replaces the mailboxes of ``period`` by their number; returns the number of removed lines."""
    for totals in _TOTALS:
        db.execute(f"INSERT INTO incident_total ({','.join(TOTAL)}) {totals('WHERE period = ?')} {ADD_TOTAL}", [period])
    lines: int = db.execute(f"SELECT count(*) FROM ({_LINES} WHERE period = ?)", [period]).fetchone()[0]
    db.execute("DELETE FROM incident_mailbox WHERE period = ?", [period])
    return lines


def periods_before(db: Database, period: str) -> list[tuple[str, int]]:
    """The periods before ``period`` that still have lines of mailboxes, oldest first, with the number of lines."""
    sql = f"SELECT period, count(*) FROM ({_LINES} WHERE period < ?) GROUP BY period ORDER BY period"
    return list(db.execute(sql, [period]))


_WITHIN = "WHERE incident = ? AND period = ?"
_PRESENT = (
    f"SELECT max(level <> ''), max(side = '{Side.TENANT.value}'), max(side = '{Side.SUBSCRIBER.value}'), "
    f"max(counterpart = '') FROM incident_mailbox {_WITHIN}"
)
"""What there is to count: most incidents have neither markings nor tenants, which spares a query each."""
_OF_SENDERS = f"{_WITHIN} AND side IN ({_SENDING}) AND counted > 0"
_WHOLE = (
    f"WITH figures (side, figure) AS (VALUES {_FIGURES}), lines AS (SELECT side, token, {_WAYS} AS ways "
    f"FROM incident_mailbox {_OF_SENDERS} GROUP BY side, token), box AS (SELECT figure, min(ways) | max(ways) AS ways "
    "FROM lines JOIN figures USING (side) GROUP BY figure, token) "
    "SELECT figure, ways, count(*) FROM box GROUP BY figure, ways"
)
_RECIPIENTS = (
    f"SELECT side, ways, count(*) FROM (SELECT side, {_WAYS} AS ways FROM incident_mailbox {_WITHIN} "
    f"AND side = '{Side.RECIPIENT.value}' AND counted > 0 GROUP BY token) GROUP BY ways"
)
_DAYS_OF_STEADY = (
    f"SELECT DISTINCT day FROM incident_mailbox JOIN (SELECT token FROM incident_mailbox {_WITHIN} AND {{own}} "
    f"GROUP BY token HAVING count(DISTINCT day) >= {STEADY_DAYS}) USING (token) {_WITHIN} AND {{own}}"
)
_PATHS = ",".join(f"'{side.value}'" for side, figures in FIGURES.items() if Side.REVERSE_PATH in figures)
_OWN = f"counterpart = '' AND side IN ({_PATHS}) AND counted & {int(OWN_WORDS)}"
_BY_DAYS = (
    f"SELECT days, count(*) FROM (SELECT count(DISTINCT day) AS days FROM incident_mailbox {_WITHIN} "
    f"AND side IN ({_AUTHORS}) AND counted & {int(COUNTED)} GROUP BY token) GROUP BY days"
)
_TENANTS = f"SELECT DISTINCT counterpart, token FROM incident_mailbox {_WITHIN} AND side = '{Side.TENANT.value}'"
_REFLECTING = (
    f"SELECT count(*) FROM (SELECT token FROM incident_mailbox {_WITHIN} AND side = '{Side.SUBSCRIBER.value}' "
    f"AND token NOT IN (SELECT token FROM incident_mailbox {_WITHIN} AND side = '{Side.RECIPIENT.value}') "
    f"GROUP BY token HAVING count(DISTINCT counterpart) >= {REFLECTS} OR count(DISTINCT day) >= {REFLECTS})"
)


def _total(
    period: str, counterpart: str, side: str, level: str, ways: int, mailboxes: int, steady: int = 0, days: int = 0
) -> MailboxTotal:
    return MailboxTotal(period, counterpart, Side(side), level, Counted(ways), mailboxes, steady, days)


def total_from(row: Sequence[Any]) -> MailboxTotal:
    """The total of a row in the order of ``TOTAL``, without the incident."""
    return _total(*row)


def crowd(db: Database, id: str, period: str) -> Crowd:
    """The crowd as ``incident.count_mailboxes`` counts it, computed by the database."""
    row = db.execute("SELECT number FROM incident WHERE id = ?", [id]).fetchone()
    if row is None:
        return Crowd()
    values = [row[0], period]
    sums: dict[tuple[Any, ...], list[int]] = {}
    (marked, tenant, subscriber, nobody) = db.execute(_PRESENT, values).fetchone()
    queries = [_numbers(_OF_SENDERS), *[_steady_days(_OF_SENDERS)] * bool(nobody), *[_marked(_WITHIN)] * bool(marked)]
    for query in queries:
        for _, _, counterpart, figure, level, ways, *numbers in db.execute(query, values):
            known = sums.setdefault((counterpart, figure, level, ways), [0, 0, 0])
            known[:] = map(add, known, numbers)
    tenants: dict[str, set[str]] = {}
    for counterpart, token in db.execute(_TENANTS, values) if tenant else ():
        tenants.setdefault(counterpart, set()).add(token)
    steady_days = db.execute(_DAYS_OF_STEADY.format(own=_OWN), [*values, *values]) if nobody else ()
    reflecting = db.execute(_REFLECTING, [*values, *values]).fetchone()[0] if subscriber else 0
    return Crowd(
        totals=frozenset(_total(period, *key, *numbers) for key, numbers in sums.items()),
        whole=frozenset(
            _total(period, "", side, "", ways, number)
            for query in (_WHOLE, _RECIPIENTS)
            for side, ways, number in db.execute(query, values)
        ),
        steady_days=frozenset(date.fromisoformat(day) for (day,) in steady_days),
        authors_by_days=dict(db.execute(_BY_DAYS, values)),
        tenants={counterpart: frozenset(names) for counterpart, names in tenants.items()},
        reflecting=reflecting,
    )
