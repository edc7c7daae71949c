"""Ranks the protected names that a typed name may stand for, and abstains when none of them stands out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import exp, log
from typing import Any

from catcher.lookalike.channel import Explanation, Feature, explain, views, weigh
from catcher.lookalike.index import Index
from catcher.lookalike.letters import Letters
from catcher.lookalike.name import Registrable, name_of
from catcher.lookalike.none import none_features
from catcher.lookalike.weights import EDIT_WEIGHTS
from catcher.model.domain import parents
from catcher.model.mail.fingerprint import IntendedCandidate

LIKELY = 0.5
"""Least probability that one of the protected names was intended: below it, no name is claimed."""
MARGIN = 1.005
"""Least ratio of the best candidate's likelihood to the second's: below it, no name is claimed."""
Explained = list[tuple[str, Explanation]]
"""Protected names, each with its best explanation, likeliest first."""


@dataclass(frozen=True, slots=True)
class Match:
    """The result for a typed name: the protected names that it may stand for."""

    typed: str
    candidates: tuple[IntendedCandidate, ...]
    """Likeliest first. ``score`` is the probability, 0..1, that this is the intended name."""
    abstained: bool
    """Whether the first candidate (if any) must not be claimed as the intended name."""

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
        letters: Letters | None = None,
        weights: Mapping[str, float] = EDIT_WEIGHTS,
    ) -> None:
        """``protected``: lower-case A-label names. A mapping adds each name's popularity (above 0): the relative
        likelihood that people write to it. ``letters`` measures how easily names read; without it all names read
        equally easily."""
        popularity = protected if isinstance(protected, Mapping) else {}
        self._registrable = registrable
        self._letters = letters or Letters()
        self._weights = weights
        self._names = [name_of(text, registrable) for text in dict.fromkeys(protected)]
        self._priors = [log(popularity.get(name.text, 1.0)) for name in self._names]
        self._by_text = {name.text: name for name in self._names}
        self._index = Index(self._names)

    def match(self, typed: str, *, limit: int = 5) -> Match:
        """``typed``: lower-case A-labels. A protected name, or a name below one, stands for itself: no candidates."""
        if any(name in self._by_text and self._registrable(name) for name in parents(typed)):
            return Match(typed, (), True)
        found = self.explanations(typed)
        if not found:
            return Match(typed, (), True)
        none = self.none(typed, found)
        best = max(none, found[0][1].score)
        likely = [exp(explanation.score - best) for _, explanation in found]
        total = sum(likely) + exp(none - best)
        candidates = tuple(
            IntendedCandidate(name, round(p / total, 4), explanation.edit)
            for (name, explanation), p in zip(found[:limit], likely, strict=False)
        )
        close = len(likely) > 1 and likely[0] < MARGIN * likely[1]
        return Match(typed, candidates, close or sum(likely) / total < LIKELY)

    def none(self, typed: str, found: Explained) -> float:
        """The log-probability, on the scale of explanations' scores, that ``typed`` stands for itself."""
        return weigh(self.none_features(typed, found), self._weights)

    def none_features(self, typed: str, found: Explained) -> tuple[Feature, ...]:
        """The terms whose sum is ``none``."""
        meant, best = found[0] if found else (None, None)
        return tuple(
            none_features(
                name_of(typed, self._registrable), self._by_text[meant] if meant else None, best, self._letters
            )
        )

    def explanations(self, typed: str) -> Explained:
        """Each protected name near ``typed`` with its best explanation, likeliest first."""
        best: dict[int, Explanation] = {}
        for number, view in self._index.near(views(name_of(typed, self._registrable))):
            explanation = explain(view, self._names[number])
            if explanation is not None and (number not in best or explanation.score > best[number].score):
                best[number] = explanation
        judged = [(self._names[number].text, self._judged(number, best[number])) for number in best]
        return sorted(judged, key=lambda item: (-item[1].score, item[0]))

    def _judged(self, number: int, explanation: Explanation) -> Explanation:
        reads = ("reads", self._letters.fluency(self._names[number].left))
        features = (*explanation.features, reads)
        return replace(explanation, features=features, score=weigh(features, self._weights) + self._priors[number])
