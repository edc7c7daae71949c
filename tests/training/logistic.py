"""Logistic regression over sets of yes-or-no traits: Newton's method, a Gaussian prior, the standard library alone."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    group: str
    """Sender organisation: no group is split between training and test."""
    traits: frozenset[str]
    genuine: bool
    weight: float = 1.0


@dataclass(frozen=True)
class Model:
    bias: float
    weights: Mapping[str, float]

    def probability(self, traits: Collection[str]) -> float:
        score = self.bias + sum(self.weights.get(trait, 0.0) for trait in traits)
        return 1 / (1 + math.exp(-score))


def fit(examples: Sequence[Example], *, ridge: float, rounds: int = 12) -> Model:
    """The weights of highest posterior; ``ridge`` is the inverse variance of each weight's prior (not the bias')."""
    names = sorted({trait for example in examples for trait in example.traits})
    index = {name: number for number, name in enumerate(names, start=1)}
    # Equal rows are one row: real headers share few patterns.
    rows: dict[tuple[tuple[int, ...], bool], float] = {}
    for example in examples:
        key = (0, *sorted(index[trait] for trait in example.traits)), example.genuine
        rows[key] = rows.get(key, 0.0) + example.weight
    size = len(names) + 1
    beta = [0.0] * size
    for _ in range(rounds):
        gradient = [0.0] + [-ridge * b for b in beta[1:]]
        hessian = [[0.0] * size for _ in range(size)]
        for i in range(1, size):
            hessian[i][i] = ridge
        for (active, genuine), weight in rows.items():
            p = 1 / (1 + math.exp(-sum(beta[i] for i in active)))
            error, curvature = weight * (genuine - p), weight * max(p * (1 - p), 1e-6)
            for i in active:
                gradient[i] += error
                row = hessian[i]
                for j in active:
                    row[j] += curvature
        step = _solved(hessian, gradient)
        beta = [b + s for b, s in zip(beta, step, strict=True)]
        if max(map(abs, step)) < 1e-6:
            break
    return Model(beta[0], dict(zip(names, beta[1:], strict=True)))


def _solved(matrix: list[list[float]], vector: list[float]) -> list[float]:
    """The solution of a positive definite system, by Cholesky's decomposition."""
    size = len(vector)
    lower = [[0.0] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            rest = matrix[i][j] - sum(map(float.__mul__, lower[i][:j], lower[j][:j]))
            lower[i][j] = math.sqrt(rest) if i == j else rest / lower[j][j]
    forward: list[float] = []
    for i in range(size):
        forward.append((vector[i] - sum(lower[i][k] * forward[k] for k in range(i))) / lower[i][i])
    solution = [0.0] * size
    for i in reversed(range(size)):
        solution[i] = (forward[i] - sum(lower[k][i] * solution[k] for k in range(i + 1, size))) / lower[i][i]
    return solution


def auc(genuine: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]) -> float:
    """The chance that a genuine (score, weight) lies above another, ties counting half; O(n log n)."""
    ranked = sorted([(s, 1, w) for s, w in genuine] + [(s, 0, w) for s, w in other])
    wins = below = 0.0
    at = 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        tied = sum(w for _, is_genuine, w in ranked[at:end] if not is_genuine)
        wins += sum(w * (below + tied / 2) for _, is_genuine, w in ranked[at:end] if is_genuine)
        below += tied
        at = end
    return wins / (sum(w for _, w in genuine) * sum(w for _, w in other))
