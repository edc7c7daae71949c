"""EDNS options of a reply: extended error, cookie, name-server identifier, idle time of TCP."""

from __future__ import annotations

from dataclasses import dataclass
from socket import AF_INET, AF_INET6, inet_pton

from catcher.dns.cookies import Cookies
from catcher.dns.query import Edns
from catcher.dns.wire import Transport

NSID, COOKIE, KEEPALIVE, EXTENDED_ERROR = 3, 10, 11, 15
"""Option codes (RFC 5001, 7873, 7828, 8914)."""

IDLE_SECONDS = 10.0
"""Until a TCP connection is closed that brings nothing to be answered."""
_IDLE = int(IDLE_SECONDS * 10).to_bytes(2, "big")
"""In RFC 7828's unit, a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What of the options an operator chooses."""

    nsid: bytes = b""
    """Said to whoever asks for it; empty: never."""
    cookies: Cookies | None = None
    """None: cookies are passed over."""
    demand_cookies: bool = False
    """Whether an answer over UDP is for those alone who show a cookie from here."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one reply's OPT says beyond flags, and whether the client has shown that its address is its own."""

    octets: bytes = b""
    cookie_valid: bool = False


def option(code: int, data: bytes) -> bytes:
    """One option in wire format (RFC 6891 §6.1.2)."""
    return code.to_bytes(2, "big") + len(data).to_bytes(2, "big") + data


def say(settings: Settings, edns: Edns | None, transport: Transport, client: str, now: int) -> Said:
    """What ``client``, an IP address, is told; ``now`` in Unix seconds."""
    if edns is None:
        return _NOTHING
    octets, valid = b"", False
    if edns.nsid and settings.nsid:
        octets += option(NSID, settings.nsid)
    if edns.cookie is not None and settings.cookies is not None and client:
        cookie, valid = settings.cookies.answer(edns.cookie, packed(client), now)
        octets += option(COOKIE, cookie)
    if edns.keepalive and transport is Transport.TCP:
        octets += option(KEEPALIVE, _IDLE)
    return Said(octets, valid) if octets else _NOTHING


def packed(client: str) -> bytes:
    """An IP address as octets: 4, or 16 without its scope."""
    if ":" in client:
        return inet_pton(AF_INET6, client.partition("%")[0])
    return inet_pton(AF_INET, client)


_NOTHING = Said()
