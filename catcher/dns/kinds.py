"""Which queries have the same reply but for the ID and the question that it echoes. Pure.

::

    head (flags, counts) │ QNAME │ QTYPE, QCLASS, OPT
                             │
       apex: nearest name held ─▶ its class: length, and what it has in common with names in the template's data
       below it: the node that answers, or that the name doesn't exist below a closest encloser

A reply depends on the QNAME in three ways only: which node answers, how long the name is (compression points into it),
and which suffix of it the names in the data have in common with it. Queries in which all of that and everything beside
the QNAME agree are of one kind: whatever ``Authority`` answers to one of them answers all.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from catcher.catalogue import Entry
from catcher.dns.authority import Authority
from catcher.dns.wire import Name, RRType, lower, question_end
from catcher.dns.zone import Node, Zone

Kind = tuple[object, ...]
"""Equal for queries of one kind; without a meaning beyond that."""


class Found(NamedTuple):
    """What is known of a query."""

    likeness: Kind
    """The part of the kind that the QNAME makes, its length aside."""
    ending: bytes
    """The part of the kind that is made by what comes behind the QNAME."""
    end: int
    """Where the QNAME ends; the last part of the kind."""
    domain: str | None
    """The catalogued domain."""
    cookie: bytes | None
    """The client's (RFC 7873): its answer is the client's own."""
    beneath: int | None
    """Where in the QNAME the name begins below which every name is of this likeness; None: there is no such name."""
    unlike: frozenset[bytes]
    """But not those whose label directly below it is one of these (folded)."""


_NONE: frozenset[bytes] = frozenset()

QUESTION = 10
"""Where the question begins in a message without its ID."""
_LONGEST_END = QUESTION + 255
_MOST = 32_768
"""Of apexes, and of endings, that are remembered."""
_NSID, _COOKIE = 3, 10
_SIZES = 512, 1232
"""Sizes that a client says it can take make no difference beyond these (message.UDP_SIZE)."""
_SPECIAL = {rrtype.to_bytes(2, "big") for rrtype in (RRType.DS, RRType.IXFR, RRType.AXFR)}
"""QTYPEs that are answered from elsewhere, or not at all."""
_TEXT = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789-_")


_Touched = tuple[frozenset[bytes] | None, frozenset[bytes] | None]
_FEW = 1000
"""Nodes of a zone that are looked through for the children of one."""


class _Apex(NamedTuple):
    domain: str | None
    """The catalogued domain."""
    likeness: object
    """What names under different apexes must have in common for their replies to be alike."""
    zone: Zone | None
    """None: every name at or below gets the same reply."""


class Kinds:
    """Tells the kinds of queries to one Authority."""

    def __init__(self, authority: Authority, now: datetime) -> None:
        """``now`` decides policies that end on a date: the kinds hold until the next one does."""
        self._authority = authority
        self._now = now
        self._depth = authority.depth
        self._apexes: dict[bytes, _Apex | bool] = {}
        """By folded wire name; False: nothing is held there; True: something too unusual for here."""
        self._endings: dict[bytes, tuple[bytes, bytes | None]] = {}
        self._touching: dict[Node, _Touched] = {}
        self._shared_names: dict[Zone, frozenset[bytes]] = {}

    def of(self, message: bytes) -> Found | None:
        """What ``message`` (without its ID) is; None when nothing can be said of it but its own reply."""
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
        if end > _LONGEST_END:
            return None
        rest = message[end:]
        if len(rest) > 4 and not message[QUESTION - 1]:
            return None  # ARCOUNT is 0: what stands there is junk, even where it looks like an OPT
        heeded = self._endings.get(rest) or self._ending(rest)
        if heeded is None:
            return None
        ending, cookie = heeded
        folded = message[QUESTION:end].lower()
        held = offsets[-self._depth :] if self._depth else []
        deepest = (held[0] if held else end - 1 - QUESTION) if len(offsets) > len(held) else None
        """Nothing is held below this name."""
        apex: _Apex | bool | None = False
        for at in held:
            apex = self._apexes.get(folded[at:])
            if apex is None:
                apex = self._find(folded[at:])
            if apex:
                break
        if isinstance(apex, bool) or apex is None:
            return None if apex else Found((), ending, end, None, cookie, deepest, _NONE)
        domain, likeness, zone = apex
        if zone is None:
            return Found((likeness,), ending, end, domain, cookie, deepest, _NONE)
        relative = folded[:at]
        node = zone.nodes.get(relative)
        if node is not None:
            if node.dname is not None:
                return None
            return Found((likeness, node), ending, end, domain, cookie, None, _NONE)
        at = 0
        while node is None:
            closer = relative[at:]
            at += relative[at] + 1
            node = zone.nodes.get(relative[at:])
        touching, named = self._touching.get(node) or self._touched(zone, node, folded)
        if touching is None or closer in touching:
            return None
        beneath, unlike = deepest, _NONE  # the label directly below the encloser is then above all that may differ
        if deepest is not None and deepest >= at:
            beneath, unlike = (None, _NONE) if named is None else (at, named)
        return Found((likeness, node, False), ending, end, domain, cookie, beneath, unlike)

    def lasting(self, message: bytes) -> bool:
        """Whether the same octets (without the ID) always get the same reply, whoever asks."""
        end = question_end(message, QUESTION) - 4
        heeded = _heeded(message[end:]) if end > 0 and plain(message) else None
        return heeded is not None and heeded[1] is None

    def by_client(self, message: bytes) -> bool:
        """Whether the same octets (without the ID) get the same reply for a while when the same client asks."""
        end = question_end(message, QUESTION) - 4
        return end > 0 and plain(message) and message[end + 4 : end + 7] == b"\0\0\x29"

    def _ending(self, rest: bytes) -> tuple[bytes, bytes | None] | None:
        """What of ``rest`` (QTYPE, QCLASS, OPT) a reply can depend on, and the cookie; None: on more than that."""
        ending = None if rest[:2] in _SPECIAL else _heeded(rest)
        if ending is not None and ending[1] is not None and self._authority.settings.demand_cookies:
            return None
        if ending is not None:
            if len(self._endings) >= _MOST:
                self._endings.clear()
            self._endings[rest] = ending
        return ending

    def _find(self, wire: bytes) -> _Apex | bool:
        """What is held at exactly ``wire`` (folded)."""
        if len(self._apexes) >= _MOST:
            self._apexes.clear()
        found = self._apexes[wire] = self._look(wire)
        return found

    def _look(self, wire: bytes) -> _Apex | bool:
        text = bytearray(wire)
        for at in Name(wire).offsets:
            text[at] = 0x2D
        if not _TEXT.issuperset(text[:-1]):
            return False
        for at in Name(wire).offsets:
            text[at] = 0x2E
        held = self._authority.held(text[1:-1].decode("ascii"))
        if held is None:
            return False
        if isinstance(held, Zone):
            return _Apex(None, wire, held)
        if not isinstance(held, Entry):
            return _Apex(None, wire, None)
        zone = self._authority.published(held, self._now)
        if zone is None:
            return _Apex(held.domain, "released", None)
        names = self._shared_names.get(zone)
        if names is None:
            names = self._shared_names[zone] = frozenset(_suffixes(_names_in(zone.nodes.values())))
        common = next((suffix for at in Name(wire).offsets if (suffix := wire[at:]) in names), b"")
        return True if common == wire else _Apex(held.domain, (len(wire), common), zone)

    def _touched(self, zone: Zone, node: Node, folded: bytes) -> _Touched:
        """Names directly below ``node`` that names in a reply about what doesn't exist there can have in common.

        None when such a reply depends on yet more of the name. Then these and the names that exist there, as labels.
        """
        touching = None
        wildcard = node.wildcard
        redirected = node.dname is not None or RRType.DNAME in node.rrsets
        if not redirected and (wildcard is None or RRType.CNAME not in wildcard.rrsets):
            names = [name for rdata in zone.negative.rdatas for name in rdata.names]
            names += _names_in([wildcard] if wildcard is not None else [])
            if node.cut is not None:
                names += [name for rdata in node.cut.ns.rdatas for name in rdata.names]
                names += [owner for owner, _ in (*node.cut.glue, *node.cut.siblings)]
            touching = frozenset(_below(suffix, node.owner, folded) for suffix in _suffixes(names))
        if len(self._touching) >= _MOST:
            self._touching.clear()
        named = None
        if touching is not None and len(zone.nodes) <= _FEW:
            owners = [owner for owner in zone.nodes if owner and owner[owner[0] + 1 :] == node.owner]
            named = frozenset(name[1 : name[0] + 1] for name in (*owners, *touching) if name)
        self._touching[node] = touching, named
        return touching, named


def plain(message: bytes) -> bool:
    """Whether flags and counts of ``message`` (without its ID) are a standard query's, with at most one OPT."""
    return message[0] & 0xF8 == 0 and message[2:9] == b"\0\1\0\0\0\0\0" and message[9] <= 1


