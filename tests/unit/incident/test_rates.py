"""Exact intervals: beside published values, beside sums in fractions, and tried on made-up mail."""

from __future__ import annotations

from fractions import Fraction
from math import comb, inf, isclose
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.incident.rates import binomial_tail, mid_p, rate_ratio, ratio_of


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (81, 263, 0.2544, 0.3658),
        (15, 148, 0.0601, 0.1581),
        (0, 20, 0.0, 0.1391),
        (1, 29, 0.0017, 0.1585),
    ],
)
def test_the_published_intervals(successes: int, trials: int, low: float, high: float) -> None:
    """Those of Newcombe, Statistics in Medicine 17 (1998), table I, method 6 (mid-P)."""
    found = mid_p(successes, trials)
    assert found == pytest.approx((low, high), abs=5e-5)


@given(st.data(), st.integers(1, 60), st.integers(1, 999))
def test_the_tail_is_the_sum_of_its_terms(data: st.DataObject, trials: int, thousandth: int) -> None:
    successes = data.draw(st.integers(1, trials))
    p = Fraction(thousandth, 1000)
    exact = sum(comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(successes, trials + 1))
    assert isclose(binomial_tail(successes, trials, float(p)), float(exact), rel_tol=1e-9, abs_tol=1e-14)


@given(st.integers(0, 300), st.integers(1, 300), st.integers(0, 300), st.integers(1, 300))
def test_the_estimate_lies_in_its_interval_and_spans_scale_it(a: int, s: int, b: int, t: int) -> None:
    found = rate_ratio(a, s, b, t)
    assert 0 <= found.low <= found.high
    if found.estimate is not None:
        assert found.low <= found.estimate * (1 + 1e-9)
        assert found.estimate <= found.high * (1 + 1e-9)
    doubled = rate_ratio(a, s, b, 2 * t)
    assert doubled.low == pytest.approx(found.low / 2)


@given(st.integers(0, 200), st.integers(1, 100), st.integers(0, 200), st.integers(1, 100))
def test_seen_from_the_other_side_it_is_the_reciprocal(a: int, s: int, b: int, t: int) -> None:
    one, other = rate_ratio(a, s, b, t), rate_ratio(b, t, a, s)
    assert one.low == pytest.approx(0 if other.high == inf else 1 / other.high, abs=1e-9)


def test_nothing_before_has_no_end_above() -> None:
    found = rate_ratio(0, 28, 3, 28)
    assert (found.estimate, found.high) == (None, inf)
    assert rate_ratio(0, 28, 0, 28) == rate_ratio(0, 7, 0, 7)


def test_clustered_events_count_for_less() -> None:
    plain, clustered = rate_ratio(60, 56, 20, 56), rate_ratio(60, 56, 20, 56, dispersion=4)
    assert clustered.low < plain.low < plain.high < clustered.high
    assert (clustered.low, clustered.high) == pytest.approx(
        (rate_ratio(15, 56, 5, 56).low, rate_ratio(15, 56, 5, 56).high)
    )
    with pytest.raises(ValueError, match="dispersion"):
        rate_ratio(1, 7, 1, 7, dispersion=0.5)


def test_a_ratio_of_ratios_is_wider_than_either_and_has_no_end_where_one_has_none() -> None:
    party, others = rate_ratio(50, 56, 10, 56), rate_ratio(80, 56, 60, 56)
    found = ratio_of(party, others)
    assert found.estimate == pytest.approx((10 / 50) / (60 / 80))
    assert found.low < party.low / others.estimate < party.high / others.estimate < found.high  # type: ignore[operator]
    assert ratio_of(party, rate_ratio(5, 56, 0, 56)).high == inf
    assert ratio_of(rate_ratio(50, 56, 0, 56), others).low == 0


def test_ratios_of_ratios_hold_the_true_one() -> None:
    random, wrong = Random(5), 0
    for _ in range(200):
        both = []
        for rate in (0.4, 0.6):
            counts = [sum(random.random() < rate * part for _ in range(56)) for part in (1, 0.5)]
            both.append(rate_ratio(counts[0], 56, counts[1], 56))
        found = ratio_of(*both)
        wrong += not found.low <= 1 <= found.high
    assert wrong <= 14


def test_a_span_without_days_is_refused() -> None:
    with pytest.raises(ValueError, match="no days"):
        rate_ratio(1, 0, 1, 7)


def test_days_keep_the_promise_that_mails_break() -> None:
    """Nothing changes, yet mails come in clusters: whoever counts mails finds a change far too often, days don't."""
    random = Random(1998)
    wrong = {"days": 0, "mails": 0}
    runs = 200
    for _ in range(runs):
        spans = []
        for _span in range(2):
            writes = [random.random() < 0.4 for _day in range(28)]
            mails = sum(1 + int(random.expovariate(0.25)) for wrote in writes if wrote)
            spans.append((sum(writes), mails))
        for number, kind in enumerate(("days", "mails")):
            found = rate_ratio(spans[0][number], 28, spans[1][number], 28)
            wrong[kind] += not found.low <= 1 <= found.high
    assert wrong["days"] <= 0.05 * runs
    assert wrong["mails"] >= 0.15 * runs
