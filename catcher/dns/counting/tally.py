"""The demand tally: counts queries about catalogued domains in memory, until another process takes the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address

from catcher.dns.answering.reply import AuthorityReply
from catcher.dns.counting.fastcount import count as count_all
from catcher.dns.counting.ratelimit import V4_OCTETS, V6_OCTETS, as_network
from catcher.dns.wire import Rcode
from catcher.dns.zones.mnemonic import from_mnemonic, to_mnemonic
from catcher.model.leak.demand import DemandKey

DemandCell = bytes
"""The key under which one reply is counted: a code in four octets (QTYPE in two, kind of answer, rcode), then the
catalogued domain; without a domain the reply is not counted. A bytes object keeps its hash, which every query needs."""
DemandRow = tuple[bytes, str, int, int]
"""Prefix, domain, code and count."""

NAMED = frozenset(
    map(
        from_mnemonic,
        (
            *("A", "AAAA", "AFSDB", "ANY", "AXFR", "CAA", "CDNSKEY", "CDS", "CERT", "CNAME", "DNAME", "DNSKEY", "DS"),
            *("HINFO", "HTTPS", "IXFR", "LOC", "MX", "NAPTR", "NS", "NSEC", "NSEC3", "NSEC3PARAM", "OPENPGPKEY"),
            *("PTR", "RP", "RRSIG", "SMIMEA", "SOA", "SPF", "SRV", "SSHFP", "SVCB", "TLSA", "TXT", "URI"),
        ),
    )
)
"""QTYPEs with counts of their own. All others share one count: a client that asks for all 65,536 QTYPEs adds no more
rows."""
_OTHER = 0
"""Stands for every other QTYPE; the value itself is reserved (RFC 6895 §3.1)."""
OTHER = "OTHER"
"""The name of the other QTYPEs in the store."""

_Counts = Counter[tuple[bytes, DemandCell]]
_HOUR = timedelta(hours=1)
CODE_OCTETS = 4
"""Octets of a code."""
_CHUNK = 256
"""Rows taken at once. While they are taken, for a fraction of a millisecond, no query is answered."""
_PURGED_ENOUGH = 7 / 8
"""Share of the capacity: if a purge leaves more keys, it is not tried again until the next drain."""


class DemandTally:
    """Counts by (domain, QTYPE, rcode, hour, network). The tally is bounded, belongs to one thread and never waits."""

    def __init__(self, capacity: int = 65_536) -> None:
        """``capacity``: most keys between two drains, so that a flood of odd QTYPEs or sources can't fill memory."""
        self._capacity = capacity
        self._hour = self._next_hour = datetime.min.replace(tzinfo=UTC)
        self._counts: _Counts = Counter()
        self._leaving: list[tuple[datetime, _Counts]] = []
        """Counts that are being taken, with their hours."""
        self._waiting = 0
        """Keys in ``_leaving``."""
        self._full = False
        self.blocked = False
        """Whether the rows taken last could not be sent."""
        self.overflow = 0
        """Queries since the start that were not counted because the tally was full."""

    def add(self, reply: AuthorityReply, client: str, now: datetime) -> None:
        """Counts one reply to the address ``client``, if it is about a catalogued domain."""
        if reply.domain is not None:
            self.add_all([tally_prefix(client)], [cell(reply)], now)

    def add_all(self, prefixes: Sequence[bytes], cells: Iterable[DemandCell], now: datetime) -> None:
        """Counts replies to clients of ``prefixes``, /24 or /56."""
        if not self._hour <= now < self._next_hour:
            self._begin_hour(now)
        if not self._full and len(self._counts) + self._waiting + len(prefixes) > self._capacity:
            self._purge()
        if self._full:
            self._add_bounded(prefixes, cells)
        else:
            count_all(self._counts, zip(prefixes, cells, strict=True))

    def take(self) -> tuple[datetime, list[DemandRow]] | None:
        """Some rows counted before ``settle``, and their hour; None: no more are left."""
        while self._leaving:
            hour, counts = self._leaving[-1]
            rows: list[DemandRow] = []
            while counts and len(rows) < _CHUNK:
                (prefix, cell), count = counts.popitem()
                self._waiting -= 1
                if len(cell) > CODE_OCTETS:
                    rows.append(
                        (prefix, cell[CODE_OCTETS:].decode("ascii"), int.from_bytes(cell[:CODE_OCTETS], "big"), count)
                    )
            if not counts:
                self._leaving.pop()
            if rows:
                return hour, rows
        return None

    def settle(self) -> None:
        """Makes all counts so far ready to be taken."""
        if self._counts:
            self._waiting += len(self._counts)
            self._leaving.append((self._hour, self._counts))
            self._counts = Counter()
        self._full = False

    def drain(self) -> dict[DemandKey, int]:
        """All counts since the last drain, by the store's keys."""
        self.settle()
        drained: Counter[DemandKey] = Counter()
        while taken := self.take():
            drained.update(spelled(*taken))
        return drained

    def restore(self, hour: datetime, rows: Iterable[DemandRow]) -> None:
        """Takes back rows that could not be sent."""
        back: _Counts = Counter()
        for prefix, domain, code, count in rows:
            if len(back) + len(self._counts) + self._waiting < self._capacity:
                back[prefix, cell_of(domain, code)] = count
            else:
                self.overflow += count
        self._waiting += len(back)
        self._leaving.append((hour, back))

    def _begin_hour(self, now: datetime) -> None:
        self.settle()
        self._hour = now.replace(minute=0, second=0, microsecond=0)
        self._next_hour = self._hour + _HOUR

    def _purge(self) -> None:
        """Drops cells without a domain. If this makes no room, keys are added one by one until the next drain."""
        self._counts = Counter({key: count for key, count in self._counts.items() if len(key[1]) > CODE_OCTETS})
        self._full = len(self._counts) + self._waiting > self._capacity * _PURGED_ENOUGH

    def _add_bounded(self, prefixes: Sequence[bytes], cells: Iterable[DemandCell]) -> None:
        counts = self._counts
        for key in zip(prefixes, cells, strict=True):
            if len(key[1]) == CODE_OCTETS:
                continue
            if key in counts or len(counts) + self._waiting < self._capacity:
                counts[key] += 1
            else:
                self.overflow += 1


