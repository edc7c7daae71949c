"""A zone's data made ready for answering: nodes by relative name, each with the cut or DNAME above it.

Owners are folded wire bytes relative to the apex (``b""`` is the apex), so that one zone can stand for every
catalogued name: the template is compiled once, and each query brings its apex.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy

from catcher.dns.wire import Name, Rdata, RRset, RRType, lower
from catcher.dns.zones.packed import pack, unpack

RRsets = Mapping[int, RRset]
"""RR type → RRset, of one owner."""

_WILDCARD = b"\x01*"
_HOSTS_IN = {RRType.NS: 0, RRType.MX: 2, RRType.SRV: 6}
"""Types whose RDATA names a host, and the octet at which its name begins."""


class Delegation:
    """A zone cut: the name at which this zone's authority ends (RFC 1034 §4.2.1)."""

    __slots__ = ("glue", "ns", "owner", "siblings")

    def __init__(self, owner: bytes, ns: RRset) -> None:
        self.owner = owner
        """Relative to the apex."""
        self.ns = ns
        self.glue: tuple[tuple[bytes, RRset], ...] = ()
        """Addresses of servers at or below the cut: without them no resolver can reach the servers (RFC 9471)."""
        self.siblings: tuple[tuple[bytes, RRset], ...] = ()
        """Addresses of servers elsewhere in this zone: they are sent if the reply has room."""


class ZoneNode:
    """A name that exists; without RRsets an empty non-terminal (RFC 4592 §2.2.2)."""

    __slots__ = ("cut", "dname", "owner", "rrsets", "wildcard")

    def __init__(self, owner: bytes, rrsets: RRsets) -> None:
        self.owner = owner
        self.rrsets = rrsets
        self.cut: Delegation | None = None
        """The zone cut that this node is at or below."""
        self.dname: ZoneNode | None = None
        """The node strictly above this node whose DNAME redirects it."""
        self.wildcard: ZoneNode | None = None
        """The child called ``*``: the source of synthesis for names below this node that don't exist (RFC 4592
        §3.3.1)."""


