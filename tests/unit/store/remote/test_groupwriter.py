"""The group writer: a group is one write; one failure harms nobody else, nobody for long, and heals."""

from __future__ import annotations

from pathlib import Path

import pytest

from catcher.model.errors import EnvironmentFailure, StoreUnavailable
from catcher.model.mail.observation import Observation, Stored
from catcher.store import SqliteStore
from catcher.store.codec import to_row
from catcher.store.remote.groupwriter import Commit, GroupWriter
from catcher.store.remote.rowcheck import RowCheck
from tests.support.clocks import Clock, Seconds
from tests.support.observations import NOON, observation
from tests.support.storing import Recording, mail, remove_all


def commit(observations: list[Observation], *, revises: bool = False) -> Commit:
    return Commit([to_row(o) for o in observations], revises)


def test_a_group_is_one_write_and_its_results_are_in_order() -> None:
    store = Recording()
    writer = GroupWriter(store.open, Seconds())
    results = writer.write([commit(mail(n)) for n in range(10)])
    assert results == [(Stored(n + 1, None, False),) for n in range(10)]
    assert store.writes == [10]


def test_what_is_written_is_in_the_file(tmp_path: Path) -> None:
    writer = GroupWriter(lambda: SqliteStore(tmp_path / "catcher.db"), Seconds())
    writer.open()
    results = writer.write([commit(mail(n)) for n in range(100)])
    writer.close()
    store = SqliteStore(tmp_path / "catcher.db")
    assert [(Stored(o.id, o.retry_of, o.replayed),) for o in store.observations()] == results
    store.close()


def test_a_revision_in_a_group_goes_first_and_tells_how_many_changed() -> None:
    store = Recording()
    writer = GroupWriter(store.open, Seconds())
    added = store.add([mail(0)])[0][0]
    final = [added, observation(id=99)]
    results = writer.write([commit(mail(1)), commit(final, revises=True), commit(mail(2))])
    assert results == [(Stored(2, None, False),), len(store.revise(final)), (Stored(3, None, False),)]


def test_a_store_that_can_not_be_opened_fails_the_start(tmp_path: Path) -> None:
    (tmp_path / "catcher.db").write_bytes(b"no database" * 100)
    with pytest.raises(EnvironmentFailure, match="damaged"):
        GroupWriter(lambda: SqliteStore(tmp_path / "catcher.db"), Seconds()).open()


def test_a_store_that_fails_fails_its_group_is_closed_and_after_a_pause_opened_again() -> None:
    store, clock = Recording(), Seconds()
    writer = GroupWriter(store.open, clock, pause_seconds=1.0)
    writer.open()
    store.failure = lambda batches: StoreUnavailable("the disk is full")
    assert writer.write([commit(mail(0)), commit(mail(1))]) == ["the disk is full"] * 2
    assert (store.opened, store.closed) == (1, 1)
    store.failure = lambda batches: None
    clock.now += 0.9
    (refusal,) = writer.write([commit(mail(2))])
    assert "a moment ago" in str(refusal)
    assert store.opened == 1
    clock.now += 0.2
    assert writer.write([commit(mail(3))]) == [(Stored(1, None, False),)]
    assert store.opened == 2


def test_a_store_that_can_not_be_opened_again_goes_on_failing_and_then_heals() -> None:
    store, clock = Recording(), Seconds()
    gone = True

    def open_store() -> Recording:
        if gone:
            raise EnvironmentFailure("the folder is gone")
        return store.open()

    writer = GroupWriter(open_store, clock, pause_seconds=1.0)
    for _ in range(3):
        assert writer.write([commit(mail(0))]) == ["the folder is gone"]
        clock.now += 2
    gone = False
    assert writer.write([commit(mail(0))]) == [(Stored(1, None, False),)]


def test_one_observation_that_can_not_be_stored_fails_alone(tmp_path: Path) -> None:
    """A lone surrogate is no text that SQLite takes: its mail gets 451, the others of its group 250."""
    writer = GroupWriter(lambda: SqliteStore(tmp_path / "catcher.db"), Seconds())
    bad = [observation(transaction="bad", ref="CANARY\udc80")]
    good, failed, other = writer.write([commit(o) for o in (mail(1), bad, mail(2))])
    assert isinstance(failed, str)
    assert "CANARY" not in failed
    assert isinstance(good, tuple)
    assert isinstance(other, tuple)
    writer.close()
    store = SqliteStore(tmp_path / "catcher.db")
    assert [o.transaction for o in store.observations()] == ["t1", "t2"]
    store.close()


def test_a_row_of_another_shape_fails_alone(tmp_path: Path) -> None:
    writer = GroupWriter(lambda: SqliteStore(tmp_path / "catcher.db"), Seconds())
    results = writer.write([commit(mail(1)), Commit([["too", "few"]]), Commit([], revises=True)])
    assert [type(result) for result in results] == [tuple, str, int]
    writer.close()


def test_a_file_that_is_removed_while_it_serves_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"
    writer = GroupWriter(lambda: SqliteStore(path), Seconds(), pause_seconds=0.0)
    writer.write([commit(mail(0))])
    remove_all(tmp_path)
    (refusal,) = writer.write([commit(mail(1))])
    assert "removed or replaced" in str(refusal)
    writer.write([commit(mail(2))])
    store = SqliteStore(path)
    assert [o.transaction for o in store.observations()] == ["t2"]
    store.close()
    writer.close()


def test_a_commit_that_may_not_be_stored_is_refused_alone() -> None:
    store = Recording()
    writer = GroupWriter(store.open, Seconds(), refusal=lambda c: "no" if c.revises or "t1" in c.rows[0] else "")
    results = writer.write([commit(mail(0)), commit(mail(1)), commit(mail(2), revises=True), commit(mail(3))])
    assert results == [(Stored(1, None, False),), "no", "no", (Stored(2, None, False),)]
    assert store.writes == [2]
    assert writer.write([commit(mail(1))]) == ["no"]
    assert store.opened == 1


def test_a_row_of_a_worker_that_was_taken_over_is_refused_alone(tmp_path: Path) -> None:
    """What it stores could stop fold, purge and reports for good."""
    check = RowCheck(Clock(NOON))
    writer = GroupWriter(
        lambda: SqliteStore(tmp_path / "catcher.db"), Seconds(), refusal=lambda c: check.refusal(c.rows)
    )
    bad = list(to_row(observation(transaction="bad")))
    bad[bad.index("accept")] = "acceptt"
    good, refused, other = writer.write([commit(mail(1)), Commit([bad]), commit(mail(2))])
    assert isinstance(good, tuple) and isinstance(other, tuple)
    assert "policy" in str(refused)
    assert [o.transaction for o in writer.use(lambda store: list(store.observations()))] == ["t1", "t2"]
    writer.close()


def test_other_work_that_fails_leaves_the_store_open_for_commits() -> None:
    store = Recording()
    writer = GroupWriter(store.open, Seconds(), pause_seconds=1.0)

    def failing(_: object) -> None:
        raise StoreUnavailable("the log can't be emptied")

    with pytest.raises(StoreUnavailable):
        writer.use(failing)
    assert writer.write([commit(mail(0))]) == [(Stored(1, None, False),)]
    assert (store.opened, store.closed) == (1, 0)
    store.failure = lambda batches: StoreUnavailable("the disk is full")
    writer.write([commit(mail(1))])
    with pytest.raises(StoreUnavailable, match="a moment ago"):
        writer.use(lambda store: None)
