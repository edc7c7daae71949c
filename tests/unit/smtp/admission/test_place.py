"""A place is paid by octets: for seconds at 4,000 octets each, within a credit and a debt."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catcher.smtp.admission.place import CREDIT_SECONDS, DEBT_SECONDS, GRACE_SECONDS, OCTETS_A_SECOND, Place

ARRIVALS = st.lists(st.tuples(st.floats(0, 100), st.integers(0, 200_000)), max_size=40)


def test_a_new_client_has_its_grace() -> None:
    assert Place((), 1, 7.0).paid_until == 7.0 + GRACE_SECONDS


@given(ARRIVALS)
def test_what_is_paid_never_falls_and_stays_within_credit_and_debt(arrivals: list[tuple[float, int]]) -> None:
    place, now = Place((), 1, 0.0), 0.0
    for later, octets in arrivals:
        before, now = place.paid_until, now + later
        place.received(octets, now)
        assert before <= place.paid_until <= now + CREDIT_SECONDS
        assert place.paid_until >= now - DEBT_SECONDS


@given(st.floats(1.0, 50.0), st.integers(1, 200))
def test_a_client_that_sends_no_slower_than_the_rate_is_never_slow(factor: float, seconds: int) -> None:
    place = Place((), 1, 0.0)
    for second in range(1, seconds + 1):
        assert place.paid_until > second
        place.received(int(factor * OCTETS_A_SECOND) + 1, second)


def test_a_trickler_is_slow_for_ever_and_an_hour_of_silence_is_forgiven() -> None:
    trickler, late = Place((), 1, 0.0), Place((), 2, 0.0)
    for second in range(1, 3601):
        trickler.received(55, second)
    assert trickler.paid_until < 3600 - DEBT_SECONDS + 1
    late.received(40 * OCTETS_A_SECOND, 3600)
    assert late.paid_until == 3600 - DEBT_SECONDS + 40


def test_time_in_which_the_client_waits_for_us_is_not_its_own() -> None:
    place = Place((), 1, 0.0)
    place.excuse(100.0)
    assert place.paid_until == 100.0 + GRACE_SECONDS
    place.received(CREDIT_SECONDS * 2 * OCTETS_A_SECOND, 100.0)  # type: ignore[arg-type]
    place.excuse(101.0)
    assert place.paid_until == 100.0 + CREDIT_SECONDS


def test_the_figures_of_a_place() -> None:
    """Five seconds of grace; 32 kbit/s keep a place; thirty seconds are paid in advance or owed, at most."""
    place = Place((), 1, 100.0)
    assert (place.paid_until, place.is_left, place.client) == (105.0, False, None)
    place.received(4_000 * 20, 100.0)
    assert place.paid_until == 125.0
    place.received(4_000 * 10, 100.0)
    assert place.paid_until == 130.0
    place.received(4_000, 1_000.0)
    assert place.paid_until == 1_000.0 - 30 + 1
    place.excuse(1_000.0)
    assert place.paid_until == 1_005.0
