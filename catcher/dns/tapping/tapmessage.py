"""The messages of dnstap (dnstap.proto), in protobuf's wire format. Pure.

Only the fields below are written. The Python packages for dnstap and protobuf are generated code for every field;
these are ten.
"""

from __future__ import annotations

from enum import IntEnum

from catcher.dns.wire import Transport

CONTENT_TYPE = b"protobuf:dnstap.Dnstap"
"""The content type of the frames."""

_V4_KEPT, _V6_KEPT = 3, 6
"""Octets of an address that are told: /24 and /48."""
_IDENTITY, _VERSION, _TYPE, _MESSAGE = 1, 2, 15, 14
"""Fields of ``Dnstap``."""
_OF_TYPE_MESSAGE = 1


class TapType(IntEnum):
    """``Message.Type``: who sent the message to whom."""

    AUTH_QUERY = 1
    """A query, as this server received it."""
    AUTH_RESPONSE = 2
    """A reply, as this server sent it."""


class _Field(IntEnum):
    """Fields of ``Message``; a reply has its octets and its time in fields of its own. A time's nanoseconds follow its
    seconds."""

    TYPE = 1
    SOCKET_FAMILY = 2
    SOCKET_PROTOCOL = 3
    QUERY_ADDRESS = 4
    QUERY_TIME = 8
    QUERY = 10
    ZONE = 11
    RESPONSE_TIME = 12
    RESPONSE = 14


def tap_message(
    kind: TapType, message: bytes, apex: bytes, client: bytes, transport: Transport, second: int, identity: bytes
) -> bytes:
    """One ``Dnstap``.

    ``message`` is scrubbed. ``apex``: the zone or catalogued name; no octets if there is none. ``client``: the address,
    4 or 16 octets, of which the network is told. ``second``: Unix time. ``identity``: the name of this server.
    """
    is_v6 = len(client) == 16
    kept = _V6_KEPT if is_v6 else _V4_KEPT
    octets, time = (
        (_Field.QUERY, _Field.QUERY_TIME) if kind is TapType.AUTH_QUERY else (_Field.RESPONSE, _Field.RESPONSE_TIME)
    )
    inner = b"".join(
        (
            _number(_Field.TYPE, kind),
            _number(_Field.SOCKET_FAMILY, 2 if is_v6 else 1),
            _number(_Field.SOCKET_PROTOCOL, 1 if transport is Transport.UDP else 2),
            _octets(_Field.QUERY_ADDRESS, client[:kept].ljust(len(client), b"\0")),
            _number(time, second),
            _nanoseconds(time + 1),
            _octets(_Field.ZONE, apex) if apex else b"",
            _octets(octets, message),
        )
    )
    return (
        _octets(_IDENTITY, identity)
        + _octets(_VERSION, b"catcher")
        + _octets(_MESSAGE, inner)
        + _number(_TYPE, _OF_TYPE_MESSAGE)
    )


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _nanoseconds(field: int) -> bytes:
    """No nanoseconds, as a fixed32: times are told to the second."""
    return _varint(field << 3 | 5) + bytes(4)


def _octets(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    """Seven bits an octet, the lowest first; the highest bit says that more follow."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
