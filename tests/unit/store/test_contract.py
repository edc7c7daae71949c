"""The contract of ``ports.Store`` for adding and reading, and for demand, said over every implementation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from catcher.model.leak.demand import DemandKey
from catcher.model.mail.observation import Observation
from catcher.model.ports import Store
from tests.support.folding import folder
from tests.support.observations import NOON, observation

DAY = timedelta(days=1)


def add(store: Store, *observations: Observation) -> list[Observation]:
    """Each as a transaction of its own, in one write."""
    return [stored for batch in store.add([[o] for o in observations]) for stored in batch]


class TestAdding:
    def test_an_observation_comes_back_as_it_went_in_with_its_number(self, store: Store) -> None:
        (stored,) = add(store, observation())
        assert stored == observation(id=stored.id)
        assert stored.id > 0
        assert store.observation(stored.id) == stored
        assert list(store.observations()) == [stored]

    def test_numbers_rise_in_the_order_of_the_batches(self, store: Store) -> None:
        first = store.add([[observation(domain="army.ml"), observation(domain="navy.ml")], [], [observation()]])
        second = store.add([[observation()]])
        assert [len(batch) for batch in first] == [2, 0, 1]
        ids = [o.id for batch in (*first, *second) for o in batch]
        assert ids == sorted(set(ids))

    def test_nothing_finer_than_the_minute_is_stored(self, store: Store) -> None:
        (stored,) = add(store, observation(observed_at=NOON.replace(second=59, microsecond=1)))
        assert stored.observed_at == NOON
        assert store.observation(stored.id) == stored

    def test_there_is_no_observation_of_an_unknown_number(self, store: Store) -> None:
        assert store.observation(1) is None
        assert store.observation(2**63 - 1) is None

    def test_text_that_is_no_clean_text_survives(self, store: Store) -> None:
        odd = "a\x00b'\"\\\n\u2028é\U0001f600"
        (stored,) = add(store, observation(ref=odd, fresh_reason=odd))
        assert store.observation(stored.id) == stored
        assert list(store.observations(ref=odd)) == [stored]


class TestReading:
    @pytest.fixture
    def ids(self, store: Store) -> Sequence[int]:
        return [
            o.id
            for o in add(
                store,
                *(
                    observation(
                        transaction=f"t{n}",
                        retry_tag=None,
                        ref=f"REF{n % 3}",
                        domain=("army.ml", "navy.ml")[n % 2],
                        observed_at=NOON + n * timedelta(hours=1),
                    )
                    for n in range(6)
                ),
            )
        ]

    def test_by_number_in_either_direction(self, store: Store, ids: Sequence[int]) -> None:
        assert [o.id for o in store.observations()] == ids
        assert [o.id for o in store.observations(newest_first=True)] == ids[::-1]

    def test_bounds_are_from_and_before(self, store: Store, ids: Sequence[int]) -> None:
        hour = timedelta(hours=1)
        assert [o.id for o in store.observations(since=NOON + 2 * hour)] == ids[2:]
        assert [o.id for o in store.observations(until=NOON + 2 * hour)] == ids[:2]
        just_after = NOON + 2 * hour + timedelta(microseconds=1)
        assert [o.id for o in store.observations(since=just_after)] == ids[3:]
        assert [o.id for o in store.observations(until=just_after)] == ids[:3]

    def test_by_domain_and_reference(self, store: Store, ids: Sequence[int]) -> None:
        assert [o.id for o in store.observations(domain="navy.ml")] == ids[1::2]
        assert [o.id for o in store.observations(ref="REF1")] == [ids[1], ids[4]]
        assert [o.id for o in store.observations(ref="REF1", domain="army.ml")] == [ids[4]]
        assert list(store.observations(ref="' OR 1 --")) == []

    @pytest.mark.parametrize("limit", [0, 1, 4, 6, 7])
    def test_at_most_so_many(self, store: Store, ids: Sequence[int], limit: int) -> None:
        assert [o.id for o in store.observations(limit=limit)] == ids[:limit]
        assert [o.id for o in store.observations(limit=limit, newest_first=True)] == ids[::-1][:limit]

    def test_more_than_a_page_comes_in_order(self, store: Store) -> None:
        stored = add(store, *(observation(transaction=f"t{n}", retry_tag=None) for n in range(2_100)))
        assert list(store.observations()) == stored
        assert list(store.observations(newest_first=True, limit=1_500)) == stored[::-1][:1_500]


class TestDemand:
    KEY = DemandKey("army.ml", "MX", "NOERROR", datetime(2026, 11, 3, 12, tzinfo=UTC), "192.0.2.0/24")

    def test_tallies_are_added_up(self, store: Store) -> None:
        store.add_demand({self.KEY: 2, replace(self.KEY, network="198.51.100.0/24"): 3})
        store.add_demand({self.KEY: 5, replace(self.KEY, domain="navy.ml"): 1})
        assert dict(store.demand()) == {"army.ml": 10, "navy.ml": 1}

    def test_nothing_is_no_demand(self, store: Store) -> None:
        store.add_demand({})
        assert dict(store.demand()) == {}

    def test_by_time_and_type(self, store: Store) -> None:
        later = self.KEY.hour + timedelta(hours=1)
        store.add_demand({self.KEY: 1, replace(self.KEY, hour=later): 2, replace(self.KEY, qtype="A"): 4})
        assert dict(store.demand(since=later)) == {"army.ml": 2}
        assert dict(store.demand(qtype="MX")) == {"army.ml": 3}
        assert dict(store.demand(qtype="TXT")) == {}

    def test_old_tallies_are_purged(self, store: Store) -> None:
        store.add_demand({self.KEY: 1, replace(self.KEY, hour=self.KEY.hour + timedelta(hours=1)): 2})
        store.add_demand({replace(self.KEY, hour=self.KEY.hour + DAY): 4})
        assert store.purge(self.KEY.hour + 9 * DAY, keep_days=10, folder=folder).demand_deleted == 0
        assert store.purge(self.KEY.hour + 10 * DAY, keep_days=10, folder=folder).demand_deleted == 2
        assert dict(store.demand()) == {"army.ml": 4}
