"""The contract of ``ports.Store``, said over every implementation. Longer than others: it is one list of clauses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from catcher.model.demand import DemandKey
from catcher.model.incident import Incident, IncidentKey, MailboxTotal, Role, Side
from catcher.model.observation import Observation
from catcher.model.ports import Purged, Store
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


class TestRetries:
    def test_the_same_message_from_the_same_envelope_is_a_retry_of_the_first(self, store: Store) -> None:
        first, second, third = add(store, *(observation(transaction=f"t{n}") for n in range(3)))
        assert first.retry_of is None
        assert second.retry_of == first.id
        assert third.retry_of == first.id, "a retry is never retried: it points to the first"

    def test_a_retry_is_known_across_writes_and_within_one(self, store: Store) -> None:
        (first,) = add(store, observation(transaction="t1"))
        (second,) = add(store, observation(transaction="t2"))
        assert second.retry_of == first.id

    @pytest.mark.parametrize(
        "change",
        [
            {"retry_tag": "000000"},
            {"domain": "navy.ml"},
            {"reverse_path_token": "0000000000000000"},
            {"reverse_path_token": None},
            {"recipients": ("bbbbbbbbbbbbbbbb", "cccccccccccccccc")},
            {"transaction": "t1"},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_what_differs_is_no_retry(self, store: Store, change: dict[str, object]) -> None:
        _, other = add(store, observation(transaction="t1"), replace(observation(transaction="t2"), **change))
        assert other.retry_of is None

    def test_without_a_tag_nothing_is_a_retry(self, store: Store) -> None:
        stored = add(store, *(observation(transaction=f"t{n}", retry_tag=None) for n in range(2)))
        assert [o.retry_of for o in stored] == [None, None]

    def test_recipients_are_compared_as_a_set(self, store: Store) -> None:
        first, second = add(
            store,
            observation(transaction="t1", recipients=("a", "b")),
            observation(transaction="t2", recipients=("b", "a", "b")),
        )
        assert second.retry_of == first.id
        assert second.recipients == ("b", "a", "b")

    def test_a_null_reverse_path_is_retried_like_any_other(self, store: Store) -> None:
        first, second = add(store, *(observation(transaction=f"t{n}", reverse_path_token=None) for n in range(2)))
        assert second.retry_of == first.id

    def test_five_days_later_it_is_another_mail(self, store: Store) -> None:
        first, within, after = add(
            store,
            observation(transaction="t1"),
            observation(transaction="t2", observed_at=NOON + 5 * DAY),
            observation(transaction="t3", observed_at=NOON + 5 * DAY + timedelta(minutes=1)),
        )
        assert within.retry_of == first.id
        assert after.retry_of is None

    def test_each_domain_of_a_transaction_is_retried_by_itself(self, store: Store) -> None:
        def both(transaction: str) -> list[Observation]:
            return [observation(transaction=transaction, domain=domain) for domain in ("army.ml", "navy.ml")]

        first, second = store.add([both("t1"), both("t2")])
        assert [o.retry_of for o in second] == [o.id for o in first]


class TestReplays:
    def test_a_signature_of_another_transaction_is_a_replay(self, store: Store) -> None:
        first, second = add(
            store,
            observation(transaction="t1", signatures=("s1", "s2"), retry_tag="000001"),
            observation(transaction="t2", signatures=("s2",), retry_tag="000002"),
        )
        assert not first.replayed
        assert second.replayed
        assert not second.counts

    def test_a_retry_is_no_replay_but_its_signature_was_seen(self, store: Store) -> None:
        stored = add(
            store,
            observation(transaction="t1", signatures=("s1",)),
            observation(transaction="t2", signatures=("s1",)),
            observation(transaction="t1", signatures=("s1",), retry_tag="000001"),
        )
        assert [o.replayed for o in stored] == [False, False, True]

    def test_the_domains_of_one_transaction_share_its_signature(self, store: Store) -> None:
        ((one, other),) = store.add([[observation(domain=d, signatures=("s1",)) for d in ("army.ml", "navy.ml")]])
        assert not one.replayed
        assert not other.replayed

    def test_a_signature_given_twice_is_one(self, store: Store) -> None:
        (stored,) = add(store, observation(signatures=("s1", "s1")))
        assert stored.signatures == ("s1", "s1")
        assert not stored.replayed

    def test_a_replay_is_known_across_writes(self, store: Store) -> None:
        add(store, observation(transaction="t1", signatures=("s1",), retry_tag=None))
        (second,) = add(store, observation(transaction="t2", signatures=("s1",), retry_tag=None))
        assert second.replayed


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


class TestFolding:
    def test_each_observation_is_folded_once(self, store: Store) -> None:
        add(store, *(observation(transaction=f"t{n}", retry_tag=None) for n in range(3)))
        assert store.fold(folder) == 3
        assert store.fold(folder) == 0
        add(store, observation(transaction="t9", retry_tag=None))
        assert store.fold(folder) == 1
        incident = store.incident(IncidentKey("army.mil", Role.INTENDED, "army.ml").id)
        assert incident is not None
        assert incident.mails == 4

    def test_in_several_writes_or_in_one_the_sums_are_the_same(self, store: Store) -> None:
        seen = [observation(transaction=f"t{n}", tls=n % 2 == 0, observed_at=NOON + n * DAY) for n in range(4)]
        for o in seen:
            add(store, o)
            store.fold(folder)
        assert {i.key.id: i for i in store.incidents()} == folder(list(store.observations()))

    def test_more_than_a_batch_is_folded_whole(self, store: Store) -> None:
        add(store, *(observation(transaction=f"t{n}", retry_tag=None) for n in range(2_100)))
        assert store.fold(folder) == 2_100
        assert {i.mails for i in store.incidents()} == {2_100}

    def test_incidents_come_ordered_by_key(self, store: Store) -> None:
        add(store, *(observation(transaction=f"t{d}", domain=d) for d in ("navy.ml", "army.ml")))
        store.fold(folder)
        keys = [i.key for i in store.incidents()]
        assert keys == sorted(keys)
        assert len(keys) == 4
        assert [store.incident(key.id) for key in keys] == list(store.incidents())

    def test_there_is_no_incident_of_an_unknown_id(self, store: Store) -> None:
        assert store.incident("inc-00000000") is None

    def test_numbers_of_purged_observations_never_come_again(self, store: Store) -> None:
        """Otherwise a new observation would lie below the marker of the fold, and never be folded."""
        (old,) = add(store, observation())
        store.purge(NOON + 200 * DAY, keep_days=100, folder=folder)
        (new,) = add(store, observation(observed_at=NOON + 200 * DAY))
        assert new.id > old.id
        assert store.fold(folder) == 1


def totals(store: Store) -> dict[str, set[MailboxTotal]]:
    return {i.key.party: set(i.settled) for i in store.incidents()}


class TestSettling:
    def test_mailboxes_of_a_period_become_their_number(self, store: Store) -> None:
        add(
            store,
            observation(transaction="t1", retry_tag=None),
            observation(transaction="t2", retry_tag=None, observed_at=NOON + DAY),
            observation(transaction="t3", retry_tag=None, observed_at=NOON + DAY, recipients=("x", "y"), fresh=False),
            observation(transaction="t4", retry_tag=None, observed_at=NOON + 40 * DAY),
        )
        store.fold(folder)
        assert store.settle("2026-11") > 0
        assert store.settle("2026-11") == 0
        assert totals(store)["army.mil"] == {
            MailboxTotal("2026-11", "contractor.example", Side.SENDER, 1, 2, 1, 2),
            MailboxTotal("2026-11", "contractor.example", Side.RECIPIENT, 3, 2, 1, 2),
        }
        assert {m.period for i in store.incidents() for m in i.mailboxes} == {"2026-12"}

    def test_what_comes_late_is_added(self, store: Store) -> None:
        for n in range(2):
            add(store, observation(transaction=f"t{n}", retry_tag=None, observed_at=NOON + n * DAY))
            store.fold(folder)
            store.settle("2026-11")
        (total,) = (t for t in totals(store)["army.mil"] if t.side is Side.SENDER)
        assert (total.mailboxes, total.days) == (2, 2)

    def test_the_daily_sums_stay(self, store: Store) -> None:
        add(store, observation())
        store.fold(folder)
        before = [i.cells for i in store.incidents()]
        store.settle("2026-11")
        assert [i.cells for i in store.incidents()] == before


class TestPurging:
    def test_folded_sums_outlive_the_rows(self, store: Store) -> None:
        add(store, observation())
        purged = store.purge(NOON + 100 * DAY, keep_days=90, folder=folder)
        assert purged.deleted == 1
        assert list(store.observations()) == []
        assert [i.mails for i in store.incidents()] == [1, 1]

    def test_keep_days_is_exact_to_the_minute(self, store: Store) -> None:
        add(store, observation(), observation(transaction="t2", observed_at=NOON + timedelta(minutes=1)))
        assert store.purge(NOON + 20 * DAY, keep_days=20, folder=folder).deleted == 0
        assert store.purge(NOON + 20 * DAY + timedelta(microseconds=1), keep_days=20, folder=folder).deleted == 1
        assert [o.observed_at for o in store.observations()] == [NOON + timedelta(minutes=1)]

    def test_after_thirty_days_time_and_client_are_coarse_once(self, store: Store) -> None:
        at = NOON + timedelta(minutes=41)
        add(
            store,
            observation(observed_at=at),
            observation(transaction="t2", observed_at=at, client="2001:db8:1:2::25", retry_tag=None),
            observation(transaction="t3", observed_at=at + DAY, retry_tag=None),
        )
        now = at + 30 * DAY + timedelta(minutes=1)
        assert store.purge(now, keep_days=90, folder=folder).coarsened == 2
        assert store.purge(now, keep_days=90, folder=folder).coarsened == 0
        coarse = [(o.observed_at, o.client) for o in store.observations()]
        assert coarse == [(NOON, "192.0.2.0/24"), (NOON, "2001:db8:1::/48"), (at + DAY, "192.0.2.25")]

    def test_after_five_days_the_retry_tag_is_empty(self, store: Store) -> None:
        add(store, observation(), observation(transaction="t2", retry_tag=None))
        now = NOON + 5 * DAY + timedelta(minutes=1)
        assert store.purge(now, keep_days=90, folder=folder).retry_tags_emptied == 1
        assert store.purge(now, keep_days=90, folder=folder).retry_tags_emptied == 0
        assert [o.retry_tag for o in store.observations()] == [None, None]

    def test_a_retry_of_what_is_purged_is_a_mail_of_its_own(self, store: Store) -> None:
        add(store, observation())
        store.purge(NOON + 2 * DAY, keep_days=1, folder=folder)
        (stored,) = add(store, observation(transaction="t2", observed_at=NOON + 2 * DAY))
        assert stored.retry_of is None

    def test_a_signature_of_what_is_purged_is_forgotten(self, store: Store) -> None:
        add(store, observation(signatures=("s1",)))
        store.purge(NOON + 2 * DAY, keep_days=1, folder=folder)
        (stored,) = add(store, observation(transaction="t2", observed_at=NOON + 2 * DAY, signatures=("s1",)))
        assert not stored.replayed

    def test_mailboxes_of_ended_periods_are_settled(self, store: Store) -> None:
        add(store, observation(), observation(transaction="t2", observed_at=NOON + 30 * DAY, retry_tag=None))
        purged = store.purge(NOON + 30 * DAY, keep_days=90, folder=folder)
        assert purged.mailbox_days_settled == 4
        assert {m.period for i in store.incidents() for m in i.mailboxes} == {"2026-12"}

    def test_a_dry_run_counts_and_changes_nothing(self, store: Store) -> None:
        add(
            store,
            *(observation(transaction=f"t{n}", retry_tag=f"{n:06}", observed_at=NOON + n * DAY) for n in range(90)),
        )
        store.add_demand({DemandKey("army.ml", "MX", "NOERROR", NOON, "192.0.2.0/24"): 1})
        store.fold(folder)
        before, incidents = list(store.observations()), list(store.incidents())
        now = NOON + 90 * DAY
        expected = store.purge(now, keep_days=60, folder=folder, dry_run=True)
        assert list(store.observations()) == before
        assert list(store.incidents()) == incidents
        assert store.purge(now, keep_days=60, folder=folder) == expected
        assert expected == Purged(
            deleted=30, coarsened=30, retry_tags_emptied=55, mailbox_days_settled=90 * 4, demand_deleted=1
        )

    def test_an_empty_store_is_purged_of_nothing(self, store: Store) -> None:
        assert store.purge(NOON, keep_days=1, folder=folder) == Purged()


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
        now = self.KEY.hour + 10 * DAY + timedelta(minutes=30)
        assert store.purge(now, keep_days=10, folder=folder).demand_deleted == 1
        assert dict(store.demand()) == {"army.ml": 2}


def test_an_incident_is_the_same_in_every_store(store: Store) -> None:
    """Not only equal sums: the very values that the fold makes."""
    add(store, observation(), observation(transaction="t2", domain="navy.ml", markings=()))
    store.fold(folder)
    expected: dict[str, Incident] = dict(folder(list(store.observations())))
    assert {i.key.id: i for i in store.incidents()} == expected
