"""Measures how easily a label reads: by the letters that follow each other in known names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from math import log

_ORDER = 3
"""Length of the model's letter sequences: a letter is predicted from the two letters before it."""
_TRUST = 3.0
"""Smoothing: a sequence seen this number of times weighs as much as the estimate from the next shorter sequence."""
_LETTERS = 40
"""Approximate number of characters that a label may hold: without any sighting, all are equally likely."""


class Letters:
    """A trigram model of labels, smoothed from below (Witten and Bell 1991). Immutable after construction."""

    def __init__(self, labels: Iterable[str] = ()) -> None:
        """``labels``: known labels. Without any, all labels read equally easily."""
        known = list(labels)
        self.known = frozenset(known)
        """The labels given."""
        padded = [_padded(label) for label in known]
        self._seen = Counter(
            text[end - length : end]
            for text in padded
            for end in range(_ORDER, len(text) + 1)
            for length in range(1, _ORDER + 1)
        )
        """Sequence of one to ``_ORDER`` letters → number of sightings."""
        self._before = Counter(
            text[end - length : end - 1]
            for text in padded
            for end in range(_ORDER, len(text) + 1)
            for length in range(1, _ORDER + 1)
        )
        """Sequence of letters before another letter → number of sightings."""
        self._log = cache(self._log_of)
        self._usual = sum(map(self._mean, known)) / len(known) if known else None
        self.fluency = lru_cache(4096)(self._fluency)

    def _fluency(self, label: str) -> float:
        """Log-probability per letter of ``label``, relative to a usual label: above 0 for words, far below for random
        letters."""
        return 0.0 if self._usual is None or not label else self._mean(label) - self._usual

    def _mean(self, label: str) -> float:
        text = _padded(label)
        return sum(self._log(text[end - _ORDER : end]) for end in range(_ORDER, len(text) + 1)) / len(label)

    def _log_of(self, letters: str) -> float:
        """Log-probability that the last of ``_ORDER`` letters follows the letters before it."""
        likely = 1 / _LETTERS
        for length in range(1, _ORDER + 1):
            seen, before = self._seen[letters[-length:]], self._before[letters[-length:-1]]
            likely = (seen + _TRUST * likely) / (before + _TRUST)
        return log(likely)


def _padded(label: str) -> str:
    return f"{'^' * (_ORDER - 1)}{label}$"
