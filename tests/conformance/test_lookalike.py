"""Typed names of the shared data, matched: the measures that are promised, printed (``pytest -s`` shows them).

Figures are per claim and out of sample: each name is matched by weights from the folds that it isn't in, and whatever
is chosen is chosen within those (tests/training/claims.py prints the whole table). What is promised is the mean of five
folds, which the long tests measure; `make test` measures one.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from catcher.directory import Organisations, Suffixes
from catcher.intake import matcher
from catcher.lookalike import Match
from catcher.lookalike.weights import EDIT_WEIGHTS
from tests.support.shared import Amount
from tests.support.typos import Measured, Pair, freemail, freemail_watched, measure, registered, registry
from tests.training.claims import Unseen, cross_validate, part, reliability, strangers_claimed
from tests.training.lookalike import Lesson

FOLD = 1
"""The fold whose figures lie nearest to the means of all five."""


def matched(pairs: list[Pair], watched: Iterable[str]) -> Measured:
    """As ``catcher lookalike match`` does it with these names for a watch-list."""
    match = matcher(Organisations(dict.fromkeys(watched, "Example Organisation")), Suffixes())
    return measure(pairs, {typed: match(typed) for typed in {pair.typed for pair in pairs}})


def test_made_up_names_are_unwound() -> None:
    """The fold has no figure to keep: plain slips, each of which is first, beside other words, none of which is
    claimed."""
    slips, freemails = registry(Amount.FOLD), freemail(Amount.FOLD)
    for measured in (matched(slips, registered(slips)), matched(freemails, freemail_watched(freemails))):
        assert (measured.top1, measured.precision) == (1, 1)
        assert measured.made >= 0.9


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return Lesson(registry(), freemail())


@pytest.fixture(scope="module")
def one_fold(lesson: Lesson) -> Unseen:
    return printed(cross_validate(registry(), freemail(), lesson, [FOLD]))


@pytest.fixture(scope="module")
def unseen(lesson: Lesson) -> Unseen:
    return printed(cross_validate(registry(), freemail(), lesson))


def printed(found: Unseen) -> Unseen:
    print("", *found.folds, sep="\n")
    return found


def test_the_recipe_makes_the_weights_again(lesson: Lesson) -> None:
    """To the last digit: ``python -m tests.training.lookalike`` prints catcher/lookalike/weights.py."""
    assert lesson.train() == EDIT_WEIGHTS


def test_claims_of_one_fold_are_right(one_fold: Unseen) -> None:
    """By the bounds of the five folds' means."""
    assert_claims(one_fold)
    matches = one_fold.freemail
    assert matches
    assert measure(part(freemail(), matches), matches).precision >= 0.98


@pytest.mark.long
def test_claims_of_five_folds_are_right(unseen: Unseen) -> None:
    assert_claims(unseen)


def assert_claims(found: Unseen) -> None:
    """``precision``: of the claims that the labels decide; the rest: of the typed names that have a right answer."""
    for figure, least in (("precision", 0.96), ("made", 0.72), ("top1", 0.88), ("top3", 0.98)):
        print(f"{figure}: mean {found.mean(figure):.4f}, worst fold {found.worst(figure):.4f}")
        assert found.mean(figure) >= least, figure


@pytest.mark.long
def test_a_score_is_a_probability(unseen: Unseen) -> None:
    """Of first candidates with a score around p, a share p is right."""
    for low, mean, right, number in reliability(registry(), unseen.registry):
        print(f"{low:.2f}: mean {mean:.3f}, right {right:.3f} of {number}")
        assert abs(mean - right) <= 0.1


@pytest.mark.long
def test_freemail_typos_are_unwound(unseen: Unseen) -> None:
    measured = measure(freemail(), unseen.freemail)
    print(f"\nfreemail, held out: {measured}")
    assert measured.top1 >= 0.97
    assert measured.precision >= 0.98


def test_popular_names_are_not_claimed() -> None:
    """Labels under com that no weights were trained with, beside the names of .mil, .gov and the mailbox providers."""
    claimed, tried = strangers_claimed(EDIT_WEIGHTS)
    print(f"\npopular names under com: {claimed} of {tried} claimed")
    assert claimed <= 0.01 * tried


def test_no_watched_name_is_taken_for_a_typo() -> None:
    """Names of the list itself, however near others of it are, have no candidates."""
    watched = registered(registry())
    match = matcher(Organisations(dict.fromkeys(watched, "Example Organisation")), Suffixes())
    assert [name for name in watched if match(name) != Match(name, (), True)] == []
