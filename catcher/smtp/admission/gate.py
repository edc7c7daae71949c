"""Admits connections: limits on all, per address and per network, and limits on new connections a second (``flood``).

At the limit, an idle client is closed to admit the next client, so that idle clients can't lock out clients with mail.
Clients are kept in the order in which they came; a client that was checked and isn't idle moves to the end. So the
client that has been idle longest is found in a few steps, and clients that send commands cause no work here.

Memory holds a count for the address and the network of each open connection, and for the networks of the present
second's new connections.
"""

from __future__ import annotations

import ipaddress
from collections import Counter, OrderedDict
from typing import Protocol

from catcher.smtp.admission.flood import Flood
from catcher.smtp.settings import SmtpLimits
from catcher.smtp.wire import replies
from catcher.smtp.wire.replies import Reply

_V6_PREFIX = 56
"""Bits of an IPv6 network that counts as one client: providers give networks of this size to a site (RFC 6177)."""
EVICTION_CANDIDATES = 32
"""Most clients checked for idleness when a new connection needs room: a bound on the work for one connection."""
EVICTED_STILL_OPEN = 64
"""Most connections above the limit: evicted clients whose sockets aren't closed yet."""


class AdmittedClient(Protocol):
    """A client that was admitted."""

    address: str

    def is_evictable(self, now: float) -> bool:
        """Whether the client may be closed to admit a new client. ``now``: the event loop's time."""
        ...

    def evict(self) -> None:
        """Closes the client's connection."""
        ...


class Gate:
    """Counts open connections.

    For loopback addresses only the limit on all connections holds.
    """

    def __init__(self, limits: SmtpLimits) -> None:
        self._limits = limits
        self._flood = Flood(limits)
        self._open = 0
        self._by_address: Counter[str] = Counter()
        self._by_prefix: Counter[str] = Counter()
        self._clients: OrderedDict[AdmittedClient, None] = OrderedDict()

    @property
    def is_full(self) -> bool:
        """Whether the limit on all connections is reached."""
        return self._open >= self._limits.connections

    @property
    def flooded(self) -> int:
        """Connections since the start that were refused because too many came in one second."""
        return self._flood.refused

    def enter(self, address: str, now: float) -> Reply | None:
        """Counts a connection and returns None, or returns the reply that refuses it.

        The caller calls ``add`` for an admitted client, and ``leave`` when the client is gone. ``now``: the event
        loop's time.
        """
        prefix = prefix_of(address)
        if not self._flood.admits(address, prefix, now):
            return replies.FLOOD
        if prefix and (
            self._by_address[address] >= self._limits.connections_per_address
            or self._by_prefix[prefix] >= self._limits.connections_per_prefix
        ):
            return replies.BUSY if self.is_full else replies.TOO_MANY_CONNECTIONS
        if self.is_full and not self._evict_one(now):
            return replies.BUSY
        self._open += 1
        if prefix:
            self._by_address[address] += 1
            self._by_prefix[prefix] += 1
        return None

    def add(self, client: AdmittedClient) -> None:
        """Adds an admitted client to the clients that may be evicted."""
        self._clients[client] = None

    def leave(self, client: AdmittedClient) -> None:
        """Removes a client from all counts."""
        self._open -= 1
        self._clients.pop(client, None)
        prefix = prefix_of(client.address)
        if prefix:
            _decrement(self._by_address, client.address)
            _decrement(self._by_prefix, prefix)

    def _evict_one(self, now: float) -> bool:
        """Evicts an idle client, and returns whether there was one. An evicted client counts until its connection has
        ended, and isn't chosen again."""
        if self._open >= self._limits.connections + EVICTED_STILL_OPEN:
            return False
        for _ in range(min(EVICTION_CANDIDATES, len(self._clients))):
            client = next(iter(self._clients))
            if client.is_evictable(now):
                del self._clients[client]
                client.evict()
                return True
            self._clients.move_to_end(client)
        return False


def _decrement(counts: Counter[str], key: str) -> None:
    if counts[key] > 1:
        counts[key] -= 1
    else:
        del counts[key]


def prefix_of(address: str) -> str:
    """The /24 of an IPv4 address or the /56 of an IPv6 address, as text; '' for loopback, and for text without an
    address."""
    if ":" not in address:
        return "" if address.startswith("127.") else address.rpartition(".")[0]
    parsed = ipaddress.IPv6Address(address)
    return "" if parsed.is_loopback else str(ipaddress.IPv6Network((parsed, _V6_PREFIX), strict=False))
