"""The parameters of SVCB and HTTPS (RFC 9460 §2.1, appendix A): text → wire format, and whether octets are of that
format.

AliasMode with parameters is taken as BIND, Knot and NSD take it: resolvers ignore them (RFC 9460 §2.4.2).
"""

from __future__ import annotations

import base64
import binascii
import re
import socket
from collections.abc import Callable, Sequence

from catcher.dns.zones.masterfiles.entries import Attached, Quoted
from catcher.dns.zones.masterfiles.nametext import unescape

_KEYS = {
    b"mandatory": 0,
    b"alpn": 1,
    b"no-default-alpn": 2,
    b"port": 3,
    b"ipv4hint": 4,
    b"ech": 5,
    b"ipv6hint": 6,
    b"dohpath": 7,
    b"ohttp": 8,
    b"docpath": 10,
}
"""Names of keys (IANA, "DNS Service Bindings")."""
_MANDATORY, _ALPN, _NO_DEFAULT_ALPN = 0, 1, 2
_MOST = 65_535
"""The highest number of a key, which BIND, Knot and NSD take although RFC 9460 §14.3.2 keeps it for "invalid"."""
_NUMBERED = re.compile(rb"key(0|[1-9][0-9]{0,4})\Z")
_ITEM = re.compile(rb"(?:[^,\\]|\\[,\\])+\Z", re.DOTALL)
_COMMA = re.compile(rb"((?:[^,\\]|\\.)*)(?:,|\Z)", re.DOTALL)


def svcparams_from_text(words: Sequence[bytes]) -> bytes:
    """The parameters, sorted by key. Keys are lower case. Raises ValueError."""
    params: dict[int, bytes] = {}
    left = list(reversed(words))
    while left:
        word = left.pop()
        if isinstance(word, Quoted):
            raise ValueError("a parameter is written key or key=value")
        name, equals, text = word.partition(b"=")
        if left and isinstance(left[-1], Attached):
            if not equals or text:
                raise ValueError("a value is quoted as a whole or not at all")
            text = left.pop()
        key = _key(name)
        if key in params:
            raise ValueError(f"the parameter {_shown(name)} comes twice")
        params[key] = _value(name, unescape(text)) if equals else b""
    octets = b"".join([_header(key, len(value)) + value for key, value in sorted(params.items())])
    check_svcparams(octets, 0)
    return octets


def check_svcparams(octets: bytes, at: int) -> int:
    """The end of ``octets``, if parameters fill it from ``at`` on. Raises ValueError."""
    params: dict[int, bytes] = {}
    before = -1
    while at < len(octets):
        key, size = int.from_bytes(octets[at : at + 2], "big"), int.from_bytes(octets[at + 2 : at + 4], "big")
        value = octets[at + 4 : at + 4 + size]
        at += 4 + size
        if at > len(octets):
            raise ValueError("a parameter ends too early")
        if key <= before:
            raise ValueError("the keys of the parameters don't rise")
        if key in _FORMS and not _FORMS[key](value):
            raise ValueError(f"the value of the parameter {_name(key)} is not of its form")
        params[key] = value
        before = key
    wanted = _numbers(params.get(_MANDATORY, b""))
    if _MANDATORY in wanted or sorted(set(wanted)) != wanted or not params.keys() >= set(wanted):
        raise ValueError("mandatory names keys that are there, each once, and not itself (RFC 9460 §8)")
    if _NO_DEFAULT_ALPN in params and _ALPN not in params:
        raise ValueError("no-default-alpn needs alpn (RFC 9460 §7.1.1)")
    return at


def _key(name: bytes) -> int:
    known = _KEYS.get(name)
    if known is not None:
        return known
    numbered = _NUMBERED.match(name)
    if numbered is None or int(numbered[1]) > _MOST:
        raise ValueError(f"{_shown(name)} is no key of a parameter: write key and its number")
    return int(numbered[1])


def _value(name: bytes, text: bytes) -> bytes:
    match name:
        case b"mandatory":
            return b"".join([key.to_bytes(2, "big") for key in sorted(map(_key, _items(text)))])
        case b"alpn":
            return b"".join([_counted(item) for item in _items(text)])
        case b"port":
            if not text.isdigit() or len(text) > 5 or int(text) > 65_535:
                raise ValueError("a port is a number of 0 to 65535")
            return int(text).to_bytes(2, "big")
        case b"ipv4hint" | b"ipv6hint":
            family = socket.AF_INET if name == b"ipv4hint" else socket.AF_INET6
            return b"".join([_address(family, item) for item in _items(text)])
        case b"ech":
            try:
                return base64.b64decode(text, validate=True)
            except binascii.Error:
                raise ValueError("the value of ech is not base64") from None
        case b"docpath":
            return b"".join([_counted(item) for item in _items(text)]) if text else b""
        case b"no-default-alpn" | b"ohttp" if text:
            raise ValueError(f"{_shown(name)} has no value")
    return text


def _items(text: bytes) -> list[bytes]:
    r"""The items of a list (RFC 9460, appendix A.1): a comma or backslash within one is escaped once more."""
    items, at = [], 0
    while True:
        match = _COMMA.match(text, at)
        if match is None or not _ITEM.match(match[1]):
            raise ValueError("a list has an empty item, or a backslash that escapes nothing")
        items.append(re.sub(rb"\\(.)", rb"\1", match[1], flags=re.DOTALL))
        at = match.end()
        if at == len(text) and not match[0].endswith(b",", len(match[1])):
            return items


def _counted(item: bytes) -> bytes:
    if len(item) > 255:
        raise ValueError("an item of a list has over 255 octets")
    return bytes((len(item),)) + item


def _address(family: socket.AddressFamily, text: bytes) -> bytes:
    try:
        return socket.inet_pton(family, text.decode("ascii"))
    except (OSError, ValueError):
        raise ValueError(f'"{_shown(text)}" is not an address for this hint') from None


def _header(key: int, size: int) -> bytes:
    if size > 65_535:
        raise ValueError("a parameter has over 65535 octets")
    return key.to_bytes(2, "big") + size.to_bytes(2, "big")


def _numbers(octets: bytes) -> list[int]:
    return [int.from_bytes(octets[at : at + 2], "big") for at in range(0, len(octets), 2)]


def _is_list(octets: bytes) -> bool:
    """Whether the octets are items of at least one octet, each after its length."""
    at = 0
    while at < len(octets):
        if not octets[at]:
            return False
        at += 1 + octets[at]
    return at == len(octets)


_FORMS: dict[int, Callable[[bytes], bool]] = {
    _MANDATORY: lambda value: bool(value) and len(value) % 2 == 0,
    _ALPN: lambda value: bool(value) and _is_list(value),
    _NO_DEFAULT_ALPN: lambda value: not value,
    3: lambda value: len(value) == 2,
    4: lambda value: bool(value) and len(value) % 4 == 0,
    5: bool,
    6: lambda value: bool(value) and len(value) % 16 == 0,
    7: bool,
    8: lambda value: not value,
    10: _is_list,
}
"""Key → whether a value is of its form: RFC 9460 §7 and §8, RFC 9461 §5, RFC 9540 §4, RFC 9953 §3."""


def _name(key: int) -> str:
    return next((name.decode() for name, number in _KEYS.items() if number == key), f"key{key}")


def _shown(text: bytes) -> str:
    return ascii(text[:40].decode("latin-1"))[1:-1]
