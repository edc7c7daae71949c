"""The recipe of catcher/lookalike/weights.py: ``python -m tests.training.lookalike [--write] [--quick]``.

A conditional log-linear model. For each typed name the protected names near it, each with the kinds of edits of its
best explanation, and "none of these" stand for choice; the weights maximise the log-probability of what the labels
allow: one of the right answers, or, where every labelled name is wrong, anything else. A Gaussian prior (standard
deviation SPREAD) around START keeps what the data hardly shows (IDN, look-alike pairs, other TLDs) near what reason
says. Alignment depends on the weights, so it is done anew in each of ROUNDS.

Prints the measures by cross-validation in FOLDS folds (not with --quick). A registered name and all that is typed for
it, and whatever else those may mean, stay in one fold: no name that is judged was trained on. Some minutes of one core;
no randomness.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path

from catcher.directory import Suffixes
from catcher.lookalike import Lookalikes, Match, weights
from catcher.lookalike.edits import KINDS
from tests.support.typos import Pair, freemail, freemail_watched, measure, registered, registry

FOLDS = 5
ROUNDS = 2
STEPS = 120
SPREAD = 1.0
FREEMAIL_COUNTS = 4.0
"""The registry's sample is fifty times as large, and of one country."""
FIXED = {"www", "subdomain", "suffix.added", "look.letter", "look.pair", "look.foreign"}
"""What the labels say little about, or judge by another rule than ours (``www`` before a name: no typo there)."""
MOST = -1.0
"""No slip is likelier than this, however the sample was chosen."""

Weights = dict[str, float]


@dataclass(frozen=True)
class Choice:
    """One typed name: the options' kinds of edits, the last option being "none", and which options are allowed."""

    options: tuple[tuple[str, ...], ...]
    none: tuple[tuple[str, float], ...]
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
        if any(labelled.values()):
            allowed = (*true, False)
        else:
            allowed = (*(name not in labelled for name, _ in explained), True)
        if any(allowed) and not all(allowed):
            options = tuple(explanation.kinds for _, explanation in explained)
            found.append(Choice(options, lookalikes.none_kinds(typed, explained), allowed, counts))
    return found


def fit(data: Sequence[Choice], start: Weights, begin: Weights) -> Weights:
    """Gradient ascent with a step of its own for each weight (RPROP)."""
    now = dict(begin)
    step = dict.fromkeys(now, 0.1)
    before = dict.fromkeys(now, 0.0)
    for _ in range(STEPS):
        slope = {kind: (start[kind] - now[kind]) / SPREAD**2 for kind in now}
        for choice in data:
            _add_slope(choice, now, slope)
        for kind in now:
            turn = slope[kind] * before[kind]
            step[kind] = min(0.5, step[kind] * 1.2) if turn > 0 else step[kind] * 0.5 if turn < 0 else step[kind]
            if kind not in FIXED:
                now[kind] += step[kind] * ((slope[kind] > 0) - (slope[kind] < 0))
            if kind in KINDS:
                now[kind] = min(now[kind], MOST)
            before[kind] = slope[kind]
    return now


def _add_slope(choice: Choice, now: Weights, slope: Weights) -> None:
    scores = [sum(now[kind] for kind in kinds) for kinds in choice.options]
    scores.append(sum(now[kind] * times for kind, times in choice.none))
    best = max(scores)
    likely = [exp(score - best) for score in scores]
    total = sum(likely)
    permitted = sum(p for p, allowed in zip(likely, choice.allowed, strict=True) if allowed)
    for number, (p, allowed) in enumerate(zip(likely, choice.allowed, strict=True)):
        pull = choice.counts * ((p / permitted if allowed else 0.0) - p / total)
        if abs(pull) < 1e-6:
            continue
        if number < len(choice.options):
            for kind in choice.options[number]:
                slope[kind] += pull
        else:
            for kind, times in choice.none:
                slope[kind] += pull * times


def train(bd: Sequence[Pair], mail: Sequence[Pair], watched: tuple[dict[str, float], dict[str, float]]) -> Weights:
    """Weights from these pairs, matched against the whole watch-lists."""
    registrable = Suffixes().registrable
    now = dict(weights.START)
    for _ in range(ROUNDS):
        data = choices(bd, Lookalikes(watched[0], registrable, now), 1.0)
        data += choices(mail, Lookalikes(watched[1], registrable, now), FREEMAIL_COUNTS)
        now = fit(data, weights.START, now)
    return now


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
    folds = {**fold_of(bd), **fold_of(mail)}
    matches: tuple[dict[str, Match], dict[str, Match]] = ({}, {})
    for fold in range(FOLDS):
        rest = [[pair for pair in pairs if folds[pair] != fold] for pairs in (bd, mail)]
        found = train(rest[0], rest[1], watched)
        for names, pairs, made in zip(watched, (bd, mail), matches, strict=True):
            lookalikes = Lookalikes(names, registrable, found)
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
        file.write_text(f'{before}{mark}{lines}}}\n"""What the recipe found."""\n', encoding="utf-8")
    else:
        print(lines)


if __name__ == "__main__":
    main()
