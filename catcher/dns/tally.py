"""The demand tally: how often catalogued domains were asked about, summed in memory and drained in the background."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from datetime import datetime
from threading import Lock

from catcher.dns.authority import Reply
from catcher.dns.mnemonic import from_mnemonic, to_mnemonic
from catcher.dns.wire import Rcode
from catcher.model.demand import DemandKey

_Key = tuple[str, int, int, datetime, str]


class Tally:
    """Counts by (domain, QTYPE, rcode, hour, network). Bounded; never waits for anything but another addition."""

    def __init__(self, capacity: int = 65_536) -> None:
        """``capacity``: distinct keys between two drains; a flood of odd QTYPEs or sources must not fill memory."""
        self._capacity = capacity
        self._counts: dict[_Key, int] = {}
        self._lock = Lock()
        self.overflow = 0
        """Queries that found no room, since the start."""

    def add(self, reply: Reply, client: str, now: datetime) -> None:
        """Counts one reply to the address ``client``, if it was about a catalogued domain."""
        if reply.domain is not None:
            hour = now.replace(minute=0, second=0, microsecond=0)
            self._add((reply.domain, reply.qtype, reply.rcode, hour, network(client)), 1)

    def drain(self) -> Mapping[DemandKey, int]:
        """All counts since the last drain. May be called from another thread."""
        with self._lock:
            counts, self._counts = self._counts, {}
        return {
            DemandKey(domain, to_mnemonic(qtype), Rcode(rcode).name, hour, net): count
            for (domain, qtype, rcode, hour, net), count in counts.items()
        }

    def restore(self, counts: Mapping[DemandKey, int]) -> None:
        """Takes back what was drained and could not be stored. May be called from another thread."""
        for key, count in counts.items():
            qtype = from_mnemonic(key.qtype)
            self._add((key.domain, qtype, Rcode[key.rcode], key.hour, key.network), count)

    def _add(self, key: _Key, count: int) -> None:
        with self._lock:
            counts = self._counts
            if key in counts:
                counts[key] += count
            elif len(counts) < self._capacity:
                counts[key] = count
            else:
                self.overflow += count


def network(address: str) -> str:
    """The /24 (IPv4, also mapped into IPv6) or /48 (IPv6) of an address, as ``192.0.2.0/24``."""
    if ":" not in address:
        return address.rpartition(".")[0] + ".0/24"
    packed = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
    if packed.startswith(bytes(10) + b"\xff\xff"):
        return ".".join(map(str, packed[12:15])) + ".0/24"
    return socket.inet_ntop(socket.AF_INET6, packed[:6] + bytes(10)) + "/48"
