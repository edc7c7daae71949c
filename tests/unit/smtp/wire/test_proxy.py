"""The PROXY protocol: read from listed networks, whole or octet by octet; from others it is nothing that is offered."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.smtp.wire.proxy import ProxyError, read_header
from tests.support.smtpwire import MAIL, SETTINGS, RecordingIntake, Wire, new_server, run

BEHIND = replace(SETTINGS, proxies=(ipaddress.ip_network("192.0.2.0/24"), ipaddress.ip_network("::1/128")))
V2 = b"\r\n\r\n\0\r\nQUIT\n"
V4_HEADER = (
    V2 + struct.pack("!BBH", 0x21, 0x11, 12) + bytes([198, 51, 100, 9, 192, 0, 2, 1]) + struct.pack("!HH", 9, 25)
)
V6_HEADER = (
    V2
    + struct.pack("!BBH", 0x21, 0x21, 39)
    + ipaddress.ip_address("2001:db8::9").packed
    + ipaddress.ip_address("::1").packed
    + struct.pack("!HH", 9, 25)
    + b"\x04\0\0"
)
HEADERS = {
    "v1": (b"PROXY TCP4 198.51.100.9 192.0.2.1 9 25\r\n", "198.51.100.9"),
    "v1-ipv6": (b"PROXY TCP6 2001:db8::9 ::1 9 25\r\n", "2001:db8::9"),
    "v1-mapped": (b"PROXY TCP6 ::ffff:198.51.100.9 ::1 9 25\r\n", "198.51.100.9"),
    "v1-unknown": (b"PROXY UNKNOWN\r\n", "192.0.2.7"),
    "v2": (V4_HEADER, "198.51.100.9"),
    "v2-ipv6-with-values": (V6_HEADER, "2001:db8::9"),
    "v2-local": (V2 + b"\x20\0\0\0", "192.0.2.7"),
    "v2-local-with-addresses": (V2 + b"\x20" + V4_HEADER[13:], "192.0.2.7"),
    "v2-unspec": (V2 + b"\x21\0\0\0", "192.0.2.7"),
    "v2-unspec-with-values": (V2 + b"\x21\0\0\x04\x04\0\x01x", "192.0.2.7"),
    "v2-unix": (V2 + b"\x21\x31\0\xd8" + bytes(216), "192.0.2.7"),
    "v2-unix-datagram": (V2 + b"\x21\x32\0\xd8" + bytes(216), "192.0.2.7"),
    "v2-udp4": (V2 + b"\x21\x12\0\x0c" + V4_HEADER[16:], "192.0.2.7"),
    "v2-udp6": (V2 + b"\x21\x22\0\x24" + V6_HEADER[16:52], "192.0.2.7"),
}
BROKEN = {
    "none": b"EHLO client.example\r\n",
    "v1-words": b"PROXY TCP4 198.51.100.9\r\n",
    "v1-address": b"PROXY TCP4 nowhere 192.0.2.1 9 25\r\n",
    "v1-family": b"PROXY TCP6 198.51.100.9 192.0.2.1 9 25\r\n",
    "v1-kind": b"PROXY UDP4 198.51.100.9 192.0.2.1 9 25\r\n",
    "v1-endless": b"PROXY TCP4 " + b"1" * 200,
    "v2-version": V2 + b"\x31\x11\0\0",
    "v2-command": V2 + b"\x22\x11\0\x0c" + bytes(12),
    "v2-family": V2 + b"\x21\x41\0\x0c" + bytes(12),
    "v2-transport": V2 + b"\x21\x13\0\x0c" + bytes(12),
    "v2-short": V2 + b"\x21\x11\0\x04" + bytes(4),
    "v2-short-ipv6": V2 + b"\x21\x21\0\x0c" + bytes(12),
    "v2-long": V2 + b"\x21\x11\xff\xff",
}


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("bytewise", [False, True])
def test_the_client_is_the_one_that_the_proxy_names(name: str, bytewise: bool) -> None:
    header, client = HEADERS[name]
    intake = RecordingIntake()

    async def main() -> None:
        wire = Wire(new_server(intake, settings=BEHIND), ("192.0.2.7", 40000))
        assert not wire.transport.output
        for packet in [bytes([octet]) for octet in header] if bytewise else [header + MAIL]:
            await wire.send(packet)
        assert (await wire.reply()).startswith("220 ")
        if bytewise:
            await wire.send(MAIL)
        await wire.send(b"QUIT\r\n")
        while await wire.reply():
            pass

    run(main())
    assert [taken.transaction.client for taken in intake.taken] == [client]


@pytest.mark.parametrize("header", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_no_header_ends_the_connection_without_a_word(header: bytes) -> None:
    async def main() -> None:
        wire = Wire(new_server(settings=BEHIND), ("192.0.2.7", 40000))
        await wire.send(header)
        await wire.ended()

    run(main())


def test_a_header_that_does_not_come_is_not_waited_for_for_ever() -> None:
    async def main() -> None:
        wire = Wire(new_server(settings=BEHIND), ("192.0.2.7", 40000))
        await wire.ended()

    run(main())


def test_others_can_not_say_who_they_are() -> None:
    async def main() -> None:
        wire = Wire(new_server(settings=BEHIND), ("198.51.100.1", 40000))
        await wire.reply()
        assert (await wire.ask("PROXY TCP4 192.0.2.1 192.0.2.2 1 25"))[0].startswith("502 ")
        await wire.ended()

    run(main())


@given(st.binary(max_size=300))
def test_any_octets_are_read_or_refused(data: bytes) -> None:
    for octets in (data, V2 + data, b"PROXY " + data):
        try:
            header = read_header(octets)
        except ProxyError:
            continue
        assert header is None or 0 < header.octets <= len(octets)
