"""Ranks the protected names that a typed name may have been meant for, and abstains where none stands out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import exp, log
from typing import Any

from catcher.lookalike.channel import Explanation, explain, views
from catcher.lookalike.index import Index
from catcher.lookalike.name import Registrable, name_of
from catcher.lookalike.weights import WEIGHTS
from catcher.model.domain import parents
from catcher.model.fingerprint import Candidate

LIKELY = 0.6
"""Nothing is claimed unless it is so probable that one of the protected names was meant."""
MARGIN = 1.05
"""The best candidate is claimed only if it is so many times as likely as the next: no coin is flipped."""
_LETTERS = 14
"""Longer names don't become less likely to stand for themselves."""


Explained = list[tuple[str, Explanation]]
"""Protected names, each with its best explanation, likeliest first."""


@dataclass(frozen=True, slots=True)
class Match:
    """What a typed name may stand for."""

    typed: str
    candidates: tuple[Candidate, ...]
    """Likeliest first. ``score`` is the probability, 0..1, that this is the name that was meant."""
    abstained: bool
    """Whether the first candidate (if any) must not be taken for the answer."""

    def to_json(self) -> dict[str, Any]:
        return {
            "typed": self.typed,
            "candidates": [candidate.to_json() for candidate in self.candidates],
            "abstained": self.abstained,
        }


class Lookalikes:
    """Protected names, ready to be matched. Immutable after construction."""

    def __init__(
        self,
        protected: Iterable[str] | Mapping[str, float],
        registrable: Registrable,
        weights: Mapping[str, float] = WEIGHTS,
    ) -> None:
        """``protected``: lower-case A-label names, where it is a mapping with how much likelier than others each is
        to be written to (its popularity, over 0)."""
        popularity = protected if isinstance(protected, Mapping) else {}
        self._registrable = registrable
        self._weights = weights
        self._names = [name_of(text, registrable) for text in dict.fromkeys(protected)]
        self._priors = [log(popularity.get(name.text, 1.0)) for name in self._names]
        self._watched = frozenset(name.text for name in self._names)
        self._index = Index(self._names)

    def match(self, typed: str, *, limit: int = 5) -> Match:
        """``typed``: lower-case A-labels. A protected name, or one below it, has no candidates: it is what it is."""
        if any(name in self._watched and self._registrable(name) for name in parents(typed)):
            return Match(typed, (), True)
        found = self.explanations(typed)
        if not found:
            return Match(typed, (), True)
        none = self.none(typed, found)
        best = max(none, found[0][1].score)
        likely = [exp(explanation.score - best) for _, explanation in found]
        total = sum(likely) + exp(none - best)
        candidates = tuple(
            Candidate(name, round(p / total, 4), explanation.edit)
            for (name, explanation), p in zip(found[:limit], likely, strict=False)
        )
        close = len(likely) > 1 and likely[0] < MARGIN * likely[1]
        return Match(typed, candidates, close or sum(likely) / total < LIKELY)

    def none(self, typed: str, found: Explained) -> float:
        """The log-probability, on the scale of explanations' scores, that ``typed`` stands for itself."""
        return sum(self._weights[kind] * times for kind, times in self.none_kinds(typed, found))

    def none_kinds(self, typed: str, found: Explained) -> tuple[tuple[str, float], ...]:
        """What ``none`` is the sum of: kind and how often it counts."""
        letters = len(name_of(typed, self._registrable).left)
        same = any(explanation.edits == ("suffix.dropped",) for _, explanation in found)
        return ("none", 1.0), ("none.letters", float(min(letters, _LETTERS))), ("none.same", float(same))

    def explanations(self, typed: str) -> Explained:
        """Each protected name near ``typed`` with its best explanation, likeliest first."""
        best: dict[int, tuple[float, Explanation]] = {}
        for number, view in self._index.near(views(name_of(typed, self._registrable))):
            explanation = explain(view, self._names[number], self._weights)
            if explanation is None:
                continue
            score = explanation.score + self._priors[number]
            if number not in best or score > best[number][0]:
                best[number] = (score, replace(explanation, score=score))
        ranked = sorted(best.items(), key=lambda item: (-item[1][0], self._names[item[0]].text))
        return [(self._names[number].text, explanation) for number, (_, explanation) in ranked]
