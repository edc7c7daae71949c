"""Only addresses of the open Internet are connected to, however an address is dressed up."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.notices.find.openaddresses import in_turn, is_open

OPEN_4, OPEN_6 = str(IPv4Address(0x01010101)), "2606:4700:4700::1111"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
        *("224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fc00::1", "fd00::1", "ff02::1", "fec0::1", "2001:db8::1", "3fff::1", "100::1"),
        *("::ffff:127.0.0.1", f"::ffff:{OPEN_4}", "::127.0.0.1", "2002:7f00:1::1", "2002:101:101::1"),
        *("64:ff9b::7f00:1", f"64:ff9b::{OPEN_4}", "64:ff9b:1::1", "2001::1", "2001:0:7f00:1::", "5f00::1"),
        *("2001:20::1", "2001:2::1", "4000::1", "::ffff:0:127.0.0.1"),
        *(f"{OPEN_6}%eth0", "fe80::1%1"),
        *(
            "",
            "localhost",
            "2130706433",
            "0x7f000001",
            "127.1",
            "0177.0.0.1",
            "127.0.0.1:443",
            f"[{OPEN_6}]",
            f" {OPEN_4}",
        ),
    ],
)
def test_what_is_not_of_the_open_internet_is_refused(address: str) -> None:
    assert not is_open(address)


@pytest.mark.parametrize("address", [OPEN_4, OPEN_6, "2a00::1", "2400:cb00::1"])
def test_the_rest_is_allowed(address: str) -> None:
    assert is_open(address)


@given(st.ip_addresses(v=4).map(str), st.sampled_from(("::ffff:{}", "::{}", "64:ff9b::{}", "2002:{:04x}:{:04x}::1")))
def test_no_address_that_carries_another_is_allowed(four: str, form: str) -> None:
    number = int(IPv4Address(four))
    text = form.format(number >> 16, number & 0xFFFF) if ":04x" in form else form.format(four)
    assert not is_open(text)


@given(st.ip_addresses())
def test_nothing_is_allowed_that_pythons_own_table_calls_special(address: IPv4Address | IPv6Address) -> None:
    if is_open(str(address)):
        assert address.is_global and not address.is_multicast and not address.is_reserved


def test_the_families_take_turns() -> None:
    assert in_turn(["1::", "2::", "192.0.2.1"]) == ["192.0.2.1", "1::", "2::"]
    assert in_turn(["192.0.2.1", "192.0.2.2", "1::"]) == ["192.0.2.1", "1::", "192.0.2.2"]
    assert in_turn([]) == []
