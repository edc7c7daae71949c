"""Classifier: finds the queries whose replies differ only in the ID and the echoed question. Pure.

::

    head (flags, counts) │ QNAME │ question tail (QTYPE, QCLASS, OPT)
                             │
       apex: nearest name held ─▶ its answer class: length, and the suffix it shares with names in the zone's data
       below it: the node that answers, or that the name doesn't exist below a closest encloser

A reply depends on the QNAME in three ways only: by the node that answers; by the name's length, because compression
pointers count octets; and by the suffix that the QNAME shares with names in the data, because a pointer may lead there.
Two queries with equal keys agree in all three and in every octet outside the QNAME, so one reply of ``Authority``
answers both.

Worked example, octets in hexadecimal (a test reads it). army.ml and navy.ml are catalogued, their MX is
mx.sink.example; a resolver asks for the MX of x.army.ml::

    ID             4944
    head           01000001000000000000               RD is set; one question
    QNAME          01780461726d79026d6c00             x.army.ml, 11 octets
    question tail  000f0001                           MX, IN
    query key      head; tail; name_end 21 (10 octets of head and 11 of QNAME);
                   answer class: apex of 9 octets that shares no suffix with the data; no such name below the apex
    covers below   2: every name below army.ml has this answer class, except those whose label there is one of
    except labels  5f646d617263 5f646f6d61696e6b6579 2a 6578616d706c65
                   (_dmarc, _domainkey, * exist; example is a suffix in the data)
    before         85000001000100000000               QR, AA and RD are set; one answer
    behind         000f0001c00c000f00010000012c0013000a026d780473696e6b076578616d706c6500

The reply is ID, ``before``, the QNAME and ``behind``. The same ``before`` and ``behind`` answer y.army.ml and
Z.NAVY.ml; xx.army.ml has another ``name_end`` and so another key.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from catcher.catalogue import Entry
from catcher.dns.answering.authority import Authority
from catcher.dns.packetcache.boundedtable import SLOT_OCTETS, octets_together
from catcher.dns.packetcache.canonical import QUESTION
from catcher.dns.wire import MAX_NAME, Name, RRType, lower
from catcher.dns.zones.catalogzone import CatalogZone
from catcher.dns.zones.zone import Zone, ZoneNode

AnswerClass = tuple[object, ...]
"""The part of a key that depends on the QNAME, apart from its length. Answer classes are only compared; their items
have no further meaning."""


class QueryKey(NamedTuple):
    """The facts on which the reply to one query depends, and the other names of its answer class."""

    answer_class: AnswerClass
    question_tail: bytes
    """The octets of QTYPE, QCLASS and OPT in the canonical form."""
    name_end: int
    """Offset of the octet after the QNAME, in the message without its ID."""
    domain: str | None
    """The catalogued domain."""
    covers_below: int | None
    """Offset in the QNAME of an ancestor below which every name has this answer class; None: no such ancestor."""
    except_labels: frozenset[bytes]
    """Labels (folded): a name with one of these labels directly below that ancestor may have another class."""


_NO_LABELS: frozenset[bytes] = frozenset()

MAX_NAME_END = QUESTION + MAX_NAME
"""The highest ``name_end``."""
_HOST_OCTETS = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789-_")
_MAX_ZONES = 256
"""Most zones of which the names in the data are kept: names with serials of their own have zones of their own."""
_MAX_NODES_SEARCHED = 1000
"""Most nodes of a zone that are searched for the children of one node: a longer search would cost more than it
saves."""


class _Apex(NamedTuple):
    """A zone or catalogued name, as far as replies depend on it."""

    domain: str | None
    """The catalogued domain."""
    group: object
    """Names below apexes of one group can have the same reply."""
    zone: Zone | None
    """None: every name at or below the apex gets the same reply."""


class _Encloser(NamedTuple):
    """A node, as the closest encloser of names that don't exist."""

    shared: frozenset[bytes] | None
    """Names directly below the node (relative, folded) that are a suffix of a name in the reply; None: the reply
    depends on more of the QNAME."""
    except_labels: frozenset[bytes] | None
    """The labels of ``shared`` and of the node's existing children; None: not known."""


