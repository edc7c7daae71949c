"""Admits connections: limits on all and on each network, and limits on new connections a second (``flood``).

When all places are taken, the slowest client of the heaviest network is sent away for a new one (``evictions``),
whether it is idle or in the middle of a message: clients that send nothing, or next to nothing, can't lock out others.

Memory holds a place for each open connection, a count for each of its networks, and the counts of the present second.
"""

from __future__ import annotations

from catcher.smtp.admission.evictions import Evictions
from catcher.smtp.admission.flood import Flood
from catcher.smtp.admission.networks import CountedNetwork, networks_of, shares_of
from catcher.smtp.admission.place import AdmittedClient, Place
from catcher.smtp.settings import SmtpLimits
from catcher.smtp.wire import replies
from catcher.smtp.wire.replies import Reply

EVICTED_STILL_OPEN = 64
"""Most connections above the limit: evicted clients whose sockets aren't closed yet."""


class Gate:
    """Counts open connections. Loopback addresses have no networks: only the limit on all holds for them."""

    def __init__(self, limits: SmtpLimits) -> None:
        self._most = limits.connections
        self._shares = shares_of(limits)
        self._flood = Flood(limits, self._shares)
        self._evictions = Evictions(self._shares, limits.connections)
        self._open = 0
        self._entered = 0
        self._by_network: dict[CountedNetwork, int] = {}

    @property
    def is_full(self) -> bool:
        """Whether the limit on all connections is reached."""
        return self._open >= self._most

    @property
    def flooded(self) -> int:
        """Connections since the start that were refused because too many came in one second."""
        return self._flood.refused

    def enter(self, address: str, now: float) -> Place | Reply:
        """The place of a new connection, or the reply that refuses it.

        The caller calls ``add`` when the place has its client, and ``leave`` when the client is gone. ``now``: the
        event loop's time.
        """
        networks = networks_of(address)
        if not self._flood.admits(address, networks, now):
            return replies.FLOOD
        counts = self._by_network
        for network in networks:
            if counts.get(network, 0) >= self._shares[network[:2]].connections:
                return replies.BUSY if self.is_full else replies.TOO_MANY_CONNECTIONS
        if self.is_full and not self._evict_one(networks, now):
            return replies.BUSY
        self._open += 1
        self._entered += 1
        for network in networks:
            counts[network] = counts.get(network, 0) + 1
        return Place(networks, self._entered, now)

    def add(self, client: AdmittedClient, place: Place) -> None:
        """Gives ``place`` to its client; from now on it can be taken away."""
        place.client, client.place = client, place
        self._evictions.add(place)

    def leave(self, client: AdmittedClient) -> None:
        """Removes a client from all counts."""
        place = client.place
        self._open -= 1
        counts = self._by_network
        for network in place.networks:
            count = counts[network]
            if count > 1:
                counts[network] = count - 1
            else:
                del counts[network]
        if not place.is_left:
            self._evictions.remove(place)
        place.client = None

    def _evict_one(self, networks: tuple[CountedNetwork, ...], now: float) -> bool:
        """Sends a client away for a newcomer in ``networks``, and returns whether there was one. It counts until its
        connection has ended, and isn't chosen again."""
        if self._open >= self._most + EVICTED_STILL_OPEN:
            return False
        place = self._evictions.next(networks, now)
        if place is None or place.client is None:
            return False
        self._evictions.remove(place)
        place.client.evict()
        return True
