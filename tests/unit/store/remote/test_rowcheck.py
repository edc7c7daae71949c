"""Rows of a worker that was taken over: what catcher can't have written is refused before it is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from catcher.model.mail.observation import Observation
from catcher.model.ports import ColumnValue
from catcher.store.codec import OBSERVATION_COLUMNS, from_row, to_row
from catcher.store.remote.rowcheck import OBSERVED_WITHIN, RowCheck
from tests.support.clocks import Clock
from tests.support.observations import NOON, observation, observations

CHECK = RowCheck(Clock(NOON))


def row(**changes: ColumnValue) -> list[ColumnValue]:
    held = dict(zip(OBSERVATION_COLUMNS, to_row(observation()), strict=True))
    return list((held | changes).values())


@given(observations())
def test_whatever_catcher_writes_is_stored(sample: Observation) -> None:
    sample = replace(sample, observed_at=sample.observed_at.replace(second=0, microsecond=0))
    assert RowCheck(Clock(sample.observed_at)).refusal([to_row(sample)]) == ""


@pytest.mark.parametrize(
    ("column", "held"),
    [
        ("policy", "acceptt"),
        ("policy", None),
        ("outcome", 7),
        ("transaction", b"octets"),
        ("transaction", None),
        ("domain", ["army.ml"]),
        ("domain", "army\udc80.ml"),
        ("client", 203),
        ("tls", 2),
        ("tls", "yes"),
        ("size_class", "huge"),
        ("recipients", '["one", 2]'),
        ("recipients", "{}"),
        ("recipients", '["one"] and more'),
        ("recipients", "["),
        ("recipients", "[" * 100_000),
        ("recipients", '["' + "x" * 300_000 + '"]'),
        ("signatures", None),
        ("fresh", 1.0),
        ("fresh_reason", None),
        ("sender", "{}"),
        ("sender", '{"domain":5,"organisation":null,"tier":"claimed","evidence":[],"conflicts":[]}'),
        ("sender", '{"domain":{},"organisation":null,"tier":"claimed","evidence":[],"conflicts":[]}'),
        ("nature", '{"class":"person","genuine":"much","typo":null,"reasons":[]}'),
        ("nature", '{"class":"person","genuine":NaN,"typo":null,"reasons":[]}'),
        ("nature", '{"class":"person","genuine":0.5,"typo":null,"reasons":[["deep"]]}'),
        ("intended", '[{"typed":"army.ml"}]'),
        ("markings", "[1]"),
        ("authentication", "null"),
        ("revision", 2**63),
        ("revision", -(2**63) - 1),
        ("observed_at", "2026-11-03"),
        ("observed_at", "2026-11-03T12:00:30Z"),
        ("observed_at", "2026-11-03T13:00:00+01:00"),
        ("observed_at", "yesterday"),
        ("observed_at", 0),
    ],
)
def test_a_row_that_nobody_could_read_later_is_refused_by_its_column(column: str, held: ColumnValue) -> None:
    assert column in CHECK.refusal([row(), row(**{column: held})])


@pytest.mark.parametrize("rows", [[["too", "few"]], ["text"], [None], [{}], [5]])
def test_what_is_no_row_is_refused(rows: list[object]) -> None:
    assert "other columns" in CHECK.refusal(rows)  # type: ignore[arg-type]


def test_a_refusal_holds_nothing_of_the_row() -> None:
    assert "CANARY" not in CHECK.refusal([row(policy="CANARY")])


@pytest.mark.parametrize("away", [OBSERVED_WITHIN, -OBSERVED_WITHIN])
def test_a_new_row_is_of_now_and_a_revision_need_not_be(away: timedelta) -> None:
    """The store keeps tables for each day: a worker can't make it keep them for a thousand others."""
    minute = timedelta(minutes=1) if away > timedelta(0) else -timedelta(minutes=1)
    near, far = (to_row(observation(observed_at=moment)) for moment in (NOON + away, NOON + away + minute))
    assert CHECK.refusal([near]) == ""
    assert "another day" in CHECK.refusal([near, far])
    assert CHECK.refusal([far], revises=True) == ""


@given(observations())
def test_what_passes_can_be_decoded(sample: Observation) -> None:
    held = to_row(replace(sample, observed_at=datetime.fromisoformat("2026-11-03T12:00:00Z")))
    if CHECK.refusal([held]) == "":
        assert to_row(from_row(held)) == held


@pytest.mark.parametrize(
    ("column", "held"),
    [("tls", True), ("tls", 1.0), ("policy", None), ("sender", "{}"), ("domain", ["army.ml"]), ("recipients", "[1]")],
)
def test_what_was_seen_in_another_row_hides_nothing(column: str, held: ColumnValue) -> None:
    check = RowCheck(Clock(NOON))
    for _ in range(2):
        assert check.refusal([row()]) == ""
        assert check.refusal([row(**{column: held})]) == f"a worker sent a row whose {column} can't be read"


def test_what_was_seen_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catcher.store.remote.rowcheck.MOST_KNOWN", 3)
    check = RowCheck(Clock(NOON))
    assert check.refusal([row(domain=f"d{n}.example") for n in range(20)]) == ""
    assert len(check._known) <= 3


@pytest.mark.parametrize(
    "texts", [(), ("",), ("a-_Z9",), ("a", "b"), ('"',), ("\\",), ("a b",), ("\u00e9",), ("\n",), ("a,b",)]
)
def test_a_list_of_texts_is_as_it_is_written(texts: tuple[str, ...]) -> None:
    written = to_row(observation(recipients=texts))
    check = RowCheck(Clock(NOON))
    assert check.refusal([written]) == ""
    held = written[OBSERVATION_COLUMNS.index("recipients")]
    for other in (f"{held} ", f" {held}", f"{held}\n", f"[{held}", str(held).replace('","', '", "')):
        assert (check.refusal([row(recipients=other)]) == "") == (other == held)
