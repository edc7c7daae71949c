"""The parts and the tables of a day, as the database names them; read again only after another connection's change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from catcher.store.sqlite.library import Database

MOST_ROWS = 100_000
"""Rows after which a day gets another part: dropping an index of so many rows takes a few milliseconds."""


class MailPart(NamedTuple):
    """The mails of one day in UTC, or some of them. Its tables end in its number; ``mail_N`` is always there."""

    number: int
    day: str
    first_id: int
    last_id: int
    rows: int
    indexed: int
    """The id up to which ``ref_N``, ``retry_N`` and ``signature_N`` hold the part's rows: see ``indexing``."""
    trace: bool
    """Whether ``trace_N`` is there: minutes and addresses."""
    token: bool
    """Whether ``token_N`` is there: the mailboxes."""
    recent: bool
    """Whether ``recent_N``, ``retry_N`` and ``signature_N`` are there: what recognises retries and replays."""

    @property
    def is_whole(self) -> bool:
        return self.trace and self.token and self.recent


class WaitingKeys:
    """The keys of a part's rows that its index tables don't hold yet."""

    __slots__ = ("after", "retry", "signature", "up_to")

    def __init__(self, after: int) -> None:
        self.after = self.up_to = after
        """The id behind which the rows wait, and the id up to which their keys are here."""
        self.retry: dict[int, list[int]] = {}
        """Key of a retry tag → ids."""
        self.signature: dict[str, list[int]] = {}
        """Token of a signature → ids. A revision may have taken a token from its row."""


class DailyKind(StrEnum):
    """The kinds of tables that aren't of parts and have one table a day."""

    ORGANISATION = "organisation"
    """The organisations whose mail came from a client's address."""
    DEMAND = "demand"
    """Counted queries."""


class DailyTable(NamedTuple):
    """A table of one day, of a kind."""

    number: int
    kind: DailyKind
    day: str

    @property
    def name(self) -> str:
        return f"{self.kind}_{self.number}"


class Registry:
    """What the tables ``part``, ``daily`` and ``origin`` say. The caller has opened a transaction, so that the named
    tables exist until its end."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._version: int | None = None
        self._parts: dict[int, MailPart] = {}
        self._daily: dict[int, DailyTable] = {}
        self._last_id = self._last_number = 0
        self.alone: set[tuple[str, str, str]] = set()
        """Address, day and organisation of lines of which nothing has to be asked: see ``clients``."""
        self.waiting: dict[int, WaitingKeys] = {}
        """Number of a part → the keys of its rows that aren't indexed yet: see ``indexing``."""

    def clear(self) -> None:
        """Forgets what was read: a transaction that changed it was rolled back."""
        self._version = None
        self.waiting.clear()

    def _load(self) -> None:
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return
        self.alone.clear()
        columns = "number, day, first_id, last_id, rows, indexed, trace, token, recent"
        parts = (
            MailPart(*row[:6], *map(bool, row[6:]))
            for row in self._db.execute(f"SELECT {columns} FROM part").fetchall()
        )
        self._parts = {part.number: part for part in parts}
        daily = self._db.execute("SELECT number, kind, day FROM daily").fetchall()
        self._daily = {number: DailyTable(number, DailyKind(kind), day) for number, kind, day in daily}
        last_id, number = self._db.execute("SELECT last_id, last_number FROM origin").fetchone()
        self._last_id = max(last_id, max((part.last_id for part in self._parts.values()), default=0))
        self._last_number = number
        self._version = version

    def parts(self) -> list[MailPart]:
        """All parts, in the order in which they were made."""
        self._load()
        return list(self._parts.values())

    def daily(self, kind: DailyKind) -> list[DailyTable]:
        """All tables of ``kind``, in the order in which they were made."""
        self._load()
        return [table for table in self._daily.values() if table.kind is kind]

    @property
    def last_id(self) -> int:
        """The highest id of an observation so far, which may be deleted by now."""
        self._load()
        return self._last_id

    def new_number(self) -> int:
        """A number that no table had so far. The caller writes."""
        self._load()
        self._last_number += 1
        self._db.execute("UPDATE origin SET last_number = ?", [self._last_number])
        return self._last_number

    def add_part(self, day: str, first_id: int) -> MailPart:
        """Registers an empty part; the caller makes its tables."""
        part = MailPart(self.new_number(), day, first_id, first_id - 1, 0, first_id - 1, True, True, True)
        self._db.execute("INSERT INTO part VALUES (?,?,?,?,?,?,?,?,?)", part)
        self._parts[part.number] = part
        return part

    def add_daily(self, kind: DailyKind, day: str) -> DailyTable:
        """Registers a table of ``kind``; the caller makes it."""
        table = DailyTable(self.new_number(), kind, day)
        self._db.execute("INSERT INTO daily VALUES (?,?,?)", table)
        self._daily[table.number] = table
        return table

    def grown(self, number: int, last_id: int, rows: int) -> None:
        """Notes that a part got ``rows`` more rows, the last with ``last_id``."""
        part = self._parts[number]
        self._db.execute("UPDATE part SET last_id = ?, rows = rows + ? WHERE number = ?", [last_id, rows, number])
        self._parts[number] = part._replace(last_id=last_id, rows=part.rows + rows)
        self._last_id = max(self._last_id, last_id)

    def note_indexed(self, part: MailPart) -> None:
        """Notes that the index tables of a part hold all its rows."""
        known = self._parts[part.number]
        self._db.execute("UPDATE part SET indexed = last_id WHERE number = ?", [part.number])
        self._parts[part.number] = known._replace(indexed=known.last_id)
        self.waiting.pop(part.number, None)

    def without(self, part: MailPart, *, tables: Iterable[str]) -> None:
        """Notes that some of ``trace``, ``token`` and ``recent`` aren't the part's any more."""
        known = self._parts[part.number]
        left = {name: getattr(known, name) and name not in tables for name in ("trace", "token", "recent")}
        self._db.execute(
            "UPDATE part SET trace = ?, token = ?, recent = ? WHERE number = ?", [*left.values(), part.number]
        )
        self._parts[part.number] = known._replace(trace=left["trace"], token=left["token"], recent=left["recent"])

    def remove_part(self, part: MailPart) -> None:
        """Notes that a part is gone; its ids aren't used again."""
        self._db.execute("UPDATE origin SET last_id = max(last_id, ?)", [part.last_id])
        self._db.execute("DELETE FROM part WHERE number = ?", [part.number])
        del self._parts[part.number]

    def remove_daily(self, table: DailyTable) -> None:
        self._db.execute("DELETE FROM daily WHERE number = ?", [table.number])
        del self._daily[table.number]


def checked_day(moment: str) -> str:
    """The day of a stored moment. Raises ValueError when the text doesn't begin with a date."""
    return date.fromisoformat(moment[:10]).isoformat()
