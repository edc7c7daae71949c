"""The table of features, the weights and the explanations speak of the same features."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.lookalike import Letters, Lookalikes
from catcher.lookalike.features import EDIT_OF_PAIR, FEATURES, START
from catcher.lookalike.weights import EDIT_WEIGHTS
from tests.support.lookalikes import registrable

LOOKALIKES = Lookalikes(
    ("army.mil", "us.army.mil", "contractor.example", "ministry.co.example", "xn--bcher-kva.example"),
    registrable,
    Letters(["army", "contract"]),
    lives=lambda tld: tld == "mil",
)


def test_each_feature_has_one_row_and_one_weight() -> None:
    assert len(START) == len(FEATURES)
    assert EDIT_WEIGHTS.keys() == START.keys()


def test_training_leaves_fixed_weights_alone() -> None:
    fixed = {feature.name: feature.start for feature in FEATURES if feature.fixed}
    assert {name: EDIT_WEIGHTS[name] for name in fixed} == fixed


@given(st.text(alphabet="abrmyilcontrs.-0", max_size=40))
def test_explanations_hold_features_of_the_table_alone(typed: str) -> None:
    for explanations in LOOKALIKES.explanations(typed).values():
        for explanation in explanations:
            assert {name for name, _ in explanation.features} <= START.keys()
            assert set(explanation.edits) <= EDIT_OF_PAIR.keys()
    assert {name for name, _ in LOOKALIKES.none_features(typed)} <= START.keys()


def test_a_place_is_the_edits_own() -> None:
    """Two letters replaced: each adds its own place in the name of ten letters."""
    explanation = LOOKALIKES.explanations("controctur.example")["contractor.example"][0]
    assert dict(explanation.features)["substitute.late"] == pytest.approx(0.5 + 0.8)
