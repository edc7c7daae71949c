"""Retention says what is due; the field dictionary is its only source."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.mail.observation import Retention, field_dictionary
from catcher.privacy.retention import COARSER, coarsened, cutoffs, emptied, fields_of, network_of, tokenless
from tests.support.observations import NOON, observation, observations


def test_every_field_has_a_retention_and_belongs_to_exactly_one() -> None:
    names = [name for retention in Retention for name in fields_of(retention)]
    assert sorted(names) == sorted(field_dictionary())


def test_there_is_a_way_to_coarsen_each_field_that_the_dictionary_wants_coarse() -> None:
    assert set(COARSER) == set(fields_of(Retention.COARSE_30_DAYS))


def test_what_is_due_at_a_moment() -> None:
    due = cutoffs(NOON, keep_days=180)
    today = NOON.date()
    assert due.last_deleted == today - timedelta(days=180)
    assert due.last_deleted_unfolded == today - timedelta(days=183)
    assert due.last_coarsened == due.last_addresses == today - timedelta(days=30)
    assert due.last_emptied == today - timedelta(days=5)
    assert due.contacts_before == NOON - timedelta(days=180)
    assert (due.ended_before, due.overdue_before) == ("2026-11", "2026-10")
    assert cutoffs(NOON, keep_days=20).last_addresses == today - timedelta(days=20)


def test_days_are_those_of_utc() -> None:
    evening = NOON.replace(hour=22).astimezone(timezone(timedelta(hours=3)))
    assert evening.day == NOON.day + 1
    assert cutoffs(evening, keep_days=1) == cutoffs(NOON.replace(hour=22), keep_days=1)


def test_a_periods_tokens_are_overdue_three_days_after_its_last_moment() -> None:
    assert cutoffs(datetime(2026, 12, 3, 23, 59, tzinfo=UTC), 180).overdue_before == "2026-11"
    assert cutoffs(datetime(2026, 12, 4, 0, 0, tzinfo=UTC), 180).overdue_before == "2026-12"


def test_a_period_has_ended_an_hour_after_its_last_moment() -> None:
    assert cutoffs(datetime(2026, 12, 1, 0, 59, tzinfo=UTC), 180).ended_before == "2026-11"
    assert cutoffs(datetime(2026, 12, 1, 1, 0, tzinfo=UTC), 180).ended_before == "2026-12"


def test_keep_days_below_one_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        cutoffs(NOON, 0)


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::25", "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("192.0.2.0/24", "192.0.2.0/24"),
        ("", "0.0.0.0/0"),
        ("no address", "0.0.0.0/0"),
    ],
)
def test_the_network_of_a_client(client: str, network: str) -> None:
    assert network_of(client) == network


@given(st.ip_addresses().map(str) | st.text())
def test_the_network_of_a_network_is_itself(client: str) -> None:
    assert network_of(network_of(client)) == network_of(client)
    assert "/" in network_of(client)


@given(observations())
def test_coarsening_twice_is_coarsening_once(sample: object) -> None:
    once = coarsened(sample)  # type: ignore[arg-type]
    assert coarsened(once) == once
    assert once.observed_at.minute == 0


def test_only_what_the_dictionary_names_is_coarsened_or_emptied() -> None:
    sample = observation(
        observed_at=NOON + timedelta(minutes=41), signatures=("s1",), author_token="a", key_id="2026-11"
    )
    for changed, retention in (
        (coarsened(sample), Retention.COARSE_30_DAYS),
        (emptied(sample), Retention.FIVE_DAYS),
        (tokenless(sample), Retention.PERIOD),
    ):
        differing = {name for name in field_dictionary() if getattr(changed, name) != getattr(sample, name)}
        assert differing == set(fields_of(retention))


def test_the_number_of_recipients_outlives_their_tokens() -> None:
    sample = observation(recipients=("a", "b"))
    assert (sample.recipient_count, tokenless(sample).recipients, tokenless(sample).recipient_count) == (2, (), 2)
