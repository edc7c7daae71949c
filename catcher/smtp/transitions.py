"""State tables: state × event → next state. A pair that a table doesn't hold is a bug, and raises. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

_State = TypeVar("_State", bound=Enum)
_Event = TypeVar("_Event", bound=Enum)


class IllegalTransition(AssertionError):
    """An event came in a state in which it can't come."""


def next_state(table: Mapping[_State, Mapping[_Event, _State]], state: _State, event: _Event) -> _State:
    """The state after ``event`` in ``state``. Raises IllegalTransition."""
    following = table[state].get(event)
    if following is None:
        raise IllegalTransition(f"{event} in {state}")
    return following
