"""The tables of a part: columns by retention, the SQL that makes, fills and reads them.

::

    mail_N       the row, with the hour and the client's network       until keep_days
    trace_N      the minute, the client's address                      30 days
    token_N      the tokens of the mailboxes                           until the month is settled
    recent_N     retry tag, signatures ─┬─▶ retry_N, signature_N       5 days
                                        found by number of tag, by token
    ref_N        rows by reference                                     until keep_days

``ref_N``, ``retry_N`` and ``signature_N`` are filled later, many rows at once: see ``indexing``.

An observation is read by joining the tables that are still there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from catcher.model.mail.counting import CountReason
from catcher.model.mail.observation import Retention
from catcher.model.ports import ColumnValue, ObservationRow
from catcher.privacy.retention import fields_of, network_of
from catcher.store.codec import OBSERVATION_COLUMNS
from catcher.store.sqlite.byday.dropping import NARROW_ROWS, WIDE_ROWS, mark_for_dropping
from catcher.store.sqlite.byday.registry import MailPart, Registry
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.statement import quoted_columns

TRACE_COLUMNS = fields_of(Retention.COARSE_30_DAYS)
TOKEN_COLUMNS = fields_of(Retention.PERIOD)
RECENT_COLUMNS = fields_of(Retention.FIVE_DAYS)
MAIL_COLUMNS = tuple(name for name in OBSERVATION_COLUMNS if name in (*fields_of(Retention.KEEP_DAYS), *TRACE_COLUMNS))
"""Columns of each table behind ``id``, by retention; ``mail_N`` has the coarse form of what ``trace_N`` has."""
_EMPTY = {"recipients": "'[]'", "signatures": "'[]'", "retry_tag": "NULL"}
"""Column → what is read where its table or row is gone, if not NULL. A row whose recent fields are empty has no row in
``recent_N``."""

_INTEGERS = {"id", "tls", "retry_of", "replayed", "fresh", "revision", "recipient_count"}
_NOT_NULL = {
    *("id", "transaction", "observed_at", "ref", "domain", "policy", "outcome", "client", "recipients", "signatures"),
    *("revision", "recipient_count"),
}


def _columns(names: Sequence[str]) -> str:
    return ", ".join(
        f'"{name}" {"INTEGER" if name in _INTEGERS else "TEXT"}{" NOT NULL" if name in _NOT_NULL else ""}'
        for name in names
    )


def create_part(db: Database, number: int) -> None:
    """Makes the tables of a part. It runs once a day amid the mail, so it is plain SQL."""
    n = number
    for statement in (
        f'CREATE TABLE "mail_{n}" ("id" INTEGER PRIMARY KEY, {_columns(MAIL_COLUMNS[1:])})',
        f'CREATE TABLE "ref_{n}" ("ref" TEXT NOT NULL, "id" INTEGER NOT NULL, PRIMARY KEY ("ref", "id")) WITHOUT ROWID',
        f'CREATE TABLE "trace_{n}" ("id" INTEGER PRIMARY KEY, {_columns(TRACE_COLUMNS)}, "resting" INTEGER NOT NULL)',
        # Mails that stop counting when another organisation's mail comes from their client's address.
        f'CREATE INDEX "idx_trace_{n}_resting" ON "trace_{n}" ("client") WHERE resting',
        # The column buckets is for days and buckets of mailboxes; nothing fills it yet.
        f'CREATE TABLE "token_{n}" ("id" INTEGER PRIMARY KEY, {_columns(TOKEN_COLUMNS)}, "buckets" TEXT)',
        f'CREATE TABLE "recent_{n}" ("id" INTEGER PRIMARY KEY, {_columns(RECENT_COLUMNS)}, "used" INTEGER NOT NULL)',
        f'CREATE TABLE "retry_{n}" ("key" INTEGER NOT NULL, "id" INTEGER NOT NULL, PRIMARY KEY ("key", "id")) '
        "WITHOUT ROWID",
        f'CREATE TABLE "signature_{n}" ("token" TEXT NOT NULL, "id" INTEGER NOT NULL, PRIMARY KEY ("token", "id")) '
        "WITHOUT ROWID",
    ):
        db.execute(statement)


class PartStatements(NamedTuple):
    """The statements that add a row to a part."""

    mail: str
    trace: str
    token: str
    recent: str


class PartLines(NamedTuple):
    """Lines to be written, for each statement of ``PartStatements``."""

    mail: list[list[ColumnValue]]
    trace: list[tuple[ColumnValue, ...]]
    token: list[tuple[ColumnValue, ...]]
    recent: list[tuple[ColumnValue, ...]]
    """With whether the signatures are used up: another mail with one of them is a replay."""


@lru_cache(maxsize=64)
def part_statements(number: int) -> PartStatements:
    """The statements of part ``number``; columns in the order of ``split_row``."""

    def insert(table: str, columns: Sequence[str]) -> str:
        marks = ",".join("?" * len(columns))
        return f"INSERT INTO {table}_{number} ({quoted_columns(columns)}) VALUES ({marks})"

    return PartStatements(
        insert("mail", MAIL_COLUMNS),
        insert("trace", ("id", *TRACE_COLUMNS, "resting")),
        insert("token", ("id", *TOKEN_COLUMNS)),
        insert("recent", ("id", *RECENT_COLUMNS, "used")),
    )


def _place(name: str) -> int:
    return OBSERVATION_COLUMNS.index(name)


_mail = itemgetter(*map(_place, MAIL_COLUMNS))
_trace = itemgetter(*map(_place, TRACE_COLUMNS))
_token = itemgetter(*map(_place, TOKEN_COLUMNS))
recent_of: Callable[[ObservationRow], tuple[Any, ...]] = itemgetter(*map(_place, RECENT_COLUMNS))
_AT, _CLIENT = MAIL_COLUMNS.index("observed_at"), MAIL_COLUMNS.index("client")
_ID, _RETRY_OF, _REPLAYED = MAIL_COLUMNS.index("id"), MAIL_COLUMNS.index("retry_of"), MAIL_COLUMNS.index("replayed")
_network_of = lru_cache(maxsize=4096)(network_of)


def coarse_moment(moment: str) -> str:
    """A stored moment to the hour."""
    return f"{moment[:13]}:00:00Z"


def client_network(client: str) -> str:
    """The client's network; remembered, since clients come again."""
    return _network_of(client)