class Zone:
    """One zone, frozen after building."""

    __slots__ = ("apex", "negative", "nodes", "origin", "types")

    def __init__(self, rrsets: Mapping[bytes, RRsets], origin: bytes | None) -> None:
        """``rrsets`` by relative owner, with an SOA at the apex. ``origin`` None: a template, without addresses."""
        self.origin = origin
        self.nodes = {b"": ZoneNode(b"", rrsets.get(b"", {}))}
        for owner, sets in rrsets.items():
            self._add(owner, sets)
        self.apex = self.nodes[b""]
        self.types: frozenset[int] = frozenset().union(*(node.rrsets for node in self.nodes.values()))
        """The types of its records."""
        self.negative = _negative(self.apex.rrsets[RRType.SOA])
        """The SOA of a negative answer: its TTL is the lesser of the SOA's own TTL and MINIMUM (RFC 2308 §5)."""
        for node in sorted(self.nodes.values(), key=lambda node: len(_labels(node.owner))):
            self._inherit(node)
        if origin is not None:
            for node in self.nodes.values():
                self._find_addresses(node, lower(origin))

    def with_serial(self, serial: int) -> Zone:
        """The same zone with another serial. All nodes but the apex are shared: it takes a few kilobytes."""
        soa = self.apex.rrsets[RRType.SOA]
        head, names, tail = soa.rdatas[0]
        changed = RRset(RRType.SOA, soa.ttl, (Rdata(head, names, serial.to_bytes(4, "big") + tail[4:]),))
        zone = copy(self)
        zone.apex = copy(self.apex)
        zone.apex.rrsets = {**self.apex.rrsets, RRType.SOA: changed}
        zone.nodes = {**self.nodes, b"": zone.apex}
        zone.negative = _negative(changed)
        return zone

    def encloser(self, name: Name, apex: int) -> ZoneNode:
        """The closest encloser of a name that doesn't exist (RFC 4592 §3.3.1). ``apex``: the apex's offset in the
        name."""
        found, folded = self.apex, name.folded
        for at in reversed(name.offsets):
            if at < apex:
                node = self.nodes.get(folded[at:apex])
                if node is None:
                    break
                found = node
        return found

    def delegating(self, name: Name, origin: bytes) -> int | None:
        """The apex's offset in ``name`` if the name lies at or below a cut of this zone, whose apex is ``origin``."""
        apex = apex_of(name, origin)
        if apex is None:
            return None
        node = self.nodes.get(name.folded[:apex]) or self.encloser(name, apex)
        return None if node.cut is None else apex

    def __iter__(self) -> Iterator[tuple[bytes, RRset]]:
        """Every RRset with its relative owner."""
        return ((node.owner, rrset) for node in self.nodes.values() for rrset in node.rrsets.values())

    def __reduce__(self) -> tuple[object, ...]:
        """A zone is pickled as its records: a quarter of the octets and half of the time of its nodes."""
        return _restored, (pack(self), self.origin)

    def _add(self, owner: bytes, sets: RRsets) -> None:
        """Adds a node and the empty non-terminals above it."""
        self.nodes[owner] = ZoneNode(owner, sets)
        while owner:
            owner = _parent(owner)
            if owner in self.nodes:
                break
            self.nodes[owner] = ZoneNode(owner, {})

    def _inherit(self, node: ZoneNode) -> None:
        """Finds the cut or DNAME above ``node``; its parent must be finished before. If there are both, the upper
        counts."""
        if node.owner:
            parent = self.nodes[_parent(node.owner)]
            node.cut = parent.cut
            node.dname = parent if RRType.DNAME in parent.rrsets and parent.cut is None else parent.dname
            if node.cut is None and node.dname is None and RRType.NS in node.rrsets:
                node.cut = Delegation(node.owner, node.rrsets[RRType.NS])
        node.wildcard = self.nodes.get(_WILDCARD + node.owner)

    def _find_addresses(self, node: ZoneNode, origin: bytes) -> None:
        for rrset in node.rrsets.values():
            if rrset.rrtype in _HOSTS_IN:
                found = [a for rdata in rrset.rdatas for a in self._addresses(_host(rrset.rrtype, rdata), origin)]
                rrset.additional = tuple(dict.fromkeys(found))
        if node.cut is not None and node.cut.owner == node.owner:
            addresses = node.cut.ns.additional
            node.cut.glue = tuple(a for a in addresses if apex_of(Name(a[0]), node.owner + origin) is not None)
            node.cut.siblings = tuple(a for a in addresses if a not in node.cut.glue)

    def _addresses(self, host: bytes, origin: bytes) -> list[tuple[bytes, RRset]]:
        name = Name(host)
        apex = apex_of(name, origin)
        if apex is None:
            return []
        node = self.nodes.get(name.folded[:apex])
        if node is None:
            encloser = self.encloser(name, apex)
            if encloser.wildcard is None:
                return []
            node = encloser.wildcard  # below a cut, too: NSD and Knot send its addresses as glue
        return [(host, node.rrsets[t]) for t in (RRType.A, RRType.AAAA) if t in node.rrsets]


def _negative(soa: RRset) -> RRset:
    return soa.with_ttl(min(soa.ttl, int.from_bytes(soa.rdatas[0].tail[16:20], "big")))


def _restored(octets: bytes, origin: bytes | None) -> Zone:
    return Zone(unpack(octets), origin)


def apex_of(name: Name, origin: bytes) -> int | None:
    """The offset in ``name`` at which ``origin`` (folded, absolute) begins; None if the name isn't at or below it."""
    at = len(name.folded) - len(origin)
    if name.folded.endswith(origin) and (at in name.offsets or origin == b"\0"):
        return at
    return None


def _labels(owner: bytes) -> list[int]:
    return Name(owner + b"\0").offsets


def _parent(owner: bytes) -> bytes:
    return owner[owner[0] + 1 :]


def _host(rrtype: int, rdata: Rdata) -> bytes:
    return rdata.octets[_HOSTS_IN[RRType(rrtype)] :]
