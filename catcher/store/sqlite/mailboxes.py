"""SQL of the numbers of mailboxes, as ``incident.crowd`` counts them: the live ones, and what remains of a period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from operator import add
from typing import Any

from catcher.incident import FIGURES
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
_SENDING = f"'{Side.AUTHOR.value}','{Side.REVERSE_PATH.value}'"
_OWN_DAY = f"CASE WHEN counterpart = '' AND figure IN ({_SENDING}) AND counted & {int(OWN_WORDS)} THEN day END"


def _box(where: str) -> str:
    """A row for each mailbox in each figure: the ways in which its mails count, and its days of mail that answers
    nothing (of senders of no organisation). Each way is a bit, so the sum of the distinct ones is their union."""
    return (
        f"SELECT incident, period, counterpart, figure, token, sum(DISTINCT counted) AS ways, "
        f"count(DISTINCT {_OWN_DAY}) AS own FROM incident_mailbox JOIN figures USING (side) {where} "
        "GROUP BY incident, period, counterpart, figure, token"
    )


def _with(where: str) -> str:
    return f"WITH figures (side, figure) AS (VALUES {_FIGURES}), box AS ({_box(where)}) "


def _numbers(where: str) -> str:
    """The totals without the days of steady mailboxes."""
    return (
        f"{_with(where)} SELECT incident, period, counterpart, figure, '', ways, count(*), "
        f"sum(own >= {STEADY_DAYS}), 0 FROM box GROUP BY incident, period, counterpart, figure, ways"
    )


def _steady_days(where: str) -> str:
    """The days of steady mailboxes, as lines that add nothing else to the totals."""
    return (
        f"{_with(where)} SELECT incident, period, counterpart, figure, '', ways, 0, 0, count(DISTINCT day) FROM box "
        "JOIN figures USING (figure) JOIN incident_mailbox USING (incident, period, counterpart, side, token) "
        f"WHERE own >= {STEADY_DAYS} AND counted & {int(OWN_WORDS)} "
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
_WHOLE = (
    f"WITH figures (side, figure) AS (VALUES {_FIGURES}), box AS (SELECT figure, token, sum(DISTINCT counted) AS ways "
    f"FROM incident_mailbox JOIN figures USING (side) {_WITHIN} GROUP BY figure, token) "
    "SELECT figure, ways, count(*) FROM box GROUP BY figure, ways"
)
_STEADY = (
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
    for totals in _TOTALS:
        for _, _, counterpart, figure, level, ways, *numbers in db.execute(totals(_WITHIN), values):
            known = sums.setdefault((counterpart, figure, level, ways), [0, 0, 0])
            known[:] = map(add, known, numbers)
    tenants: dict[str, set[str]] = {}
    for counterpart, token in db.execute(_TENANTS, values):
        tenants.setdefault(counterpart, set()).add(token)
    steady_days = db.execute(_STEADY.format(own=_OWN), [*values, *values])
    (reflecting,) = db.execute(_REFLECTING, [*values, *values]).fetchone()
    return Crowd(
        totals=frozenset(_total(period, *key, *numbers) for key, numbers in sums.items()),
        whole=frozenset(_total(period, "", side, "", ways, n) for side, ways, n in db.execute(_WHOLE, values)),
        steady_days=frozenset(date.fromisoformat(day) for (day,) in steady_days),
        authors_by_days=dict(db.execute(_BY_DAYS, values)),
        tenants={counterpart: frozenset(names) for counterpart, names in tenants.items()},
        reflecting=reflecting,
    )
