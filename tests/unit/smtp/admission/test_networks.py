"""The networks that are counted, and the share of each in connections and in new ones a second."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.smtp import Gate, SmtpLimits
from catcher.smtp.admission.networks import NetworkSet, networks_of, shares_of
from catcher.smtp.admission.place import Place
from catcher.smtp.wire import replies


@given(st.ip_addresses())
def test_each_network_holds_the_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    networks = networks_of(str(address))
    sizes = (32, 24) if address.version == 4 else (64, 56, 48, 32)
    assert [size for _, size, _ in networks] == ([] if address.is_loopback else list(sizes))
    for version, size, bits in networks:
        assert version == address.version
        assert bits == int(ipaddress.ip_network((address, size), strict=False)[0]) >> (address.max_prefixlen - size)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "", "nowhere"])
def test_a_loopback_address_and_what_is_no_address_have_no_networks(address: str) -> None:
    assert networks_of(address) == ()


SIZES = {
    "IPv4 address": (lambda n: "192.0.2.1", 100, 50),
    "/24": (lambda n: f"192.0.2.{n % 250}", 400, 100),
    "/64": (lambda n: f"2001:db8:1:1::{n:x}", 100, 50),
    "/56": (lambda n: f"2001:db8:1:{n % 256:x}::1", 200, 75),
    "/48": (lambda n: f"2001:db8:1:{n:x}::1", 400, 100),
    "/48 by its /56s": (lambda n: f"2001:db8:1:{256 * n % 65536:x}::1", 400, 100),
    "/32": (lambda n: f"2001:db8:{n:x}::1", 2000, 250),
}


@pytest.mark.parametrize(("address_of", "most", "rate"), SIZES.values(), ids=SIZES.keys())
def test_no_network_has_more_than_its_share(address_of: object, most: int, rate: int) -> None:
    """Of the default limits: 8,000 connections and 1,000 new ones a second."""
    assert callable(address_of)
    addresses = [address_of(n) for n in range(3000)]
    gate = Gate(SmtpLimits(connection_rate=0, connection_rate_per_prefix=0))
    entered = [gate.enter(address, 7.0) for address in addresses]
    assert sum(isinstance(place, Place) for place in entered) == most
    assert entered[-1] == replies.TOO_MANY_CONNECTIONS
    gate = Gate(SmtpLimits())
    assert sum(isinstance(gate.enter(address, 7.0), Place) for address in addresses) == rate
    assert gate.enter("198.51.100.1", 7.0) not in (replies.FLOOD, replies.BUSY)


def test_no_network_s_share_is_larger_than_that_of_the_network_around_it() -> None:
    shares = shares_of(SmtpLimits())
    for version, sizes in ((4, (32, 24)), (6, (64, 56, 48, 32))):
        for measure in ("connections", "rate"):
            found = [getattr(shares[version, size], measure) for size in sizes]
            assert found == sorted(set(found))


def test_zero_is_no_limit_on_the_rate() -> None:
    gate = Gate(SmtpLimits(connection_rate=0, connection_rate_per_prefix=0, connections_per_address=10_000))
    assert all(isinstance(gate.enter("192.0.2.1", 7.0), Place) for _ in range(400))


@given(st.lists(st.ip_addresses(), min_size=1), st.lists(st.tuples(st.ip_addresses(), st.integers(0, 128))))
def test_a_set_of_networks_holds_what_one_of_them_holds(
    addresses: list[ipaddress.IPv4Address | ipaddress.IPv6Address],
    prefixes: list[tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int]],
) -> None:
    prefixes += [(address, 96 + n) for n, address in enumerate(addresses[:3])]
    networks = [
        ipaddress.ip_network((address, min(size, address.max_prefixlen)), strict=False) for address, size in prefixes
    ]
    found = NetworkSet(networks)
    for address in addresses:
        assert found.holds(str(address)) is any(address in network for network in networks)
    assert not found.holds("nowhere")