def spelled(hour: datetime, rows: Iterable[DemandRow]) -> dict[DemandKey, int]:
    """Rows as counts by the store's keys, with networks of /24 and /48. Raises ValueError for a row with an unknown
    rcode, prefix or QTYPE."""
    counts: Counter[DemandKey] = Counter()
    for prefix, domain, code, count in rows:
        qtype = to_mnemonic(code >> 16) if code >> 16 != _OTHER else OTHER
        counts[DemandKey(domain, qtype, Rcode(code & 0xFF).name, hour, _network(prefix))] += count
    return counts


def cell(reply: AuthorityReply) -> DemandCell:
    """The cell of ``reply``."""
    return cell_of(reply.domain, code_of(reply))


def cell_of(domain: str | None, code: int) -> DemandCell:
    """The cell of a catalogued domain (A-labels) and a code."""
    return code.to_bytes(CODE_OCTETS, "big") + (domain or "").encode("ascii")


def code_of(reply: AuthorityReply) -> int:
    """The code of ``reply``: QTYPE (of ``NAMED``, else 0) times 2^16, kind of answer times 2^8, rcode."""
    qtype = reply.qtype if reply.qtype in NAMED else _OTHER
    return qtype << 16 | reply.kind << 8 | reply.rcode


def kind_of(cell: DemandCell) -> int:
    """The ``AnswerKind`` of a cell, for the rate limit."""
    return cell[2]


def tally_prefix(address: str) -> bytes:
    """The octets of an address's /24 (IPv4, also mapped into IPv6) or /56."""
    packed = ip_address(address.partition("%")[0]).packed
    if len(packed) == 16 and packed.startswith(bytes(10) + b"\xff\xff"):
        packed = packed[12:]
    return packed[: V4_OCTETS if len(packed) == 4 else V6_OCTETS]


def network(address: str) -> str:
    """The /24 (IPv4, also mapped into IPv6) or /48 (IPv6) of an address, as ``192.0.2.0/24``."""
    return _network(tally_prefix(address))


@lru_cache(4096)
def _network(prefix: bytes) -> str:
    return str(as_network(prefix[:6] if len(prefix) == V6_OCTETS else prefix))
