"""Listen addresses as a person writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.config.address import ListenAddress, ListenAddressError


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:5300", "127.0.0.1", 5300),
        ("[::1]:5300", "::1", 5300),
        ("[2001:0DB8:0::1]:53", "2001:db8::1", 53),
        ("0.0.0.0:0", "0.0.0.0", 0),
        ("[::]:65535", "::", 65535),
    ],
)
def test_an_address_and_a_port(text: str, host: str, port: int) -> None:
    assert ListenAddress.parse(text) == ListenAddress(host, port)


@pytest.mark.parametrize(
    "text",
    (
        *("", "5300", ":5300", "127.0.0.1", "127.0.0.1:", "::1:5300", "[127.0.0.1]:5300", "[::1:5300", "::1]:5300"),
        *("localhost:5300", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:٥٣", "127.0.0.1:53 ", "127.0.0.1:5:3"),
    ),
)
def test_anything_else_is_told(text: str) -> None:
    with pytest.raises(ListenAddressError) as error:
        ListenAddress.parse(text)
    assert error.value.what and error.value.remedy


def test_a_resolver_needs_no_port() -> None:
    assert ListenAddress.parse("192.0.2.1", default_port=53) == ListenAddress("192.0.2.1", 53)
    assert ListenAddress.parse("[2001:db8::1]", default_port=53) == ListenAddress("2001:db8::1", 53)


@given(st.ip_addresses(), st.integers(0, 65535))
def test_what_is_printed_is_read_back(host: object, port: int) -> None:
    address = ListenAddress(str(host), port)
    assert ListenAddress.parse(str(address)) == address


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        address = ListenAddress.parse(text)
    except ListenAddressError:
        return
    assert 0 <= address.port <= 65535
