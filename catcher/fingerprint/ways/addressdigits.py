"""Whether a host's name carries its address, as the names of access networks do (``dyn-192-0-2-25.…``)."""

from __future__ import annotations

import ipaddress
import re
from itertools import pairwise

_NUMBER = re.compile(r"[0-9]+")
_WORD = re.compile(r"[0-9a-f]+")
_LEAST_NIBBLES = 8
"""Fewest hexadecimal digits of an IPv6 address, besides its zeros, by which a name carries it: half an interface
identifier (RFC 4291 §2.5.1)."""
_SHORT = 4
"""Digits: a run that isn't longer is no sign, since a host may be called ``mx1111``."""


def carries_address(host: str, client: str) -> bool:
    """Whether ``host`` (A-labels) has the digits of ``client``, an IP address.

    IPv4: all four octets, or the last two, as adjacent decimal numbers in either order, with or without zeros before
    them; or all four octets without separators in decimal, padded decimal or hexadecimal digits, or as one number.
    IPv6: the groups of its network or of its interface, or its digits, in either order.
    """
    address = ipaddress.ip_address(client)
    if isinstance(address, ipaddress.IPv4Address):
        return _carries_ipv4(host, address)
    return _carries_ipv6(host, address)


def _carries_ipv4(host: str, address: ipaddress.IPv4Address) -> bool:
    octets = list(address.packed)
    numbers = [int(text[-12:]) for text in _NUMBER.findall(host)]
    third, last = octets[2:]
    if not {(third, last), (last, third)}.isdisjoint(pairwise(numbers)):
        return True
    solid = _solid(host)
    for order in (octets, octets[::-1]):
        for form in ("d", "03d", "02x"):
            written = "".join([format(octet, form) for octet in order])
            if len(written) > _SHORT and written in solid:
                return True
    return int(address) in numbers


def _carries_ipv6(host: str, address: ipaddress.IPv6Address) -> bool:
    if address.compressed.replace(":", "-") in host:
        return True
    digits = address.exploded.replace(":", "")
    solid = _solid(host)
    for written in (digits, digits[::-1], digits[16:], digits[:15:-1]):
        short = written.strip("0")
        if len(short) >= _LEAST_NIBBLES and short in solid:
            return True
    words = [_without_zeros(word) for word in _WORD.findall(host)]
    groups = [_without_zeros(group) for group in address.exploded.split(":")]
    return any(
        len([group for group in half if group != "0"]) > 1 and (_holds(words, half) or _holds(words, half[::-1]))
        for half in (groups[:4], groups[4:])
    )


def _without_zeros(digits: str) -> str:
    return digits.lstrip("0") or "0"


def _holds(words: list[str], wanted: list[str]) -> bool:
    """Whether ``wanted`` stands in ``words`` as a run."""
    size = len(wanted)
    return any(words[i : i + size] == wanted for i in range(len(words) - size + 1))


def _solid(host: str) -> str:
    """The name without its separators."""
    return host.replace("-", "").replace(".", "").replace("_", "")
