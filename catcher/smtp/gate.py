"""Who may connect: so many connections in all, from an address, and from its neighbourhood. Memory is what is open."""

from __future__ import annotations

import ipaddress
from collections import Counter

from catcher.smtp.settings import Limits

_V4_PREFIX, _V6_PREFIX = 24, 56


class Gate:
    """Counts open connections.

    Loopback addresses and trusted proxies are no strangers: for them only the number of all connections holds.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._open = 0
        self._by_address: Counter[str] = Counter()
        self._by_prefix: Counter[str] = Counter()

    @property
    def is_full(self) -> bool:
        """Whether no connection is taken, whoever comes."""
        return self._open >= self._limits.connections

    def enter(self, address: str) -> bool:
        """Counts a connection in, unless there are too many. Who entered has to ``leave``."""
        if self.is_full:
            return False
        prefix = prefix_of(address)
        if prefix and (
            self._by_address[address] >= self._limits.connections_per_address
            or self._by_prefix[prefix] >= self._limits.connections_per_prefix
        ):
            return False
        self._open += 1
        if prefix:
            self._by_address[address] += 1
            self._by_prefix[prefix] += 1
        return True

    def leave(self, address: str) -> None:
        """Counts it out again."""
        self._open -= 1
        prefix = prefix_of(address)
        if prefix:
            _less(self._by_address, address)
            _less(self._by_prefix, prefix)


def _less(counts: Counter[str], key: str) -> None:
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
