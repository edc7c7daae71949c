"""Typed names with what was meant, and what a matcher makes of them."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

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
    """How good the matches are, each 0..1."""

    top1: float
    """Of the true pairs, those with a right answer first."""
    top3: float
    precision: float
    """Of the labelled pairs that are claimed (not abstained, this name first), those that are true."""
    recall: float
    """Of the true pairs, those that are claimed."""
    answered: float
    """Of the true pairs, those whose typed name is claimed to mean one of its right answers."""

    def __str__(self) -> str:
        return (
            f"top-1 {self.top1:.4f}, top-3 {self.top3:.4f}, precision {self.precision:.4f}, recall {self.recall:.4f} "
            f"({self.answered:.4f} where a name with two right answers counts for either)"
        )


def measure(pairs: Sequence[Pair], matches: Mapping[str, Match]) -> Measured:
    """``matches``: typed name → what the matcher makes of it."""
    right = right_answers(pairs)
    true = [pair for pair in pairs if pair.is_typo]
    claimed = [pair for pair in pairs if _claims(matches[pair.typed], pair.meant)]
    return Measured(
        sum(_among(matches[pair.typed], right[pair.typed], 1) for pair in true) / len(true),
        sum(_among(matches[pair.typed], right[pair.typed], 3) for pair in true) / len(true),
        sum(pair.is_typo for pair in claimed) / max(1, len(claimed)),
        sum(pair.is_typo for pair in claimed) / len(true),
        sum(not matches[p.typed].abstained and _among(matches[p.typed], right[p.typed], 1) for p in true) / len(true),
    )


def _among(match: Match, right: set[str], first: int) -> bool:
    return any(candidate.domain in right for candidate in match.candidates[:first])


def _claims(match: Match, meant: str) -> bool:
    return not match.abstained and match.candidates[0].domain == meant
