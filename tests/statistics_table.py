"""Prints the tables of docs/engineering/statistics.md: coverage of intervals, error rates of "quiet", and power.

``python -m tests.statistics_table [DRAWS [TABLE…]]``: 400 draws a cell and all tables by default. Every draw has a
fixed seed, so the same command prints the same tables.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from random import Random
from statistics import median

from catcher.incident import Visibility, effect
from catcher.incident.life import PACE_DAYS, QUIET_MOST, quiet_after, rare_pause
from catcher.model.leak.life import Effect, Trend
from tests.support.leaks import cells, day, leak
from tests.support.processes import independent, projects, regular, runs, whole_runs, workdays

SHARES = (0.1, 0.2, 0.4)
MEANS = (0, 3, 5, 10)
"""Mean lengths of runs in days; 0: independent days."""
Draw = Callable[[Random, int, float, float], list[int]]


def of_runs(random: Random, days: int, share: float, mean: float) -> list[int]:
    return runs(random, days, share, mean) if mean else independent(random, days, share)


def uneven(random: Random, days: int, share: float, mean: float) -> list[int]:
    """Runs of senders some of which write much and some little."""
    own = min(0.8, max(0.01, share * float(2 ** random.gauss(0, 1))))
    return of_runs(random, days, own, max(mean, 1 / (1 - own)) if mean else 0)


def whole(random: Random, days: int, share: float, mean: float) -> list[int]:
    return whole_runs(random, days, share, round(mean) or 1)


def told(
    random: Random, senders: int, spans: tuple[int, int], draw: Draw, share: float, mean: float, fall: float = 1.0
) -> Effect:
    """The effect of a notice between two spans; ``fall``: share of days after it / before it."""
    before, after = spans
    parts = [cells([0], sender="first.example")]
    for number in range(senders):
        days = draw(random, before + 1 + after, share, mean)
        if fall != 1:
            later = draw(random, after, share * fall, mean)
            days = [n for n in days if n < before] + [before + 1 + n for n in later]
        parts.append(cells([n + 1 for n in days], sender=f"s{number}.example"))
    found = effect(leak(*parts), [day(before + 1)], day(before + after + 2))
    assert found is not None
    return found


def coverage(draws: int, draw: Draw, spans: tuple[int, int], means: tuple[int, ...] = MEANS) -> Iterator[str]:
    """For each number of senders and share: the intervals that hold 1 while nothing changes, in percent."""
    for senders in (1, 3, 10, 30):
        for share in SHARES:
            row = []
            for mean in means:
                random = Random(f"{spans} {senders} {share} {mean}")
                times = draws if senders < 30 else draws // 2
                held = verdicts = 0
                for _ in range(times):
                    change = told(random, senders, spans, draw, share, mean).change
                    assert change is not None
                    held += change.low <= 1 <= change.high
                    verdicts += change.trend is not Trend.TOO_FEW
                row.append(f"{100 * held / times:.1f} ({100 * verdicts / times:.0f})")
            yield f"| {senders} | {share} | {' | '.join(row)} |"


def power(draws: int) -> Iterator[str]:
    """For a fall by 80 %, 8 + 8 weeks: "fell", and intervals that hold the true ratio, in percent."""
    for senders in (1, 3, 10):
        for share in SHARES:
            row = []
            for mean in MEANS:
                random = Random(f"power {senders} {share} {mean}")
                fell = held = 0
                for _ in range(draws):
                    found = told(random, senders, (56, 56), of_runs, share, mean, fall=0.2)
                    fell += found.trend is Trend.FELL
                    held += found.change is not None and found.change.low <= 0.2 <= found.change.high
                row.append(f"{100 * fell / draws:.0f} ({100 * held / draws:.1f})")
            yield f"| {senders} | {share} | {' | '.join(row)} |"


LEAKS: dict[str, Callable[[Random, int], list[int]]] = {
    **{f"independent days, {p}": lambda r, n, p=p: independent(r, n, p) for p in (0.02, 0.05, 0.1, 0.2, 0.3)},
    **{f"runs of {m}, {p}": lambda r, n, p=p, m=m: runs(r, n, p, m) for p in (0.05, 0.1, 0.2, 0.4) for m in (3, 5, 10)},
    **{f"each {every} days": lambda r, n, e=every: regular(r, n, e) for every in (7, 14, 30)},
    "working days with leave": lambda r, n: [
        d for d in independent(r, n, 0.8) if d % 7 < 5 and not (100 <= d < 114 or 250 <= d < 264)
    ],
    "projects of 10, 0.2": lambda r, n: projects(r, n, 0.2, 10),
    "whole runs of 5, 0.1": lambda r, n: whole_runs(r, n, 0.1, 5),
}


def silences(draws: int) -> Iterator[str]:
    """For each leak of a year: pauses called rare, pauses that reach 90 days before they are rare, and both for closed;
    leaks called quiet in the year; and leaks that are quiet within 4 median pauses, or 4 median waits between weeks."""
    for name, make in LEAKS.items():
        random = Random(name)
        usual, week = _usual(make(random, 20 * 365))
        pauses = rare = capped = closed = unlucky = within = within_weeks = 0
        for _ in range(draws):
            dates = [day(n) for n in make(random, PACE_DAYS)]
            was_quiet = False
            for number in range(1, len(dates)):
                silent = (dates[number] - dates[number - 1]).days - 1
                pauses += 1
                if silent < 7:
                    continue
                enough = rare_pause(dates[:number], Visibility())
                is_rare = enough is not None and silent >= enough
                rare += is_rare
                capped += not is_rare and silent >= QUIET_MOST
                closed += silent >= 90 and is_rare
                was_quiet |= is_rare or silent >= QUIET_MOST
            unlucky += was_quiet
            if dates:
                enough = quiet_after(dates, Visibility())
                within += enough <= 4 * usual
                within_weeks += enough <= 4 * week
        yield (
            f"| {name} | {100 * rare / pauses:.1f} | {100 * capped / pauses:.1f} | {100 * closed / pauses:.1f} | "
            f"{100 * unlucky / draws:.0f} | {100 * within / draws:.0f} | {100 * within_weeks / draws:.0f} |"
        )


def _usual(days: list[int]) -> tuple[float, float]:
    """The median pause, and the median wait from a week of mail to the next one."""
    weeks = [days[0]]
    for n in days:
        if n - weeks[-1] >= 7:
            weeks.append(n)
    return median(b - a for a, b in pairwise(days)), median(b - a for a, b in pairwise(weeks))


def main(draws: int, wanted: list[str]) -> None:
    """Prints the tables whose names contain one of ``wanted``; all if there is none."""
    heads = " | ".join("independent days" if not mean else f"runs of {mean}" for mean in MEANS)
    tables: list[tuple[str, str, Iterator[str]]] = [
        ("8 + 8 weeks", f"senders | share of days | {heads}", coverage(draws, of_runs, (56, 56))),
        ("4 + 4 weeks", f"senders | share of days | {heads}", coverage(draws, of_runs, (28, 28))),
        ("8 + 2 weeks", f"senders | share of days | {heads}", coverage(draws, of_runs, (56, 14))),
        ("2 + 8 weeks, held out", f"senders | share of days | {heads}", coverage(draws, of_runs, (14, 56))),
        (
            "projects, 8 + 8 weeks",
            "senders | share of days | of 5 | of 10",
            coverage(draws, projects, (56, 56), (5, 10)),
        ),
        (
            "working days, 8 + 8 weeks",
            "senders | share of days | of 5 | of 10",
            coverage(draws, workdays, (56, 56), (5, 10)),
        ),
        (
            "whole runs, 8 + 8 weeks, held out",
            "senders | share of days | of 5 | of 10",
            coverage(draws, whole, (56, 56), (5, 10)),
        ),
        (
            "uneven senders, 8 + 8 weeks, held out",
            "senders | share of days | of 3 | of 10",
            coverage(draws, uneven, (56, 56), (3, 10)),
        ),
        ("power", f"senders | share of days | {heads}", power(draws)),
        (
            "silence",
            "leak | rare | 90 days first | closed | quiet in a year | in 4 median pauses | in 4 median waits",
            silences(draws),
        ),
    ]
    for name, head, rows in tables:
        if wanted and not any(word in name for word in wanted):
            continue
        print(f"\n{name}\n\n| {head} |\n|{'---|' * (head.count('|') + 1)}", flush=True)
        for row in rows:
            print(row, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400, sys.argv[2:])
