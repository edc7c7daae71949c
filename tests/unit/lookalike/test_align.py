"""The likeliest edits between two texts, and what they are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.lookalike.align import BAND, align
from catcher.lookalike.edits import LetterEdit, word
from catcher.lookalike.features import START


@pytest.mark.parametrize(
    ("typed", "intended", "kinds"),
    [
        ("google", "google", []),
        ("gogle", "google", ["omit.double"]),
        ("gooogle", "google", ["insert.double"]),
        ("goigle", "google", ["substitute.key"]),
        ("gaogle", "google", ["substitute.vowel"]),
        ("googke", "google", ["substitute.key"]),
        ("goolge", "google", ["swap"]),
        ("go-ogle", "google", ["insert.hyphen"]),
        ("goo7gle", "google", ["insert.digit"]),
        ("g0ogle", "google", ["look.letter"]),
        ("oogle", "google", ["omit.other"]),
        ("googles", "google", ["insert.plural"]),
        ("rnail", "mail", ["look.pair"]),
        ("fone", "phone", ["sound.pair"]),
        ("a.b", "ab", ["dot.insert"]),
        ("ab", "a.b", ["dot.omit"]),
        ("ab.c", "a.bc", ["dot.move"]),
        ("a-b", "a.b", ["dot.mistake"]),
    ],
)
def test_an_edit_has_its_kind(typed: str, intended: str, kinds: list[str]) -> None:
    assert [kind for kind, _ in align(typed, intended, START) or ()] == kinds


@pytest.mark.parametrize(("typed", "place"), [("oogle", 0), ("goigle", 2), ("goolge", 3), ("googles", 6)])
def test_an_edit_has_its_place_in_what_was_meant(typed: str, place: int) -> None:
    assert [where for _, where in align(typed, "google", START) or ()] == [place]


def test_texts_too_far_apart_have_no_alignment() -> None:
    assert align("a" * (BAND + 2), "a", START) is None


@given(st.text(alphabet="ab.-1", max_size=12), st.text(alphabet="ab.-1", min_size=1, max_size=12))
def test_kinds_are_none_exactly_for_equal_texts(typed: str, intended: str) -> None:
    kinds = align(typed, intended, START)
    assert (kinds == []) == (typed == intended)


def test_edits_of_one_word_keep_it_and_others_are_other() -> None:
    assert word(["omit.vowel", "omit.other"]) is LetterEdit.OMISSION
    assert word(["omit.vowel", "swap"]) is LetterEdit.OTHER


def test_a_lost_dot_under_another_suffix_is_a_dot() -> None:
    assert word(["dot.omit", "suffix.omit"]) is LetterEdit.DOT
    assert word(["swap", "suffix.omit"]) is LetterEdit.OTHER
