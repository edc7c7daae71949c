"""SQL of the organisations whose mail came from a client's address: a table a day, for 30 days.

``alone`` in a line: no other organisation's mail came from the address, in any of the tables. So most mails look into
the table of their day alone; the others are read for an organisation's first mail of a day, and for shared addresses.
"""

from __future__ import annotations

from functools import lru_cache

from catcher.store.sqlite.byday.registry import DailyKind, DailyTable, Registry, checked_day
from catcher.store.sqlite.byday.stopping import STOPPED_AT_ONCE
from catcher.store.sqlite.library import Database


def create_clients(db: Database, table: str) -> None:
    db.execute(
        f'CREATE TABLE "{table}" ("client" TEXT NOT NULL, "organisation" TEXT NOT NULL, "alone" INTEGER NOT NULL, '
        'PRIMARY KEY ("client", "organisation")) WITHOUT ROWID'
    )


_MOST_REMEMBERED = 20_000
"""Lines of the present day that are remembered: some megabytes."""


class ClientNotes:
    """Notes from which address whose mail comes, and says whether another organisation's does. The caller writes.

    An address may have thousands of organisations, so that each query ends at its first line.
    """

    def __init__(self, db: Database, registry: Registry) -> None:
        self._db = db
        self._registry = registry
        self._tables = registry.daily(DailyKind.ORGANISATION)
        self._by_day = {table.day: table for table in self._tables}
        self._numbers = tuple([table.number for table in self._tables])
        self.may_stop = STOPPED_AT_ONCE
        """Mails that may stop counting in this transaction."""

    def is_shared(self, client: str, organisation: str | None) -> bool:
        """Whether another organisation's mail came from ``client``."""
        return self._other(client, organisation or "") is not None

    def note(self, client: str, day: str, organisation: str) -> tuple[bool, bool]:
        """Notes that mail of ``organisation`` came from ``client``. Returns whether another organisation's did, and
        whether this one is the second there."""
        alone, line = self._registry.alone, (client, day, organisation)
        if line in alone:
            return False, False
        table = self._table(day)
        own = self._db.conn.execute(
            f"SELECT alone FROM {table.name} WHERE client = ? AND organisation = ?", [client, organisation]
        ).fetchone()
        if own == (1,):
            if len(alone) >= _MOST_REMEMBERED:
                alone.clear()
            alone.add(line)
        if own is not None:
            return not own[0] and self.is_shared(client, organisation), False
        other = self._other(client, organisation)
        known = self._first("organisation = ?2", client, organisation) is not None
        self._db.conn.execute(f"INSERT INTO {table.name} VALUES (?,?,?)", [client, organisation, other is None])
        second = not known and other is not None and self._other(client, organisation, other) is None
        if second:
            alone.clear()
            for each in self._tables:
                self._db.conn.execute(
                    f"UPDATE {each.name} SET alone = 0 WHERE client = ? AND organisation = ?", [client, other]
                )
        return other is not None, second

    def _other(self, client: str, *but: str) -> str | None:
        """An organisation at ``client`` that isn't one of ``but``."""
        return self._first(" AND ".join(f"organisation <> ?{n}" for n in range(2, len(but) + 2)), client, *but)

    def _first(self, where: str, *values: str) -> str | None:
        if not self._numbers:
            return None
        row = self._db.conn.execute(_everywhere(where, self._numbers), values).fetchone()
        return None if row is None else row[0]

    def _table(self, day: str) -> DailyTable:
        if day in self._by_day:
            return self._by_day[day]
        made = self._registry.add_daily(DailyKind.ORGANISATION, checked_day(day))
        create_clients(self._db, made.name)
        self._tables.append(made)
        self._by_day[day] = made
        self._numbers = (*self._numbers, made.number)
        return made


@lru_cache(maxsize=64)
def _everywhere(where: str, numbers: tuple[int, ...]) -> str:
    """A query for one organisation in all tables, the youngest table first."""
    tables = [f"SELECT organisation FROM organisation_{n} WHERE client = ?1 AND {where}" for n in reversed(numbers)]
    return f"{' UNION ALL '.join(tables)} LIMIT 1"
