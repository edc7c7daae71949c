"""Which names a typed one is compared with, and how much each is worth."""

from __future__ import annotations

from pathlib import Path

from catcher.directory import Organisations, Suffixes
from catcher.intake import matcher

SUFFIXES = Suffixes()
NAMES = dict.fromkeys(("contractor.example", "contactor.example"), "Example Ltd")
BETWEEN = "contrctor.example"


def test_of_two_as_near_the_watched_one_is_meant_rather_than_one_out_of_a_directory() -> None:
    watched = {"contactor.example": "Example Ltd"}
    plain = matcher(Organisations(NAMES), SUFFIXES)(BETWEEN).candidates
    weighed = matcher(Organisations(watched, NAMES), SUFFIXES)(BETWEEN).candidates
    assert {c.domain: c.score for c in weighed}["contactor.example"] > {c.domain: c.score for c in plain}[
        "contactor.example"
    ]


def test_a_list_on_its_own_is_worth_the_same_from_either_source() -> None:
    assert matcher(Organisations(NAMES), SUFFIXES)(BETWEEN) == matcher(Organisations({}, NAMES), SUFFIXES)(BETWEEN)


def test_organisations_are_read_from_a_configuration_in_one_place() -> None:
    """Commands, server, reports and the demo know the same ones."""
    package = Path(__file__).parents[3] / "catcher"
    reading = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "fingerprint.watchlist, " in path.read_text(encoding="utf-8")
    ]
    assert reading == ["wiring.py"]
