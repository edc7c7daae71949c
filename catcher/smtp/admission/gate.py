"""Admits connections: limits in all, per address and per network, and limits on new ones a second (``flood``).

At the limit, an idle client is closed to admit the next one, so that idle clients can't lock out those who have mail.
Clients stand in the order in which they came; a client that was checked and isn't idle goes to the end. So the client
that has been idle longest is found in a few steps, and nothing is noted here while clients talk.

Memory holds a number for each open connection's address and network, and those of the present second's new ones.
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
"""Bits of an IPv6 network that counts as one client's: the size that providers give to a site (RFC 6177)."""
EVICTION_CANDIDATES = 32
"""Clients checked for idleness when room is wanted: a bound on the work for a new connection."""
EVICTED_STILL_OPEN = 64
"""Connections allowed above the limit for an instant: evicted clients whose sockets aren't closed yet."""


class AdmittedClient(Protocol):
    """A client that was admitted."""

    address: str

    def is_evictable(self, now: float) -> bool:
        """Whether it may be closed in favour of a new one. ``now``: the loop's time."""
        ...

    def evict(self) -> None:
        """Closes it."""
        ...


class Gate:
    """Counts open connections.

    Of these limits only that on all connections holds for loopback addresses.
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
        """Counts a connection and returns None, or returns the reply with which it is refused.

        Call ``add`` after admitting a client, and ``leave`` when it is gone. ``now``: the loop's time.
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
        """Makes an admitted client one that may be evicted."""
        self._clients[client] = None

    def leave(self, client: AdmittedClient) -> None:
        """Counts a client out again."""
        self._open -= 1
        self._clients.pop(client, None)
        prefix = prefix_of(client.address)
        if prefix:
            _decrement(self._by_address, client.address)
            _decrement(self._by_prefix, prefix)

    def _evict_one(self, now: float) -> bool:
        """Whether a client was evicted. It is counted until its connection ended, and isn't chosen again."""
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
    """The /24 of an IPv4 address, the /56 of an IPv6 one, as text; '' for loopback and for what is no address."""
    if ":" not in address:
        return "" if address.startswith("127.") else address.rpartition(".")[0]
    parsed = ipaddress.IPv6Address(address)
    return "" if parsed.is_loopback else str(ipaddress.IPv6Network((parsed, _V6_PREFIX), strict=False))
