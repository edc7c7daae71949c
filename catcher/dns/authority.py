"""The whole of answering: a query's octets in, a reply's octets out. No socket, file or clock is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import chain, repeat

from catcher.catalogue import Catalogue, Entry
from catcher.dns.lookup import Answer, lookup
from catcher.dns.message import encode, turn_down
from catcher.dns.publication import Publications
from catcher.dns.query import Query, parse
from catcher.dns.wire import CLASS_IN, ExtendedError, Name, Rcode, RRType, Transport
from catcher.dns.zone import Zone
from catcher.model.policy import Policy

_TEXT = bytes(range(256)).translate(bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ.", b"abcdefghijklmnopqrstuvwxyz\0"))
"""Folds case, and takes dots inside labels away so that they can't pass for dots between labels."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back, and what the demand tally wants to know of it."""

    wire: bytes
    domain: str | None = None
    """The catalogued domain that was asked about; None for everything else."""
    qtype: int = 0
    rcode: Rcode = Rcode.NOERROR


class Authority:
    """Answers for the catalogue and for whole zones; the most specific one answers. Frozen: a reload makes another."""

    def __init__(self, catalogue: Catalogue, publications: Publications, zones: Mapping[str, Zone]) -> None:
        """``zones``: by apex, as lower-case A-labels without the final dot."""
        self._catalogue = catalogue
        self._publications = publications
        self._zones = dict(zones)
        self._depth = max(map(str.count, chain(zones, catalogue.domains()), repeat(".")), default=-1) + 1
        """Labels of the longest name held: no suffix of a question with more can be ours."""

    def answer(self, query: bytes, *, transport: Transport, now: datetime) -> Reply | None:
        """The reply to the octets of one message; None when silence is due (see ``query.parse``).

        Never raises, whatever the octets are. ``now`` (UTC) decides policies that end on a date.
        """
        question = parse(query)
        if question is None:
            return None
        if isinstance(question, Rcode):
            return Reply(turn_down(query, question), rcode=question)
        domain, answer = self._answer(question, now)
        return Reply(encode(question, answer, transport), domain, question.qtype, answer.rcode)

    def _answer(self, query: Query, now: datetime) -> tuple[str | None, Answer]:
        if query.edns is not None and query.edns.version:
            return None, Answer(Rcode.BADVERS, authoritative=False)
        if query.qclass != CLASS_IN:
            return None, _refused(ExtendedError.NOT_SUPPORTED)
        place = self._place(query.name, query.qtype)
        if place is None:
            return None, _refused(ExtendedError.NOT_AUTHORITATIVE)
        held, apex = place
        domain = None if isinstance(held, Zone) else held.domain
        zone = held if isinstance(held, Zone) else self._published(held, now)
        if query.qtype in (RRType.AXFR, RRType.IXFR):
            return domain, _refused(ExtendedError.PROHIBITED)
        if zone is None:
            return domain, _refused(ExtendedError.NOT_AUTHORITATIVE)

        def inside(name: Name) -> int | None:
            found = self._nearest(name)
            return found[1] if found is not None and found[0] == held else None

        return domain, lookup(zone, query.name, apex, query.qtype, inside)

    def _published(self, entry: Entry, now: datetime) -> Zone | None:
        """What a catalogued name publishes now; None once it is released."""
        policy = self._catalogue.policy_at(entry, now)
        if policy is Policy.RELEASE:
            return None
        serial = 0
        if entry.until is not None and now.date() >= entry.until:
            serial = int(datetime.combine(entry.until, time(), UTC).timestamp())
        return self._publications.zone(policy, serial)

    def _place(self, name: Name, qtype: int) -> tuple[Zone | Entry, int] | None:
        """Who answers. DS belongs to the parent, where we serve it and it delegates (RFC 4035 §3.1.4.1)."""
        found = self._nearest(name)
        if qtype == RRType.DS and found is not None and found[1] == 0:
            above = self._nearest(name, strictly_above=True)
            if above is not None and isinstance(above[0], Zone):
                node = above[0].nodes.get(name.folded[: above[1]])
                if node is not None and node.cut is not None:
                    return above
        return found

    def _nearest(self, name: Name, *, strictly_above: bool = False) -> tuple[Zone | Entry, int] | None:
        """The most specific zone or catalogued name at or above ``name``, and the offset of its apex."""
        text = bytearray(name.wire.translate(_TEXT))
        for at in name.offsets:
            text[at] = 0x2E
        dotted = text[:-1].decode("latin-1")
        candidates = name.offsets[1:] if strictly_above else name.offsets
        for at in candidates[-self._depth :] if self._depth else ():
            domain = dotted[at + 1 :]
            held = self._zones.get(domain) or self._catalogue.get(domain)
            if held is not None:
                return held, at
        return None


def _refused(why: ExtendedError) -> Answer:
    return Answer(Rcode.REFUSED, authoritative=False, extended=why)
