"""Folding in batches: the sums of the pure fold, whatever the batches are; rows that can't be decoded; short locks."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catcher.model.leak.summary import summary_of
from catcher.model.mail.fingerprint import Authentication, AuthResult, SpfResult
from catcher.model.mail.observation import Observation
from catcher.model.ports import Folded
from catcher.store import SqliteStore
from catcher.store.sqlite.sums import folding, mailboxes
from tests.support.folding import folder
from tests.support.observations import NOON, observation, observations, sender
from tests.support.shrinking import PHASES


@contextmanager
def new_store() -> Iterator[SqliteStore]:
    path = Path(tempfile.mkdtemp())
    store = SqliteStore(path / "catcher.db")
    try:
        yield store
    finally:
        store.close()
        shutil.rmtree(path)


def mails(number: int, **changes: object) -> list[list[Observation]]:
    return [[observation(transaction=f"t{n}", retry_tag=None, **changes)] for n in range(number)]


@given(
    seen=st.lists(observations(), max_size=20),
    rows=st.integers(1, 5),
    cells=st.integers(1, 6),
    boxes=st.integers(1, 6),
    step=st.integers(1, 3),
    cut=st.integers(0, 20),
)
@settings(max_examples=60, deadline=None, phases=PHASES)
def test_the_sums_are_those_of_the_pure_fold_in_any_batches(
    seen: list[Observation], rows: int, cells: int, boxes: int, step: int, cut: int
) -> None:
    with pytest.MonkeyPatch.context() as patch, new_store() as store:
        patch.setattr(folding, "BATCH_ROWS", rows)
        patch.setattr(folding, "BATCH_CELLS", cells)
        patch.setattr(folding, "BATCH_MAILBOXES", boxes)
        patch.setattr(mailboxes, "LINES_AT_ONCE", step)
        for part in (seen[:cut], seen[cut:]):
            store.add([[o] for o in part])
            store.fold(folder)
        incidents = {i.key.id: i for i in store.incidents()}
        assert incidents == folder(list(store.observations()))
        assert {i.key.id: store.summary(i.key.id) for i in incidents.values()} == {
            id: summary_of(incident) for id, incident in incidents.items()
        }


def test_rows_that_differ_in_day_and_tokens_alone_are_decoded_once() -> None:
    decoded = []

    class Counting(type(folder)):  # type: ignore[misc]
        def shares(self, o: Observation) -> object:
            decoded.append(o.id)
            return folder.shares(o)

    with new_store() as store:
        store.add(
            [
                [
                    observation(
                        transaction=f"t{n}", retry_tag=None, recipients=(f"{n:016x}",), observed_at=NOON + n * DAY
                    )
                ]
                for n in range(20)
            ]
        )
        store.add(mails(3, tls=False))
        assert store.fold(Counting(lambda domain: domain)).observations == 23
        assert decoded == [1, 21]


DAY = timedelta(days=1)
WRONG = {
    "policy": "acceptt",
    "outcome": b"\x00",
    "nature": "{",
    "sender": json.dumps({"domain": 5, "organisation": None, "tier": "verified", "evidence": [], "conflicts": []}),
    "authentication": "[]",
    "intended": '[{"typed": "army.ml"}]',
    "markings": '[{"scheme": "msip", "level": "\\ud800", "signed": true}]',
    "observed_at": "yesterday",
    "recipients": '[["a"], 5]',
    "reverse_path_token": b"\xff",
    "author_token": b"abc",
    "size_class": "huge",
}


@pytest.mark.parametrize("column", WRONG)
def test_a_row_that_cannot_be_decoded_is_set_apart_and_the_others_are_folded(tmp_path: Path, column: str) -> None:
    path = tmp_path / "catcher.db"
    with closing(SqliteStore(path)) as store:
        store.add(mails(3))
        with closing(sqlite3.connect(path)) as other, other:
            table = "token_1" if column in ("recipients", "reverse_path_token", "author_token") else "mail_1"
            other.execute(f"UPDATE {table} SET {column} = ? WHERE id = 2", [WRONG[column]])
        assert store.fold(folder) == Folded(2, set_apart=1)
        assert store.fold(folder) == Folded()
        assert {i.mails for i in store.incidents()} == {2}
        reasons = store.fold_state().set_apart
        assert sum(reasons.values()) == 1
        for reason in reasons:
            assert reason in (f"Undecodable: column {column}", "ValueError", "TypeError", "AttributeError"), "no value"
        store.add([[observation(transaction="t9", retry_tag=None)]])
        assert store.fold(folder) == Folded(1)


@pytest.mark.parametrize("column", ["sender", "domain", "observed_at", "recipients", "author_token"])
def test_octets_that_are_no_text_are_set_apart_too(tmp_path: Path, column: str) -> None:
    """SQLite itself would end the whole query."""
    path = tmp_path / "catcher.db"
    with closing(SqliteStore(path)) as store:
        store.add(mails(3))
        with closing(sqlite3.connect(path)) as other, other:
            table = "token_1" if column in ("recipients", "author_token") else "mail_1"
            other.execute(f"UPDATE {table} SET {column} = CAST(x'61ff62' AS TEXT) WHERE id = 2")
        assert store.fold(folder) == Folded(2, set_apart=1)
        assert {i.mails for i in store.incidents()} == {2}


def test_a_row_that_was_changed_to_nonsense_after_it_was_folded_is_set_apart(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"
    with closing(SqliteStore(path)) as store:
        store.add(mails(2, fresh_reason="spf"))
        store.fold(folder)
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("UPDATE mail_1 SET nature = '{' WHERE id = 1")
            other.execute("INSERT INTO to_fold_again VALUES (1)")
        store.fold(folder)
        assert {i.mails for i in store.incidents()} == {1}
        assert store.fold_state().set_apart == {"Undecodable: column nature": 1}


def test_a_row_is_set_apart_only_as_long_as_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"
    with closing(SqliteStore(path)) as store:
        store.add(mails(2))
        store.add([[observation(transaction="later", observed_at=NOON + 3 * DAY)]])
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("UPDATE mail_1 SET nature = '{' WHERE id = 2")
            (number,) = other.execute("SELECT max(number) FROM part").fetchone()
            other.execute(f"UPDATE mail_{number} SET nature = '{{'")
        store.fold(folder)
        assert store.fold_state().set_apart == {"Undecodable: column nature": 2}
        for days, left in ((85, 2), (92, 1), (97, 0)):
            for _ in store.forget(NOON + days * DAY, keep_days=90):
                pass
            assert sum(store.fold_state().set_apart.values()) == left


def test_no_transaction_of_a_fold_writes_more_than_a_bounded_number_of_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another writer waits for one transaction. It is bounded by its rows: a time would depend on the machine."""
    monkeypatch.setattr(folding, "BATCH_CELLS", 60)
    monkeypatch.setattr(mailboxes, "LINES_AT_ONCE", 50)
    written: list[int] = []
    with closing(SqliteStore(tmp_path / "catcher.db")) as store:
        people = [
            [
                observation(
                    transaction=f"t{n}",
                    retry_tag=None,
                    sender=sender(f"o{n % 40}.example"),
                    observed_at=NOON + n % 7 * DAY,
                    recipients=tuple(f"{n:08x}{k:08x}" for k in range(5)),
                    fresh_reason="spf" if n % 10 == 0 else "dkim",
                    client=f"192.0.2.{n % 40}",
                )
            ]
            for n in range(400)
        ]
        store.add(people)

        def trace(statement: str) -> None:
            verb = statement.split(maxsplit=1)[0].upper()
            if verb == "BEGIN":
                written.append(0)
            elif verb in ("INSERT", "UPDATE", "DELETE"):
                written[-1] += 1

        with watched(store, trace):
            store.fold(folder)
            store.fold(folder, now=NOON + 60 * DAY)
    assert len(written) > 20
    # Each row has its cell or line; a new cell may make an incident and a counterpart, too. One observation is never
    # cut: it has a dozen lines.
    assert max(written) <= 4 * 60 + 3 * 12


