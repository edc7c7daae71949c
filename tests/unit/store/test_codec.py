"""Rows hold observations without loss, in the dictionary's columns and the outer surface's shape."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catcher.model.mail.observation import Observation, field_dictionary
from catcher.store.codec import (
    OBSERVATION_COLUMNS,
    Undecodable,
    bound_to_text,
    from_row,
    moment_from_text,
    moment_to_text,
    to_row,
)
from tests.support.observations import observation, observations
from tests.support.shrinking import PHASES

_moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
_seconds = _moments.map(lambda moment: moment.replace(microsecond=0))


@given(observations())
@settings(phases=PHASES)
def test_decoding_an_encoded_observation_gives_it_back(sample: Observation) -> None:
    assert from_row(to_row(sample)) == sample


@given(observations())
@settings(phases=PHASES)
def test_structured_columns_have_the_shape_of_the_outer_surface(sample: Observation) -> None:
    row: dict[str, Any] = dict(zip(OBSERVATION_COLUMNS, to_row(sample), strict=True))
    outer = json.loads(json.dumps(sample.to_json()))
    for name in ("recipients", "sender", "intended", "nature", "authentication"):
        assert json.loads(row[name]) == outer[name]
    signed = [{"signed": marking.signed} for marking in sample.markings]
    assert json.loads(row["markings"]) == [a | b for a, b in zip(outer["markings"], signed, strict=True)]
    for name in ("transaction", "observed_at", "ref", "domain", "policy", "outcome", "size_class", "retry_of"):
        assert row[name] == outer[name]


@given(observations(), observations())
@settings(phases=PHASES)
def test_a_field_lies_in_the_column_of_its_name_and_in_no_other(one: Observation, other: Observation) -> None:
    row = to_row(one)
    for name in field_dictionary():
        value = getattr(other, name)
        changed = to_row(replace(one, **{name: value}))
        differing = {column for column, a, b in zip(OBSERVATION_COLUMNS, row, changed, strict=True) if a != b}
        counted = {"recipient_count"} if name == "recipients" else set()
        if name == "recipient_count":  # never below the number of recipients
            assert differing <= {name}
        else:
            assert differing - counted == (set() if value == getattr(one, name) else {name})


def test_values_are_plain_so_that_the_database_needs_no_adapter() -> None:
    assert {type(value) for value in to_row(observation())} <= {str, int, type(None)}


def test_a_row_that_is_no_observation_is_refused() -> None:
    row = list(to_row(observation()))
    row[OBSERVATION_COLUMNS.index("policy")] = "forward"
    with pytest.raises(Undecodable, match="column policy") as raised:
        from_row(row)
    assert "forward" not in f"{raised.value!r} {raised.value.__cause__!r}", "a value may be anything"


@given(_seconds)
def test_a_moment_survives_as_text(moment: datetime) -> None:
    assert moment_from_text(moment_to_text(moment)) == moment


@given(_seconds, _seconds)
def test_moments_sort_as_their_texts(a: datetime, b: datetime) -> None:
    assert (a < b) == (moment_to_text(a) < moment_to_text(b))


@given(_seconds, st.timedeltas(timedelta(seconds=-3), timedelta(seconds=3)))
def test_a_bound_means_the_same_as_text(stored: datetime, distance: timedelta) -> None:
    bound = stored + distance
    assert (stored < bound) == (moment_to_text(stored) < bound_to_text(bound))
