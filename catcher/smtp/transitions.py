"""State tables: state × event → next state. An event that a state's row doesn't hold is a bug, and raises. Pure.

::

    TABLE = {State.A: TransitionRow({Event.X: State.B}), State.B: TransitionRow()}
    state = TABLE[state][event]
"""

from __future__ import annotations

from enum import Enum
from typing import NoReturn, TypeVar

_State = TypeVar("_State", bound=Enum)
_Event = TypeVar("_Event", bound=Enum)


class IllegalTransition(AssertionError):
    """An event came in a state in which it can't come."""


class TransitionRow(dict[_Event, _State]):
    """The events that can come in one state, each with the next state."""

    def __missing__(self, event: _Event) -> NoReturn:
        raise IllegalTransition(f"{event}; only {sorted(each.name for each in self)} can come")
