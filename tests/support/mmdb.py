"""Writes a small MMDB database (MaxMind DB file format 2.0), independent of the library that reads it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

Value = str | int | Mapping[str, "Value"]


def database(networks: Mapping[str, Value]) -> bytes:
    """IPv4 networks → records, as the octets of a file. Networks must not overlap."""
    nodes: list[list[int | None]] = [[None, None]]
    data, offsets = b"", {}
    for network, record in networks.items():
        offsets[network] = len(data)
        data += _encoded(record)
    leaves: dict[tuple[int, int], str] = {}
    for network in networks:
        parsed = ipaddress.ip_network(network)
        bits = f"{int(parsed.network_address):032b}"[: parsed.prefixlen]
        node = 0
        for bit in bits[:-1]:
            following = nodes[node][int(bit)]
            if following is None:
                nodes.append([None, None])
                following = nodes[node][int(bit)] = len(nodes) - 1
            node = following
        leaves[node, int(bits[-1])] = network
    tree = b""
    for number, pair in enumerate(nodes):
        for side, following in enumerate(pair):
            if (number, side) in leaves:
                following = len(nodes) + 16 + offsets[leaves[number, side]]
            tree += (len(nodes) if following is None else following).to_bytes(3)
    metadata = _encoded(
        {
            "node_count": len(nodes),
            "record_size": 24,
            "ip_version": 4,
            "database_type": "Test-ASN",
            "binary_format_major_version": 2,
            "binary_format_minor_version": 0,
            "build_epoch": 0,
            "languages": {},
            "description": {},
        }
    )
    return tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + metadata


def _encoded(value: Value) -> bytes:
    if isinstance(value, str):
        text = value.encode()
        return bytes([2 << 5 | len(text)]) + text
    if isinstance(value, int):
        octets = value.to_bytes((value.bit_length() + 7) // 8)
        return bytes([6 << 5 | len(octets)]) + octets
    return bytes([7 << 5 | len(value)]) + b"".join(_encoded(k) + _encoded(v) for k, v in value.items())
