"""The table of a session's states: complete, without a dead end, and strict about what can't come."""

from __future__ import annotations

import pytest

from catcher.smtp.serving.states import SESSION, SessionEvent, SessionState
from catcher.smtp.transitions import IllegalTransition

ENDED = {SessionState.CLOSING, SessionState.GONE}


@pytest.mark.parametrize("state", SessionState)
@pytest.mark.parametrize("event", SessionEvent)
def test_an_event_that_can_not_come_raises(state: SessionState, event: SessionEvent) -> None:
    if event not in SESSION[state]:
        with pytest.raises(IllegalTransition):
            SESSION[state][event]


def test_every_state_is_reached_and_every_event_is_used() -> None:
    reached = {SessionState.GREETED}
    for _ in SessionState:
        reached |= {after for state in reached for after in SESSION[state].values()}
    assert reached == set(SessionState)
    assert {event for row in SESSION.values() for event in row} == set(SessionEvent)


@pytest.mark.parametrize("state", set(SessionState) - ENDED)
def test_a_session_can_end_in_every_state(state: SessionState) -> None:
    assert SESSION[state][SessionEvent.LAST_REPLY] is SessionState.CLOSING
    assert SESSION[state][SessionEvent.LOST] is SessionState.GONE


def test_nothing_leads_back_from_the_end() -> None:
    assert set(SESSION[SessionState.CLOSING].values()) == {SessionState.GONE}
    assert SESSION[SessionState.GONE] == {}
