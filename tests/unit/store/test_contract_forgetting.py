"""What is due, part by part: periods that are settled or overdue, days that aren't folded yet, rows that come late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from catcher.model.ports import PeriodRecord, Purged, Store
from tests.support.folding import folder
from tests.support.observations import NOON, observation

DAY = timedelta(days=1)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)


def forget(store: Store, now: datetime, keep_days: int = 90) -> Purged:
    return sum(store.forget(now, keep_days=keep_days), Purged())


def test_tokens_wait_for_their_month_to_be_settled(store: Store) -> None:
    store.add([[observation(key_id="2026-11", author_token="a", recipients=("b", "c"))]])
    store.fold(folder)
    assert forget(store, DECEMBER + DAY).tokens_emptied == 0
    store.note_period("2026-11", key_destroyed_at=DECEMBER)
    assert forget(store, DECEMBER + DAY).tokens_emptied == 0, "its mailboxes aren't counted yet"
    store.note_period("2026-11", settled_at=DECEMBER)
    assert forget(store, DECEMBER + DAY).tokens_emptied == 1
    (left,) = store.observations()
    assert (left.reverse_path_token, left.author_token, left.recipients, left.key_id) == (None, None, (), None)
    assert left.recipient_count == 2
    assert left.to_json()["recipient_count"] == 2 and left.to_json()["recipients"] == []
    assert store.periods() == (PeriodRecord("2026-11", DECEMBER, DECEMBER, 0),)


def test_three_days_after_its_end_tokens_go_and_what_is_lost_is_counted(store: Store) -> None:
    store.add([[observation(transaction="t1")]])
    store.fold(folder)
    store.add([[observation(transaction=f"t{n}", retry_tag=f"{n}")] for n in range(2, 5)])
    assert forget(store, DECEMBER + 3 * DAY - timedelta(seconds=1)).tokens_emptied == 0
    assert forget(store, DECEMBER + 3 * DAY).tokens_emptied == 4
    assert store.periods() == (PeriodRecord("2026-11", lost=3),)
    assert forget(store, DECEMBER + 4 * DAY) == Purged()


def test_a_day_that_is_not_folded_waits_three_days_and_no_more(store: Store) -> None:
    store.add([[observation(transaction=f"t{n}", retry_tag=f"{n}")] for n in range(2)])
    assert forget(store, NOON + 12 * DAY, keep_days=10).deleted == 0
    assert forget(store, NOON + 13 * DAY, keep_days=10).deleted == 2
    assert list(store.observations()) == []
    assert store.periods() == (PeriodRecord("2026-11", lost=2),)


def test_a_mail_that_comes_late_is_kept_whole_until_the_next_time(store: Store) -> None:
    """Its day has lost address and tag already: it gets tables of its own."""
    store.add([[observation(transaction="t1")]])
    store.fold(folder)
    now = NOON + 40 * DAY
    assert forget(store, now).coarsened == 1
    ((late,),) = store.add([[observation(transaction="t2", retry_tag="late")]])
    assert store.observation(late.id) == late
    assert [o.client for o in store.observations()] == ["192.0.2.0/24", "192.0.2.25"]
    assert forget(store, now) == Purged(coarsened=1, retry_tags_emptied=1, tokens_emptied=1)
    assert [o.client for o in store.observations()] == ["192.0.2.0/24"] * 2


def test_what_became_of_a_period_stays_as_it_was_first_recorded(store: Store) -> None:
    exact = DECEMBER + timedelta(microseconds=5)
    store.note_period("2026-11", settled_at=exact)
    store.note_period("2026-10")
    store.note_period("2026-11", settled_at=exact + DAY, key_destroyed_at=exact + DAY)
    assert store.periods() == (PeriodRecord("2026-10"), PeriodRecord("2026-11", DECEMBER, DECEMBER + DAY))