class SplitRow(NamedTuple):
    """A row as its part's tables hold it, behind its id."""

    mail: list[ColumnValue]
    trace: tuple[ColumnValue, ...]
    token: tuple[ColumnValue, ...]


def split_row(row: ObservationRow, id: int, retry_of: int | None, *, replayed: bool) -> SplitRow:
    """The row with the store's own values, in the columns of its tables."""
    mail = list(_mail(row))
    mail[_ID], mail[_RETRY_OF], mail[_REPLAYED] = id, retry_of, replayed
    mail[_AT], mail[_CLIENT] = coarse_moment(mail[_AT]), _network_of(mail[_CLIENT])
    return SplitRow(mail, _trace(row), _token(row))


STOPPED = f"fresh = 0, fresh_reason = '{CountReason.SHARED_ADDRESS.value}'"
"""What becomes of a mail that counted by its client's address, once another organisation's came from there."""
_FRESH, _REASON = MAIL_COLUMNS.index("fresh"), MAIL_COLUMNS.index("fresh_reason")


def stop_counting(mail: list[ColumnValue]) -> None:
    """As ``STOPPED``, before the line is written."""
    mail[_FRESH], mail[_REASON] = 0, CountReason.SHARED_ADDRESS.value


@lru_cache(maxsize=1024)
def part_source(number: int, trace: bool, token: bool, recent: bool) -> str:
    """``FROM`` of a part's observations, with its tables ``m``, ``t``, ``k`` and ``r`` as far as they are there."""
    tables = [f"mail_{number} AS m"]
    tables += [f"LEFT JOIN trace_{number} AS t ON t.id = m.id"] * trace
    tables += [f"LEFT JOIN token_{number} AS k ON k.id = m.id"] * token
    tables += [f"LEFT JOIN recent_{number} AS r ON r.id = m.id"] * recent
    return " ".join(tables)


@lru_cache(maxsize=8)
def part_columns(trace: bool, token: bool, recent: bool) -> str:
    """The columns of an observation, in the order of ``OBSERVATION_COLUMNS``, from ``part_source``."""
    return ",".join(_column(name, trace, token, recent) for name in OBSERVATION_COLUMNS)


def _column(name: str, trace: bool, token: bool, recent: bool) -> str:
    if name in TRACE_COLUMNS:
        return moment_or(name, trace)
    if name in MAIL_COLUMNS:
        return f'm."{name}"'
    there = (token and name in TOKEN_COLUMNS and "k") or (recent and name in RECENT_COLUMNS and "r")
    empty = "'[]'" if name == "signatures_before" else _EMPTY.get(name, "NULL")
    return f'ifnull({there}."{name}",{empty})' if there else empty


def moment_or(name: str, trace: bool) -> str:
    """A column of ``trace_N``, or its coarse form where it is gone."""
    return f'ifnull(t."{name}",m."{name}")' if trace else f'm."{name}"'


def select(part: MailPart, where: str, more: str = "") -> str:
    """A query for observations of ``part``."""
    there = (part.trace, part.token, part.recent)
    return f"SELECT {part_columns(*there)} FROM {part_source(part.number, *there)} WHERE {where} {more}"


_GROUPS = {"token": ("token",), "recent": ("signature", "retry", "recent"), "trace": ("trace",)}
"""Flag of a part → the tables that are there together."""


def table_names(part: MailPart) -> list[str]:
    """The tables of ``part`` that are there."""
    there = [table for flag, tables in _GROUPS.items() if getattr(part, flag) for table in tables]
    return [f"{table}_{part.number}" for table in ("mail", "ref", *there)]


def drop_tables(
    db: Database, registry: Registry, part: MailPart, *, tables: Sequence[str] = tuple(_GROUPS), mail: bool = False
) -> None:
    """Marks tables of a part for dropping, as far as they are there; with ``mail`` the part is gone."""
    gone = [flag for flag in tables if getattr(part, flag)]
    for flag in gone:
        for table in _GROUPS[flag]:
            mark_for_dropping(db, f"{table}_{part.number}", rows=NARROW_ROWS)
    if mail:
        mark_for_dropping(db, f"ref_{part.number}", rows=NARROW_ROWS)
        mark_for_dropping(db, f"mail_{part.number}", rows=WIDE_ROWS)
        registry.remove_part(part)
    elif gone:
        registry.without(part, tables=gone)


RESTS_ON_ADDRESS = CountReason.SPF.value
"""``fresh_reason`` of mails that count by their client's address, as long as they are fresh."""
