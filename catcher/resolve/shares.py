"""Slots for queries in flight, in fair shares of the networks that ask and the organisations that are asked about.

::

    submit ─▶ network ─▶ organisation: questions in order ─▶ slot ─▶ release: answered, or not
                 │              │                              │
                 └── fresh, then old in turn, then unanswered  └─ evicted by a question of more right

It does no I/O: what happens to a turn is its owner's. docs/engineering/lookups.md has the rules and their reasons.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from enum import IntEnum
from typing import Generic, Protocol, TypeVar

from catcher.resolve.budget import Charged

HOLDER_SLOTS = 8
"""Most queries in flight of one network about one organisation: a mail's first round asks five to eight questions."""
JOSTLE_SECONDS = 0.2
"""Seconds after which a query in flight may lose its slot to a fresh holder; Unbound's ``jostle-timeout``."""
MAX_WAITING = 8192
"""Most questions that wait, those of a thousand mails; each takes about a kilobyte."""
_PATIENCE_OF_OLD = 5
"""A holder that isn't fresh evicts a query only after this number of jostle times: one second."""
_NETWORK_QUANTUM = 4 * HOLDER_SLOTS
"""Slots after which a network is no longer fresh: those of a few mails."""
_LOST_AFTER = 2
"""Queries without an answer after which the organisation's waiting questions fail as well."""


class Standing(IntEnum):
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

    def __init__(self, flow: _Flow, owner: TurnOwner) -> None:
        self.flow = flow
        self.owner = owner
        self.since: float | None = None
        """The loop's time at which it got its slot; None: it had none yet."""

    @property
    def is_waiting(self) -> bool:
        return self in self.flow.waiting


class _Flow:
    """The questions of one network about one organisation."""

    __slots__ = ("failures", "in_flight", "network", "organisation", "slots", "standing", "waiting")

    def __init__(self, network: _Network, organisation: str) -> None:
        self.network = network
        self.organisation = organisation
        self.waiting: OrderedDict[Turn, None] = OrderedDict()
        self.in_flight = 0
        self.slots = 0
        """Slots that it had while it was fresh."""
        self.failures = 0
        """Queries without an answer since the last one that was answered."""
        self.standing = Standing.FRESH


class _Network:
    """One network's flows."""

    __slots__ = ("flows", "name", "order", "running", "slots", "standing")

    def __init__(self, name: str) -> None:
        self.name = name
        self.flows: dict[str, _Flow] = {}
        self.order: _Order[_Flow] = _Order()
        self.running: OrderedDict[Turn, None] = OrderedDict()
        """Turns with a slot, the oldest first."""
        self.slots = 0
        self.standing = Standing.FRESH


_T = TypeVar("_T")


class _Order(Generic[_T]):
    """What wants a slot, by standing. Every step takes the same time, however many there are."""

    __slots__ = ("_lists",)

    def __init__(self) -> None:
        self._lists: tuple[OrderedDict[_T, None], ...] = tuple(OrderedDict() for _ in Standing)

    def place(self, one: _T, standing: Standing | None) -> None:
        """Puts it at the end of its standing's list, where it isn't there yet; None: it wants nothing."""
        for each, entries in enumerate(self._lists):
            if each == standing:
                entries.setdefault(one, None)
            else:
                entries.pop(one, None)

    def move_back(self, one: _T) -> None:
        """Lets the others of its standing go first."""
        for entries in self._lists[Standing.OLD :]:
            if one in entries:
                entries.move_to_end(one)

    def first(self) -> tuple[_T, Standing] | None:
        fresh, *others = self._lists
        if fresh:
            return next(reversed(fresh)), Standing.FRESH
        for standing, entries in zip((Standing.OLD, Standing.UNANSWERED), others, strict=True):
            if entries:
                return next(iter(entries)), standing
        return None

    def last(self) -> _T | None:
        """The one that comes last of all."""
        fresh, old, unanswered = self._lists
        for entries in (unanswered, old):
            if entries:
                return next(reversed(entries))
        return next(iter(fresh), None)