@contextmanager
def watched(store: SqliteStore, trace: object) -> Iterator[None]:
    """Calls ``trace`` with each statement of the store's connection."""
    connections = [value.conn for value in vars(store).values() if hasattr(value, "conn")]
    for connection in connections:
        connection.set_trace_callback(trace)
    yield
    for connection in connections:
        connection.set_trace_callback(None)


OPEN = Authentication(SpfResult(AuthResult.TEMPERROR, "contractor.example", "mfrom"))


def test_judgements_that_cannot_change_any_more_leave_no_cell_of_their_own(tmp_path: Path) -> None:
    """300 mails whose look-ups failed, and 300 others: after the time there are daily sums alone."""
    path = tmp_path / "catcher.db"
    with closing(SqliteStore(path)) as store, closing(sqlite3.connect(path)) as other:
        store.add(mails(300, authentication=OPEN))
        store.add([[replace(o, transaction=f"u{n}")] for n, (o,) in enumerate(mails(300))])
        own = "SELECT count(*) FROM incident_cell WHERE observation > 0"
        lines = "SELECT count(*) FROM mailbox_2026_11 WHERE observation > 0"
        store.fold(folder, now=NOON + timedelta(minutes=5))
        assert other.execute(own).fetchone() == (600,)
        assert other.execute(lines).fetchone()[0] >= 600
        before = list(store.incidents())
        assert store.fold(folder, now=NOON + timedelta(hours=3)) == Folded(final=300)
        assert other.execute(own).fetchone() == other.execute(lines).fetchone() == (0,)
        assert other.execute("SELECT count(*), sum(mails) FROM incident_cell").fetchone() == (2, 1_200)
        assert list(store.incidents()) == before
        assert store.fold(folder, now=NOON + timedelta(hours=3)) == Folded()


def test_they_are_closed_although_the_rows_are_gone(tmp_path: Path) -> None:
    """The first upkeep comes 200 days later."""
    path = tmp_path / "catcher.db"
    with closing(SqliteStore(path)) as store, closing(sqlite3.connect(path)) as other:
        store.add(mails(30, authentication=OPEN))
        store.fold(folder)
        store.purge(NOON + 200 * DAY, keep_days=180, folder=folder)
        assert other.execute("SELECT count(*) FROM incident_cell WHERE observation > 0").fetchone() == (0,)
        assert {i.mails for i in store.incidents()} == {30}


def test_a_revision_after_that_changes_no_sum(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "catcher.db")) as store:
        store.add(mails(1, authentication=OPEN, sender=sender(None), fresh=False))
        store.fold(folder, now=NOON + DAY)
        before = list(store.incidents())
        store.revise([observation(id=1)])
        store.fold(folder, now=NOON + DAY)
        assert list(store.incidents()) == before


def test_ids_without_rows_amid_a_part_end_no_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their rows were of an earlier day, by a clock that went back, and are deleted."""
    monkeypatch.setattr(folding, "BATCH_ROWS", 3)
    with new_store() as store:
        days = (0, 0, *[-9] * 20, 0, 0)
        store.add(
            [
                [observation(transaction=f"t{n}", retry_tag=None, observed_at=NOON + day * DAY)]
                for n, day in enumerate(days)
            ]
        )
        list(store.forget(NOON, keep_days=5))
        assert store.fold_state().waiting == 4
        assert store.fold(folder).observations == 4
        assert store.fold_state().waiting == 0
