"""Rows are found by reference, tag and signature alike: in memory, in rows that wait, and in the index tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from catcher.model.mail.fingerprint import Authentication, AuthResult, MailClass, SpfResult
from catcher.model.mail.observation import Observation
from catcher.store.sqlite import SqliteStore, verify_file
from tests.support.observations import NOON, observation

DAY = timedelta(days=1)
MOST = 4
OPEN = Authentication(SpfResult(AuthResult.TEMPERROR, "contractor.example", "mfrom"))


@pytest.fixture(autouse=True)
def few_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catcher.store.sqlite.observation.MOST_WAITING", MOST)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[], SqliteStore]]:
    """Opens the same file as often as it is asked."""
    stores = []

    def open_one() -> SqliteStore:
        stores.append(SqliteStore(tmp_path / "catcher.db"))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()
    assert verify_file(tmp_path / "catcher.db") == ()


def mail(n: int, **changes: Any) -> Observation:
    fields = {"retry_tag": f"tag{n}", "signatures": (f"s{n}",), "client": f"192.0.{n}.1"}
    return observation(**({"transaction": f"t{n}", "ref": f"REF{n}"} | fields | changes))


def indexed(store: SqliteStore, number: int = 1) -> tuple[list[Any], ...]:
    """The ids in the index tables of a part."""
    return tuple(
        [id for (id,) in store._db.execute(f"SELECT id FROM {table}_{number} ORDER BY id")]
        for table in ("ref", "retry", "signature")
    )


def retry_of(store: SqliteStore, n: int, **changes: Any) -> int | None:
    ((again,),) = store.add([[mail(n, transaction="again", signatures=(), **changes)]])
    return again.retry_of


def is_replay(store: SqliteStore, n: int) -> bool:
    ((again,),) = store.add([[mail(n, transaction="again", retry_tag=None, client="198.51.100.1")]])
    return bool(again.replayed)


def test_rows_are_indexed_together_once_they_are_many(opened: Callable[[], SqliteStore]) -> None:
    store = opened()
    for n in range(1, MOST):
        store.add([[mail(n)]])
    assert indexed(store) == ([], [], [])
    store.add([[mail(MOST)], [mail(MOST + 1, retry_tag="tag1")]])
    assert indexed(store) == ([1, 2, 3, 4, 5], [1, 2, 3, 4], [1, 2, 3, 4, 5])
    store.add([[mail(6)]])
    assert indexed(store)[0] == [1, 2, 3, 4, 5]
    assert [[o.id for o in store.observations(ref=f"REF{n}")] for n in (0, 1, 5, 6)] == [[], [1], [5], [6]]


def test_the_earlier_part_is_indexed_when_there_is_a_new_one(opened: Callable[[], SqliteStore]) -> None:
    store = opened()
    store.add([[mail(1)]])
    store.add([[mail(2, observed_at=NOON + DAY)]])
    assert indexed(store) == ([1], [1], [1])
    assert indexed(store, store._db.registry.parts()[1].number) == ([], [], [])


def test_a_late_mail_of_an_earlier_day_is_found(opened: Callable[[], SqliteStore]) -> None:
    store = opened()
    for n, day in ((1, DAY), (2, 0 * DAY), (3, DAY), (4, 0 * DAY)):
        store.add([[mail(n, observed_at=NOON + day)]])
    assert [[o.id for o in store.observations(ref=f"REF{n}")] for n in range(1, 5)] == [[1], [2], [3], [4]]
    assert [retry_of(store, n, observed_at=NOON + 2 * DAY) for n in range(1, 5)] == [1, 2, 3, 4]


@pytest.mark.parametrize("before", range(2 * MOST))
def test_another_connections_rows_are_known(opened: Callable[[], SqliteStore], before: int) -> None:
    """Whether they wait, or were indexed meanwhile; and so are those of a process that ended."""
    one, other = opened(), opened()
    for n in range(1, before + 2):
        one.add([[mail(n)]])
    assert retry_of(other, before + 1) == before + 1
    for n in range(21, 21 + MOST):
        other.add([[mail(n)]])
        assert retry_of(one, n) == retry_of(opened(), n) is not None
        assert is_replay(one, n) and is_replay(other, n)
    ids = [o.id for o in one.observations()]
    one.add([[mail(50, observed_at=NOON + DAY)]])
    assert indexed(one)[0] == ids, "each row is indexed once"


def test_a_transaction_that_failed_leaves_no_key(opened: Callable[[], SqliteStore]) -> None:
    store = opened()
    store.add([[mail(1)]])
    with pytest.raises(UnicodeEncodeError):
        store.add([[mail(2)], [mail(3, ref="\udc80")]])
    assert retry_of(store, 2) is None
    assert not is_replay(store, 2)
    assert retry_of(store, 1) == 1


def test_what_a_revision_takes_away_or_adds_holds(opened: Callable[[], SqliteStore]) -> None:
    """For the process that revises and for one that read the row before, while it waits and when it is indexed."""
    one, other = opened(), opened()
    spam, person = (stored for (stored,) in one.add([[open_mail(1, MailClass.SPAM)], [open_mail(2, MailClass.PERSON)]]))
    assert not is_replay(other, 1) and is_replay(other, 2)
    changes = ((spam, MailClass.PERSON), (person, MailClass.SPAM))
    assert one.revise([replace(open_mail(stored.id, now), id=stored.id) for stored, now in changes])
    one.add([[mail(9)]])
    for store in (one, other, opened()):
        assert is_replay(store, 1) and not is_replay(store, 2)
    assert indexed(one)[2].count(1) == 1 and 2 not in indexed(one)[2], "the rows are indexed by now"


def open_mail(n: int, mail_class: MailClass) -> Observation:
    """A mail whose look-ups failed for the time being."""
    return mail(n, mail_class=mail_class, retry_tag=None, authentication=OPEN)
