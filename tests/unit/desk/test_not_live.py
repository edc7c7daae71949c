"""A changed row is live after a reload, unless the server keeps this row, its file, or everything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catcher.desk.catalogue import not_live
from catcher.model.serving import ReloadOutcome, ReloadResult, ServedPart
from tests.support.statuses import KEPT


@pytest.mark.parametrize(
    ("part", "name", "is_kept"),
    [
        (ServedPart.ROW, "army.ml", True),
        (ServedPart.ROW, "navy.ml", False),
        (ServedPart.CATALOGUE, "catalogue.csv", True),
        (ServedPart.ZONE, "army.ml", False),
    ],
)
def test_only_a_kept_part_of_the_changed_row_is_an_error(part: ServedPart, name: str, is_kept: bool) -> None:
    outcome = ReloadOutcome(ReloadResult.PARTLY, (replace(KEPT, part=part, name=name),))
    assert ("it is wrong; mend it" in not_live(outcome, ["army.ml"])) == is_kept


def test_a_failed_reload_leaves_every_row_and_a_whole_one_none() -> None:
    assert not_live(ReloadOutcome(ReloadResult.FAILED, error="no memory"), ["army.ml"]) == "no memory"
    assert not_live(ReloadOutcome(ReloadResult.RELOADED), ["army.ml"]) == ""


def test_thousands_of_kept_rows_are_a_few_and_a_number() -> None:
    names = [f"n{number}.ml" for number in range(3000)]
    kept = tuple(replace(KEPT, part=ServedPart.ROW, name=name) for name in names)
    reason = not_live(ReloadOutcome(ReloadResult.PARTLY, kept), names)
    assert reason.endswith("; and 2995 more") and len(reason) < 1000
