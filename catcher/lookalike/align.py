"""Finds the likeliest edits that turn the intended name into the typed name: a banded, weighted Damerau alignment."""

from __future__ import annotations

from collections.abc import Mapping

from catcher.lookalike.edits import PAIRS, insertion, omission, substitution

BAND = 5
"""Most letters by which the positions in the two names may differ: more insertions in a row are no slip."""


def align(typed: str, intended: str, weights: Mapping[str, float]) -> list[tuple[str, int]] | None:
    """The edits, each as (key of edits.KINDS, its place in ``intended``), from the left.

    ``weights``: kind → log-probability. None when no path stays within the band. Work: O(BAND x length).
    """
    if abs(len(typed) - len(intended)) > BAND:
        return None
    start = _common(typed, intended)
    end = _common(typed[start:][::-1], intended[start:][::-1])
    return _path(typed[start : len(typed) - end], intended[start : len(intended) - end], intended, start, weights)


def _common(one: str, other: str) -> int:
    """The number of characters that both texts share at their beginning."""
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))


_Step = tuple[float, str, int, int, int]
"""Score so far, the edit that leads here, the edit's place in ``intended``, and the previous step (i, j)."""


def _path(t: str, c: str, intended: str, start: int, weights: Mapping[str, float]) -> list[tuple[str, int]]:
    reached: dict[tuple[int, int], _Step] = {(0, 0): (0.0, "", 0, 0, 0)}

    def offer(i: int, j: int, kind: str, place: int, from_i: int, from_j: int) -> None:
        score = reached[from_i, from_j][0] + (weights[kind] if kind else 0.0)
        if (i, j) not in reached or score > reached[i, j][0]:
            reached[i, j] = (score, kind, place, from_i, from_j)

    for i in range(len(t) + 1):
        for j in range(max(0, i - BAND), min(len(c), i + BAND) + 1):
            if (i, j) not in reached:
                continue
            at = start + j
            before = intended[at - 1 : at] if at else ""
            if i < len(t):
                offer(i + 1, j, insertion(t[i], before, intended[at : at + 1]), at, i, j)
            if j < len(c):
                offer(i, j + 1, omission(c[j], before, intended[at + 1 : at + 2]), at, i, j)
            if i < len(t) and j < len(c):
                offer(i + 1, j + 1, "" if t[i] == c[j] else substitution(t[i], c[j]), at, i, j)
                if t[i : i + 2] == c[j : j + 2][::-1] and i + 1 < len(t):
                    offer(i + 2, j + 2, "dot.move" if "." in t[i : i + 2] else "swap", at, i, j)
                for m, n in ((2, 1), (1, 2)):
                    if kind := PAIRS.get((t[i : i + m], c[j : j + n])):
                        offer(i + m, j + n, kind, at, i, j)
    steps = []
    i, j = len(t), len(c)
    while (i, j) != (0, 0):
        _, kind, place, i, j = reached[i, j]
        if kind:
            steps.append((kind, place))
    return steps[::-1]
