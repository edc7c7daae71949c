"""Retention says what is due; the field dictionary is its only source."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.mail.observation import Retention, field_dictionary
from catcher.privacy.retention import COARSER, coarsened, cutoffs, emptied, fields_of, network_of
from tests.support.observations import NOON, observation, observations


def test_every_field_has_a_retention_and_belongs_to_exactly_one() -> None:
    names = [name for retention in Retention for name in fields_of(retention)]
    assert sorted(names) == sorted(field_dictionary())


def test_there_is_a_way_to_coarsen_each_field_that_the_dictionary_wants_coarse() -> None:
    assert set(COARSER) == set(fields_of(Retention.COARSE_30_DAYS))


def test_what_is_due_at_a_moment() -> None:
    moments = cutoffs(NOON, keep_days=180)
    assert moments.deleted_before == NOON - timedelta(days=180)
    assert moments.coarsened_before == NOON - timedelta(days=30)
    assert moments.emptied_before == NOON - timedelta(days=5)
    assert moments.ended_before == "2026-11"


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
    sample = observation(observed_at=NOON + timedelta(minutes=41))
    for changed, retention in (
        (coarsened(sample), Retention.COARSE_30_DAYS),
        (emptied(sample), Retention.FIVE_DAYS),
    ):
        differing = {name for name in field_dictionary() if getattr(changed, name) != getattr(sample, name)}
        assert differing == set(fields_of(retention))
