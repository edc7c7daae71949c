"""Typed names of the shared data, matched: the measures that are promised, printed (``pytest -s`` shows them)."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from catcher.directory import Organisations, Suffixes
from catcher.intake import matcher
from catcher.lookalike import Match
from tests.support.shared import Amount
from tests.support.typos import Measured, Pair, freemail, freemail_watched, measure, registered, registry


def matched(pairs: list[Pair], watched: Iterable[str]) -> Measured:
    """As ``catcher lookalike match`` does it with these names for a watch-list."""
    match = matcher(Organisations(dict.fromkeys(watched, "Example Organisation")), Suffixes())
    return measure(pairs, {typed: match(typed) for typed in {pair.typed for pair in pairs}})


def test_made_up_names_are_unwound() -> None:
    """The fold has no figure to keep: plain slips, each of which is claimed, beside other words, none of which is."""
    slips, freemails = registry(Amount.FOLD), freemail(Amount.FOLD)
    for measured in (matched(slips, registered(slips)), matched(freemails, freemail_watched(freemails))):
        assert (measured.top1, measured.precision, measured.recall) == (1, 1, 1)


@pytest.fixture(scope="module")
def of_registry() -> Measured:
    pairs = registry()
    measured = matched(pairs, registered(pairs))
    print(f"\nregistry, {len(pairs)} pairs: {measured}")
    return measured


def test_the_registrys_typed_names_are_unwound(of_registry: Measured) -> None:
    """All registered names of the file are the watch-list."""
    assert of_registry.top1 >= 0.92
    assert of_registry.top3 >= 0.98


def test_a_claim_is_right(of_registry: Measured) -> None:
    """Over all labelled pairs: claimed are those that are first and not abstained."""
    assert of_registry.precision >= 0.95
    assert of_registry.recall >= 0.90


def test_freemail_typos_are_unwound() -> None:
    pairs = freemail()
    measured = matched(pairs, freemail_watched(pairs))
    print(f"\nfreemail, {len(pairs)} pairs: {measured}")
    assert measured.top1 >= 0.97


def test_no_watched_name_is_taken_for_a_typo() -> None:
    """Names of the list itself, however near others of it are, have no candidates."""
    watched = registered(registry())
    match = matcher(Organisations(dict.fromkeys(watched, "Example Organisation")), Suffixes())
    assert [name for name in watched if match(name) != Match(name, (), True)] == []
