"""Typed names are unwound to the protected names they were meant for, or to none."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.lookalike import CLAIMED, Lookalikes
from catcher.model.domain import DomainError, to_alabel
from tests.support.lookalikes import registrable

WATCHED = (
    "army.mil",
    "us.army.mil",
    "navy.mil",
    "contractor.example",
    "ministry.co.example",
    "xn--bcher-kva.example",
    "suedhafen.example",
)
LOOKALIKES = Lookalikes(WATCHED, registrable)


@pytest.mark.parametrize(
    ("typed", "meant", "edit"),
    [
        ("army.ml", "army.mil", "tld"),
        ("navy.ml", "navy.mil", "tld"),
        ("navy.mli", "navy.mil", "tld"),
        ("contractor.example.example", "contractor.example", "tld"),
        ("us.army.ml", "us.army.mil", "tld"),
        ("mail.navy.ml", "navy.mil", "tld"),
        ("a.b.c.d.e.f.navy.ml", "navy.mil", "tld"),
        ("armymil", "army.mil", "dot"),
        ("armym.il", "army.mil", "dot"),
        ("arm.y.mil", "army.mil", "dot"),
        ("wwwarmy.mil", "army.mil", "dot"),
        ("usarmy.mil", "us.army.mil", "dot"),
        ("amry.mil", "army.mil", "transposition"),
        ("contracter.example", "contractor.example", "substitution"),
        ("contractpr.example", "contractor.example", "substitution"),
        ("contrractor.example", "contractor.example", "insertion"),
        ("contractors.example", "contractor.example", "insertion"),
        ("contracor.example", "contractor.example", "omission"),
        ("c0ntractor.example", "contractor.example", "homoglyph"),
        ("arrny.mil", "army.mil", "homoglyph"),
        ("bucher.example", "xn--bcher-kva.example", "homoglyph"),
        ("buecher.example", "xn--bcher-kva.example", "substitution"),
        ("xn--sdhafen-n2a.example", "suedhafen.example", "substitution"),
        ("contarctor.exampel", "contractor.example", "other"),
    ],
)
def test_a_slip_is_unwound_and_named(typed: str, meant: str, edit: str) -> None:
    match = LOOKALIKES.match(typed)
    assert not match.abstained
    assert (match.candidates[0].domain, match.candidates[0].edit) == (meant, edit)


def test_a_claim_needs_a_score_of_four_in_five() -> None:
    """The score is the probability that this name was meant; a lower one is listed and not claimed."""
    typed = ["army.ml", "amry.ml", "contractor.test", "nav.ml", "us.navy.mi", "rnarmy.ml", "contactor.exmple"]
    found = [LOOKALIKES.match(name) for name in typed]
    assert [match.abstained for match in found] == [match.candidates[0].score < CLAIMED for match in found]
    assert {match.abstained for match in found} == {True, False}
    assert CLAIMED == 0.8


@pytest.mark.parametrize("typed", ["\u0430rmy.mil", "\u00e0rmy.mil", "arm\u0443.mil", "army.m\u0456l"])
def test_a_homoglyph_is_read_as_what_it_looks_like(typed: str) -> None:
    """Cyrillic letters and accents, in A-labels; what comes out is A-labels, too."""
    match = LOOKALIKES.match(to_alabel(typed))
    assert not match.abstained
    assert match.candidates[0].domain == "army.mil"
    assert match.typed.isascii()


@pytest.mark.parametrize("typed", [*WATCHED, "x.army.mil", "www.contractor.example"])
def test_a_protected_name_and_what_is_below_it_have_no_candidates(typed: str) -> None:
    match = LOOKALIKES.match(typed)
    assert match.abstained
    assert match.candidates == ()


@pytest.mark.parametrize("typed", ["unrelated.example", "mil", "example", "x.test", "", "1.2"])
def test_what_is_near_to_nothing_is_meant_for_nobody(typed: str) -> None:
    assert LOOKALIKES.match(typed).abstained


def test_the_order_of_the_protected_names_has_no_effect() -> None:
    names = [f"{a}{b}b.example" for a in "abcdefgh" for b in "abcdefgh"]
    forth, back = Lookalikes(names, registrable), Lookalikes(names[::-1], registrable)
    assert [forth.match(typed) for typed in ("ab.example", "xb.test")] == [
        back.match(typed) for typed in ("ab.example", "xb.test")
    ]


def test_the_hash_seed_has_no_effect() -> None:
    """Of 64 names as near, 24 are weighed: always the same ones."""
    asked = (
        "from catcher.lookalike import Lookalikes\n"
        "names = [f'{a}{b}b.example' for a in 'abcdefgh' for b in 'abcdefgh']\n"
        "found = Lookalikes(names, lambda name: '.'.join(name.split('.')[-2:]))\n"
        "print([found.match(typed) for typed in ('ab.example', 'xb.test', 'aqb.test')])\n"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", asked], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1", "2", "3")
    }
    assert len(answers) == 1
    assert b"aab.example" in answers.pop()


def test_no_coin_is_flipped_between_two_names_as_near() -> None:
    match = Lookalikes(("hsbx.example", "msbx.example"), registrable).match("3sbx.example")
    assert match.abstained
    assert {candidate.domain for candidate in match.candidates} == {"hsbx.example", "msbx.example"}


def test_the_same_name_a_level_higher_is_listed_but_not_claimed() -> None:
    """Under a country's own suffix it is as often another site of its owner."""
    match = LOOKALIKES.match("ministry.example")
    assert match.abstained
    assert (match.candidates[0].domain, match.candidates[0].edit) == ("ministry.co.example", "tld")


