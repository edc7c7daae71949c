"""EDNS options of a reply: extended error, cookie, name-server identifier, idle time of TCP."""

from __future__ import annotations

from dataclasses import dataclass
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import NamedTuple

from catcher.dns.answering.cookies import Cookies
from catcher.dns.answering.query import Edns
from catcher.dns.wire import Transport

NSID, COOKIE, KEEPALIVE, EXTENDED_ERROR = 3, 10, 11, 15
"""Option codes (RFC 5001, 7873, 7828, 8914)."""

IDLE_SECONDS = 10.0
"""Seconds without a whole query after which a TCP connection is closed (RFC 7766 §6.2.3: a few seconds)."""
_IDLE = int(IDLE_SECONDS * 10).to_bytes(2, "big")
"""``IDLE_SECONDS`` in tenths of a second, RFC 7828's unit."""


@dataclass(frozen=True, slots=True)
class ReplySettings:
    """The operator's choices for EDNS options."""

    nsid: bytes = b""
    """The server's identifier, sent when a client asks for it (RFC 5001); empty: never sent."""
    cookies: Cookies | None = None
    """None: cookies are ignored."""
    demand_cookies: bool = False
    """Whether an answer over UDP needs a cookie that this server made."""
    packet_cache: bool = True
    """Whether replies over UDP may come from the packet cache; false: ``Authority`` makes each reply."""


class ReplyOptions(NamedTuple):
    """The options of one reply."""

    octets: bytes = b""
    """The options in wire format."""
    cookie_valid: bool = False
    """Whether the client sent a cookie that was made here, which proves its address."""


def option(code: int, data: bytes) -> bytes:
    """One option in wire format (RFC 6891 §6.1.2)."""
    return code.to_bytes(2, "big") + len(data).to_bytes(2, "big") + data


def reply_options(
    settings: ReplySettings, edns: Edns | None, transport: Transport, client: str, now: int
) -> ReplyOptions:
    """The options for ``client``, an IP address; ``now`` in Unix seconds."""
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
    return ReplyOptions(octets, valid) if octets else _NOTHING


def packed(client: str) -> bytes:
    """An IP address as 4 octets, also if it is mapped into IPv6, or as 16 octets without its scope."""
    if ":" in client:
        octets = inet_pton(AF_INET6, client.partition("%")[0])
        return octets[12:] if octets.startswith(_MAPPED) else octets
    return inet_pton(AF_INET, client)


def address_text(client: bytes) -> str:
    """The text of an IP address of 4 or 16 octets."""
    return inet_ntop(AF_INET if len(client) == 4 else AF_INET6, client)


_MAPPED = bytes(10) + b"\xff\xff"
"""The octets before an IPv4 address that is mapped into IPv6 (RFC 4291 §2.5.5.2): a client of a dual-stack socket."""

_NOTHING = ReplyOptions()
