"""Question tail: the octets after the QNAME (QTYPE, QCLASS, OPT), reduced to those that can change a reply over UDP.
Pure."""

from __future__ import annotations

from catcher.dns.wire import RRType, question_end

QUESTION = 10
"""Offset of the question in a message without its ID: the header's other ten octets come first."""
_NSID, _COOKIE = 3, 10
"""Codes of the options that change a reply over UDP (RFC 5001, RFC 7873)."""
_SIZES = 512, 1232
"""Octets: a client's UDP size below the first value counts as the first, one above the second as the second
(``message.UDP_SIZE``)."""
_NOT_CACHED = {rrtype.to_bytes(2, "big") for rrtype in (RRType.DS, RRType.IXFR, RRType.AXFR)}
"""QTYPEs whose answer comes from the parent zone or depends on the client."""

Tail = tuple[bytes, bytes | None]
"""The octets that a reply depends on, and the client's cookie (RFC 7873)."""


def is_plain(message: bytes) -> bool:
    """Whether ``message`` (without its ID) has the flags and counts of a standard query with at most one OPT."""
    return message[0] & 0xF8 == 0 and message[2:9] == b"\0\1\0\0\0\0\0" and message[9] <= 1


def is_cacheable(message: bytes) -> bool:
    """Whether the same octets (without the ID) always get the same reply, from any client."""
    end = question_end(message, QUESTION) - 4
    tail = _reduce(message[end:]) if end > 0 and is_plain(message) else None
    return tail is not None and tail[1] is None


def is_cacheable_for_client(message: bytes) -> bool:
    """Whether the same octets (without the ID) get the same reply for a minute if the same client sends them."""
    end = question_end(message, QUESTION) - 4
    return end > 0 and is_plain(message) and message[end + 4 : end + 7] == b"\0\0\x29"


def reduced(rest: bytes, *, demand_cookies: bool) -> Tail | None:
    """The tail of a message whose QNAME ends before ``rest``; None: the reply may depend on more than the tail.

    ``demand_cookies``: whether a query without a valid cookie gets no answer.
    """
    tail = None if rest[:2] in _NOT_CACHED else _reduce(rest)
    return None if tail is not None and tail[1] is not None and demand_cookies else tail


def _reduce(rest: bytes) -> Tail | None:
    """The tail of ``rest``; None for a signature, a second record or a broken OPT."""
    if len(rest) == 4:
        return rest, None
    if rest[4:7] != b"\0\0\x29" or len(rest) < 15 or len(rest) != 15 + (rest[13] << 8 | rest[14]):
        return None
    at, nsid, cookie = 15, None, None
    while at < len(rest):
        if at + 4 > len(rest):
            return None
        code, length = rest[at] << 8 | rest[at + 1], rest[at + 2] << 8 | rest[at + 3]
        if code == _COOKIE and cookie is None:
            cookie = rest[at + 4 : at + 4 + length]
            if length != 8 and not 16 <= length <= 40:
                return None
        if code == _NSID and nsid is None:
            nsid = length == 0
        at += 4 + length
    if at != len(rest):
        return None
    size = min(max(int.from_bytes(rest[7:9], "big"), _SIZES[0]), _SIZES[1])
    return rest[:4] + size.to_bytes(2, "big") + bytes((rest[10], rest[11] & 0x80, bool(nsid), bool(cookie))), cookie
