"""Whom to send away when all places are taken: the slowest client of the heaviest network.

A client is slow once its place isn't paid any more (``place``). A network's weight is the part that it has of its share
(of all places, where these are fewer than the share). Of the networks with a slow client the heaviest gives way, and in
it the client whose payment ended first; where no network has two connections, that client of all. So who takes many
places loses them first, a client alone in its networks loses its place last, and a client that sends fast never.

When no client is slow, a client in its grace gives way, but only in a network twice as heavy as the newcomer's: else a
network could hold all places by coming anew all the time.

The order is kept from the first search on, until less than half of the places are taken: in peace a connection costs
nothing here, and the work to build the order is shared by as many new connections as half of the places. Each other
step costs a time that grows with the logarithm of the number of places, or not at all.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from operator import itemgetter

from catcher.smtp.admission.networks import CountedNetwork, NetworkShare, NetworkSize
from catcher.smtp.admission.place import GRACE_SECONDS, Place

NETWORKS_TRIED = 16
"""Most networks searched for a slow client, the heaviest first: a bound on the work for one connection. Without a slow
client in these, the slowest of all clients gives way."""
_EQUAL = 1e-9
"""Difference below which two weights are equal."""


class SlowestFirst:
    """Places in the order in which their payments end.

    A heap whose entries may be old: payments only rise, so the first entry that isn't old is the true first. Places
    that were left go when they come first, or when they are more than half.
    """

    __slots__ = ("_heap", "_left")

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Place]] = []
        self._left = 0
        """Number of entries whose places were left."""

    def __len__(self) -> int:
        return len(self._heap) - self._left

    def add(self, place: Place) -> None:
        heapq.heappush(self._heap, (place.paid_until, place.number, place))

    def note_left(self) -> None:
        """Notes that one of the places was left."""
        self._left += 1
        if 2 * self._left > len(self._heap):
            self._heap = [entry for entry in self._heap if not entry[2].is_left]
            heapq.heapify(self._heap)
            self._left = 0

    def slowest(self, now: float, paid_to: float) -> Place | None:
        """The place that comes first, or None if it is paid for longer than to ``paid_to``."""
        heap = self._heap
        while heap:
            paid_until, number, place = heap[0]
            if place.is_left:
                heapq.heappop(heap)
                self._left -= 1
            elif place.paid_until > paid_until:
                heapq.heapreplace(heap, (place.paid_until, number, place))
            elif paid_until > paid_to:
                return None
            elif place.client is not None and place.client.is_evictable(now):
                return place
            else:
                place.excuse(now)
        return None


class _OneSize:
    """The networks of one size that have connections."""

    __slots__ = ("_by_number", "_networks", "_share")

    def __init__(self, share: int) -> None:
        self._share = share
        self._networks: dict[CountedNetwork, SlowestFirst] = {}
        self._by_number: dict[int, dict[CountedNetwork, SlowestFirst]] = {}
        """Number of places → the networks with this number."""

    def __len__(self) -> int:
        return len(self._networks)

    def add(self, network: CountedNetwork, place: Place) -> None:
        places = self._networks.get(network)
        if places is None:
            places = self._networks[network] = SlowestFirst()
        places.add(place)
        self._moved(network, places, len(places) - 1)

    def note_left(self, network: CountedNetwork) -> None:
        places = self._networks[network]
        places.note_left()
        self._moved(network, places, len(places) + 1)
        if not places:
            del self._networks[network]

    def weight_with_one_more(self, network: CountedNetwork) -> float:
        return (len(self._networks.get(network, ())) + 1) / self._share

    def heaviest_first(self) -> Iterator[tuple[float, SlowestFirst]]:
        """The networks with two places and more, with their weights as negative numbers."""
        for number in sorted(self._by_number, reverse=True):
            if number > 1:
                for places in self._by_number[number].values():
                    yield -number / self._share, places

    def _moved(self, network: CountedNetwork, places: SlowestFirst, before: int) -> None:
        if before:
            same = self._by_number[before]
            del same[network]
            if not same:
                del self._by_number[before]
        if places:
            self._by_number.setdefault(len(places), {})[network] = places


class _Order:
    """All places that aren't left, in the order in which they would be taken away."""

    __slots__ = ("_all", "_sizes")

    def __init__(self, shares: Mapping[NetworkSize, NetworkShare], connections: int, places: Iterable[Place]) -> None:
        self._sizes = {size: _OneSize(min(share.connections, connections)) for size, share in shares.items()}
        self._all = SlowestFirst()
        for place in places:
            self.add(place)

    @property
    def networks(self) -> int:
        return sum(map(len, self._sizes.values()))

    def add(self, place: Place) -> None:
        for network in place.networks:
            self._sizes[network[:2]].add(network, place)
        self._all.add(place)

    def note_left(self, place: Place) -> None:
        for network in place.networks:
            self._sizes[network[:2]].note_left(network)
        self._all.note_left()

    def next(self, networks: tuple[CountedNetwork, ...], now: float) -> Place | None:
        place = self._of_heaviest(now, now) or self._all.slowest(now, now)
        if place is None:
            own = max((self._sizes[network[:2]].weight_with_one_more(network) for network in networks), default=0.0)
            place = self._of_heaviest(now, now + GRACE_SECONDS, above=2 * own)
        return place

    def _of_heaviest(self, now: float, paid_to: float, *, above: float = 0.0) -> Place | None:
        """The slowest client of the heaviest networks that have one, if they weigh more than ``above``."""
        place: Place | None = None
        heaviest = heapq.merge(*(size.heaviest_first() for size in self._sizes.values()), key=itemgetter(0))
        for minus_weight, places in islice(heaviest, NETWORKS_TRIED):
            if -minus_weight <= above:
                break
            slowest = places.slowest(now, paid_to)
            if slowest is not None and (place is None or slowest.paid_until < place.paid_until):
                place, above = slowest, -minus_weight - _EQUAL
        return place


class Evictions:
    """All places that aren't left, and their order once it is asked for."""

    def __init__(self, shares: Mapping[NetworkSize, NetworkShare], connections: int) -> None:
        """``connections``: number of all places."""
        self._shares = shares
        self._connections = connections
        self._places: dict[Place, None] = {}
        self._order: _Order | None = None

    def __len__(self) -> int:
        return len(self._places)

    @property
    def networks(self) -> int:
        """Number of networks in memory; 0 while no order is kept."""
        return 0 if self._order is None else self._order.networks

    def add(self, place: Place) -> None:
        self._places[place] = None
        if self._order is not None:
            self._order.add(place)

    def remove(self, place: Place) -> None:
        """Takes out ``place``, whose client has left or is sent away."""
        place.is_left = True
        del self._places[place]
        if self._order is not None:
            if 2 * len(self._places) < self._connections:
                self._order = None
            else:
                self._order.note_left(place)

    def next(self, networks: tuple[CountedNetwork, ...], now: float) -> Place | None:
        """The place to take away for a newcomer in ``networks``, or None."""
        if self._order is None:
            self._order = _Order(self._shares, self._connections, self._places)
        return self._order.next(networks, now)