class Classifier:
    """Classifies queries to one Authority."""

    def __init__(self, authority: Authority, now: datetime, capacity: int = 32_768) -> None:
        """``now`` decides policies that end on a date: keys hold until the next policy ends.

        ``capacity``: most entries of each table; a full table is emptied.
        """
        self._authority = authority
        self._now = now
        self._capacity = capacity
        self._depth = authority.depth
        self.octets = 0
        """Octets of memory of all entries made so far."""
        self._apexes: dict[bytes, _Apex | bool] = {}
        """By folded wire name. False: there is no zone or row; True: its names are not classified."""
        self._enclosers: dict[ZoneNode, _Encloser] = {}
        self._names_in_data: dict[Zone, frozenset[bytes]] = {}
        """Every suffix of every name in a zone's data."""

    def classify(self, message: bytes) -> QueryKey | None:
        """The key of ``message``, a canonical form; None: its reply can't serve other queries."""
        at = QUESTION
        offsets = []
        try:
            while length := message[at]:
                if length > 63:
                    return None
                offsets.append(at - QUESTION)
                at += length + 1
        except IndexError:
            return None
        end = at + 1
        if end > MAX_NAME_END:
            return None
        tail = message[end:]
        folded = message[QUESTION:end].lower()
        candidates = offsets[-self._depth :] if self._depth else []
        empty_below = None
        """Offset of an ancestor below which there is no zone or row."""
        if len(offsets) > len(candidates):
            empty_below = candidates[0] if candidates else end - 1 - QUESTION
        apex: _Apex | bool | None = False
        for at in candidates:
            apex = self._apexes.get(folded[at:])
            if apex is None:
                apex = self._learn_apex(folded[at:])
            if apex:
                break
        if isinstance(apex, bool) or apex is None:
            return None if apex else QueryKey((), tail, end, None, empty_below, _NO_LABELS)
        domain, group, zone = apex
        if zone is None:
            return QueryKey((group,), tail, end, domain, empty_below, _NO_LABELS)
        relative = folded[:at]
        node = zone.nodes.get(relative)
        if node is not None:
            if node.dname is not None:
                return None
            return QueryKey((group, node), tail, end, domain, None, _NO_LABELS)
        at = 0
        while node is None:
            closer = relative[at:]
            at += relative[at] + 1
            node = zone.nodes.get(relative[at:])
        shared_below, labels = self._enclosers.get(node) or self._learn_encloser(zone, node, folded)
        if shared_below is None or closer in shared_below:
            return None
        covers, except_labels = empty_below, _NO_LABELS  # the covered names lie below ``closer``, like this name
        if empty_below is not None and empty_below >= at:
            covers, except_labels = (None, _NO_LABELS) if labels is None else (at, labels)
        return QueryKey((group, node, False), tail, end, domain, covers, except_labels)

    def counts(self) -> dict[str, int]:
        """Entries of each table."""
        return {"apexes": len(self._apexes), "enclosers": len(self._enclosers)}

    def _learn_apex(self, wire: bytes) -> _Apex | bool:
        if len(self._apexes) >= self._capacity:
            self._apexes.clear()
        apex = self._apexes[wire] = self._apex_at(wire)
        self.octets += octets_together(wire, apex) + SLOT_OCTETS
        return apex

    def _apex_at(self, wire: bytes) -> _Apex | bool:
        """The zone or row of exactly ``wire`` (folded)."""
        text = bytearray(wire)
        for at in Name(wire).offsets:
            text[at] = 0x2D
        if not _HOST_OCTETS.issuperset(text[:-1]):
            return False
        for at in Name(wire).offsets:
            text[at] = 0x2E
        held = self._authority.zone_or_entry_at(text[1:-1].decode("ascii"))
        if held is None:
            return False
        delegated = self._authority.parent_of(Name(wire)) is not None
        """Whether the parent answers DS for the apex, so that its replies are like no other apex's."""
        if isinstance(held, Zone):
            return _Apex(None, wire, held)
        if not isinstance(held, Entry):
            # The address of a secondary without a key decides on the catalog zone's SOA.
            by_client = isinstance(held, CatalogZone) and self._authority.secondaries.has_keyless
            return True if delegated or by_client else _Apex(None, wire, None)
        zone = self._authority.published(held, self._now)
        if zone is None:
            return True if delegated else _Apex(held.domain, "released", None)
        names = self._names_in_data.get(zone)
        if names is None:
            if len(self._names_in_data) >= _MAX_ZONES:
                self._names_in_data.clear()
            names = self._names_in_data[zone] = frozenset(_suffixes(_names_in(zone.nodes.values())))
        common = next((suffix for at in Name(wire).offsets if (suffix := wire[at:]) in names), b"")
        if common == wire:
            return True
        return _Apex(held.domain, (wire, common, zone.apex) if delegated else (len(wire), common, zone.apex), zone)

    def _learn_encloser(self, zone: Zone, node: ZoneNode, folded: bytes) -> _Encloser:
        """``node`` as closest encloser; ``folded`` is a QNAME below it."""
        shared = None
        wildcard = node.wildcard
        redirected = node.dname is not None or RRType.DNAME in node.rrsets
        if not redirected and (wildcard is None or RRType.CNAME not in wildcard.rrsets):
            names = [name for rdata in zone.negative.rdatas for name in rdata.names]
            names += _names_in([wildcard] if wildcard is not None else [])
            if node.cut is not None:
                names += [name for rdata in node.cut.ns.rdatas for name in rdata.names]
                names += [owner for owner, _ in (*node.cut.glue, *node.cut.siblings)]
            shared = frozenset(_below(suffix, node.owner, folded) for suffix in _suffixes(names))
        labels = None
        if shared is not None and len(zone.nodes) <= _MAX_NODES_SEARCHED:
            owners = [owner for owner in zone.nodes if owner and owner[owner[0] + 1 :] == node.owner]
            labels = frozenset(name[1 : name[0] + 1] for name in (*owners, *shared) if name)
        if len(self._enclosers) >= self._capacity:
            self._enclosers.clear()
        encloser = self._enclosers[node] = _Encloser(shared, labels)
        self.octets += octets_together(encloser, *encloser, *(labels or ()), *(shared or ())) + SLOT_OCTETS
        return encloser


def _names_in(nodes: Iterable[ZoneNode]) -> list[bytes]:
    """Every name in the data of ``nodes``, and the owners of the additional records in their replies."""
    rrsets = [rrset for node in nodes for rrset in node.rrsets.values()]
    names = [name for rrset in rrsets for rdata in rrset.rdatas for name in rdata.names]
    return names + [owner for rrset in rrsets for owner, _ in rrset.additional]


def _suffixes(names: Iterable[bytes]) -> Iterable[bytes]:
    """Every suffix of every name, folded, without the root."""
    for name in names:
        folded = lower(name)
        yield from (folded[at:] for at in Name(folded).offsets)


def _below(suffix: bytes, owner: bytes, folded: bytes) -> bytes:
    """``suffix`` relative to the apex of ``folded`` if it lies directly below ``owner``; else no octets."""
    relative = suffix[: suffix[0] + 1] + owner
    rest = suffix[len(relative) :]
    return relative if suffix.startswith(relative) and rest and folded.endswith(rest) else b""
