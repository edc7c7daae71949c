"""The turns of questions that wait for a slot: networks in an order, and in each the organisations asked about.

::

    AskingNetwork ─▶ HolderFlow: network and organisation ─▶ Turn, Turn, …
         └─ TurnOrder ─┴─ by Precedence: the latest fresh one, then the old ones in turn, then the unanswered ones
"""

from __future__ import annotations

from collections import OrderedDict
from enum import IntEnum
from typing import Generic, Protocol, TypeVar


class Precedence(IntEnum):
    """The order in which holders get slots."""

    FRESH = 0
    """It had few slots since it last had nothing to ask. The latest of these is first."""
    OLD = 1
    """It had its share; these take turns."""
    UNANSWERED = 2
    """Its last query got no answer: one query at a time, in slots that nobody else wants, and it evicts nobody."""


class TurnOwner(Protocol):
    """The owner of a turn. It may call back into ``Shares`` from each of these."""

    def begin(self, turn: Turn) -> bool:
        """Sends the query. False: it may not be sent, and the turn is over."""
        ...

    def evicted(self, turn: Turn) -> None:
        """The turn is over; its query loses its slot without an answer."""
        ...

    def refused(self, turn: Turn) -> None:
        """The turn is over before it had a slot."""
        ...


class Turn:
    """A question of one holder: it waits, then has a slot, then is over."""

    __slots__ = ("flow", "owner", "since")

    def __init__(self, flow: HolderFlow, owner: TurnOwner) -> None:
        self.flow = flow
        self.owner = owner
        self.since: float | None = None
        """The loop's time at which it got its slot; None: it had none yet."""

    @property
    def is_waiting(self) -> bool:
        return self in self.flow.waiting


class HolderFlow:
    """The questions of one network about one organisation."""

    __slots__ = ("failures", "in_flight", "network", "organisation", "precedence", "slots", "waiting")

    def __init__(self, network: AskingNetwork, organisation: str) -> None:
        self.network = network
        self.organisation = organisation
        self.waiting: OrderedDict[Turn, None] = OrderedDict()
        self.in_flight = 0
        self.slots = 0
        """Slots that it had while it was fresh."""
        self.failures = 0
        """Queries without an answer since the last one that was answered."""
        self.precedence = Precedence.FRESH


class AskingNetwork:
    """One network's flows."""

    __slots__ = ("flows", "name", "order", "precedence", "running", "slots")

    def __init__(self, name: str) -> None:
        self.name = name
        self.flows: dict[str, HolderFlow] = {}
        self.order: TurnOrder[HolderFlow] = TurnOrder()
        self.running: OrderedDict[Turn, None] = OrderedDict()
        """Turns with a slot, the oldest first."""
        self.slots = 0
        self.precedence = Precedence.FRESH


_T = TypeVar("_T")


class TurnOrder(Generic[_T]):
    """What wants a slot, by precedence. Every step takes the same time, however many there are."""

    __slots__ = ("_lists",)

    def __init__(self) -> None:
        self._lists: tuple[OrderedDict[_T, None], ...] = tuple(OrderedDict() for _ in Precedence)

    def place(self, one: _T, precedence: Precedence | None) -> None:
        """Puts it at the end of its precedence's list, where it isn't there yet; None: it wants nothing."""
        for each, entries in enumerate(self._lists):
            if each == precedence:
                entries.setdefault(one, None)
            else:
                entries.pop(one, None)

    def move_back(self, one: _T) -> None:
        """Lets the others of its precedence go first."""
        for entries in self._lists[Precedence.OLD :]:
            if one in entries:
                entries.move_to_end(one)

    def first(self) -> tuple[_T, Precedence] | None:
        fresh, *others = self._lists
        if fresh:
            return next(reversed(fresh)), Precedence.FRESH
        for precedence, entries in zip((Precedence.OLD, Precedence.UNANSWERED), others, strict=True):
            if entries:
                return next(iter(entries)), precedence
        return None

    def last(self) -> _T | None:
        """The one that comes last of all."""
        fresh, old, unanswered = self._lists
        for entries in (unanswered, old):
            if entries:
                return next(reversed(entries))
        return next(iter(fresh), None)
