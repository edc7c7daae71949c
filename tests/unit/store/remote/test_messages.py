"""What goes between a worker and the process that stores comes out as it went in, however it is cut."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from catcher.model.mail.observation import Stored
from catcher.model.ports import ObservationRow
from catcher.store.codec import from_row, to_row
from catcher.store.remote.groupwriter import Result
from catcher.store.remote.messages import OPEN, REPLACED, Messages, from_commits, from_results, to_commits, to_results
from tests.support.observations import observation

NUMBERS = st.integers(1, 2**63 - 1)
STORED = st.builds(Stored, NUMBERS, st.none() | NUMBERS, st.booleans())
RESULTS = st.lists(st.lists(STORED).map(tuple) | NUMBERS | st.text())


@given(st.lists(RESULTS), st.data())
def test_messages_come_back_as_they_went_however_they_are_cut(said: list[list[Result]], data: st.DataObject) -> None:
    octets = b"".join(map(from_results, said))
    messages, found = Messages(), []
    while octets:
        cut = data.draw(st.integers(1, len(octets)))
        found += map(to_results, messages.feed(octets[:cut]))
        octets = octets[cut:]
    assert found == said


@given(st.binary(), st.binary())
def test_whatever_comes_is_messages_or_a_value_error(one: bytes, other: bytes) -> None:
    messages = Messages()
    with suppress(ValueError):
        for octets in (one, other):
            for message in messages.feed(octets):
                with suppress(ValueError, TypeError):
                    to_commits(message)


def test_a_commit_comes_back_as_it_went() -> None:
    o = observation(transaction="a line\nend, \ud800 and ü")
    commits: list[tuple[bool, list[ObservationRow]]] = [
        (False, [to_row(o), to_row(o)]),
        (True, [to_row(o)]),
        (False, []),
    ]
    (message,) = Messages().feed(from_commits(commits))
    back = to_commits(message)
    assert [(c.revises, [from_row(row) for row in c.rows]) for c in back] == [(False, [o, o]), (True, [o]), (False, [])]


def test_the_two_signs_are_told_from_each_other() -> None:
    assert list(Messages().feed(OPEN + REPLACED)) == [[], None]
