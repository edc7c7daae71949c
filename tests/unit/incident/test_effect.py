"""The effect of a notice: spans of whole weeks at one policy, sender-days, and those who had no notice beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.incident import Visibility, effect, senders
from catcher.incident.effect import LEAST_DAYS, MOST_DAYS, Days, dispersion
from catcher.model.leak.incident import Incident, Role
from catcher.model.leak.life import Effect, Trend, VolumeChange
from catcher.model.mail.policy import Outcome, Policy, PolicySince
from tests.support.leaks import cells, day, leak

NOTICE = 57
"""A day on which a notice went out: 56 days lie between the first mail and it."""
TODAY = NOTICE + 57


def after_notice(
    incident: Incident,
    today: int = TODAY,
    *,
    notices: Sequence[int] = (NOTICE,),
    policies: Iterable[tuple[int, Policy]] = (),
    unnotified: Days | None = None,
) -> Effect:
    visibility = Visibility(PolicySince(day(n), policy) for n, policy in policies)
    found = effect(incident, [day(n) for n in notices], day(today), visibility=visibility, unnotified=unnotified)
    assert found is not None
    return found


def change(incident: Incident, today: int = TODAY) -> VolumeChange:
    found = after_notice(incident, today).change
    assert found is not None
    return found


def test_without_a_notice_there_is_no_effect() -> None:
    assert effect(leak(cells(range(90))), [], day(90)) is None
    assert effect(leak(cells(range(90))), [day(90)], day(90)) is None, "the day of the notice isn't over"


def test_a_leak_that_stops_fell_and_the_interval_says_how_surely() -> None:
    found = change(leak(cells(range(0, NOTICE, 2))))
    assert (found.before.days, found.before.sender_days, found.after.days, found.after.sender_days) == (56, 28, 56, 0)
    assert (found.ratio, found.low, found.trend) == (0, 0, Trend.FELL)
    assert found.high == pytest.approx(0.6522, abs=1e-4)


def test_a_leak_that_grows_rose() -> None:
    assert change(leak(cells(range(0, NOTICE, 7)), cells(range(NOTICE, TODAY)))).trend is Trend.ROSE


def test_a_leak_that_goes_on_shows_no_clear_change() -> None:
    assert change(leak(cells(range(0, TODAY, 2)))).trend is Trend.UNCLEAR


def test_too_few_to_say_is_said_where_no_outcome_could_have_been_clear() -> None:
    assert change(leak(cells(range(0, NOTICE, 12)))).trend is Trend.TOO_FEW
    assert change(leak(cells(range(0, NOTICE, 9)))).trend is Trend.FELL, "six days before, none after: just enough"


def test_until_two_weeks_are_over_it_is_too_early() -> None:
    incident = leak(cells(range(NOTICE)))
    assert change(incident, NOTICE + LEAST_DAYS).trend is Trend.TOO_FEW
    assert change(incident, NOTICE + LEAST_DAYS + 1).trend is Trend.FELL


def test_spans_are_whole_weeks_without_the_first_day_the_notice_and_today() -> None:
    found = change(leak(cells(range(NOTICE + 20))), NOTICE + 20)
    assert (found.before.days, found.after.days) == (56, 14)
    young = change(leak(cells(range(NOTICE - 20, NOTICE + 20))), NOTICE + 20)
    assert young.before.days == young.before.sender_days == 14


def test_days_count_and_mails_do_not() -> None:
    one = change(leak(cells(range(0, TODAY, 3))))
    many = change(leak(cells(range(0, NOTICE, 3), mails=40), cells(range(NOTICE, TODAY, 3))))
    assert (one.ratio, one.low, one.high, one.trend) == (many.ratio, many.low, many.high, many.trend)
    assert many.before.mails == 40 * many.before.sender_days


def test_two_senders_on_one_day_are_two() -> None:
    both = change(leak(cells(range(0, NOTICE, 4)), cells(range(0, NOTICE, 4), sender="hospital.example")))
    assert both.before.sender_days == 28


def test_the_first_notice_is_what_is_judged() -> None:
    found = after_notice(leak(cells(range(NOTICE))), notices=[NOTICE + 20, NOTICE])
    assert found.notice == day(NOTICE)


def test_one_sender_of_an_intended_party_can_be_judged_alone() -> None:
    incident = leak(cells(range(NOTICE)), cells(range(TODAY), sender="hospital.example"))
    one = effect(incident, [day(NOTICE)], day(TODAY), sender="contractor.example")
    other = effect(incident, [day(NOTICE)], day(TODAY), sender="hospital.example")
    assert one is not None
    assert other is not None
    assert (one.trend, other.trend) == (Trend.FELL, Trend.UNCLEAR)


def test_the_incident_of_a_sender_has_one_sender() -> None:
    incident = leak(cells([1, 2], sender="army.mil"), role=Role.SENDER, party="contractor.example")
    assert list(senders(incident)) == ["contractor.example"]


class TestControl:
    def fell(self, unnotified: Iterable[int]) -> Effect:
        others = senders(leak(cells(unnotified, sender="unnotified.example")))
        return after_notice(leak(cells(range(NOTICE))), unnotified=others)

    def test_senders_that_were_not_told_stand_beside_it(self) -> None:
        found = self.fell(range(TODAY))
        assert found.control is not None
        assert found.control.trend is Trend.UNCLEAR
        assert not found.alike

    def test_when_they_fell_too_the_notice_need_not_be_the_reason(self) -> None:
        assert self.fell(range(NOTICE)).alike

    def test_too_few_of_them_say_nothing(self) -> None:
        found = self.fell([3])
        assert found.control is not None
        assert found.control.trend is Trend.TOO_FEW
        assert not found.alike

    def test_there_may_be_none(self) -> None:
        assert after_notice(leak(cells(range(NOTICE)))).control is None

    def test_alike_is_said_of_a_change_that_is_not_clearly_larger(self) -> None:
        found = self.fell(range(NOTICE))
        assert found.relative is not None
        assert found.relative.low <= 1 <= found.relative.high
        assert not found.beyond

    def test_beyond_is_said_where_others_go_on(self) -> None:
        found = self.fell(range(TODAY))
        assert found.relative is not None
        assert found.relative.high < 1
        assert found.beyond

    def test_both_falling_and_one_clearly_more_is_not_alike(self) -> None:
        many = [cells(range(s % 3, NOTICE, 3), sender=f"s{s}.example") for s in range(30)]
        some = [cells(range(NOTICE + s, TODAY, 9), sender=f"s{s}.example") for s in range(30)]
        others = senders(
            leak(
                *[cells(range(s % 3, NOTICE, 3), sender=f"u{s}.example") for s in range(30)],
                *[cells(range(NOTICE + s % 5, TODAY, 5), sender=f"u{s}.example") for s in range(30)],
            )
        )
        found = after_notice(leak(*many, *some[:3]), unnotified=others)
        assert found.control is not None
        assert (found.trend, found.control.trend) == (Trend.FELL, Trend.FELL)
        assert (found.alike, found.beyond) == (False, True)


class TestWeeksUnseen:
    def test_a_week_with_a_day_unseen_is_left_out_of_its_span(self) -> None:
        drill = NOTICE + 30
        policies = [(0, Policy.ACCEPT), (drill, Policy.NULL), (drill, Policy.ACCEPT)]
        found = after_notice(leak(cells(range(0, TODAY, 2))), policies=policies)
        assert found.change is not None
        assert (found.policy_changed, found.change.before.days, found.change.after.days) == (None, 56, 49)
        assert found.trend is Trend.UNCLEAR


class TestDispersion:
    def test_independent_days_have_none(self) -> None:
        assert dispersion(senders(leak(cells(range(0, 112, 14)))), [day(n) for n in range(112)]) == 1

    def test_runs_have_that_of_their_lengths(self) -> None:
        runs = cells([*range(5), *range(40, 45), *range(100, 110)])
        found = dispersion(senders(leak(runs)), [day(n) for n in range(112)])
        assert found == pytest.approx((25 + 25 + 100) / 20 * (92 / 112) ** 2)

    def test_a_weekend_does_not_end_a_run(self) -> None:
        weeks = cells([n for n in range(14) if n % 7 < 5])
        found = dispersion(senders(leak(weeks)), [day(n) for n in range(112)])
        assert found == pytest.approx(10 * (100 / 112) ** 2)

    def test_a_run_is_cut_after_six_weeks(self) -> None:
        found = dispersion(senders(leak(cells(range(56)))), [day(n) for n in range(112)])
        assert found == pytest.approx((42 * 42 + 14 * 14) / 56 / 4)


class TestPolicy:
    def test_a_change_soon_after_the_notice_makes_the_comparison_void(self) -> None:
        found = after_notice(
            leak(cells(range(NOTICE))), policies=[(0, Policy.ACCEPT), (NOTICE + LEAST_DAYS, Policy.NULL)]
        )
        assert (found.change, found.trend, found.policy_changed) == (None, None, day(NOTICE + LEAST_DAYS))

    def test_a_change_just_before_the_notice_does_so_too(self) -> None:
        found = after_notice(leak(cells(range(TODAY))), policies=[(0, Policy.ACCEPT), (NOTICE - 3, Policy.EXPLAIN)])
        assert (found.change, found.policy_changed) == (None, day(NOTICE - 3))

    def test_a_change_further_off_ends_a_span(self) -> None:
        changed = NOTICE + 30
        found = after_notice(leak(cells(range(NOTICE))), policies=[(0, Policy.ACCEPT), (changed, Policy.NULL)])
        assert found.change is not None
        assert (found.change.after.days, found.policy_changed) == (28, day(changed))

    def test_one_from_long_before_matters_no_more(self) -> None:
        incident = leak(cells(range(300)))
        found = effect(incident, [day(200)], day(300), visibility=Visibility([PolicySince(day(100), Policy.ACCEPT)]))
        assert found is not None
        assert found.policy_changed is None

    def test_too_early_is_not_void(self) -> None:
        found = after_notice(
            leak(cells(range(NOTICE))), NOTICE + 3, policies=[(0, Policy.NULL), (NOTICE - 20, Policy.ACCEPT)]
        )
        assert found.trend is Trend.TOO_FEW

    def test_how_mail_ended_tells_a_change_that_nobody_noted(self) -> None:
        explained = cells(range(NOTICE + 5, TODAY), outcome=Outcome.EXPLAINED)
        found = after_notice(leak(cells(range(NOTICE + 5)), explained))
        assert (found.change, found.policy_changed) == (None, day(NOTICE + 5))

    def test_a_day_of_two_outcomes_is_a_change_only_when_the_second_one_stays(self) -> None:
        drill = cells([NOTICE + 5], outcome=Outcome.REFUSED)
        found = after_notice(leak(cells(range(TODAY)), drill))
        assert (found.policy_changed, found.trend) == (None, Trend.UNCLEAR)
        explained = cells(range(NOTICE + 5, TODAY), outcome=Outcome.EXPLAINED)
        found = after_notice(leak(cells(range(NOTICE + 6)), explained))
        assert (found.change, found.policy_changed) == (None, day(NOTICE + 5))

    def test_the_same_policy_noted_twice_is_no_change(self) -> None:
        found = after_notice(leak(cells(range(NOTICE))), policies=[(0, Policy.ACCEPT), (NOTICE + 3, Policy.ACCEPT)])
        assert found.trend is Trend.FELL


@given(
    st.sets(st.integers(0, 200), min_size=1),
    st.integers(1, 200),
    st.integers(1, 200),
    st.lists(st.tuples(st.integers(0, 250), st.sampled_from(Policy)), max_size=4),
)
def test_whatever_comes_the_spans_are_whole_weeks_on_their_side_of_the_notice(
    days: set[int], notice: int, later: int, policies: list[tuple[int, Policy]]
) -> None:
    found = after_notice(leak(cells(sorted(days))), notice + later, notices=[notice], policies=policies)
    if found.change is None:
        assert found.policy_changed is not None
        return
    for volume in (found.change.before, found.change.after):
        assert volume.days % 7 == 0
        assert 0 <= volume.days <= MOST_DAYS
        assert volume.sender_days <= volume.days
        assert volume.mails == volume.sender_days
    assert found.change.before.sender_days <= sum(n < notice for n in days)
    assert found.change.after.sender_days <= sum(n > notice for n in days)
