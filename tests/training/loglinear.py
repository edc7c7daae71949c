"""Fits a conditional log-linear model whose answer may be any of several allowed options (maximum a posteriori)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEPS = 200
"""Most steps; a fit takes about twenty."""
STILL = 1e-3
"""Greatest change of a weight in the last step."""


@dataclass(frozen=True)
class Choice:
    """One decision: its options' features (name, factor), and which of the options are allowed, one at least."""

    options: tuple[tuple[tuple[str, float], ...], ...]
    allowed: tuple[bool, ...]


@dataclass(frozen=True)
class Design:
    """Choices as one matrix: a row an option, a column a feature."""

    features: Floats
    first: NDArray[np.int64]
    """Each choice's first row."""
    owner: NDArray[np.int64]
    """Row → its choice."""
    allowed: Floats

    @classmethod
    def of(cls, choices: Sequence[Choice], names: Sequence[str]) -> Design:
        column = {name: number for number, name in enumerate(names)}
        sizes = [len(choice.options) for choice in choices]
        features = np.zeros((sum(sizes), len(names)))
        for row, option in enumerate(option for choice in choices for option in choice.options):
            for name, factor in option:
                features[row, column[name]] += factor
        first = np.cumsum([0, *sizes[:-1]])
        owner = np.repeat(np.arange(len(choices)), sizes)
        allowed = np.array([each for choice in choices for each in choice.allowed], dtype=float)
        return cls(features, first, owner, allowed)

    def taken(self, choices: NDArray[np.bool_]) -> Design:
        """The part with these choices."""
        rows = choices[self.owner]
        sizes = np.bincount(self.owner)[choices]
        first = np.cumsum([0, *sizes[:-1]])
        return Design(self.features[rows], first, np.repeat(np.arange(len(sizes)), sizes), self.allowed[rows])

    def likely(self, weights: Floats) -> tuple[Floats, Floats, Floats]:
        """(each option's probability, its probability among the allowed ones, each choice's log-probability)."""
        scores = self.features @ weights
        raised = np.exp(scores - np.maximum.reduceat(scores, self.first)[self.owner])
        permitted = raised * self.allowed
        all_, right = np.add.reduceat(raised, self.first), np.maximum(np.add.reduceat(permitted, self.first), 1e-300)
        return raised / all_[self.owner], permitted / right[self.owner], np.log(right / all_)


def fit(design: Design, start: Floats, free: NDArray[np.bool_], spread: float) -> Floats:
    """The weights with the greatest posterior; prior: normal around ``start`` with standard deviation ``spread``.

    Newton's steps on a bound of the posterior that leaves out the curvature of the allowed options: each step goes
    up, after halving where it went too far. Weights that aren't ``free`` stay.
    """
    now = start.copy()
    columns = np.flatnonzero(free)
    features = design.features[:, columns]

    def height(weights: Floats) -> float:
        return float(design.likely(weights)[2].sum() - ((weights - start) ** 2).sum() / (2 * spread**2))

    high = height(now)
    for _ in range(STEPS):
        likely, permitted, _ = design.likely(now)
        slope = features.T @ (permitted - likely) + (start - now)[columns] / spread**2
        means = np.add.reduceat(features * likely[:, None], design.first)
        bend = (features * likely[:, None]).T @ features - means.T @ means + np.eye(len(columns)) / spread**2
        step = np.zeros(len(now))
        step[columns] = np.linalg.solve(bend, slope)
        while (there := height(now + step)) < high and np.abs(step).max() > STILL:
            step /= 2
        now, high = now + step, max(high, there)
        if np.abs(step).max() <= STILL:
            break
    return now
