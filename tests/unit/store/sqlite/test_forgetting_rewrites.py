"""Small tables from which rows are deleted are written anew: of many rows, in any order, none leaves a trace."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from catcher.model.telling.contact import Source
from catcher.model.telling.notice import LedgerEntry
from catcher.model.telling.noticelife import Act
from catcher.store import SqliteStore
from catcher.store.sqlite import contact as contact_table
from catcher.store.sqlite.connection import write_transaction
from tests.support.contacts import contact, outcome
from tests.support.notices import MORNING, another
from tests.support.observations import NOON

DAY = timedelta(days=1)


def octets(path: Path) -> bytes:
    """All that is in the database, its log and its index."""
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


def many_contacts(store: SqliteStore, *, young: int) -> list[str]:
    """A thousand found contacts in random order, so that SQLite moves rows; those of the first ``young`` parties were
    seen lately. Returns the addresses of the others."""
    numbers = list(range(1_000))
    random.Random(1).shuffle(numbers)
    for n in numbers:
        party = f"party{n:04}.example"
        seen = NOON + (30 * DAY if n < young else 0 * DAY)
        one = contact(party=party, address=f"CANARY{n:04}{'x' * (n % 90)}@{party}", source=Source.SOA, seen_at=seen)
        came = [outcome(party=party, host=f"HOST{n:04}.{party}", at=seen)]
        contact_table.change(store._db, party, lambda _, one=one: [one], came)  # type: ignore[misc]
    return [f"CANARY{n:04}" for n in range(young, 1_000)] + [f"HOST{n:04}" for n in range(young, 1_000)]


def test_of_a_thousand_contacts_none_that_is_due_leaves_a_trace(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"
    store = SqliteStore(path)
    with write_transaction(store._db):
        gone = many_contacts(store, young=20)
    list(store.forget(NOON + 31 * DAY, keep_days=30))
    assert len(list(store.contacts())) == 20
    content = octets(path)
    assert not [text for text in gone if text.encode() in content]
    store.close()


def test_each_table_is_written_anew_in_a_step_of_its_own(tmp_path: Path) -> None:
    """Mails are stored between two steps, so that a step has one table's rows to copy and no more."""
    store = SqliteStore(tmp_path / "catcher.db")
    with write_transaction(store._db):
        many_contacts(store, young=20)

    def owed() -> int:
        return int(store._db.execute("SELECT count(*) FROM owed WHERE work LIKE 'rewrite %'").fetchone()[0])

    left = [owed() for _ in store.forget(NOON + 31 * DAY, keep_days=30)]
    assert max(left) == 2, "contacts, and what became of them"
    assert [then for before, then in pairwise(left) if then < before] == [1, 0]
    store.close()


def test_of_contacts_that_were_taken_away_none_leaves_a_trace(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"
    store = SqliteStore(path)
    with write_transaction(store._db):
        many_contacts(store, young=1_000)
    taken = [n for n in range(1_000) if n % 37]
    with write_transaction(store._db):
        for n in random.Random(3).sample(taken, len(taken)):
            contact_table.change(store._db, f"party{n:04}.example", lambda _: [], [])
    list(store.forget(NOON, keep_days=30))
    content = octets(path)
    assert not [n for n in taken if f"CANARY{n:04}".encode() in content]
    assert all(f"CANARY{n:04}".encode() in content for n in range(0, 1_000, 37))
    store.close()


@pytest.mark.parametrize("sent", [True, False], ids=["sent", "old"])
def test_of_hundreds_of_texts_of_notices_none_leaves_a_trace(tmp_path: Path, sent: bool) -> None:
    path = tmp_path / "catcher.db"
    store = SqliteStore(path)
    for n in range(300):
        store.add_notice(another(n), f"CANARY{n:04}{'x' * (n % 900)}".encode())
    late = MORNING + 8 * DAY
    if sent:
        for n in random.Random(2).sample(range(300), 280):
            store.add_step(another(n).id, LedgerEntry(Act.WITHDRAWN, MORNING + DAY, "alice"))
        late = MORNING + DAY
    list(store.forget(late, keep_days=3_000))
    left = [n for n in range(300) if store.notice_text(another(n).id) is not None]
    assert len(left) == (20 if sent else 0)
    content = octets(path)
    assert [n for n in range(300) if f"CANARY{n:04}".encode() in content] == left
    store.close()
