"""The recipe of catcher/lookalike/weights.py: ``python -m tests.training.lookalike [--write]``.

A conditional log-linear model. For each typed name, the explanations of all protected names near it and "none of
these" are the options. The weights maximise the log-probability of the options that the labels allow: each explanation
of a right answer, or, where every labelled name is wrong, everything else. A normal prior around the weights of
features.py keeps those near them of which the data holds little. Nothing is random; sums are exact to more digits than
are written.

Data: the registry's log, the freemail typos (both of ../shared, for measures and weights alone) and the names that
stand for themselves (strangers.py). The width of the prior is chosen on a fold of names that is held out.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from catcher.directory import Popularity, Suffixes
from catcher.lookalike import Letters, Lookalikes, weights
from catcher.lookalike.channel import Explanation
from catcher.lookalike.features import FEATURES
from catcher.lookalike.readings import GLUED
from tests.support.shared import Amount
from tests.support.typos import Pair, freemail, freemail_watched, registered, registry
from tests.training.loglinear import Choice, Design, fit
from tests.training.strangers import strangers

FOLDS = 5
SPREADS = (0.5, 1.0, 2.0, 4.0)
"""The standard deviations of the prior among which a held-out fold chooses."""

NAMES = [feature.name for feature in FEATURES]
FREE = np.array([not feature.fixed for feature in FEATURES])
STARTS = np.array([feature.start for feature in FEATURES])

Weights = dict[str, float]


class Lesson:
    """All choices that weights are trained with, each with its fold."""

    def __init__(self, bd: Sequence[Pair], mail: Sequence[Pair], amount: Amount = Amount.WHOLE) -> None:
        choices: list[Choice] = []
        folds: list[int] = []
        for pairs, watched in ((bd, registered(bd)), (mail, freemail_watched(mail))):
            fold = fold_of(pairs)
            lookalikes = known_to(watched)
            for typed, choice in labelled_choices(pairs, lookalikes):
                choices.append(choice)
                folds.append(fold[typed])
        for each in strangers(amount):
            for typed, choice in strange_choices(each.typed, known_to(dict.fromkeys(each.protected, 1.0))):
                choices.append(choice)
                folds.append(_fold(typed))
        self.design = Design.of(choices, NAMES)
        self.folds = np.array(folds)

    def train(self, without: int | None = None) -> Weights:
        """Weights from all choices but those of the fold ``without``.

        The prior's width is chosen in the other folds: the one whose weights, from all of these but one, are best for
        that one.
        """
        held = 0 if without is None else (without + 1) % FOLDS
        spread = max(SPREADS, key=lambda spread: self._unseen(spread, held, without))
        found = self._fitted(spread, [without] if without is not None else [])
        return {name: round(float(weight), 2) for name, weight in zip(NAMES, found, strict=True)}

    def _unseen(self, spread: float, fold: int, without: int | None) -> float:
        """The log-probability of ``fold`` by weights from the others, except for ``without``."""
        found = self._fitted(spread, [fold] if without is None else [fold, without])
        return float(self.design.taken(self.folds == fold).likely(found)[2].sum())

    def _fitted(self, spread: float, without: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return fit(self.design.taken(~np.isin(self.folds, without)), STARTS, FREE, spread)


def known_to(watched: dict[str, float], found: Weights | None = None) -> Lookalikes:
    """The matcher for ``watched``, as ``catcher lookalike match`` makes it, with these weights."""
    suffixes = Suffixes()
    letters = Letters(Popularity(suffixes.registrable).labels)
    return Lookalikes(
        watched, suffixes.registrable, letters, weights.EDIT_WEIGHTS if found is None else found, lives=suffixes.is_tld
    )


def labelled_choices(pairs: Sequence[Pair], lookalikes: Lookalikes) -> Iterator[tuple[str, Choice]]:
    """(typed name, its choice), for each typed name whose labels decide something."""
    labels: dict[str, dict[str, bool]] = {}
    for pair in pairs:
        labels.setdefault(pair.typed, {})[pair.meant] = pair.is_typo
    for typed, labelled in labels.items():
        explained = [(name, each) for name, read in lookalikes.explanations(typed).items() for each in read]
        if any(labelled.values()):
            allowed = (*(labelled.get(name, False) for name, _ in explained), False)
        else:
            allowed = (*(name not in labelled for name, _ in explained), True)
        if any(allowed) and not all(allowed) and not any(_by_another_rule(labelled, *each) for each in explained):
            options = (*(each.features for _, each in explained), lookalikes.none_features(typed))
            yield typed, Choice(options, allowed)


def _by_another_rule(labelled: Mapping[str, bool], name: str, explanation: Explanation) -> bool:
    """Whether the labels call a name with a host's label before it no typo (wwwbank, mailbank): their rule
    looks at the letters alone, and catcher wants to know whom the mail was meant for."""
    return not labelled.get(name, True) and not GLUED.isdisjoint(dict(explanation.features))


def strange_choices(typed_names: Iterable[str], lookalikes: Lookalikes) -> Iterator[tuple[str, Choice]]:
    """(typed name, its choice): none of the protected names near it is meant."""
    for typed in typed_names:
        found = lookalikes.explanations(typed).items()
        near = tuple(each.features for name, read in found if name != typed for each in read)
        if near:
            yield typed, Choice((*near, lookalikes.none_features(typed)), (*(False for _ in near), True))


def fold_of(pairs: Sequence[Pair]) -> dict[str, int]:
    """Typed name → its fold. A registered name and all that is typed for it, and what else that may mean, share one."""
    above: dict[str, str] = {}

    def root(name: str) -> str:
        while above.setdefault(name, name) != name:
            name = above[name]
        return name

    for pair in pairs:
        above[root(f"typed {pair.typed}")] = root(pair.meant)
    return {pair.typed: _fold(root(pair.meant)) for pair in pairs}


def _fold(name: str) -> int:
    return zlib.crc32(name.encode()) % FOLDS


def rendered(found: Weights) -> str:
    """The text of catcher/lookalike/weights.py."""
    lines = "".join(f'    "{name}": {weight:.2f},\n' for name, weight in found.items())
    return (
        '"""The trained weight of each feature (features.py). Written by ``python -m tests.training.lookalike '
        '--write``."""\n\nfrom __future__ import annotations\n\n'
        f"EDIT_WEIGHTS: dict[str, float] = {{\n{lines}}}\n"
    )


def main() -> None:
    text = rendered(Lesson(registry(), freemail()).train())
    if "--write" in sys.argv:
        Path(weights.__file__).write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