def _heeded(rest: bytes) -> tuple[bytes, bytes | None] | None:
    """QTYPE, QCLASS and what of an OPT is heeded, and the cookie; None with a signature, or anything odd."""
    if len(rest) == 4:
        return rest, None
    if rest[4:7] != b"\0\0\x29" or len(rest) < 15 or len(rest) != 15 + (rest[13] << 8 | rest[14]):
        return None
    at, nsid, cookie = 15, None, None
    while at < len(rest):
        if at + 4 > len(rest):
            return None
        code, length = rest[at] << 8 | rest[at + 1], rest[at + 2] << 8 | rest[at + 3]
        if code == _COOKIE and cookie is None:
            cookie = rest[at + 4 : at + 4 + length]
            if length != 8 and not 16 <= length <= 40:
                return None
        if code == _NSID and nsid is None:
            nsid = length == 0
        at += 4 + length
    if at != len(rest):
        return None
    size = min(max(int.from_bytes(rest[7:9], "big"), _SIZES[0]), _SIZES[1])
    return rest[:4] + size.to_bytes(2, "big") + bytes((rest[10], rest[11] & 0x80, bool(nsid), bool(cookie))), cookie


def _names_in(nodes: Iterable[Node]) -> list[bytes]:
    """Every name in the data of ``nodes``, and the owners of what their replies bring along."""
    rrsets = [rrset for node in nodes for rrset in node.rrsets.values()]
    names = [name for rrset in rrsets for rdata in rrset.rdatas for name in rdata.names]
    return names + [owner for rrset in rrsets for owner, _ in rrset.additional]


def _suffixes(names: Iterable[bytes]) -> Iterable[bytes]:
    """Every suffix of every name, folded, without the root."""
    for name in names:
        folded = lower(name)
        yield from (folded[at:] for at in Name(folded).offsets)


def _below(suffix: bytes, owner: bytes, folded: bytes) -> bytes:
    """``suffix`` relative to the apex of ``folded`` when it stands directly below ``owner``; else nothing's name."""
    relative = suffix[: suffix[0] + 1] + owner
    rest = suffix[len(relative) :]
    return relative if suffix.startswith(relative) and rest and folded.endswith(rest) else b""
