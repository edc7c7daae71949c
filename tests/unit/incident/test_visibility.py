"""The days on which mail could be seen, from the ledgers of policies, uptimes and delegations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.incident import Visibility
from catcher.model.leak.sight import DelegationSince, Uptime
from catcher.model.mail.policy import Policy, PolicySince
from tests.support.leaks import day


def ledger(*lines: tuple[int, Policy]) -> list[PolicySince]:
    return [PolicySince(day(n), policy) for n, policy in lines]


def at(number: float) -> datetime:
    """The moment ``number`` days after the begin of day 0."""
    return datetime.combine(day(0), time.min, tzinfo=UTC) + timedelta(days=number)


def seen(visibility: Visibility, days: int = 12) -> list[int]:
    return [n for n in range(days) if visibility.visible_days(day(n), day(n + 1))]


class TestPolicies:
    @pytest.mark.parametrize("away", [Policy.NULL, Policy.REFUSE, Policy.OBSERVE, Policy.RELEASE])
    @pytest.mark.parametrize("back", [Policy.ACCEPT, Policy.EXPLAIN])
    def test_away_and_back_on_one_day_hides_that_day_alone(self, away: Policy, back: Policy) -> None:
        visibility = Visibility(ledger((0, back), (5, away), (5, back)))
        assert visibility.turned_away_since is None
        assert seen(visibility) == [*range(5), *range(6, 12)]
        assert visibility.changes() == []

    @pytest.mark.parametrize("away", [Policy.NULL, Policy.REFUSE, Policy.OBSERVE, Policy.RELEASE])
    @pytest.mark.parametrize("back", [Policy.ACCEPT, Policy.EXPLAIN])
    def test_back_and_away_on_one_day_stays_away(self, away: Policy, back: Policy) -> None:
        visibility = Visibility(ledger((0, away), (5, back), (5, away)))
        assert visibility.turned_away_since == day(5)
        assert seen(visibility) == []

    def test_a_day_that_ends_under_another_policy_is_a_change(self) -> None:
        lines = ledger((0, Policy.ACCEPT), (5, Policy.NULL), (5, Policy.EXPLAIN), (8, Policy.EXPLAIN))
        assert Visibility(lines).changes() == [day(5)]

    @given(st.lists(st.sampled_from(Policy), min_size=1, max_size=5))
    def test_the_last_line_of_a_day_is_in_force_on_the_next(self, policies: list[Policy]) -> None:
        visibility = Visibility(ledger(*((3, policy) for policy in policies)))
        assert (4 in seen(visibility)) == policies[-1].rules.silence_counts


def up(*spans: tuple[float, float]) -> Iterable[Uptime]:
    return [Uptime(at(first), at(last)) for first, last in spans]


class TestUptimes:
    def test_before_the_first_heartbeat_all_days_count(self) -> None:
        assert seen(Visibility(uptimes=up((5.5, 12)))) == list(range(12))

    def test_days_of_an_outage_are_not_seen(self) -> None:
        assert seen(Visibility(uptimes=up((0, 3.1), (7.95, 12)))) == [0, 1, 2, 8, 9, 10, 11]

    def test_an_outage_of_six_hours_hides_no_day_and_a_longer_one_does(self) -> None:
        assert seen(Visibility(uptimes=up((0, 3.5), (3.75, 12)))) == list(range(12))
        assert seen(Visibility(uptimes=up((0, 3.5), (3.76, 12)))) == [0, 1, 2, *range(4, 12)]

    def test_short_outages_of_one_day_add_up(self) -> None:
        assert 3 not in seen(Visibility(uptimes=up((0, 3.1), (3.25, 3.5), (3.65, 12))))

    def test_an_outage_over_midnight_may_hide_neither_day(self) -> None:
        assert seen(Visibility(uptimes=up((0, 3.8), (4.2, 12)))) == list(range(12))

    def test_nothing_is_known_after_the_latest_heartbeat(self) -> None:
        assert seen(Visibility(uptimes=up((0, 3.9)))) == [0, 1, 2, 3]
        assert seen(Visibility(uptimes=up((0, 3.5)))) == [0, 1, 2]
        assert Visibility(uptimes=up((0, 3.9))).nth_visible_day(day(2), 2) is None


class TestDelegations:
    def test_a_domain_that_is_lost_is_not_seen_from_the_day_before_on(self) -> None:
        lost = DelegationSince(day(5), ours=False)
        visibility = Visibility(delegations=[lost])
        assert (seen(visibility), visibility.lost_since) == ([0, 1, 2, 3], day(4))
        back = Visibility(delegations=[lost, DelegationSince(day(8), ours=True)])
        assert (seen(back), back.lost_since) == ([0, 1, 2, 3, 9, 10, 11], None)


_LEDGERS = st.tuples(
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from(Policy)), max_size=4),
    st.lists(st.floats(0, 30), max_size=6, unique=True),
    st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=4),
)


@given(_LEDGERS, st.integers(0, 30), st.integers(0, 20))
def test_days_are_counted_as_they_are_seen(
    ledgers: tuple[list[tuple[int, Policy]], list[float], list[tuple[int, bool]]], first: int, wanted: int
) -> None:
    policies, moments, lost = ledgers
    ends = sorted(moments)
    visibility = Visibility(
        ledger(*policies),
        uptimes=up(*zip(ends[::2], ends[1::2], strict=False)),
        delegations=[DelegationSince(day(n), ours) for n, ours in lost],
    )
    found = [n for n in seen(visibility, 80) if n > first]
    assert visibility.visible_days(day(first + 1), day(80)) == len(found)
    if 0 < wanted <= len(found):
        assert visibility.nth_visible_day(day(first), wanted) == day(found[wanted - 1])
