"""The ease of reading a label: which letters follow each other in the names that people know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from math import log

_ORDER = 3
"""A letter is foreseen from the two before it."""
_TRUST = 3.0
"""Sightings of a pair of letters that weigh as much as the frequency of the single letter."""
_LETTERS = 40
"""Characters that a label may hold, roughly: where nothing has been seen, each is as likely as the others."""


class Letters:
    """A trigram model of labels, smoothed from below (Witten and Bell 1991). Immutable after construction."""

    def __init__(self, labels: Iterable[str] = ()) -> None:
        """``labels``: what is known to be written. Without any, everything reads alike."""
        self._seen: Counter[str] = Counter()
        self._before: Counter[str] = Counter()
        known = list(labels)
        for label in known:
            text = _padded(label)
            for place in range(_ORDER - 1, len(text)):
                for length in range(1, _ORDER + 1):
                    begin = place - length + 1
                    self._seen[text[begin : place + 1]] += 1
                    self._before[text[begin:place]] += 1
        self._usual = sum(map(self._mean, known)) / len(known) if known else None
        self.fluency = lru_cache(4096)(self._fluency)

    def _fluency(self, label: str) -> float:
        """How much likelier, as a logarithm for each letter, ``label`` is than a usual one: over 0 for words, far
        under 0 for chance."""
        return 0.0 if self._usual is None or not label else self._mean(label) - self._usual

    def _mean(self, label: str) -> float:
        text = _padded(label)
        return sum(self._log(text, place) for place in range(_ORDER - 1, len(text))) / len(label)

    def _log(self, text: str, place: int) -> float:
        likely = 1 / _LETTERS
        for length in range(1, _ORDER + 1):
            begin = place - length + 1
            seen, before = self._seen[text[begin : place + 1]], self._before[text[begin:place]]
            likely = (seen + _TRUST * likely) / (before + _TRUST)
        return log(likely)


def _padded(label: str) -> str:
    return f"{'^' * (_ORDER - 1)}{label}$"
