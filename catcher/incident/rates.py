"""Compares two rates of rare events by an exact interval, in plain Python.

If events come at rates a and b over spans of s and t days, then, of n events in both, the number in the second span is
binomial with p = bt / (as + bt). So the interval of Clopper and Pearson (1934) for p gives an interval for the ratio
b/a (Przyborowski and Wilenski, 1940). The interval is exact: it covers at least 95 % for any number of events.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, inf, lgamma, log, log1p

CONFIDENCE = 0.95

_HALVINGS = 60
"""Steps of a bisection. A float has fewer bits, so the interval's ends are as exact as a float can be."""
_TINY = 1e-300
"""Stands for a zero denominator in Lentz's method."""
_STEPS = 500
"""Most terms of the continued fraction; it converges in about the square root of the number of trials."""


@dataclass(frozen=True, slots=True)
class Ratio:
    low: float
    estimate: float | None
    """None when the first span has no events."""
    high: float
    """``inf`` when the first span has no events."""


def rate_ratio(before: int, span_before: int, after: int, span_after: int, confidence: float = CONFIDENCE) -> Ratio:
    """Rate after / rate before, with its interval; ``before`` and ``after`` count events, spans are days (> 0)."""
    if span_before <= 0 or span_after <= 0:
        raise ValueError("a span of no days has no rate")
    low, high = clopper_pearson(after, before + after, confidence)
    scale = span_before / span_after
    return Ratio(_odds(low) * scale, after / before * scale if before else None, _odds(high) * scale)


def clopper_pearson(successes: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact interval of a binomial probability; (0, 1) without a trial."""
    if not 0 <= successes <= trials:
        raise ValueError("successes are a part of trials")
    tail = (1 - confidence) / 2
    low = _bisect(tail, lambda p: binomial_tail(successes, trials, p)) if successes else 0.0
    high = _bisect(1 - tail, lambda p: binomial_tail(successes + 1, trials, p)) if successes < trials else 1.0
    return low, high


def binomial_tail(successes: int, trials: int, probability: float) -> float:
    """The probability of ``successes`` or more (0 < successes <= trials): the regularised incomplete beta function
    I_p(k, n - k + 1).
    """
    a, b, x = float(successes), float(trials - successes + 1), probability
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1.0 - front * _fraction(b, a, 1.0 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method."""
    c, d = 1.0, 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    value = d
    for step in range(1, _STEPS):
        for numerator in (
            step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step)),
            -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1)),
        ):
            d = 1.0 / _away_from_zero(1.0 + numerator * d)
            c = _away_from_zero(1.0 + numerator / c)
            value *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _bisect(wanted: float, rising: Callable[[float], float]) -> float:
    """The p between 0 and 1 at which ``rising`` has the value ``wanted``, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if rising(middle) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _odds(probability: float) -> float:
    return inf if probability >= 1.0 else probability / (1.0 - probability)
