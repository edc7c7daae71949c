"""A zone's records as octets, for copies on disk and between processes: wire format without compression.

::

    RRset:  length and relative owner │ TYPE │ TTL │ number of records │ for each: RDLENGTH │ RDATA
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from catcher.dns.wire import Rdata, RRset
from catcher.dns.zones.masterfiles.rdatafields import split

_HEAD = struct.Struct(">HIH")
_LENGTH = struct.Struct(">H")


def pack(rrsets: Iterable[tuple[bytes, RRset]]) -> bytes:
    """RRsets with their relative owners, as octets."""
    pieces: list[bytes] = []
    for owner, rrset in rrsets:
        pieces += (bytes((len(owner),)), owner, _HEAD.pack(rrset.rrtype, rrset.ttl, len(rrset.rdatas)))
        for rdata in rrset.rdatas:
            octets = rdata.octets if rdata.names else rdata.head
            pieces += (_LENGTH.pack(len(octets)), octets)
    return b"".join(pieces)


def unpack(octets: bytes) -> dict[bytes, dict[int, RRset]]:
    """The reverse of ``pack``. Raises ValueError for octets that ``pack`` didn't make."""
    made: dict[bytes, dict[int, RRset]] = {}
    at, end = 0, len(octets)
    try:
        while at < end:
            start = at + 1
            at = start + octets[at]
            owner = octets[start:at]
            rrtype, ttl, number = _HEAD.unpack_from(octets, at)
            at += 8
            rdatas: list[Rdata] = []
            for _ in range(number):
                start = at + 2
                at = start + _LENGTH.unpack_from(octets, at)[0]
                rdatas.append(split(rrtype, octets[start:at]))
            types = made.get(owner)
            if types is None:
                types = made[owner] = {}
            types[rrtype] = RRset(rrtype, ttl, tuple(rdatas))
    except (struct.error, IndexError) as error:
        raise ValueError("the records end too early") from error
    if at != end:
        raise ValueError("the records end too early")
    return made
