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

from catcher.resolve.budget import Charged
from catcher.resolve.turns import AskingNetwork, HolderFlow, Precedence, Turn, TurnOrder, TurnOwner

HOLDER_SLOTS = 8
"""Most queries in flight of one network about one organisation: a mail's first round asks five to eight questions."""
JOSTLE_SECONDS = 0.2
"""Seconds after which a query in flight may lose its slot to a fresh holder; Unbound's ``jostle-timeout``."""
MAX_WAITING_QUESTIONS = 8192
"""Most questions that wait, those of a thousand mails at once; each takes 2.5 kB, all of them 20 MB."""
_PATIENCE_OF_OLD = 5
"""A holder that isn't fresh evicts a query only after this number of jostle times: one second."""
_NETWORK_QUANTUM = 4 * HOLDER_SLOTS
"""Slots after which a network is no longer fresh: those of a few mails."""
_LOST_AFTER = 2
"""Queries without an answer after which the organisation's waiting questions fail as well."""


class Shares:
    """The slots. Belongs to the running event loop."""

    def __init__(
        self, slots: int, *, jostle_seconds: float = JOSTLE_SECONDS, most_waiting: int = MAX_WAITING_QUESTIONS
    ) -> None:
        self._slots = self._free = slots
        self._next_eviction = 0.0
        self._jostle_seconds = jostle_seconds
        self._most_waiting = most_waiting
        self._waiting = 0
        self._networks: dict[str, AskingNetwork] = {}
        self._order: TurnOrder[AskingNetwork] = TurnOrder()
        self._running: OrderedDict[Turn, None] = OrderedDict()
        self._busy: dict[AskingNetwork, None] = {}
        """Networks with a query in flight."""
        self._timer: asyncio.Handle | None = None
        self._timer_at = 0.0
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
            network = self._networks[holder.network] = AskingNetwork(holder.network)
        flow = network.flows.get(holder.organisation)
        if flow is None:
            flow = network.flows[holder.organisation] = HolderFlow(network, holder.organisation)
            if is_silent:
                flow.precedence, flow.failures = Precedence.UNANSWERED, _LOST_AFTER
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
            if flow.precedence is Precedence.UNANSWERED:
                flow.precedence = Precedence.OLD
        else:
            flow.failures += 1
            flow.precedence = Precedence.UNANSWERED
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
                if self._free:
                    self._give_slot(next(iter(flow.waiting)), network, flow)
                elif not self._evict(network, of_network, of_flow):
                    return
        finally:
            self._is_granting = False

    def _give_slot(self, turn: Turn, network: AskingNetwork, flow: HolderFlow) -> None:
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
        if flow.precedence is Precedence.FRESH and flow.slots >= HOLDER_SLOTS:
            flow.precedence = Precedence.OLD
        if network.slots >= _NETWORK_QUANTUM:
            network.precedence = Precedence.OLD
        self._place(flow)
        network.order.move_back(flow)
        self._order.move_back(network)

    def _evict(self, network: AskingNetwork, of_network: Precedence, of_flow: Precedence) -> bool:
        """Whether a slot is free now, for a flow of ``network``: the oldest query of the network with most in flight
        has lost its slot, if it had it long enough. Else a timer tries again."""
        if of_flow is Precedence.UNANSWERED:
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
            precedence = of_flow if other is network else max(of_flow, of_network)
            patience = self._jostle_seconds * (1 if precedence is Precedence.FRESH else _PATIENCE_OF_OLD)
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
        chosen.flow.precedence = Precedence.UNANSWERED
        chosen.owner.evicted(chosen)  # it may wait again: so its flow is forgotten only afterwards
        self._place(chosen.flow)
        return True

    def _try_again_at(self, moment: float) -> None:
        if self._timer is not None:
            if self._timer_at <= moment:
                return
            self._timer.cancel()
        # uvloop gives a handle without its time where the moment is now.
        self._timer_at = moment
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

    def _place(self, flow: HolderFlow) -> None:
        """Lists the flow and its network where they belong now, and forgets those that have no question."""
        network = flow.network
        most = 1 if flow.precedence is Precedence.UNANSWERED else HOLDER_SLOTS
        network.order.place(flow, flow.precedence if flow.waiting and flow.in_flight < most else None)
        if not flow.waiting and not flow.in_flight:
            network.flows.pop(flow.organisation, None)
        first = network.order.first()
        if first is None:
            self._order.place(network, None)
        else:
            self._order.place(
                network, Precedence.UNANSWERED if first[1] is Precedence.UNANSWERED else network.precedence
            )
        if not network.flows:
            self._networks.pop(network.name, None)
