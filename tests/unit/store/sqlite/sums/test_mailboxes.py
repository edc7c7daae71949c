"""Settling a period: totals are computed while others write, and no line comes or goes meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from catcher.model.errors import StoreUnavailable
from catcher.model.ports import Folded
from catcher.store import SqliteStore
from catcher.store.sqlite.sums import mailboxes
from tests.support.folding import folder
from tests.support.observations import NOON, observation

DAY = timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catcher.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    """A store with folded mail of November and December."""
    with closing(SqliteStore(path)) as store:
        days = (0, 1, 2, 30, 31)
        store.add([[observation(transaction=f"t{n}", retry_tag=None, observed_at=NOON + n * DAY)] for n in days])
        store.fold(folder)
        yield store


def test_others_write_while_totals_are_computed_and_late_mail_brings_no_line(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other store doesn't wait for a lock: its writes would fail at once."""
    counted = mailboxes.MailboxNumbers
    late: list[Folded] = []

    def meanwhile(*args: object) -> mailboxes.MailboxNumbers:
        with closing(SqliteStore(path, busy_seconds=0.0)) as other:
            if not late:
                other.add([[observation(transaction="late", retry_tag=None, reverse_path_token="other")]])
            late.append(other.fold(folder))
        return counted(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(mailboxes, "MailboxNumbers", meanwhile)
    assert store.settle("2026-11") == 2 * 2 * 3
    assert late == [Folded(1, late=1), Folded()]
    monkeypatch.undo()
    for incident in store.incidents():
        assert incident.mails == 6
        assert {m.period for m in incident.mailboxes} == {"2026-12"}
        assert {total.mailboxes for total in incident.settled} == {1}


def test_no_transaction_of_settling_writes_more_than_a_bounded_number_of_rows(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "LINES_AT_ONCE", 2)
    sizes: list[int] = []
    insert = mailboxes.insert

    def counted(db: object, table: str, columns: object, rows: list[object], then: str) -> None:
        sizes.append(len(rows))
        insert(db, table, columns, rows, then)  # type: ignore[arg-type]

    monkeypatch.setattr(mailboxes, "insert", counted)
    store.settle("2026-11")
    assert max(sizes) <= 2 and len(sizes) > 2


def test_the_table_of_a_settled_period_is_dropped_and_never_made_again(store: SqliteStore, path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        tables = "SELECT name FROM sqlite_master WHERE name LIKE 'mailbox_2026%' ORDER BY name"
        assert other.execute(tables).fetchall() == [("mailbox_2026_11",), ("mailbox_2026_12",)]
        store.purge(NOON + 32 * DAY, keep_days=90, folder=folder)
        assert other.execute(tables).fetchall() == [("mailbox_2026_12",)]
        store.add([[observation(transaction="late", retry_tag=None)]])
        assert store.fold(folder) == Folded(1, late=1)
        assert other.execute(tables).fetchall() == [("mailbox_2026_12",)]


def test_tokens_go_at_the_deadline_although_nothing_was_settled(store: SqliteStore, path: Path) -> None:
    for _ in store.forget(NOON + 35 * DAY, keep_days=90):
        pass
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT name FROM sqlite_master WHERE name = 'mailbox_2026_11'").fetchall() == []
    assert not any(m.period == "2026-11" for incident in store.incidents() for m in incident.mailboxes)


def test_a_reader_beside_settling_has_either_the_mailboxes_or_their_totals(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = mailboxes.totals

    def settled_before(*args: object) -> object:
        monkeypatch.undo()
        with closing(SqliteStore(path)) as other:
            other.settle("2026-11")
        return read(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(mailboxes, "totals", settled_before)
    (before, *_), (after, *_) = list(store.incidents()), list(store.incidents())
    assert ({m.period for m in before.mailboxes}, before.settled) == ({"2026-11", "2026-12"}, frozenset())
    assert ({m.period for m in after.mailboxes}, bool(after.settled)) == ({"2026-12"}, True)


def test_settling_stops_when_the_table_is_dropped_beside_it(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = mailboxes.MailboxNumbers

    def dropped_before(*args: object) -> mailboxes.MailboxNumbers:
        monkeypatch.undo()
        with closing(SqliteStore(path)) as other, suppress(StoreUnavailable):  # this reader holds the log
            list(other.forget(NOON + 40 * DAY, keep_days=180))
        return counted(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(mailboxes, "MailboxNumbers", dropped_before)
    assert store.settle("2026-11") == 0
    assert [incident.settled for incident in store.incidents()] == [frozenset()] * 2
