"""The networks of a client's address that are counted, and the share of each in connections and in new ones a second.

An IPv4 client is counted by its address and its /24. An IPv6 host has a whole /64; a customer has a /56 or a /48, and a
provider a /32 (RFC 6177): each is counted, because whoever holds a larger network holds all smaller ones in it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from catcher.model.value import value
from catcher.smtp.settings import SmtpLimits

CountedNetwork = tuple[int, int, int]
"""IP version, length of the prefix in bits, and these bits as a number."""
NetworkSize = tuple[int, int]
"""IP version and length of the prefix in bits."""

_SIZES = {4: (32, 24), 6: (64, 56, 48, 32)}


@value
class NetworkShare:
    """The limits of each network of one size."""

    connections: int
    """Most open connections."""
    rate: int
    """Most new connections a second; 0: no limit."""


def networks_of(address: str) -> tuple[CountedNetwork, ...]:
    """The networks of ``address`` that are counted, the smallest first; empty for a loopback address, which no network
    can use, and for text without an address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ()
    if parsed.is_loopback:
        return ()
    bits = int(parsed)
    return tuple([(parsed.version, size, bits >> (parsed.max_prefixlen - size)) for size in _SIZES[parsed.version]])


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
