"""The algorithm of RFC 1034 §4.3.2 with wildcards (RFC 4592), DNAME (RFC 6672) and ANY (RFC 8482), for one zone."""

from __future__ import annotations

from collections.abc import Callable

from catcher.dns.wire import MAX_NAME, ExtendedError, Name, Rcode, Rdata, RRset, RRType, lower
from catcher.dns.zone import Delegation, Node, Zone

MAX_CHAIN = 16
"""CNAME and DNAME steps that one answer follows."""
CUT_CHAIN = 5
"""Steps that are told of a chain which is longer, or has no end; a resolver asks again from there."""

Section = list[tuple[bytes, RRset]]
"""RRsets with their absolute owners."""
Inside = Callable[[Name], int | None]
"""The offset of the zone's apex in a name, None when the name isn't answered from the same zone."""


class Answer:
    """What is to be said, before it is put on the wire."""

    __slots__ = ("additional", "answer", "authoritative", "authority", "extended", "glue", "rcode")

    def __init__(
        self,
        rcode: Rcode = Rcode.NOERROR,
        *,
        authoritative: bool = True,
        extended: ExtendedError | None = None,
    ) -> None:
        self.rcode = rcode
        self.extended = extended
        """Said to those who speak EDNS."""
        self.authoritative = authoritative
        """The AA bit."""
        self.answer: Section = []
        self.authority: Section = []
        self.glue: tuple[tuple[bytes, RRset], ...] = ()
        """Additional records without which a referral is useless: they must fit or TC is set (RFC 9471)."""
        self.additional: tuple[tuple[bytes, RRset], ...] = ()
        """Additional records that may be left out."""


def lookup(zone: Zone, name: Name, apex: int, qtype: int, inside: Inside) -> Answer:
    """The answer to ``name`` and ``qtype`` from ``zone``, whose apex begins at offset ``apex`` of ``name``."""
    found = Answer()
    origin = name.wire[apex:]
    seen = {name.folded}
    told = 0
    while True:
        target = _step(zone, name, apex, qtype, found, origin)
        if target is None:
            return found
        name = Name(target)
        within = inside(name)
        if within is None or name.folded in seen:
            return found
        if len(seen) == CUT_CHAIN:
            told = len(found.answer)
        elif len(seen) == MAX_CHAIN:
            del found.answer[told:]
            return found
        apex = within
        seen.add(name.folded)


def _step(zone: Zone, name: Name, apex: int, qtype: int, found: Answer, origin: bytes) -> bytes | None:
    """Adds what the zone says about one name of the chain; returns the next name."""
    node = zone.nodes.get(name.folded[:apex])
    above = zone.encloser(name, apex) if node is None else node
    cut = above.cut
    if cut is not None and not (qtype == RRType.DS and node is not None and node.owner == cut.owner):
        _refer(cut, found, origin)
        return None
    redirecting = above if node is None and RRType.DNAME in above.rrsets else above.dname
    if redirecting is not None:
        return _redirect(redirecting, name, apex, qtype, found, origin)
    if node is None:
        node = above.wildcard
        if node is None:
            found.rcode = Rcode.NXDOMAIN
            found.authority.append((origin, zone.negative))
            return None
    rrset = _wanted(node, qtype)
    if rrset is not None:
        found.answer.append((name.wire, rrset))
        found.additional = rrset.additional
        return None
    cname = node.rrsets.get(RRType.CNAME)
    if cname is not None:
        found.answer.append((name.wire, cname))
        return cname.rdatas[0].names[0]
    found.authority.append((origin, zone.negative))
    return None


def _wanted(node: Node, qtype: int) -> RRset | None:
    """The RRset asked for; of ANY one RRset is enough, the smallest (RFC 8482 §4.1)."""
    if qtype == RRType.ANY:
        return min(node.rrsets.values(), key=_size, default=None)
    return node.rrsets.get(qtype)


def _size(rrset: RRset) -> tuple[int, int]:
    return sum(len(rdata.octets) for rdata in rrset.rdatas), rrset.rrtype


def _refer(cut: Delegation, found: Answer, origin: bytes) -> None:
    """A referral (RFC 1034 §4.3.2 step 3b). Only what precedes it in the chain is ours to vouch for."""
    found.authoritative = bool(found.answer)
    found.authority.append((cut.owner + origin, cut.ns))
    found.glue, found.additional = cut.glue, cut.siblings


def _redirect(node: Node, name: Name, apex: int, qtype: int, found: Answer, origin: bytes) -> bytes | None:
    """Answers with a DNAME and the CNAME made from it (RFC 6672 §3.1)."""
    dname = node.rrsets[RRType.DNAME]
    found.answer.append((node.owner + origin, dname))
    target = name.wire[: apex - len(node.owner)] + dname.rdatas[0].head
    if len(target) > MAX_NAME:
        found.rcode = Rcode.YXDOMAIN
        return None
    found.answer.append((name.wire, RRset(RRType.CNAME, dname.ttl, (Rdata(b"", (target,)),))))
    if qtype in (RRType.CNAME, RRType.ANY) or lower(dname.rdatas[0].head).endswith(node.owner + lower(origin)):
        return None  # a DNAME to below itself would only grow the name
    return target
