"""The rates that the reports and docs/engineering/statistics.md state, tried on made-up mail.

``tests/statistics_table.py`` tries more of it, and makes the tables of that page.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from random import Random
from statistics import median

import pytest

from catcher.incident import Visibility, effect
from catcher.incident.life import CHANCE, PACE_DAYS, quiet_after, rare_pause
from catcher.model.leak.life import Effect, Trend
from tests.support.leaks import cells, day, leak
from tests.support.processes import independent, projects, regular, runs, whole_runs, workdays

SPAN = 56
NOTICE = SPAN + 1

Draw = Callable[[Random, int], list[int]]


def told(random: Random, senders: int, before: Draw, after: Draw | None = None) -> Effect:
    """The effect of a notice in an intended party's incident; ``after`` None: the same mail goes on."""
    parts = [cells([0], sender="first.example")]
    for number in range(senders):
        days = before(random, 2 * SPAN + 1)
        if after is not None:
            days = [n for n in days if n < SPAN] + [SPAN + 1 + n for n in after(random, SPAN)]
        parts.append(cells([n + 1 for n in days], sender=f"s{number}.example"))
    found = effect(leak(*parts), [day(NOTICE)], day(NOTICE + SPAN + 1))
    assert found is not None
    return found


def misses(senders: int, draw: Draw, times: int) -> float:
    """The share of intervals without 1, though nothing changed."""
    random = Random(1998)
    wrong = 0
    for _ in range(times):
        change = told(random, senders, draw).change
        assert change is not None
        wrong += not change.low <= 1 <= change.high
    return wrong / times


@pytest.mark.parametrize("senders", [1, 3, 10])
@pytest.mark.parametrize("mean", [0, 3, 5, 10])
def test_intervals_hold_the_true_ratio_on_independent_days_and_on_runs(senders: int, mean: int) -> None:
    def draw(random: Random, days: int) -> list[int]:
        share = random.choice((0.1, 0.2, 0.4))
        return runs(random, days, share, mean) if mean else independent(random, days, share)

    assert misses(senders, draw, 150 if senders < 10 else 60) <= 0.07


@pytest.mark.parametrize("draw", [projects, workdays, whole_runs])
def test_intervals_hold_on_other_kinds_of_runs(draw: Callable[..., list[int]]) -> None:
    assert misses(3, lambda random, days: draw(random, days, 0.2, 5), 100) <= 0.07


def test_a_fall_by_four_fifths_at_ten_senders_is_found() -> None:
    random = Random(7)
    fell = 0
    for number in range(60):
        share = (0.1, 0.2, 0.4)[number % 3]
        found = told(random, 10, lambda r, n, s=share: runs(r, n, s, 3), lambda r, n, s=share: runs(r, n, 0.2 * s, 3))
        fell += found.trend is Trend.FELL
    assert fell >= 0.8 * 60


LEAKS: dict[str, Draw] = {
    "steady": lambda random, days: independent(random, days, 0.1),
    "rare": lambda random, days: independent(random, days, 0.02),
    "regular": lambda random, days: regular(random, days, 7),
    "runs of 3": lambda random, days: runs(random, days, 0.1, 3),
    "runs of 10": lambda random, days: runs(random, days, 0.2, 10),
}


@pytest.mark.parametrize("leak_of", LEAKS)
def test_fewer_than_one_in_eight_pauses_are_rare_while_mail_goes_on(leak_of: str) -> None:
    random, pauses, rare = Random(7), 0, 0
    for _ in range(12):
        days = LEAKS[leak_of](random, 365)
        dates = [day(n) for n in days]
        for number in range(1, len(days)):
            enough = rare_pause(dates[:number], Visibility())
            pauses += 1
            rare += enough is not None and days[number] - days[number - 1] - 1 >= enough
    assert rare <= CHANCE * pauses


@pytest.mark.parametrize("leak_of", ["steady", "rare", "regular"])
def test_a_leak_that_ends_is_quiet_within_four_of_its_median_pauses(leak_of: str) -> None:
    random, found = Random(11), 0
    whole = LEAKS[leak_of](random, 20 * 365)
    usual = median(b - a for a, b in pairwise(whole))
    for _ in range(20):
        dates: list[date] = [day(n) for n in LEAKS[leak_of](random, PACE_DAYS)]
        found += quiet_after(dates, Visibility()) <= 4 * usual
    assert found >= 16


def test_a_leak_in_runs_that_ends_is_quiet_within_four_of_the_usual_waits_between_weeks() -> None:
    random, found = Random(13), 0
    for _ in range(20):
        days = runs(random, PACE_DAYS, 0.2, 3)
        weeks = [days[0]]
        for n in days:
            if n - weeks[-1] >= 7:
                weeks.append(n)
        usual = median(b - a for a, b in pairwise(weeks))
        found += quiet_after([day(n) for n in days], Visibility()) <= 4 * usual
    assert found >= 16
