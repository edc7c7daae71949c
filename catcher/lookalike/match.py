"""Ranks the protected names that a typed name may stand for, and abstains when none of them is likely enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from math import exp, log
from typing import Any

from catcher.lookalike.channel import LONG, Explanation, Term, explain, none_features, vowels, weigh
from catcher.lookalike.index import Index
from catcher.lookalike.letters import Letters
from catcher.lookalike.name import ReadName, Registrable, name_of, names_of
from catcher.lookalike.readings import views
from catcher.lookalike.weights import EDIT_WEIGHTS
from catcher.model.domain import parents
from catcher.model.mail.fingerprint import IntendedCandidate
from catcher.model.value import value

CLAIMED = 0.8
"""Least probability at which a protected name is claimed as the intended one (DESIGN §3)."""


@value
class Match:
    """The result for a typed name: the protected names that it may stand for."""

    typed: str
    candidates: tuple[IntendedCandidate, ...]
    """Likeliest first. ``score`` is the probability, 0..1, that this is the intended name."""
    abstained: bool
    """Whether the first candidate (if any) must not be claimed as the intended name: its score is under CLAIMED."""

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
        *,
        lives: Callable[[str], bool] | None = None,
    ) -> None:
        """``protected``: lower-case A-label names. A mapping adds each name's popularity (above 0): the relative
        likelihood that people write to it. ``letters`` measures how easily names read; without it all names read
        equally easily. ``lives``: whether a top-level domain exists; without it that isn't known of any."""
        popularity = protected if isinstance(protected, Mapping) else {}
        self._registrable = registrable
        self._letters = letters or Letters()
        self._weights = weights
        self._lives = lives
        self._names = [name for text in dict.fromkeys(protected) for name in names_of(text, registrable)]
        self._priors = [log(popularity.get(name.text, 1.0)) for name in self._names]
        self._texts = frozenset(name.text for name in self._names)
        self._index = Index(self._names)
        suffixes: dict[str, set[str]] = {}
        for name in self._names:
            if name.suffix:
                suffixes.setdefault(name.suffix.replace(".", ""), set()).add(name.suffix)
        self._suffixes = {glued: tuple(sorted(names)) for glued, names in suffixes.items()}

    def match(self, typed: str, *, limit: int = 5) -> Match:
        """``typed``: lower-case A-labels. A protected name, or a name below one, stands for itself: no candidates."""
        if any(name in self._texts and self._registrable(name) for name in parents(typed)):
            return Match(typed, (), True)
        found = self.explanations(typed)
        if not found:
            return Match(typed, (), True)
        none = self._weighed(self.none_features(typed))
        scores = {name: [self._weighed(each.features) for each in read] for name, read in found.items()}
        best = max(none, *(max(each) for each in scores.values()))
        shares = {name: sum(exp(score - best) for score in each) for name, each in scores.items()}
        total = sum(shares.values()) + exp(none - best)
        ranked = sorted(shares, key=lambda name: (-shares[name], name))
        candidates = tuple(
            IntendedCandidate(name, round(shares[name] / total, 4), _likeliest(found[name], scores[name]).edit)
            for name in ranked[:limit]
        )
        return Match(typed, candidates, candidates[0].score < CLAIMED)

    def none_features(self, typed: str) -> tuple[Term, ...]:
        """The features of "``typed`` stands for itself"."""
        return tuple(none_features(name_of(typed, self._registrable), self._letters))

    def explanations(self, typed: str) -> dict[str, list[Explanation]]:
        """Each protected name near ``typed`` with its explanations; a name's likelihood is the sum of theirs.

        No weight has an effect here: training sees the explanations that matching weighs.
        """
        tld = typed.rpartition(".")[2]
        lives = self._lives(tld) if self._lives is not None else None
        readings = [
            view
            for name in names_of(typed, self._registrable)
            for view in views(name, self._suffixes, known=self._letters.known, lives=lives)
        ]
        found: dict[str, list[Explanation]] = {}
        for number, view in self._index.near(readings):
            explanation = explain(view, self._names[number])
            if explanation is not None:
                whole = Explanation((*explanation.features, *self._of_name(number)), explanation.edits)
                known = found.setdefault(self._names[number].text, [])
                if whole not in known:
                    known.append(whole)
        return found

    def _of_name(self, number: int) -> Iterator[Term]:
        """The features that make an intended name likelier, however it is mistyped."""
        name: ReadName = self._names[number]
        fluency = self._letters.fluency(name.left)
        yield "vowel", vowels(name.left)
        yield "reads", fluency
        yield "reads.long", fluency * min(len(name.left), LONG) / 5
        yield "prior", self._priors[number]
        if name.left.rpartition(".")[2] in self._letters.known:
            yield "popular", 1.0

    def _weighed(self, features: Iterable[Term]) -> float:
        return weigh(features, self._weights)


def _likeliest(explanations: list[Explanation], scores: list[float]) -> Explanation:
    return explanations[max(range(len(scores)), key=scores.__getitem__)]
