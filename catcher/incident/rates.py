"""Compares two rates of rare events by an interval that allows for clustered events, in plain Python.

If independent events come at rates a and b over spans of s and t days, then, of n events in both, the number in the
second span is binomial with p = bt / (as + bt). So an interval for p gives an interval for the ratio b/a (Przyborowski
and Wilenski, 1940). The interval for p is the mid-P one (Lancaster, 1961; Berry and Armitage, 1995): Clopper and
Pearson's without its surplus, which comes from the steps of the binomial distribution.

Events that come in clusters carry less information than their number says. With the dispersion d, the variance of a
number of events divided by its mean, n events are as good as n/d independent ones. The interval is computed from these
effective numbers, as surveys do (Rao and Scott, 1992; Korn and Graubard, 1998); they needn't be whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, hypot, inf, lgamma, log, log1p

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
    centre: float = 1.0
    """The estimate with half an effective event added to both spans: never 0, never without an end."""

    @property
    def holds_one(self) -> bool:
        return self.low <= 1 <= self.high


def rate_ratio(
    before: float,
    span_before: int,
    after: float,
    span_after: int,
    *,
    dispersion: float = 1.0,
    confidence: float = CONFIDENCE,
) -> Ratio:
    """Rate after / rate before, with its interval; ``before`` and ``after`` count events, spans are days (> 0).

    ``dispersion``: variance / mean of a count of these events, at least 1.
    """
    if span_before <= 0 or span_after <= 0:
        raise ValueError("a span of no days has no rate")
    if dispersion < 1:
        raise ValueError("a dispersion is at least 1: that of independent events")
    first, second = before / dispersion, after / dispersion
    low, high = mid_p(second, first + second, confidence)
    scale = span_before / span_after
    centre = (second + 0.5) / (first + 0.5) * scale
    return Ratio(_odds(low) * scale, after / before * scale if before else None, _odds(high) * scale, centre)


def ratio_of(one: Ratio, other: Ratio) -> Ratio:
    """``one`` divided by ``other``, which is independent of it, with the interval of Zou and Donner (2008).

    Their method keeps the distance of each interval's end from its estimate, so the ends may lie unevenly.
    """
    centre = one.centre / other.centre
    below = hypot(log(one.centre) - _log(one.low), _log(other.high) - log(other.centre))
    above = hypot(_log(one.high) - log(one.centre), log(other.centre) - _log(other.low))
    estimate = one.estimate / other.estimate if one.estimate is not None and other.estimate else None
    return Ratio(centre * exp(-below), estimate, centre * exp(above) if above < inf else inf, centre)


def mid_p(successes: float, trials: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The mid-P interval of a binomial probability; (0, 1) without a trial. The numbers needn't be whole."""
    if not 0 <= successes <= trials:
        raise ValueError("successes are a part of trials")
    if not trials:
        return 0.0, 1.0
    tail = (1 - confidence) / 2

    def beyond(p: float) -> float:
        """The probability of more successes, and of half of exactly so many."""
        return (binomial_tail(successes, trials, p) + binomial_tail(successes + 1, trials, p)) / 2

    low = _bisect(tail, beyond) if successes else 0.0
    high = _bisect(1 - tail, beyond) if successes < trials else 1.0
    return low, high


def binomial_tail(successes: float, trials: float, probability: float) -> float:
    """The probability of ``successes`` or more: the regularised incomplete beta function I_p(k, n - k + 1).

    1 for no successes, 0 for ``trials`` + 1 of them.
    """
    a, b, x = float(successes), float(trials - successes + 1), probability
    if a <= 0.0 or b <= 0.0:
        return float(a <= 0.0)
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


def _log(value: float) -> float:
    return log(value) if value > 0 else -inf


def _odds(probability: float) -> float:
    return inf if probability >= 1.0 else probability / (1.0 - probability)
