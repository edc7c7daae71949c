"""Typed names with what was meant, and what a matcher makes of them."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass

from catcher.directory import Popularity, Suffixes
from catcher.directory.providers import FREEMAIL
from catcher.lookalike import Match
from tests.support.shared import Amount


@dataclass(frozen=True)
class Pair:
    """One row: a typed name and a name that it may be a typo of."""

    typed: str
    meant: str
    is_typo: bool


def registry(amount: Amount = Amount.WHOLE) -> list[Pair]:
    """A TLD registry's log of typed names; the fold is made up."""
    with amount.of("lookalike/bd_registry_typos_dev.csv").open(newline="", encoding="utf-8") as file:
        return [Pair(r["typed"], r["registered"], r["is_typo"] == "1") for r in csv.DictReader(file)]


def freemail(amount: Amount = Amount.WHOLE) -> list[Pair]:
    """Mistyped freemail domains; the fold is made up."""
    with amount.of("lookalike/freemail_typos_dev.csv").open(newline="", encoding="utf-8") as file:
        return [Pair(r["typed"], r["intended"], True) for r in csv.DictReader(file)]


def registered(pairs: Iterable[Pair]) -> dict[str, float]:
    """The registry's watch-list: every registered name of the file, with its popularity."""
    return _weighed({pair.meant for pair in pairs})


def freemail_watched(pairs: Iterable[Pair]) -> dict[str, float]:
    """The freemail watch-list: what the file means, and the usual providers."""
    return _weighed({pair.meant for pair in pairs} | FREEMAIL)


def _weighed(names: set[str]) -> dict[str, float]:
    popularity = Popularity(Suffixes().registrable)
    return {name: popularity.weight(name) for name in sorted(names)}


def right_answers(pairs: Iterable[Pair]) -> dict[str, set[str]]:
    """Typed name → the names that it is a typo of."""
    found: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        if pair.is_typo:
            found[pair.typed].add(pair.meant)
    return found


@dataclass(frozen=True)
class Measured:
    """What was claimed of typed names, each counted once."""

    with_answer: int
    """Typed names that have a right answer by the labels."""
    first: int
    """Of these, those with a right answer first, claimed or not."""
    among_three: int
    answered: int
    """Of these, those for which a name is claimed, right or wrong."""
    right: int
    """Claims whose pair is labelled a typo."""
    wrong: int
    """Claims whose pair is labelled no typo, or whose typed name has another right answer."""
    unlabelled: int
    """Claims about which the labels say nothing."""

    @property
    def top1(self) -> float:
        return self.first / max(1, self.with_answer)

    @property
    def top3(self) -> float:
        return self.among_three / max(1, self.with_answer)

    @property
    def precision(self) -> float:
        """The share of right claims among the decided ones."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def made(self) -> float:
        """The share of the typed names with a right answer for which a name is claimed."""
        return self.answered / max(1, self.with_answer)

    def __add__(self, other: Measured) -> Measured:
        return Measured(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))

    def __str__(self) -> str:
        return (
            f"claims right {self.precision:.4f} ({self.right} of {self.right + self.wrong} decided; {self.unlabelled} "
            f"unlabelled), made for {self.made:.4f}, top-1 {self.top1:.4f}, top-3 {self.top3:.4f} of {self.with_answer}"
        )


def measure(pairs: Sequence[Pair], matches: Mapping[str, Match]) -> Measured:
    """``matches``: typed name → what the matcher makes of it."""
    right = right_answers(pairs)
    labels = {(pair.typed, pair.meant): pair.is_typo for pair in pairs}
    names = sorted({pair.typed for pair in pairs})
    claims = [(name, matches[name].candidates[0].domain) for name in names if not matches[name].abstained]
    decided = [claim for claim in claims if claim in labels or claim[0] in right]
    good = sum(labels.get(claim, False) for claim in decided)
    return Measured(
        with_answer=len(right),
        first=sum(_among(matches[name], answers, 1) for name, answers in right.items()),
        among_three=sum(_among(matches[name], answers, 3) for name, answers in right.items()),
        answered=sum(name in right for name, _ in claims),
        right=good,
        wrong=len(decided) - good,
        unlabelled=len(claims) - len(decided),
    )


def _among(match: Match, right: set[str], first: int) -> bool:
    return any(candidate.domain in right for candidate in match.candidates[:first])
