"""What a claim is worth on names that the weights never saw: ``python -m tests.training.claims``.

Five folds by the registered name. For each fold the weights come from the other four, and the width of the prior,
the one constant that is chosen, is chosen within these four (tests/training/lookalike.py). The matcher has all
registered names for a watch-list. Printed: each fold, mean and worst; how often a score is right (reliability); claims
for popular names under com that no weights were trained with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from catcher.directory.providers import FREEMAIL
from catcher.lookalike import Match
from tests.support.shared import Amount
from tests.support.typos import Measured, Pair, freemail, freemail_watched, measure, registered, registry, right_answers
from tests.training.lookalike import FOLDS, Lesson, Weights, fold_of, known_to
from tests.training.strangers import directory, popular_names

BINS = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
"""Bounds of the reliability table."""


def judge_unseen(pairs: Sequence[Pair], watched: Mapping[str, float], fold: int, found: Weights) -> dict[str, Match]:
    """Typed name of ``fold`` → its match."""
    lookalikes = known_to(dict(watched), found)
    return {typed: lookalikes.match(typed) for typed, own in fold_of(pairs).items() if own == fold}


def part(pairs: Iterable[Pair], typed: Mapping[str, Match]) -> list[Pair]:
    """The pairs of these typed names."""
    return [pair for pair in pairs if pair.typed in typed]


def reliability(pairs: Sequence[Pair], matches: Mapping[str, Match]) -> Iterator[tuple[float, float, float, int]]:
    """(lower bound, mean score, share of right ones, number): first candidates whose pair is decided by the labels."""
    right = right_answers(pairs)
    labels = {(pair.typed, pair.meant): pair.is_typo for pair in pairs}
    judged = [
        (match.candidates[0].score, labels.get((typed, match.candidates[0].domain), False))
        for typed, match in matches.items()
        if match.candidates and ((typed, match.candidates[0].domain) in labels or typed in right)
    ]
    for low, high in pairwise(BINS):
        inside = [(score, good) for score, good in judged if low <= score < high or score == high == 1.0]
        if inside:
            mean = sum(score for score, _ in inside) / len(inside)
            yield low, mean, sum(good for _, good in inside) / len(inside), len(inside)


def strangers_claimed(found: Weights) -> tuple[int, int]:
    """(popular labels under com for which a name is claimed, those tried): none of them was trained with."""
    mil, gov = directory("dotmil-domains.csv", Amount.WHOLE), directory("dotgov-current-full.csv", Amount.WHOLE)
    lookalikes = known_to(dict.fromkeys((*mil, *gov, *sorted(FREEMAIL)), 1.0), found)
    names = list(popular_names(trained=False))
    return sum(not lookalikes.match(name).abstained for name in names), len(names)


@dataclass(frozen=True)
class Unseen:
    """Both files, each name matched by weights that never saw it."""

    registry: dict[str, Match]
    freemail: dict[str, Match]
    folds: tuple[Measured, ...]
    """The registry's file, fold by fold."""

    def mean(self, figure: str) -> float:
        """The mean over the folds of ``precision``, ``made``, ``top1`` or ``top3``."""
        return sum(getattr(fold, figure) for fold in self.folds) / len(self.folds)

    def worst(self, figure: str) -> float:
        return float(min(getattr(fold, figure) for fold in self.folds))


def cross_validate(
    bd: Sequence[Pair], mail: Sequence[Pair], lesson: Lesson, folds: Iterable[int] = range(FOLDS)
) -> Unseen:
    """Every name of ``folds`` in both files, matched by weights from the folds that it isn't in."""
    measured: list[Measured] = []
    seen: tuple[dict[str, Match], dict[str, Match]] = ({}, {})
    for fold in folds:
        found = lesson.train(without=fold)
        matches = judge_unseen(bd, registered(bd), fold, found)
        measured.append(measure(part(bd, matches), matches))
        seen[0].update(matches)
        seen[1].update(judge_unseen(mail, freemail_watched(mail), fold, found))
    return Unseen(*seen, tuple(measured))


def main() -> None:
    bd, mail = registry(), freemail()
    lesson = Lesson(bd, mail)
    unseen = cross_validate(bd, mail, lesson)
    for number, measured in enumerate(unseen.folds):
        print(f"fold {number}: {measured}")
    for figure in ("precision", "made", "top1", "top3"):
        print(f"{figure}: mean {unseen.mean(figure):.4f}, worst fold {unseen.worst(figure):.4f}")
    print("registry, held out:", measure(bd, unseen.registry))
    print("freemail, held out:", measure(mail, unseen.freemail))
    print("score   mean    right   names")
    for low, mean, good, number in reliability(bd, unseen.registry):
        print(f"{low:.2f}    {mean:.3f}   {good:.3f}   {number}")
    claimed, tried = strangers_claimed(lesson.train())
    print(f"popular names under com, not trained with: {claimed} of {tried} claimed")


if __name__ == "__main__":
    main()
