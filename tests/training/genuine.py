"""Trains and evaluates the weights of ``genuine``: ``python -m tests.training.genuine [--write]``.

Trained on the ham and spam of the shared data (2002) and, at half weight, letters of today made by tests.persons, so
that shapes younger than the corpus don't count as strange. No sender organisation weighs more than ORGANISATION mails.
Evaluated on mails of organisations that the model wasn't trained with.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from tests.persons import letters
from tests.training.corpus import example, examples
from tests.training.logistic import Example, Model, auc, fit

RIDGE = 4.0
ORGANISATION = 15.0
LETTERS, LETTER_WEIGHT = 600, 0.5
FOLDS = 8

WEIGHTS_FILE = Path(__file__).parents[2] / "catcher" / "fingerprint" / "nature" / "weights.py"


def training_set() -> tuple[list[Example], list[Example]]:
    """(mails of the corpus, letters of today), weighed."""
    corpus = examples()
    persons = [
        replace(example(letter.octets, genuine=True), weight=LETTER_WEIGHT) for letter in letters(LETTERS, sign=False)
    ]
    sizes = Counter(each.group for each in corpus + persons)

    def weighed(each: Example) -> Example:
        return replace(each, weight=each.weight * min(1.0, ORGANISATION / sizes[each.group]))

    return list(map(weighed, corpus)), list(map(weighed, persons))


def train(mails: Sequence[Example]) -> Model:
    """The model, its weights rounded as they are committed."""
    model = fit(mails, ridge=RIDGE)
    return Model(round(model.bias, 2), {name: round(weight, 2) for name, weight in model.weights.items()})


@dataclass(frozen=True)
class Judged:
    probability: float
    genuine: bool
    group: str


def judge_unseen(mails: Sequence[Example], more: Sequence[Example]) -> list[Judged]:
    """Each of ``mails`` by a model that saw nothing of its sender organisation; ``more`` are trained with only."""
    groups = sorted({each.group for each in mails})
    Random(1).shuffle(groups)
    fold = {group: number % FOLDS for number, group in enumerate(groups)}
    found = []
    for number in range(FOLDS):
        held_out = {group for group in groups if fold[group] == number}
        model = train([each for each in [*mails, *more] if each.group not in held_out])
        found += [
            Judged(model.probability(each.traits), each.genuine, each.group) for each in mails if each.group in held_out
        ]
    return found


def area(judged: Sequence[Judged], *, by_organisation: bool = False) -> float:
    """AUC; ``by_organisation`` lets each organisation weigh the same, however many mails it sent."""
    sizes = Counter((each.group, each.genuine) for each in judged)

    def scores(genuine: bool) -> list[tuple[float, float]]:
        return [
            (each.probability, 1 / sizes[each.group, genuine] if by_organisation else 1.0)
            for each in judged
            if each.genuine is genuine
        ]

    return auc(scores(True), scores(False))


def reliability(judged: Sequence[Judged], bins: int = 10) -> list[tuple[float, float, float, int]]:
    """(lower bound, mean of what was said, share of genuine, organisations); each organisation weighs the same."""
    sizes = Counter(each.group for each in judged)
    rows = []
    for number in range(bins):
        inside = [each for each in judged if min(int(each.probability * bins), bins - 1) == number]
        total = sum(1 / sizes[each.group] for each in inside)
        if inside:
            said = sum(each.probability / sizes[each.group] for each in inside) / total
            was = sum(each.genuine / sizes[each.group] for each in inside) / total
            rows.append((number / bins, said, was, len({each.group for each in inside})))
    return rows


def calibration_error(judged: Sequence[Judged]) -> float:
    """Expected calibration error over ten bins, each organisation weighing the same."""
    sizes = Counter(each.group for each in judged)
    error = 0.0
    for number in range(10):
        inside = [each for each in judged if min(int(each.probability * 10), 9) == number]
        error += abs(sum((each.probability - each.genuine) / sizes[each.group] for each in inside))
    return error / len(sizes)


def rendered(model: Model, corpus: int, persons: int) -> str:
    """The text of WEIGHTS_FILE."""
    lines = "".join(f'    "{name}": {weight},\n' for name, weight in sorted(model.weights.items()) if weight)
    return (
        '"""Weights of the model behind ``genuine``: log-odds by trait. Written by ``python -m tests.training.genuine '
        "--write``.\n\n"
        f"Learnt from {corpus} mails of 2002 (SpamAssassin's public corpus, ham and spam) and {persons} letters of\n"
        "today's shapes made by tests/persons; what receivers and list servers had added was taken away first.\n"
        '"""\n\n'
        "from __future__ import annotations\n\n"
        f"BIAS = {model.bias}\n"
        '"""Log-odds of a mail without any trait; about as many genuine mails as not are presumed."""\n\n'
        f"TRAIT_WEIGHTS = {{\n{lines}}}\n"
    )


def main() -> None:
    corpus, persons = training_set()
    judged = judge_unseen(corpus, persons)
    counts = Counter(each.genuine for each in judged)
    groups = len({each.group for each in judged})
    print(f"{counts[True]} ham, {counts[False]} spam, {groups} sender organisations, {FOLDS} folds by organisation")
    print(f"AUC {area(judged):.3f}; each organisation weighing the same {area(judged, by_organisation=True):.3f}")
    print(f"calibration error {calibration_error(judged):.3f}")
    print("said   was    organisations")
    for _, said, was, count in reliability(judged):
        print(f"{said:.2f}   {was:.2f}   {count}")
    unseen = judge_unseen(persons, corpus)
    print(f"letters of today: {sum(each.probability > 0.5 for each in unseen) / len(unseen):.3f} above 0.5")
    if "--write" in sys.argv[1:]:
        WEIGHTS_FILE.write_text(rendered(train([*corpus, *persons]), len(corpus), len(persons)), encoding="utf-8")
        print(f"written: {WEIGHTS_FILE.relative_to(Path.cwd())}")


if __name__ == "__main__":
    main()
