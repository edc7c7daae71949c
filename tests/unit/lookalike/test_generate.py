"""Names worth holding come likeliest first, can be registered, and lead back to the name they stand for."""

from __future__ import annotations

from string import ascii_lowercase, digits

import pytest

from catcher.lookalike import Lookalikes, generate
from tests.support.lookalikes import registrable

PROTECTED = ("army.mil", "us.army.mil", "contractor.example")


def names(*protected: str, limit: int | None = None, tld: str = "ml") -> list[str]:
    return [worth.domain for worth in generate(protected, [tld], registrable, limit=limit)]


def test_the_same_name_under_the_tld_is_the_likeliest() -> None:
    first = next(generate(["army.mil"], ["ml"], registrable))
    assert (first.protected, first.domain, first.edit) == ("army.mil", "army.ml", "tld")


@pytest.mark.parametrize("name", ["amry.ml", "arm.ml", "armyy.ml", "arny.ml", "wwwarmy.ml", "arrny.ml"])
def test_each_kind_of_slip_is_there(name: str) -> None:
    assert name in names("army.mil")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("addition", "fleet-command7.ml"),
        ("addition at a hyphen", "fleetx-command.ml"),
        ("bitsquatting", "dleet-command.ml"),
        ("homoglyph", "fleet-cornmand.ml"),
        ("homoglyph", "f1eet-command.ml"),
        ("hyphenation", "fleet-com-mand.ml"),
        ("insertion", "fleet-comkmand.ml"),
        ("omission", "fleetcommand.ml"),
        ("plural", "fleets-command.ml"),
        ("repetition", "fleet-coommand.ml"),
        ("replacement", "fleet-commsnd.ml"),
        ("transposition", "felet-command.ml"),
        ("vowel swap", "fleet-commend.ml"),
        ("sound", "fleet-kommand.ml"),
    ],
)
def test_each_kind_that_squatters_tools_know_is_there(kind: str, name: str) -> None:
    """The kinds of dnstwist's fuzzer in ASCII, under one TLD, but for dots and words of a dictionary; and one more."""
    assert name in names("fleet-command.mil"), kind


def test_every_single_edit_is_there_but_hyphens_at_an_end() -> None:
    typed = f"{ascii_lowercase}{digits}-"
    wanted = {f"{a}{x}{b}" for x in typed for a, b in (("", "irs"), ("i", "rs"), ("ir", "s"), ("irs", ""))}
    wanted |= {f"{a}{x}{b}" for x in typed for a, b in (("", "rs"), ("i", "s"), ("ir", ""))} | {"rs", "is", "ir"}
    wanted = {f"{label}.ml" for label in wanted if label.strip("-") == label}
    assert wanted <= set(names("irs.gov"))


def test_a_lost_dot_is_there() -> None:
    assert "usarmy.ml" in names("us.army.mil")


def test_names_of_a_protected_parent_are_not_told_twice() -> None:
    found = names("army.mil", "us.army.mil")
    assert len(found) == len(set(found))


def test_only_names_that_can_be_registered_and_are_not_protected() -> None:
    found = names(*PROTECTED, tld="mil")
    assert not set(found) & set(PROTECTED)
    assert all(registrable(name) == name for name in found)


def test_shares_fall_and_sum_to_one() -> None:
    shares = [worth.score for worth in generate(["contractor.example"], ["ml"], registrable)]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1, abs=0.01)


def test_the_limit_is_for_each_protected_name_and_tld() -> None:
    worth = list(generate(["army.mil", "contractor.example"], ["ml", "test"], registrable, limit=3))
    assert len(worth) == 12


def test_what_is_generated_is_matched_back() -> None:
    lookalikes = Lookalikes(["fleet-command.mil"], registrable)
    matches = [lookalikes.match(name) for name in names("fleet-command.mil")]
    assert all(match.candidates[0].domain == "fleet-command.mil" for match in matches)
    assert sum(match.abstained for match in matches) <= len(matches) / 10
