"""What goes between a worker and the process that stores comes out as it went in, however it is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catcher.model.observation import Stored
from catcher.store.codec import Row, decode, encode
from catcher.store.wire import (
    MOVED,
    OPEN,
    Lines,
    commits_from_line,
    commits_to_line,
    results_from_line,
    results_to_line,
)
from catcher.store.writer import Result
from tests.support.observations import observation

STORED = st.builds(Stored, st.integers(1), st.none() | st.integers(1), st.booleans())
RESULTS = st.lists(st.lists(STORED).map(tuple) | st.integers(0) | st.text())


@given(st.lists(st.binary()), st.data())
def test_lines_are_whole_however_they_are_cut(texts: list[bytes], data: st.DataObject) -> None:
    whole = [text.replace(b"\n", b" ") for text in texts]
    octets = b"".join(text + b"\n" for text in whole)
    lines, found = Lines(), []
    while octets:
        cut = data.draw(st.integers(1, len(octets)))
        found += lines.feed(octets[:cut])
        octets = octets[cut:]
    assert found == whole


@given(RESULTS)
def test_results_come_back_as_they_went(results: list[Result]) -> None:
    line = results_to_line(results)
    assert line.count(b"\n") == 1
    assert results_from_line(line.rstrip(b"\n")) == results


def test_a_commit_comes_back_as_it_went_and_is_one_line() -> None:
    o = observation(transaction="a line\nend, \ud800 and ü")
    commits: list[tuple[bool, list[Row]]] = [(False, [encode(o), encode(o)]), (True, [encode(o)]), (False, [])]
    line = commits_to_line(commits)
    assert line.count(b"\n") == 1
    back = commits_from_line(line)
    assert [(c.revises, [decode(row) for row in c.rows]) for c in back] == [(False, [o, o]), (True, [o]), (False, [])]


def test_the_two_signs_are_told_from_results() -> None:
    assert results_from_line(OPEN) == []
    assert results_from_line(MOVED) is None
