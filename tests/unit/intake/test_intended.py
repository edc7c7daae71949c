"""The catalogue's word goes first; without it the typed name is unwound, or nobody is named."""

from __future__ import annotations

from pathlib import Path

from catcher.catalogue import Catalogue, read_catalogue
from catcher.directory import Organisations, Suffixes
from catcher.intake import declared_by, matcher, unwound_by
from catcher.model.mail.fingerprint import Basis

ORGANISATIONS = Organisations({"army.mil": "U.S. Army", "navy.mil": "U.S. Navy"}, {"nave.mil": "Nave"})
UNWOUND = unwound_by(matcher(ORGANISATIONS, Suffixes()), ORGANISATIONS.name)


def held(tmp_path: Path) -> Catalogue:
    file = tmp_path / "catalogue.csv"
    file.write_text("domain,intended,policy\narmy.ml,navy.mil,accept\nnavy.ml,,accept\n", encoding="utf-8")
    return read_catalogue([file])


def test_what_is_declared_is_not_guessed(tmp_path: Path) -> None:
    found = declared_by(held(tmp_path), ORGANISATIONS.name, UNWOUND)("army.ml")
    assert (found.domain, found.organisation, found.basis) == ("navy.mil", "U.S. Navy", Basis.DECLARED)
    assert found.candidates == ()


def test_what_is_not_declared_is_unwound(tmp_path: Path) -> None:
    found = declared_by(held(tmp_path), ORGANISATIONS.name, UNWOUND)("mail.navy.ml")
    assert (found.domain, found.organisation, found.basis) == ("navy.mil", "U.S. Navy", Basis.LOOKALIKE)
    assert not found.abstained
    assert found.candidates[0].domain == "navy.mil"


def test_without_protected_names_nobody_is_named(tmp_path: Path) -> None:
    found = declared_by(held(tmp_path), ORGANISATIONS.name)("navy.ml")
    assert (found.domain, found.basis, found.abstained) == (None, Basis.NONE, True)


def test_candidates_are_listed_where_none_is_claimed() -> None:
    found = UNWOUND("rnarmy.ml")
    assert (found.domain, found.basis, found.abstained) == (None, Basis.NONE, True)
    assert [candidate.domain for candidate in found.candidates] == ["army.mil"]


def test_a_watched_name_goes_before_one_that_a_directory_lists() -> None:
    """Both are one letter away."""
    found = UNWOUND("navx.mil")
    assert found.domain == "navy.mil"
    assert {candidate.domain for candidate in found.candidates} >= {"navy.mil", "nave.mil"}


def test_answers_are_remembered() -> None:
    match = matcher(ORGANISATIONS, Suffixes())
    assert match("army.ml") is match("army.ml")
