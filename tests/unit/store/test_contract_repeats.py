"""The contract of ``ports.Store`` for mails that came before: retries, replays, and parts of one mail."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catcher.model.mail.fingerprint import Tier
from catcher.model.mail.observation import Observation
from catcher.model.ports import Store
from catcher.store import SqliteStore
from catcher.store.sqlite.observation import TAGGED_MOST
from tests.support.observations import NOON, observation, sender

DAY = timedelta(days=1)


def add(store: Store, *observations: Observation) -> list[Observation]:
    """Each as a transaction of its own, in one write."""
    return [stored for batch in store.add([[o] for o in observations]) for stored in batch]


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
        "change", [{"retry_tag": "000000"}, {"transaction": "t1"}], ids=lambda change: next(iter(change))
    )
    def test_what_differs_is_no_retry(self, store: Store, change: dict[str, object]) -> None:
        _, other = add(store, observation(transaction="t1"), replace(observation(transaction="t2"), **change))
        assert other.retry_of is None

    def test_without_a_tag_nothing_is_a_retry(self, store: Store) -> None:
        stored = add(store, *(observation(transaction=f"t{n}", retry_tag=None) for n in range(2)))
        assert [o.retry_of for o in stored] == [None, None]

    def test_a_retry_after_the_key_of_the_tags_was_replaced_is_known(self, store: Store) -> None:
        first, second, third = add(
            store,
            observation(transaction="t1", retry_tag="old"),
            observation(transaction="t2", retry_tag="new", retry_tag_before="old"),
            observation(transaction="t3", retry_tag="newest", retry_tag_before="new"),
        )
        assert second.retry_of == first.id
        assert third.retry_of is None, "a retry's own tag isn't looked for: the first mail's key is gone"
        assert store.observation(second.id) == second
        assert second.retry_tag_before is None, "it is compared, never stored"

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
            domains = ("army.ml", "navy.ml")
            return [observation(transaction=transaction, domain=domain, retry_tag=domain) for domain in domains]

        first, second = store.add([both("t1"), both("t2")])
        assert [o.retry_of for o in second] == [o.id for o in first]

    def test_a_retry_over_midnight_and_over_the_end_of_a_month_is_known(self, store: Store) -> None:
        eve = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
        first, second = add(
            store,
            observation(transaction="t1", observed_at=eve),
            observation(transaction="t2", observed_at=eve + timedelta(minutes=12)),
        )
        assert second.retry_of == first.id


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

    def test_a_signature_under_the_key_before_is_known(self, store: Store) -> None:
        _, second = add(
            store,
            observation(transaction="t1", signatures=("old",), retry_tag=None),
            observation(transaction="t2", signatures=("new",), signatures_before=("old",), retry_tag=None),
        )
        assert second.replayed
        assert store.observation(second.id) == second
        assert second.signatures_before == (), "it is compared, never stored"

    def test_after_five_days_a_signature_is_forgotten(self, store: Store) -> None:
        """A mail that was signed so long ago isn't fresh anyway."""
        late = NOON + 5 * DAY
        stored = add(
            store,
            observation(transaction="t1", signatures=("s1",), retry_tag=None),
            observation(transaction="t2", signatures=("s1",), retry_tag=None, observed_at=late),
            observation(transaction="t3", signatures=("s2",), retry_tag=None),
            observation(transaction="t4", signatures=("s2",), retry_tag=None, observed_at=late + timedelta(minutes=1)),
        )
        assert [o.replayed for o in stored] == [False, True, False, False]


class TestSplitMails:
    """One signed mail in several transactions, each for other recipients, as qmail, VERP and Exchange send it."""

    def part(self, number: int, **changes: object) -> Observation:
        own = {"transaction": f"t{number}", "recipients": (f"{number:016x}",), "retry_tag": f"{number:06}"}
        return observation(signatures=("s1",), **(own | changes))

    def test_its_parts_are_no_replays(self, store: Store) -> None:
        minutes = [timedelta(minutes=m) for m in (0, 0, 3, 15)]
        stored = add(store, *(self.part(n, observed_at=NOON + late) for n, late in enumerate(minutes)))
        assert [o.replayed for o in stored] == [False] * 4
        assert all(o.counts for o in stored)

    def test_the_clients_network_is_enough(self, store: Store) -> None:
        _, neighbour = add(store, self.part(1), self.part(2, client="192.0.2.99"))
        assert not neighbour.replayed

    @pytest.mark.parametrize(
        "change",
        [
            {"observed_at": NOON + timedelta(minutes=16)},
            {"client": "198.51.100.9"},
            {"recipients": (f"{1:016x}",)},
            {"recipients": (f"{1:016x}", f"{2:016x}")},
            {"recipients": ()},
        ],
        ids=("later", "elsewhere", "the same recipient", "one recipient again", "no recipient"),
    )
    def test_what_is_no_part_is_a_replay(self, store: Store, change: dict[str, object]) -> None:
        _, other = add(store, self.part(1), self.part(2, **change))
        assert other.replayed and not other.counts

    def test_one_that_isnt_a_part_of_all_is_a_replay(self, store: Store) -> None:
        late = NOON + timedelta(minutes=10)
        stored = add(
            store, self.part(1), self.part(2, observed_at=late), self.part(3, observed_at=late + timedelta(minutes=10))
        )
        assert [o.replayed for o in stored] == [False, False, True]

    def test_a_part_that_is_delivered_again_is_a_retry(self, store: Store) -> None:
        stored = add(store, self.part(1), self.part(2), self.part(2, transaction="t9"))
        assert [(o.retry_of, o.replayed) for o in stored] == [(None, False), (None, False), (stored[1].id, False)]

    def test_beyond_a_hundred_others_it_is_one(self, store: Store) -> None:
        """Each comparison costs: a flood of one mail must not slow the store."""
        stored = add(store, *(self.part(n) for n in range(103)))
        assert [o.replayed for o in stored] == [False] * 101 + [True] * 2

    def test_over_midnight_its_parts_are_known(self, store: Store) -> None:
        midnight = NOON.replace(hour=0)
        _, second = add(
            store, self.part(1, observed_at=midnight - timedelta(minutes=1)), self.part(2, observed_at=midnight)
        )
        assert not second.replayed


def test_a_retry_is_found_among_mails_of_more_days_than_a_query_has_tables(store: Store) -> None:
    unproven = sender(tier=Tier.CLAIMED)
    mails = [
        observation(transaction=f"t{n}", retry_tag=f"{n}", sender=unproven, observed_at=NOON + timedelta(days=n))
        for n in range(520)
    ]
    store.add([[mail] for mail in mails])
    again = [replace(mails[n], transaction=f"again{n}", observed_at=NOON) for n in (0, 250, 519)]
    stored = store.add([[mail] for mail in again])
    assert [mail.retry_of for (mail,) in stored] == [1, 251, 520]


def test_no_more_mails_of_one_tag_are_looked_at_than_the_bound(tmp_path: Path) -> None:
    """Each is of another organisation, so that none is a retry of the others: a flood of them stays quick."""
    most = TAGGED_MOST
    with closing(SqliteStore(tmp_path / "catcher.db")) as store:
        mails = [observation(transaction=f"t{n}", sender=sender(f"o{n}.example")) for n in range(most + 1)]
        store.add([[mail] for mail in mails])
        again = [replace(mails[n], transaction=f"again{n}") for n in (0, most - 1, most)]
        assert [mail.retry_of for (mail,) in store.add([[mail] for mail in again])] == [1, most, None]
