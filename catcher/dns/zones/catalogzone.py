"""The catalogue as a catalog zone (RFC 9432): secondaries learn from it which member zones to fetch.

::

    CATALOG            SOA, NS invalid.
    version.CATALOG    TXT "2"
    ID.zones.CATALOG   PTR army.ml.        one for each catalogued name that isn't released

A transfer reads the catalogue's rows while it sends them: a million members need no memory of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from hashlib import blake2b

from catcher.catalogue import Catalogue
from catcher.dns.wire import Rdata, RRset, RRType, name_to_wire

_REFRESH, _RETRY, _EXPIRE, _MINIMUM = 900, 300, 2_419_200, 0
_TTL = 0
"""Seconds: no resolver asks for these names, so no TTL is needed (RFC 9432 §4.1)."""
_INVALID = b"\x07invalid\0"
_VERSION = b"\x07version"
_ZONES = b"\x05zones"
_ID_OCTETS = 16
"""Octets of the hash that labels a member: a name always gets the same label, so secondaries keep its zone's state
(RFC 9432 §5.4)."""


class CatalogZone:
    """The catalog zone at ``name`` (A-labels)."""

    def __init__(self, name: str, catalogue: Catalogue, serial: int, mname: str) -> None:
        """``serial``: the serial of the load, which rises when a row changes. ``mname``: the SOA's MNAME."""
        self.name = name
        self.origin = name_to_wire(name)
        self._catalogue = catalogue
        self._serial = serial
        self._mname = name_to_wire(mname)

    def serial(self, now: datetime) -> int:
        """The load's serial, or today's midnight (UTC) if that is later: a policy may have ended then."""
        return max(self._serial, int(datetime.combine(now.date(), time(), UTC).timestamp()))

    def soa(self, now: datetime) -> RRset:
        """The SOA as of ``now``."""
        numbers = (self.serial(now), _REFRESH, _RETRY, _EXPIRE, _MINIMUM)
        tail = b"".join(number.to_bytes(4, "big") for number in numbers)
        return RRset(RRType.SOA, _TTL, (Rdata(b"", (self._mname, _INVALID), tail),))

    def records(self, now: datetime) -> Iterator[tuple[bytes, RRset]]:
        """All records, in the order of a transfer."""
        soa, below = self.soa(now), _ZONES + self.origin
        yield self.origin, soa
        yield self.origin, RRset(RRType.NS, _TTL, (Rdata(b"", (_INVALID,)),))
        yield _VERSION + self.origin, RRset(RRType.TXT, _TTL, (Rdata(b"\x012"),))
        for entry in self._catalogue:
            if entry.policy_at(now).is_served:
                yield (
                    _member(entry.domain) + below,
                    RRset(RRType.PTR, _TTL, (Rdata(b"", (name_to_wire(entry.domain),)),)),
                )
        yield self.origin, soa


def _member(domain: str) -> bytes:
    """The label of a member, with its length octet."""
    text = blake2b(domain.encode("ascii"), digest_size=_ID_OCTETS).hexdigest().encode("ascii")
    return len(text).to_bytes(1, "big") + text
