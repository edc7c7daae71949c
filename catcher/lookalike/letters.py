"""The ease of reading a label: which letters follow each other in the names that people know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from math import log

_ORDER = 3
"""Letters in a row that the model knows: a letter is predicted from the two before it."""
_TRUST = 3.0
"""Sightings of a pair of letters that weigh as much as the frequency of the single letter."""
_LETTERS = 40
"""Characters that a label may hold, roughly: where nothing has been seen, each is as likely as the others."""


class Letters:
    """A trigram model of labels, smoothed from below (Witten and Bell 1991). Immutable after construction."""

    def __init__(self, labels: Iterable[str] = ()) -> None:
        """``labels``: what is known to be written. Without any, everything reads alike."""
        known = list(labels)
        padded = [_padded(label) for label in known]
        self._seen = Counter(
            text[end - length : end]
            for text in padded
            for end in range(_ORDER, len(text) + 1)
            for length in range(1, _ORDER + 1)
        )
        """Letters in a row, one to ``_ORDER`` of them → sightings."""
        self._before = Counter(
            text[end - length : end - 1]
            for text in padded
            for end in range(_ORDER, len(text) + 1)
            for length in range(1, _ORDER + 1)
        )
        """Letters before another → sightings."""
        self._log = cache(self._log_of)
        self._usual = sum(map(self._mean, known)) / len(known) if known else None
        self.fluency = lru_cache(4096)(self._fluency)

    def _fluency(self, label: str) -> float:
        """How much likelier, as a logarithm for each letter, ``label`` is than a usual one: over 0 for words, far
        under 0 for chance."""
        return 0.0 if self._usual is None or not label else self._mean(label) - self._usual

    def _mean(self, label: str) -> float:
        text = _padded(label)
        return sum(self._log(text[end - _ORDER : end]) for end in range(_ORDER, len(text) + 1)) / len(label)

    def _log_of(self, letters: str) -> float:
        """How likely, as a logarithm, the last of ``_ORDER`` letters follows those before it."""
        likely = 1 / _LETTERS
        for length in range(1, _ORDER + 1):
            seen, before = self._seen[letters[-length:]], self._before[letters[-length:-1]]
            likely = (seen + _TRUST * likely) / (before + _TRUST)
        return log(likely)


def _padded(label: str) -> str:
    return f"{'^' * (_ORDER - 1)}{label}$"
