"""The recipe of catcher/lookalike/weights.py: ``python -m tests.training.lookalike [--write] [--quick]``.

A conditional log-linear model. For each typed name the protected names near it, each with the kinds of edits of its
best explanation, and "none of these" stand for choice; the weights maximise the log-probability of what the labels
allow: one of the right answers, or, where every labelled name is wrong, anything else. A Gaussian prior (standard
deviation SPREAD) around START keeps what the data hardly shows (IDN, look-alike pairs, other TLDs) near what reason
says.

Prints the measures by cross-validation in FOLDS folds (not with --quick). A registered name and all that is typed for
it, and whatever else those may mean, stay in one fold: no name that is judged was trained on. A minute of one core;
no randomness.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np

from catcher.directory import Popularity, Suffixes
from catcher.lookalike import Letters, Lookalikes, Match, weights
from catcher.lookalike.channel import Feature
from catcher.lookalike.edits import EDIT_OF_PAIR
from tests.support.typos import Pair, freemail, freemail_watched, measure, registered, registry

FOLDS = 5
STEPS = 120
SPREAD = 1.0
FREEMAIL_COUNTS = 4.0
"""The registry's sample is fifty times as large, and of one country."""
STRANGERS = 0.55
"""How much rarer than in the registry's labelled log a name that stands for itself is among what strays to a lookalike:
found where precision and recall, held out, were both over what is promised."""
FIXED = {"www", "subdomain", "suffix.added", "look.letter", "look.pair", "look.foreign"}
"""What the labels say little about, or judge by another rule than ours (``www`` before a name: no typo there)."""
MOST = -1.0
"""No slip is likelier than this, however the sample was chosen."""

Weights = dict[str, float]


@dataclass(frozen=True)
class Choice:
    """One typed name: the features of the options, the last option being "none", and which options are allowed."""

    options: tuple[tuple[Feature, ...], ...]
    allowed: tuple[bool, ...]
    counts: float


def choices(pairs: Sequence[Pair], lookalikes: Lookalikes, counts: float) -> list[Choice]:
    labels: dict[str, dict[str, bool]] = {}
    for pair in pairs:
        labels.setdefault(pair.typed, {})[pair.meant] = pair.is_typo
    found = []
    for typed, labelled in labels.items():
        explained = lookalikes.explanations(typed)
        true = [labelled.get(name, False) for name, _ in explained]
        is_typo = any(labelled.values())
        allowed = (*true, False) if is_typo else (*(name not in labelled for name, _ in explained), True)
        if any(allowed) and not all(allowed):
            options = (
                *(explanation.features for _, explanation in explained),
                lookalikes.none_features(typed, explained),
            )
            found.append(Choice(options, allowed, counts))
    return found


def fit(data: Sequence[Choice], start: Weights) -> Weights:
    """Gradient ascent with a step of its own for each weight (RPROP)."""
    names = list(start)
    column = {name: number for number, name in enumerate(names)}
    features = np.zeros((sum(len(choice.options) for choice in data), len(names)))
    for row, option in enumerate(option for choice in data for option in choice.options):
        for name, much in option:
            features[row, column[name]] += much
    sizes = [len(choice.options) for choice in data]
    first = np.cumsum([0, *sizes[:-1]])
    owner = np.repeat(np.arange(len(data)), sizes)
    allowed = np.array([each for choice in data for each in choice.allowed], dtype=float)
    counts = np.array([choice.counts for choice in data])[owner]
    toward = np.array([start[name] for name in names])
    now = toward.copy()
    fixed = np.array([name in FIXED for name in names])
    most = np.array([MOST if name in EDIT_OF_PAIR else np.inf for name in names])
    step, before = np.full(len(names), 0.1), np.zeros(len(names))
    for _ in range(STEPS):
        scores = features @ now
        likely = np.exp(scores - np.maximum.reduceat(scores, first)[owner])
        permitted = likely * allowed
        pull = permitted / np.maximum(np.add.reduceat(permitted, first)[owner], 1e-300)
        pull -= likely / np.add.reduceat(likely, first)[owner]
        slope = features.T @ (pull * counts) + (toward - now) / SPREAD**2
        turn = slope * before
        step = np.where(turn > 0, np.minimum(0.5, step * 1.2), np.where(turn < 0, step * 0.5, step))
        now = np.minimum(now + np.where(fixed, 0.0, step * np.sign(slope)), most)
        before = slope
    return dict(zip(names, (float(weight) for weight in now), strict=True))


def train(bd: Sequence[Pair], mail: Sequence[Pair], watched: tuple[dict[str, float], dict[str, float]]) -> Weights:
    """Weights from these pairs, matched against the whole watch-lists."""
    suffixes = Suffixes()
    letters = Letters(Popularity(suffixes.registrable).labels)
    start = weights.START
    data = choices(bd, Lookalikes(watched[0], suffixes.registrable, letters, start), 1.0)
    data += choices(mail, Lookalikes(watched[1], suffixes.registrable, letters, start), FREEMAIL_COUNTS)
    found = fit(data, start)
    return {**found, "none": found["none"] + log(STRANGERS)}


def fold_of(pairs: Sequence[Pair]) -> dict[Pair, int]:
    """Pair → its fold: pairs that share a typed or a registered name, directly or through others, share the fold."""
    above: dict[str, str] = {}

    def root(name: str) -> str:
        while above.setdefault(name, name) != name:
            name = above[name]
        return name

    for pair in pairs:
        above[root(f"typed {pair.typed}")] = root(pair.meant)
    return {pair: zlib.crc32(root(pair.meant).encode()) % FOLDS for pair in pairs}


def cross_validate(bd: list[Pair], mail: list[Pair]) -> None:
    watched = (registered(bd), freemail_watched(mail))
    registrable = Suffixes().registrable
    letters = Letters(Popularity(registrable).labels)
    folds = {**fold_of(bd), **fold_of(mail)}
    matches: tuple[dict[str, Match], dict[str, Match]] = ({}, {})
    for fold in range(FOLDS):
        rest = [[pair for pair in pairs if folds[pair] != fold] for pairs in (bd, mail)]
        found = train(rest[0], rest[1], watched)
        for names, pairs, made in zip(watched, (bd, mail), matches, strict=True):
            lookalikes = Lookalikes(names, registrable, letters, found)
            made.update({pair.typed: lookalikes.match(pair.typed) for pair in pairs if folds[pair] == fold})
    print("registry, held out:", measure(bd, matches[0]))
    print("freemail, held out:", measure(mail, matches[1]))


def main() -> None:
    bd, mail = registry(), freemail()
    if "--quick" not in sys.argv:
        cross_validate(bd, mail)
    found = train(bd, mail, (registered(bd), freemail_watched(mail)))
    lines = "".join(f'    "{kind}": {weight:.2f},\n' for kind, weight in found.items())
    if "--write" in sys.argv:
        file = Path(weights.__file__)
        before, mark, _ = file.read_text(encoding="utf-8").partition("WEIGHTS: dict[str, float] = {\n")
        file.write_text(f'{before}{mark}{lines}}}\n"""The weights that training found."""\n', encoding="utf-8")
    else:
        print(lines)


if __name__ == "__main__":
    main()
