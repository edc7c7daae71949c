"""When a name that is near a protected one is rather a name of its own."""

from __future__ import annotations

import pytest

from catcher.lookalike import Lookalikes


def registrable(name: str) -> str | None:
    labels = name.split(".")
    return ".".join(labels[-2:]) if len(labels) >= 2 else None


LOOKALIKES = Lookalikes(["bond.example", "contractor.example"], registrable)


@pytest.mark.parametrize("typed", ["blondy.example", "bonsdk.example"])
def test_two_slips_in_a_short_name_make_another_name(typed: str) -> None:
    match = LOOKALIKES.match(typed)
    assert match.candidates[0].domain == "bond.example"
    assert match.abstained


@pytest.mark.parametrize("typed", ["contracttorr.example", "cntracter.example", "contarctr.example"])
def test_two_slips_in_a_long_name_are_slips(typed: str) -> None:
    assert not LOOKALIKES.match(typed).abstained


def test_another_tld_is_no_slip_in_the_letters() -> None:
    """However short the name: it is whole."""
    match = LOOKALIKES.match("bond.exampl")
    assert not match.abstained
    assert match.candidates[0].domain == "bond.example"


def test_what_counts_is_told_by_features_that_all_have_a_weight() -> None:
    features = dict(LOOKALIKES.none_features("blondy.example", LOOKALIKES.explanations("blondy.example")))
    assert features["none.two"] == 1.0
    assert features["none.two.crowded"] == 4.0
    assert features["none.grown"] == 1.0
