"""Reads the PROXY protocol's header, version 1 or 2: it names the client for which a proxy connects. Pure."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass

HEADER_MOST = 16 + 4096
"""Most octets of a header: a header of version 2 with 4 KiB of addresses and type-length-values."""

_V2 = b"\r\n\r\n\0\r\nQUIT\n"
_V1 = b"PROXY "
_V1_MOST = 107
_LOCAL, _PROXIED = 0x20, 0x21
_TCP4, _TCP6 = 0x11, 0x21
_FAMILIES, _TRANSPORTS = range(4), range(3)
"""Address families (UNSPEC, INET, INET6, UNIX) and transports (UNSPEC, STREAM, DGRAM) of version 2; other values are
faults (proxy-protocol.txt §2.2)."""


class ProxyError(ValueError):
    """The octets are no PROXY header. The message repeats none of these octets."""


@dataclass(frozen=True, slots=True)
class Proxied:
    """A complete header."""

    address: str | None
    """The client's address. None when the header names no client (version 1 UNKNOWN, version 2 LOCAL, UNSPEC and
    families other than TCP over IP): then the peer of the connection counts as the client."""
    octets: int
    """Octets of the header; the octets behind the header are the client's."""


def read_header(data: bytes) -> Proxied | None:
    """The header that ``data`` starts with; None when more octets are needed. Raises ProxyError."""
    if data.startswith(_V2):
        return _version_2(data)
    if _V2.startswith(data) or _V1.startswith(data):
        return None
    if not data.startswith(_V1):
        raise ProxyError("no PROXY header")
    return _version_1(data)


def _version_1(data: bytes) -> Proxied | None:
    end = data.find(b"\r\n", 0, _V1_MOST)
    if end < 0:
        if len(data) >= _V1_MOST:
            raise ProxyError("a header of version 1 without an end")
        return None
    words = data[:end].split(b" ")
    if words[1] == b"UNKNOWN":
        return Proxied(None, end + 2)
    if len(words) != 6 or words[1] not in (b"TCP4", b"TCP6"):
        raise ProxyError("a header of version 1 that is malformed")
    try:
        address = ipaddress.ip_address(words[2].decode("ascii"))
    except ValueError:
        raise ProxyError("a header of version 1 without an address") from None
    if address.version != int(words[1][3:]):
        raise ProxyError("a header of version 1 whose address is of another family")
    return Proxied(str(address), end + 2)


def _version_2(data: bytes) -> Proxied | None:
    if len(data) < 16:
        return None
    command, family, length = struct.unpack_from("!BBH", data, 12)
    if command not in (_LOCAL, _PROXIED) or 16 + length > HEADER_MOST:
        raise ProxyError("a header of version 2 that is malformed")
    if len(data) < 16 + length:
        return None
    if command == _LOCAL:
        return Proxied(None, 16 + length)
    if family >> 4 not in _FAMILIES or family & 15 not in _TRANSPORTS:
        raise ProxyError("a header of version 2 with an unknown family")
    if family == _TCP4 and length >= 12:
        return Proxied(str(ipaddress.IPv4Address(data[16:20])), 16 + length)
    if family == _TCP6 and length >= 36:
        return Proxied(str(ipaddress.IPv6Address(data[16:32])), 16 + length)
    if family in (_TCP4, _TCP6):
        raise ProxyError("a header of version 2 whose addresses are cut")
    # "… provided that it automatically falls back to the UNSPEC mode for the valid combinations above that it does not
    # support": UNSPEC itself is mandatory (proxy-protocol.txt §2.2)
    return Proxied(None, 16 + length)
