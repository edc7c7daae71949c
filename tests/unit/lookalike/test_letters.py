"""How easily a label reads: what looks like known names reads well, what looks like chance does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.lookalike import Letters

LETTERS = Letters(["harbour", "harvest", "barter", "border", "arbour", "market", "marker", "garden"])


def test_what_is_spelled_like_known_names_reads_better_than_chance() -> None:
    assert LETTERS.fluency("harder") > LETTERS.fluency("xqzvkw")


def test_a_usual_label_reads_as_usual() -> None:
    assert LETTERS.fluency("market") == pytest.approx(0.0, abs=0.4)


def test_where_nothing_is_known_all_labels_read_alike() -> None:
    assert {Letters().fluency(label) for label in ("market", "xqzvkw", "")} == {0.0}


@given(st.text(max_size=253))
def test_any_text_has_a_bounded_fluency(text: str) -> None:
    """No letter is likelier than certain, none impossible; the end of a label counts as one."""
    assert -20 < LETTERS.fluency(text) < 4
