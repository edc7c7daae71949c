"""Zone transfers out (RFC 5936 AXFR; RFC 1995 IXFR, answered with the whole zone): records → messages, lazily."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from catcher.dns.answering.message import transferred
from catcher.dns.answering.query import Query
from catcher.dns.answering.tsig import TsigSignature
from catcher.dns.wire import RRset, RRType, Writer
from catcher.dns.zones.serials import is_newer
from catcher.dns.zones.zone import Zone

_SIZE = 15_000
"""Octets after which a message is sent: a compression pointer can't reach names beyond 16,384 (RFC 1035 §4.1.4)."""
_MOST = 64_500
"""Most octets of records in a message: with question, OPT and signature they surely fit into 65,535."""

Records = Iterable[tuple[bytes, RRset]]
"""RRsets with their absolute owners."""


class Transfer:
    """A transfer under way. It keeps one message in memory, and reads more records when the client takes the next
    one."""

    def __init__(self, query: Query, records: Records, options: bytes, signature: TsigSignature | None) -> None:
        self._query = query
        self._records = iter(records)
        self._options = options
        self._signature = signature
        self._carried: tuple[bytes, RRset] | None = next(self._records, None)
        self._messages = 0

    @property
    def is_short(self) -> bool:
        """Whether the whole transfer fits one message. It is known once that message was made."""
        return self._messages == 1 and self._carried is None

    @property
    def qtype(self) -> int:
        """AXFR or IXFR, as it was asked for."""
        return self._query.qtype

    @property
    def is_over(self) -> bool:
        """Whether no message is left."""
        return self._carried is None

    def next(self, now: datetime) -> bytes | None:
        """The next message, None after the last. ``now`` goes into its signature."""
        if self._carried is None:
            return None
        writer, count = Writer(self._query.name, self._query.rest), 0
        while self._carried is not None and len(writer.buffer) < _SIZE:
            owner, rrset = self._carried
            if count and len(writer.buffer) + _octets(owner, rrset) > _MOST:
                break
            count += writer.rrset(owner, rrset)
            self._carried = next(self._records, None)
        self._messages += 1
        wire = transferred(self._query, writer, count, self._options)
        return wire if self._signature is None else self._signature.sign(wire, int(now.timestamp()))


def of_zone(zone: Zone, origin: bytes) -> Iterator[tuple[bytes, RRset]]:
    """Every record of a zone, its SOA first and last (RFC 5936 §2.2). ``origin``: the apex, absolute."""
    soa = zone.apex.rrsets[RRType.SOA]
    yield origin, soa
    yield from ((owner + origin, rrset) for owner, rrset in zone if rrset is not soa)
    yield origin, soa


def serial_of(soa: RRset) -> int:
    """The serial of an SOA."""
    return int.from_bytes(soa.rdatas[0].tail[:4], "big")


def up_to_date(theirs: int, ours: int) -> bool:
    """Whether a copy with the serial ``theirs`` is as new as ours (RFC 1982 §3.2)."""
    return theirs == ours or is_newer(theirs, ours)


def _octets(owner: bytes, rrset: RRset) -> int:
    return sum(len(owner) + 10 + len(rdata.octets) for rdata in rrset.rdatas)
