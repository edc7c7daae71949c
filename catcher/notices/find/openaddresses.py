"""Addresses of the open Internet, the only ones to which connections are made."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

_SPECIAL = tuple(
    ip_network(text)
    for text in (
        # The registries of RFC 6890 as of 2025: every entry that isn't globally reachable, and a few reachable entries
        # at which another host answers than the address suggests.
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_UNICAST = IPv6Network("2000::/3")
"""Global unicast addresses of IPv6; ::1, ::ffff:0:0/96, 64:ff9b::/96, fc00::/7, fe80::/10, ff00::/8 lie outside."""


def is_open(text: str) -> bool:
    """Whether ``text`` is an address of the open Internet.

    Private, loopback, link-local, shared, documentation, benchmarking, multicast and reserved addresses aren't. Nor are
    those that contain an IPv4 address (mapped, 6to4, Teredo, NAT64): a gateway chooses their destination. Nor is any
    text that is no plain address (with a scope, a name, a number).
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and (address.scope_id is not None or address not in _UNICAST):
        return False
    return address.is_global and not any(
        address in network for network in _SPECIAL if network.version == address.version
    )


def in_turn(addresses: list[str]) -> list[str]:
    """``addresses`` with the two families alternating, IPv4 first: a family that doesn't work here costs one
    attempt."""
    families: tuple[list[str], list[str]] = ([], [])
    for text in addresses:
        families[0 if isinstance(ip_address(text), IPv4Address) else 1].append(text)
    four, six = families
    turns = [text for pair in zip(four, six, strict=False) for text in pair]
    return [*turns, *four[len(six) :], *six[len(four) :]]
