"""Names that carry their address, as those of access networks do, and names of servers that don't."""

from __future__ import annotations

import pytest

from catcher.fingerprint.ways.addressdigits import carries_address

V4, V6 = "192.0.2.25", "2001:db8:12:34:a1b2:c3d4:e5f6:1789"


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("192-0-2-25.contractor.example", V4),
        ("192.0.2.25.contractor.example", V4),
        ("25.2.0.192.contractor.example", V4),
        ("host-192-000-002-025.contractor.example", V4),
        ("ip192000002025.contractor.example", V4),
        ("c0000219.contractor.example", V4),
        ("dyn-C0-00-02-19.contractor.example".lower(), V4),
        ("ip3221226009.contractor.example", V4),
        ("dhcp-2-25.contractor.example", V4),
        ("pc25.net2.contractor.example", V4),
        ("20010db800120034a1b2c3d4e5f61789.contractor.example", V6),
        ("a1b2-c3d4-e5f6-1789.contractor.example", V6),
        ("1789-e5f6-c3d4-a1b2.contractor.example", V6),
        ("a1b2c3d4e5f61789.dyn.contractor.example", V6),
        ("2001-db8-12-34-a1b2-c3d4-e5f6-1789.contractor.example", V6),
        ("2001-db8--25.contractor.example", "2001:db8::25"),
        ("9.8.7.1.6.f.5.e.4.d.3.c.2.b.1.a.contractor.example", V6),
    ],
)
def test_the_address_stands_in_the_name(host: str, client: str) -> None:
    assert carries_address(host, client)


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("mail.contractor.example", V4),
        ("mail25.contractor.example", V4),
        ("mx2.contractor.example", V4),
        ("out-7.dc3.contractor.example", V4),
        ("mail.contractor.example", V6),
        ("mail6.contractor.example", "2001:db8::25"),
        ("deadbeef.contractor.example", V4),
        ("mx10005.contractor.example", "198.51.100.5"),
        ("mail1.contractor.example", "2001:db8::1"),
    ],
)
def test_a_servers_name_has_none(host: str, client: str) -> None:
    assert not carries_address(host, client)
