"""Rows that another process encoded are stored as the observations are that they were made of."""

from __future__ import annotations

import json
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catcher.model.mail.observation import Observation, Stored
from catcher.model.ports import ObservationRow, Store
from catcher.store import MemoryStore, SqliteStore
from catcher.store.codec import to_row
from tests.support.observations import observation, observations
from tests.support.shrinking import PHASES


def travelled(sample: Observation) -> ObservationRow:
    """The row after a way as JSON."""
    row: list[str | int | None] = json.loads(json.dumps(to_row(sample)))
    return row


def test_of_each_row_its_number_and_whether_it_was_there_before_is_told(store: Store) -> None:
    batches = [[observation(transaction=t, signatures=("s1",)) for t in ts] for ts in (("t1",), (), ("t2", "t1"))]
    batches.append([observation(transaction="t3", signatures=("s1",), retry_tag=None)])
    told = store.add_rows([[travelled(o) for o in batch] for batch in batches])
    assert told == [
        (Stored(1, None, False),),
        (),
        (Stored(2, 1, False), Stored(3, None, True)),
        (Stored(4, None, True),),
    ]
    each = zip(chain(*batches), chain(*told), strict=True)
    assert list(store.observations()) == [o.stored_as(stored) for o, stored in each]


def test_what_a_row_says_of_its_number_means_nothing(store: Store) -> None:
    lying = observation(id=17, retry_of=16, replayed=True)
    assert store.add_rows([[travelled(lying)]]) == [(Stored(1, None, False),)]
    assert list(store.observations()) == [lying.stored_as(Stored(1, None, False))]


def test_no_rows_are_no_write(store: Store) -> None:
    assert store.add_rows([]) == []
    assert store.add_rows([[], []]) == [(), ()]


@given(batches=st.lists(st.lists(observations(), max_size=6), max_size=6))
@settings(max_examples=40, deadline=None, derandomize=True, phases=PHASES)
def test_rows_are_judged_as_observations_are(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Observation]]
) -> None:
    """However they are grouped: ``batches`` go in one write, and each in a write of its own."""
    rows = [[travelled(o) for o in batch] for batch in batches]
    oracle = MemoryStore()
    expected = [stored for batch in oracle.add_rows(rows) for stored in batch]
    for writes in ([rows], [[batch] for batch in rows]):
        store = SqliteStore(tmp_path_factory.mktemp("rows") / "catcher.db")
        told = [stored for write in writes for batch in store.add_rows(write) for stored in batch]
        assert told == expected
        assert list(store.observations()) == list(oracle.observations())
        store.close()