class Shares:
    """The slots. Belongs to the running event loop."""

    def __init__(self, slots: int, *, jostle_seconds: float = JOSTLE_SECONDS, most_waiting: int = MAX_WAITING) -> None:
        self._slots = self._free = slots
        self._next_eviction = 0.0
        self._jostle_seconds = jostle_seconds
        self._most_waiting = most_waiting
        self._waiting = 0
        self._networks: dict[str, _Network] = {}
        self._order: _Order[_Network] = _Order()
        self._running: OrderedDict[Turn, None] = OrderedDict()
        self._busy: dict[_Network, None] = {}
        """Networks with a query in flight."""
        self._timer: asyncio.TimerHandle | None = None
        self._is_granting = False

    @property
    def waiting(self) -> int:
        """Number of questions without a slot."""
        return self._waiting

    @property
    def holders(self) -> int:
        """Number of networks that have a question; nothing is kept of any other."""
        return len(self._networks)

    def submit(self, holder: Charged, owner: TurnOwner, *, is_silent: bool = False) -> Turn:
        """A turn for a question; it begins at once where it may. ``is_silent``: queries of this holder got no answer
        lately."""
        network = self._networks.get(holder.network)
        if network is None:
            network = self._networks[holder.network] = _Network(holder.network)
        flow = network.flows.get(holder.organisation)
        if flow is None:
            flow = network.flows[holder.organisation] = _Flow(network, holder.organisation)
            if is_silent:
                flow.standing, flow.failures = Standing.UNANSWERED, _LOST_AFTER
        turn = Turn(flow, owner)
        flow.waiting[turn] = None
        self._waiting += 1
        self._place(flow)
        if self._waiting > self._most_waiting:
            self._refuse_last()
        self._grant()
        return turn

    def withdraw(self, turn: Turn) -> None:
        """Takes back a turn that waits; one that doesn't is left as it is."""
        if self._leave_queue(turn):
            self._place(turn.flow)

    def release(self, turn: Turn, *, is_answered: bool) -> None:
        """Ends a turn that has a slot; one that lost it is left as it is."""
        flow = turn.flow
        if not self._leave_slot(turn):
            return
        if is_answered:
            flow.failures = 0
            if flow.standing is Standing.UNANSWERED:
                flow.standing = Standing.OLD
        else:
            flow.failures += 1
            flow.standing = Standing.UNANSWERED
            if not flow.in_flight and flow.failures >= _LOST_AFTER:
                for waiting in list(flow.waiting):
                    self._refuse(waiting)
        self._place(flow)
        self._grant()

    def _grant(self) -> None:
        """Gives slots to those whose turn it is."""
        if self._is_granting:
            return  # an owner called back: the loop below goes on
        self._is_granting = True
        try:
            while (found := self._order.first()) is not None:
                network, of_network = found
                first = network.order.first()
                assert first is not None, "a network without a question wants no slot"
                flow, of_flow = first
                if not self._free and not self._evict(network, of_network, of_flow):
                    return
                if self._free:
                    self._give_slot(next(iter(flow.waiting)), network, flow)
        finally:
            self._is_granting = False

    def _give_slot(self, turn: Turn, network: _Network, flow: _Flow) -> None:
        self._leave_queue(turn)
        turn.since = asyncio.get_running_loop().time()
        self._free -= 1
        flow.in_flight += 1
        network.running[turn] = self._running[turn] = self._busy[network] = None
        if not turn.owner.begin(turn):
            self._leave_slot(turn)
            self._place(flow)
            return
        flow.slots += 1
        network.slots += 1
        if flow.standing is Standing.FRESH and flow.slots >= HOLDER_SLOTS:
            flow.standing = Standing.OLD
        if network.slots >= _NETWORK_QUANTUM:
            network.standing = Standing.OLD
        self._place(flow)
        network.order.move_back(flow)
        self._order.move_back(network)

    def _evict(self, network: _Network, of_network: Standing, of_flow: Standing) -> bool:
        """Whether a slot is free now, for a flow of ``network``: the oldest query of the network with most in flight
        has lost its slot, if it had it long enough. Else a timer tries again."""
        if of_flow is Standing.UNANSWERED:
            return False
        now = asyncio.get_running_loop().time()
        longest = next(iter(self._running)).since
        assert longest is not None
        earliest = max(self._next_eviction, longest + self._jostle_seconds)
        if now < earliest:
            self._try_again_at(earliest)
            return False
        chosen: Turn | None = None
        most, next_try = 0, math.inf
        for other in self._busy:
            # Within one network only the organisations asked about contend.
            standing = of_flow if other is network else max(of_flow, of_network)
            patience = self._jostle_seconds * (1 if standing is Standing.FRESH else _PATIENCE_OF_OLD)
            oldest = next(iter(other.running))
            assert oldest.since is not None
            if now < oldest.since + patience:
                next_try = min(next_try, oldest.since + patience)
            elif len(other.running) > most:
                chosen, most = oldest, len(other.running)
        if chosen is None:
            self._try_again_at(next_try)
            return False
        # Evictions come evenly, not all slots at once: the next fresh holder finds one after a moment.
        self._next_eviction = now + self._jostle_seconds / self._slots
        self._leave_slot(chosen)
        chosen.flow.standing = Standing.UNANSWERED
        chosen.owner.evicted(chosen)  # it may wait again: so its flow is forgotten only afterwards
        self._place(chosen.flow)
        return True

    def _try_again_at(self, moment: float) -> None:
        if self._timer is not None and self._timer.when() <= moment:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(moment, self._timer_ended)

    def _timer_ended(self) -> None:
        self._timer = None
        self._grant()

    def _refuse_last(self) -> None:
        """Makes room where too many wait: the newest question of the holder that comes last is refused."""
        network = self._order.last()
        flow = network.order.last() if network is not None else None
        if flow is None:  # all that waits is of holders with as many queries in flight as they may have
            flow = max((f for n in self._networks.values() for f in n.flows.values()), key=lambda f: len(f.waiting))
        self._refuse(next(reversed(flow.waiting)))
        self._place(flow)

    def _refuse(self, turn: Turn) -> None:
        if self._leave_queue(turn):
            turn.owner.refused(turn)

    def _leave_queue(self, turn: Turn) -> bool:
        if turn not in turn.flow.waiting:
            return False
        del turn.flow.waiting[turn]
        self._waiting -= 1
        return True

    def _leave_slot(self, turn: Turn) -> bool:
        if turn not in self._running:
            return False
        network = turn.flow.network
        del self._running[turn], network.running[turn]
        if not network.running:
            del self._busy[network]
        turn.flow.in_flight -= 1
        self._free += 1
        return True

    def _place(self, flow: _Flow) -> None:
        """Lists the flow and its network where they belong now, and forgets those that have no question."""
        network = flow.network
        most = 1 if flow.standing is Standing.UNANSWERED else HOLDER_SLOTS
        network.order.place(flow, flow.standing if flow.waiting and flow.in_flight < most else None)
        if not flow.waiting and not flow.in_flight:
            network.flows.pop(flow.organisation, None)
        first = network.order.first()
        if first is None:
            self._order.place(network, None)
        else:
            self._order.place(network, Standing.UNANSWERED if first[1] is Standing.UNANSWERED else network.standing)
        if not network.flows:
            self._networks.pop(network.name, None)
