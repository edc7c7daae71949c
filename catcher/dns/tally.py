"""The demand tally: how often catalogued domains were asked about, summed in memory and drained in the background."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address

from catcher.dns import counting
from catcher.dns.authority import Reply
from catcher.dns.limit import V4_OCTETS, V6_OCTETS, as_network, class_of
from catcher.dns.mnemonic import from_mnemonic, to_mnemonic
from catcher.dns.wire import Rcode
from catcher.model.demand import DemandKey

Cell = bytes
"""What one reply is counted as: a code in four octets (QTYPE in two, class of answer, rcode) and the catalogued domain;
without a domain it is not counted. An object that keeps its hash: it is looked up for every query."""
Row = tuple[bytes, str, int, int]
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
"""QTYPEs that are told apart. All others are one: whoever asks for each of 65,536 makes no more rows."""
_OTHER = 0
"""The QTYPE that stands for those; reserved (RFC 6895 §3.1), so nobody means it."""
OTHER = "OTHER"

_Counts = Counter[tuple[bytes, Cell]]
_HOUR = timedelta(hours=1)
_CODE = 4
"""Octets of a code."""
_CHUNK = 256
"""Rows taken at once: a fraction of a millisecond, in which no query is answered."""
_PURGED_ENOUGH = 7 / 8


class Tally:
    """Counts by (domain, QTYPE, rcode, hour, network). Bounded; belongs to one thread and never waits."""

    def __init__(self, capacity: int = 65_536) -> None:
        """``capacity``: distinct keys between two drains; a flood of odd QTYPEs or sources must not fill memory."""
        self._capacity = capacity
        self._hour = self._next_hour = datetime.min.replace(tzinfo=UTC)
        self._counts: _Counts = Counter()
        self._leaving: list[tuple[datetime, _Counts]] = []
        """What is being taken, or belongs to an hour that has ended."""
        self._waiting = 0
        """Keys in it."""
        self._full = False
        self.blocked = False
        """Whether the last that was taken could not be handed on."""
        self.overflow = 0
        """Queries that found no room, since the start."""

    def add(self, reply: Reply, client: str, now: datetime) -> None:
        """Counts one reply to the address ``client``, if it was about a catalogued domain."""
        if reply.domain is not None:
            self.add_all([prefix_of(client)], [cell(reply)], now)

    def add_all(self, prefixes: Sequence[bytes], cells: Iterable[Cell], now: datetime) -> None:
        """Counts replies to clients of ``prefixes``, /24 or /56."""
        if not self._hour <= now < self._next_hour:
            self._turn(now)
        if not self._full and len(self._counts) + self._waiting + len(prefixes) > self._capacity:
            self._purge()
        if self._full:
            self._add_with_care(prefixes, cells)
        else:
            counting.count(self._counts, zip(prefixes, cells, strict=True))

    def take(self) -> tuple[datetime, list[Row]] | None:
        """Some of what was counted before ``settle``, and its hour; None when there is no more."""
        while self._leaving:
            hour, counts = self._leaving[-1]
            rows: list[Row] = []
            while counts and len(rows) < _CHUNK:
                (prefix, cell), count = counts.popitem()
                self._waiting -= 1
                if len(cell) > _CODE:
                    rows.append((prefix, cell[_CODE:].decode("ascii"), int.from_bytes(cell[:_CODE], "big"), count))
            if not counts:
                self._leaving.pop()
            if rows:
                return hour, rows
        return None

    def settle(self) -> None:
        """Makes what was counted so far ready to be taken."""
        if self._counts:
            self._waiting += len(self._counts)
            self._leaving.append((self._hour, self._counts))
            self._counts = Counter()
        self._full = False

    def drain(self) -> dict[DemandKey, int]:
        """All counts since the last drain, spelled out."""
        self.settle()
        drained: Counter[DemandKey] = Counter()
        while taken := self.take():
            drained.update(spelled(*taken))
        return drained

    def restore(self, hour: datetime, rows: Iterable[Row]) -> None:
        """Takes back what was taken and could not be handed on."""
        back: _Counts = Counter()
        for prefix, domain, code, count in rows:
            if len(back) + len(self._counts) + self._waiting < self._capacity:
                back[prefix, cell_of(domain, code)] = count
            else:
                self.overflow += count
        self._waiting += len(back)
        self._leaving.append((hour, back))

    def _turn(self, now: datetime) -> None:
        self.settle()
        self._hour = now.replace(minute=0, second=0, microsecond=0)
        self._next_hour = self._hour + _HOUR

    def _purge(self) -> None:
        """Forgets what isn't counted anyway; where that makes no room, care is taken until the next drain."""
        self._counts = Counter({key: count for key, count in self._counts.items() if len(key[1]) > _CODE})
        self._full = len(self._counts) + self._waiting > self._capacity * _PURGED_ENOUGH

    def _add_with_care(self, prefixes: Sequence[bytes], cells: Iterable[Cell]) -> None:
        counts = self._counts
        for key in zip(prefixes, cells, strict=True):
            if len(key[1]) == _CODE:
                continue
            if key in counts or len(counts) + self._waiting < self._capacity:
                counts[key] += 1
            else:
                self.overflow += 1


def spelled(hour: datetime, rows: Iterable[Row]) -> dict[DemandKey, int]:
    """Rows as the store has them, by /24 and /48."""
    counts: Counter[DemandKey] = Counter()
    for prefix, domain, code, count in rows:
        qtype = to_mnemonic(code >> 16) if code >> 16 != _OTHER else OTHER
        counts[DemandKey(domain, qtype, Rcode(code & 0xFF).name, hour, _network(prefix))] += count
    return counts


def cell(reply: Reply) -> Cell:
    """What ``reply`` is counted as."""
    return cell_of(reply.domain, code_of(reply))


def cell_of(domain: str | None, code: int) -> Cell:
    """The cell of a catalogued domain (A-labels) and a code."""
    return code.to_bytes(_CODE, "big") + (domain or "").encode("ascii")


def code_of(reply: Reply) -> int:
    """QTYPE (of ``NAMED``, else 0), class of answer and rcode stand in the code at 2^16, 2^8 and 1."""
    qtype = reply.qtype if reply.qtype in NAMED else _OTHER
    return qtype << 16 | class_of(reply.wire) << 8 | reply.rcode


def answer_class(cell: Cell) -> int:
    """The class of answer that the rate limit tells apart."""
    return cell[2]


def prefix_of(address: str) -> bytes:
    """The octets of an address's /24 (IPv4, also mapped into IPv6) or /56."""
    packed = ip_address(address.partition("%")[0]).packed
    if len(packed) == 16 and packed.startswith(bytes(10) + b"\xff\xff"):
        packed = packed[12:]
    return packed[: V4_OCTETS if len(packed) == 4 else V6_OCTETS]


def network(address: str) -> str:
    """The /24 (IPv4, also mapped into IPv6) or /48 (IPv6) of an address, as ``192.0.2.0/24``."""
    return _network(prefix_of(address))


@lru_cache(4096)
def _network(prefix: bytes) -> str:
    return str(as_network(prefix[:6] if len(prefix) == V6_OCTETS else prefix))
