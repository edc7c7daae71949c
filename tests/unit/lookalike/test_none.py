"""When a name that is near a protected one is rather a name of its own."""

from __future__ import annotations

import pytest

from catcher.lookalike import Letters, Lookalikes
from tests.support.lookalikes import registrable

LOOKALIKES = Lookalikes(["bond.example", "contractor.example"], registrable)


@pytest.mark.parametrize("typed", ["blondy.example", "bonsdk.example"])
def test_two_slips_in_a_short_name_make_another_name(typed: str) -> None:
    match = LOOKALIKES.match(typed)
    assert match.candidates[0].domain == "bond.example"
    assert match.abstained


@pytest.mark.parametrize("typed", ["contracttorr.example", "cntracter.example", "contarctr.example"])
def test_two_slips_in_a_long_name_are_slips(typed: str) -> None:
    assert not LOOKALIKES.match(typed).abstained


def test_a_mistyped_tld_is_no_slip_in_the_letters() -> None:
    """However short the name: it is whole."""
    match = LOOKALIKES.match("bond.exampl")
    assert not match.abstained
    assert match.candidates[0].domain == "bond.example"


def test_a_popular_name_rather_stands_for_itself() -> None:
    unknown, known = LOOKALIKES, Lookalikes(["bond.example"], registrable, Letters(["bind"]))
    without = unknown.match("bind.example").candidates[0]
    assert known.match("bind.example").candidates[0].score < without.score
    assert ("none.known", 1.0) in known.none_features("bind.example")
    assert ("none.known", 1.0) not in known.none_features("bund.example")


def test_host_labels_say_nothing_about_the_name() -> None:
    assert LOOKALIKES.none_features("mail.bund.example") == LOOKALIKES.none_features("bund.example")
