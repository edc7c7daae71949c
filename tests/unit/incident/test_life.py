"""The life of an incident: open, quiet, closed, reopened, from its days alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.incident import Visibility, fold, life, merge
from catcher.incident.life import CLOSED_AFTER, CLOSED_MOST, QUIET_LEAST, QUIET_MOST, quiet_after, rare_pause
from catcher.model.leak.incident import Cell, Count, Incident, Role
from catcher.model.leak.life import IncidentState, Life
from catcher.model.leak.sight import DelegationSince, Uptime
from catcher.model.mail.fingerprint import MailClass
from catcher.model.mail.policy import Outcome, Policy, PolicySince
from tests.support.folding import party_of
from tests.support.leaks import cells, day, leak
from tests.support.observations import observation


def stands(
    days: Sequence[int], today: int, *, signs: Sequence[int] = (), policies: Sequence[tuple[int, Policy]] = ()
) -> Life:
    visibility = Visibility(PolicySince(day(n), policy) for n, policy in policies)
    found = life(leak(cells(days)), day(today), signs=[day(n) for n in signs], visibility=visibility)
    assert found is not None
    return found


def test_an_incident_without_mail_that_counts_has_no_life() -> None:
    assert life(leak(), day(5)) is None
    (newsletter,) = [i for i in fold([observation(fresh=False)], party_of=party_of).values() if i.key.role == "sender"]
    assert life(newsletter, day(300)) is None


class TestQuiet:
    @pytest.mark.parametrize(
        ("days", "silent"),
        [
            (range(30), QUIET_LEAST),  # every day: the shortest
            (range(0, 60, 2), 7),  # every other day: no pause was longer
            ([*range(0, 87, 3), 110, 130, 150, 170], 17),  # one in eight of 32 pauses is longer than 17.9 days
            (range(0, 60, 5), 12),  # each fifth day, 11 pauses: 55 * (8 ** (1 / 11) - 1)
            ([0, 1, 2, 15, 16, 30], 30),  # runs, in 3 weeks: (8 + 8) * (8 ** (1 / 2) - 1)
            ([0, 30], QUIET_MOST),  # twice in a month: the pace is hardly known
            ([0], QUIET_MOST),
        ],
    )
    def test_how_long_a_silence_has_to_be_follows_from_the_earlier_pace(self, days: Sequence[int], silent: int) -> None:
        last = days[-1]
        assert stands(days, last + 1).quiet_after == silent
        assert stands(days, last + silent).state is IncidentState.OPEN
        found = stands(days, last + silent + 1)
        assert (found.state, found.since, found.silent) == (IncidentState.QUIET, day(last + silent + 1), silent)

    def test_the_pace_of_long_ago_is_forgotten(self) -> None:
        once_daily = [*range(60), *range(200, 281, 20)]
        assert stands(once_daily, 281).quiet_after == 20

    def test_mail_ends_it(self) -> None:
        assert stands([*range(30), 50], 51).state is IncidentState.OPEN

    def test_the_present_day_is_no_silent_one(self) -> None:
        assert stands(range(30), 30).silent == 0
        assert stands(range(30), 31).silent == 1

    @given(st.lists(st.integers(0, 400), min_size=1, unique=True).map(sorted))
    def test_it_never_takes_less_than_a_week_nor_more_than_a_quarter(self, days: list[int]) -> None:
        assert QUIET_LEAST <= quiet_after([day(n) for n in days], Visibility()) <= QUIET_MOST


class TestClosed:
    def test_it_takes_a_notice_and_ninety_silent_days_after_it(self) -> None:
        before = stands(range(30), 30 + CLOSED_AFTER, signs=[40])
        assert before.state is IncidentState.QUIET
        told_on, closed = 40, 40 + CLOSED_AFTER
        assert stands(range(30), closed, signs=[told_on]).state is IncidentState.QUIET
        found = stands(range(30), closed + 1, signs=[told_on])
        assert (found.state, found.since) == (IncidentState.CLOSED, day(closed + 1))

    def test_mail_after_the_notice_starts_the_ninety_days_anew(self) -> None:
        days = [*range(30), 60]
        assert stands(days, 60 + CLOSED_AFTER, signs=[40]).state is IncidentState.QUIET
        assert stands(days, 61 + CLOSED_AFTER, signs=[40]).state is IncidentState.CLOSED

    def test_without_a_notice_it_stays_quiet(self) -> None:
        assert stands(range(30), 1000).state is IncidentState.QUIET


class TestReopened:
    def test_mail_after_closed_reopens_it_and_begins_an_episode(self) -> None:
        found = stands([*range(30), 200], 201, signs=[35])
        assert (found.state, found.since, found.episode) == (IncidentState.REOPENED, day(200), day(200))

    def test_mail_on_the_last_of_the_ninety_days_finds_it_not_closed_yet(self) -> None:
        assert stands([*range(30), 29 + CLOSED_AFTER], 120, signs=[20]).state is IncidentState.OPEN
        assert stands([*range(30), 30 + CLOSED_AFTER], 121, signs=[20]).state is IncidentState.REOPENED

    def test_the_pace_is_that_of_the_new_episode(self) -> None:
        assert stands([*range(30), 200], 201, signs=[35]).quiet_after == QUIET_MOST

    def test_it_can_be_quiet_and_closed_again(self) -> None:
        days = [*range(30), *range(200, 230)]
        assert stands(days, 229 + 30, signs=[35]).state is IncidentState.QUIET
        assert stands(days, 230 + CLOSED_AFTER, signs=[35]).state is IncidentState.CLOSED


def newsletters(days: Iterable[int], *, refused: bool = False, sender: str = "contractor.example") -> dict[Cell, Count]:
    """Mails of a program, of which none counts; under ``refuse`` they can't be told from people's."""
    outcome = Outcome.REFUSED if refused else Outcome.ACCEPTED
    found = cells(days, sender=sender, outcome=outcome)
    if refused:
        return found
    return {replace(cell, mail_class=MailClass.BULK): Count(count.mails, 0) for cell, count in found.items()}


class TestRefusedAttempts:
    PEOPLE = cells(range(30))
    POLICIES = ((0, Policy.ACCEPT), (130, Policy.REFUSE))

    def state(self, *parts: dict[Cell, Count], role: Role = Role.INTENDED, today: int = 140) -> IncidentState:
        party = "army.mil" if role is Role.INTENDED else "contractor.example"
        visibility = Visibility(PolicySince(day(n), policy) for n, policy in self.POLICIES)
        found = life(leak(*parts, role=role, party=party), day(today), signs=[day(31)], visibility=visibility)
        assert found is not None
        return found.state

    @pytest.mark.parametrize("role", [Role.INTENDED, Role.SENDER])
    def test_a_newsletter_does_not_reopen_a_leak(self, role: Role) -> None:
        before, after = newsletters(range(130)), newsletters(range(131, 140), refused=True)
        assert self.state(self.PEOPLE, before, role=role) is IncidentState.CLOSED
        assert self.state(self.PEOPLE, before, after, role=role) is IncidentState.CLOSED

    def test_nor_does_a_sender_whose_mail_never_counted(self) -> None:
        attempts = newsletters(range(131, 140), refused=True, sender="shop.example")
        assert self.state(self.PEOPLE, attempts) is IncidentState.CLOSED

    @pytest.mark.parametrize("role", [Role.INTENDED, Role.SENDER])
    def test_a_sender_of_people_s_mail_alone_does(self, role: Role) -> None:
        attempts = cells([135], outcome=Outcome.REFUSED)
        assert self.state(self.PEOPLE, attempts, role=role) is IncidentState.REOPENED

    def test_attempts_before_the_first_mail_that_counts_are_no_days_of_mail(self) -> None:
        found = life(leak(cells([0, 5], outcome=Outcome.REFUSED), cells([9])), day(12))
        assert found is not None
        assert found.episode == day(9)


class TestSight:
    def test_days_on_which_the_sink_was_down_are_not_silent(self) -> None:
        start = datetime.combine(day(0), datetime.min.time(), tzinfo=UTC)
        up = [
            Uptime(start, start + timedelta(days=32)),
            Uptime(start + timedelta(days=130), start + timedelta(days=133)),
        ]
        found = life(leak(cells(range(30))), day(133), signs=[day(31)], visibility=Visibility(uptimes=up))
        assert found is not None
        assert (found.state, found.silent, found.unseen_days) == (IncidentState.OPEN, 5, 98)

    def test_days_on_which_the_domain_was_lost_are_not_silent(self) -> None:
        lost = [DelegationSince(day(33), ours=False)]
        found = life(leak(cells(range(30))), day(200), signs=[day(31)], visibility=Visibility(delegations=lost))
        assert found is not None
        assert (found.state, found.silent, found.lost_since) == (IncidentState.OPEN, 2, day(32))

    def test_a_drill_of_one_afternoon_hides_one_day(self) -> None:
        policies = [(0, Policy.ACCEPT), (40, Policy.NULL), (40, Policy.ACCEPT)]
        found = stands(range(30), 200, signs=[31], policies=policies)
        assert (found.state, found.unseen_since, found.unseen_days) == (IncidentState.CLOSED, None, 1)

    def test_days_under_a_policy_that_turns_mail_away_are_not_silent(self) -> None:
        found = stands(range(30), 400, signs=[20], policies=[(0, Policy.ACCEPT), (30, Policy.NULL)])
        assert (found.state, found.silent, found.unseen_since) == (IncidentState.OPEN, 0, day(30))

    def test_silence_is_counted_on_once_mail_is_seen_again(self) -> None:
        policies = [(0, Policy.ACCEPT), (32, Policy.OBSERVE), (60, Policy.EXPLAIN)]
        found = stands(range(30), 65, policies=policies)
        assert (found.silent, found.state, found.unseen_since) == (6, IncidentState.OPEN, None)
        assert stands(range(30), 66, policies=policies).state is IncidentState.QUIET

    def test_an_attempt_of_a_proven_sender_that_was_refused_keeps_it_open(self) -> None:
        refused = leak(cells(range(30)), cells([60], outcome=Outcome.REFUSED))
        found = life(refused, day(61))
        assert found is not None
        assert found.latest == day(60)

    @given(
        st.lists(st.tuples(st.integers(0, 60), st.sampled_from(Policy)), max_size=6),
        st.integers(0, 70),
        st.integers(0, 40),
    )
    def test_the_day_after_so_many_days_of_sight_is_the_one_that_counting_finds(
        self, noted: list[tuple[int, Policy]], start: int, wanted: int
    ) -> None:
        visibility = Visibility(PolicySince(day(n), policy) for n, policy in noted)
        counted, at = 0, start
        while counted < wanted and at < 300:
            at += 1
            counted += visibility.visible_days(day(at), day(at + 1))
        assert visibility.nth_visible_day(day(start), wanted) == (day(at) if counted == wanted else None)


_day_sets = st.lists(st.integers(0, 260), min_size=1, max_size=25, unique=True)


@given(_day_sets, st.randoms(), st.lists(st.integers(0, 260), max_size=3), st.integers(260, 600))
def test_order_and_batches_change_nothing(days: list[int], random: object, signs: list[int], today: int) -> None:
    seen = [observation(observed_at=datetime.combine(day(n), datetime.min.time(), tzinfo=UTC)) for n in days]
    half = len(seen) // 2

    def sender_incident(order: list[int], cut: int) -> Incident:
        batches = [[seen[n] for n in order[:cut]], [seen[n] for n in order[cut:]]]
        folded = [fold(batch, party_of=party_of) for batch in batches if batch]
        first, *others = (next(i for i in batch.values() if i.key.role == "sender") for batch in folded)
        for other in others:
            first = merge(other, first)
        return first

    orders = list(range(len(seen)))
    told = [day(n) for n in signs]
    straight = life(sender_incident(orders, half), day(today), signs=told)
    assert straight == life(sender_incident(orders[::-1], len(seen)), day(today), signs=told[::-1])


@given(_day_sets, st.lists(st.integers(0, 260), max_size=3), st.integers(0, 300))
def test_with_time_and_no_more_mail_it_only_moves_towards_its_end(days: list[int], signs: list[int], more: int) -> None:
    order = (IncidentState.OPEN, IncidentState.REOPENED, IncidentState.QUIET, IncidentState.CLOSED)
    last = max(days)
    ranks = [order.index(stands(days, last + n, signs=signs).state) for n in (1, 1 + more, 400)]
    # What is left of open and reopened is one or the other for good.
    assert [max(rank, 1) for rank in ranks] == sorted(max(rank, 1) for rank in ranks)


@given(_day_sets, st.lists(st.integers(0, 260), min_size=1, max_size=3), st.integers(1, 500))
def test_closed_means_ninety_days_and_a_rare_pause_after_a_notice(
    days: list[int], signs: list[int], later: int
) -> None:
    today = max(days) + later
    found = stands(days, today, signs=signs)
    silent = today - 1 - max(max(days), min(signs))
    present = sorted(day(n) for n in days if day(n) >= found.episode)
    rare = rare_pause(present, Visibility()) or CLOSED_AFTER
    assert (found.state is IncidentState.CLOSED) == (silent >= min(CLOSED_MOST, max(CLOSED_AFTER, rare)))
    assert isinstance(found.since, date)
