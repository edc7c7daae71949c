"""The networks of a client's address that are counted, and the share of each in connections and in new ones a second.

An IPv4 client is counted by its address and its /24. An IPv6 host has a whole /64; a customer has a /56 or a /48, and a
provider a /32 (RFC 6177): each is counted, because whoever holds a larger network holds all smaller ones in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address

from catcher.model.value import value
from catcher.smtp.settings import SmtpLimits

CountedNetwork = tuple[int, int, int]
"""IP version, length of the prefix in bits, and these bits as a number."""
NetworkSize = tuple[int, int]
"""IP version and length of the prefix in bits."""

_REMEMBERED = 1_024
"""Most addresses whose numbers are cached: to parse an address costs more than all other checks."""
_BITS = {4: 32, 6: 128}
"""IP version → bits of an address."""
_LOOPBACK_4, _LOOPBACK_6 = 127, 1
"""The first octet of IPv4's loopback addresses, and the number of IPv6's only one."""


@value
class NetworkShare:
    """The limits of each network of one size."""

    connections: int
    """Most open connections."""
    rate: int
    """Most new connections a second; 0: no limit."""


@lru_cache(_REMEMBERED)
def number_of(address: str) -> tuple[int, int] | None:
    """IP version of ``address`` and its bits as a number; None for text without an address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return parsed.version, int(parsed)


def networks_of(address: str) -> tuple[CountedNetwork, ...]:
    """The networks of ``address`` that are counted, the smallest first; empty for a loopback address, which no network
    can use, and for text without an address."""
    number = number_of(address)
    if number is None:
        return ()
    version, bits = number
    if version == 4:
        return () if bits >> 24 == _LOOPBACK_4 else ((4, 32, bits), (4, 24, bits >> 8))
    if bits == _LOOPBACK_6:
        return ()
    return (6, 64, bits >> 64), (6, 56, bits >> 72), (6, 48, bits >> 80), (6, 32, bits >> 96)


class NetworkSet:
    """Networks of any size. A search takes a step for each size that they have, not for each of them."""

    __slots__ = ("_by_version",)

    def __init__(self, networks: Iterable[IPv4Network | IPv6Network]) -> None:
        self._by_version: dict[int, dict[int, set[int]]] = {4: {}, 6: {}}
        """IP version → bits behind the prefix → the prefixes as numbers."""
        for network in networks:
            behind = _BITS[network.version] - network.prefixlen
            prefixes = self._by_version[network.version].setdefault(behind, set())
            prefixes.add(int(network.network_address) >> behind)

    def holds(self, address: str) -> bool:
        """Whether one of the networks holds ``address``; False for text without an address."""
        number = number_of(address)
        if number is None:
            return False
        version, bits = number
        return any(bits >> behind in prefixes for behind, prefixes in self._by_version[version].items())


def shares_of(limits: SmtpLimits) -> Mapping[NetworkSize, NetworkShare]:
    """The share of each size. A smaller network can't use up the share of the larger one around it."""
    host, site = limits.connections_per_address, limits.connections_per_prefix
    rate = limits.connection_rate_per_prefix
    in_host, in_customer = -(-rate // 2), -(-rate * 3 // 4)
    return {
        (4, 32): NetworkShare(host, in_host),
        (4, 24): NetworkShare(site, rate),
        (6, 64): NetworkShare(host, in_host),
        (6, 56): NetworkShare(max(host, site // 2), in_customer),
        (6, 48): NetworkShare(site, rate),
        (6, 32): NetworkShare(-(-limits.connections // 4), -(-limits.connection_rate // 4)),
    }