def test_popularity_decides_between_two_names_as_near() -> None:
    match = Lookalikes({"hsbx.example": 5.0, "msbx.example": 1.0}, registrable).match("3sbx.example")
    assert not match.abstained
    assert match.candidates[0].domain == "hsbx.example"


def test_a_name_far_from_all_is_listed_but_not_claimed() -> None:
    """Three letters more are rather another name than a slip."""
    match = LOOKALIKES.match("rnarmy.ml")
    assert match.abstained
    assert match.candidates[0].domain == "army.mil"


def test_scores_are_probabilities_in_falling_order() -> None:
    names = [f"{letter}group.example" for letter in "bcdfghjklm"]
    scores = [candidate.score for candidate in Lookalikes(names, registrable).match("xgroup.example").candidates]
    assert len(scores) == 5
    assert scores == sorted(scores, reverse=True)
    assert 0 < sum(scores) <= 1


def test_the_limit_is_kept() -> None:
    names = [f"{letter}group.example" for letter in "bcdfghjklm"]
    assert len(Lookalikes(names, registrable).match("xgroup.example", limit=2).candidates) == 2


def test_without_protected_names_nothing_is_known() -> None:
    assert Lookalikes((), registrable).match("army.ml").abstained


def test_json_is_the_outer_surface() -> None:
    found = LOOKALIKES.match("army.ml").to_json()
    assert found.keys() == {"typed", "candidates", "abstained"}
    assert found["candidates"][0].keys() == {"domain", "score", "edit"}


@given(st.text(alphabet="abrmyil.-0xn", max_size=253) | st.text(max_size=80))
def test_any_text_has_an_answer(text: str) -> None:
    """Whatever comes in: no error, only protected names in A-labels out."""
    match = LOOKALIKES.match(text)
    assert {candidate.domain for candidate in match.candidates} <= set(WATCHED)
    assert match.abstained or match.candidates


@given(st.text(alphabet=st.characters(min_codepoint=0x80, max_codepoint=0x1FFFF), min_size=1, max_size=12))
def test_any_idn_has_an_answer(label: str) -> None:
    try:
        typed = to_alabel(f"{label}army.mil")
    except DomainError:
        typed = "xn--" + label.encode("punycode").decode("ascii") + "army.mil"
    assert LOOKALIKES.match(typed).typed == typed


@pytest.mark.parametrize("typed", ["a" * 253, "a." * 126 + "a", "xn--" + "9" * 59 + ".mil", "-" * 60, "w" * 250])
def test_a_name_as_long_as_can_be_is_bounded_work(typed: str) -> None:
    names = [f"{'a' * n}.mil" for n in range(1, 64)] + [f"{'a.' * n}mil" for n in range(1, 120)]
    assert Lookalikes(names, registrable).match(typed).typed == typed
