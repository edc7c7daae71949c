"""Made-up days of mail of one sender: independent days, and days that come in runs. Every draw comes from a given seed.

Used by the tests of the statistics, and by ``tests/statistics_table.py``, which makes the tables of the docs.
"""

from __future__ import annotations

from random import Random


def runs(random: Random, days: int, share: float, mean: float) -> list[int]:
    """Days of mail: ``share`` of all days, in runs of ``mean`` days on average; stationary (a two-state chain)."""
    end = 1 / mean
    begin = end * share / (1 - share)
    wrote, found = random.random() < share, []
    for day in range(days):
        if wrote:
            found.append(day)
        wrote = random.random() >= end if wrote else random.random() < begin
    return found


def independent(random: Random, days: int, share: float) -> list[int]:
    """Days of mail, each for itself with the probability ``share``."""
    return [day for day in range(days) if random.random() < share]


def projects(random: Random, days: int, share: float, mean: float) -> list[int]:
    """Projects of ``mean`` days on average, with mail on six of ten days of each."""
    return [day for day in runs(random, days, min(0.85, share / 0.6), mean) if random.random() < 0.6]


def workdays(random: Random, days: int, share: float, mean: float) -> list[int]:
    """Runs whose weekends are free."""
    wanted = min(0.95, share * 1.4)
    return [day for day in runs(random, days, wanted, max(mean, 1 / (1 - wanted))) if day % 7 < 5]


def whole_runs(random: Random, days: int, share: float, length: int) -> list[int]:
    """Runs of exactly ``length`` days, begun at random."""
    found: list[int] = []
    day = -60
    while day < days:
        day += 1 + int(random.expovariate(share / (length * (1 - share))))
        found += [n for n in range(day, day + length) if 0 <= n < days]
        day += length
    return found


def regular(random: Random, days: int, every: int) -> list[int]:
    """A day of mail each ``every`` days, give or take a fifth of that."""
    found, at = [], random.random() * every
    while at < days:
        found.append(int(at))
        at += every * (0.8 + 0.4 * random.random())
    return found
