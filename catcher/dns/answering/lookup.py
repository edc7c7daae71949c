"""The algorithm of RFC 1034 §4.3.2 with wildcards (RFC 4592), DNAME (RFC 6672) and ANY (RFC 8482), for one zone."""

from __future__ import annotations

from collections.abc import Callable

from catcher.dns.answering.answer import Answer, AnswerKind
from catcher.dns.wire import MAX_NAME, Name, Rcode, Rdata, RRset, RRType, lower
from catcher.dns.zones.zone import Delegation, Zone, ZoneNode

MAX_CHAIN = 16
"""Most steps by CNAME or DNAME that one answer follows; a longer chain is a loop or a mistake."""
CUT_CHAIN = 5
"""Steps sent of a chain that is longer than ``MAX_CHAIN``; a resolver asks again for the last name of these steps."""

Inside = Callable[[Name], int | None]
"""The offset of the zone's apex in a name; None when the name isn't answered from the same zone."""


def lookup(zone: Zone, name: Name, apex: int, qtype: int, inside: Inside) -> Answer:
    """The answer to ``name`` and ``qtype`` from ``zone``, whose apex begins at offset ``apex`` of ``name``."""
    answer = Answer()
    origin = name.wire[apex:]
    seen = {name.folded}
    sent = 0
    while True:
        target = _step(zone, name, apex, qtype, answer, origin)
        if target is None:
            return answer
        name = Name(target)
        within = inside(name)
        if within is None or name.folded in seen:
            return answer
        if len(seen) == CUT_CHAIN:
            sent = len(answer.answer)
        elif len(seen) == MAX_CHAIN:
            del answer.answer[sent:]
            return answer
        apex = within
        seen.add(name.folded)


def _step(zone: Zone, name: Name, apex: int, qtype: int, answer: Answer, origin: bytes) -> bytes | None:
    """Adds the zone's data about one name of the chain; returns the next name."""
    node = zone.nodes.get(name.folded[:apex])
    above = zone.encloser(name, apex) if node is None else node
    cut = above.cut
    if cut is not None and not (qtype == RRType.DS and node is not None and node.owner == cut.owner):
        _refer(cut, answer, origin)
        return None
    redirecting = above if node is None and RRType.DNAME in above.rrsets else above.dname
    if redirecting is not None:
        return _redirect(redirecting, name, apex, qtype, answer, origin)
    if node is None:
        node = above.wildcard
        if node is None:
            answer.kind, answer.rcode = AnswerKind.NXDOMAIN, Rcode.NXDOMAIN
            answer.authority.append((origin, zone.negative))
            return None
    rrset = _rrset_for(node, qtype)
    if rrset is not None:
        answer.answer.append((name.wire, rrset))
        answer.additional = rrset.additional
        return None
    cname = node.rrsets.get(RRType.CNAME)
    if cname is not None:
        answer.answer.append((name.wire, cname))
        return cname.rdatas[0].names[0]
    if not answer.answer:
        answer.kind = AnswerKind.NODATA
    answer.authority.append((origin, zone.negative))
    return None


def _rrset_for(node: ZoneNode, qtype: int) -> RRset | None:
    """The RRset asked for; the answer to ANY is one RRset, the smallest (RFC 8482 §4.1)."""
    if qtype == RRType.ANY:
        return min(node.rrsets.values(), key=_size, default=None)
    return node.rrsets.get(qtype)


def _size(rrset: RRset) -> tuple[int, int]:
    return sum(len(rdata.octets) for rdata in rrset.rdatas), rrset.rrtype


def _refer(cut: Delegation, answer: Answer, origin: bytes) -> None:
    """Adds a referral (RFC 1034 §4.3.2 step 3b). After a chain AA stays set: AA speaks of the chain's first name
    alone."""
    if not answer.answer:
        answer.kind, answer.authoritative = AnswerKind.REFERRAL, False
    answer.authority.append((cut.owner + origin, cut.ns))
    answer.glue, answer.additional = cut.glue, cut.siblings


def _redirect(node: ZoneNode, name: Name, apex: int, qtype: int, answer: Answer, origin: bytes) -> bytes | None:
    """Answers with a DNAME and the CNAME made from it (RFC 6672 §3.1)."""
    dname = node.rrsets[RRType.DNAME]
    answer.answer.append((node.owner + origin, dname))
    target = name.wire[: apex - len(node.owner)] + dname.rdatas[0].head
    if len(target) > MAX_NAME:
        answer.kind, answer.rcode = AnswerKind.ERROR, Rcode.YXDOMAIN
        return None
    answer.answer.append((name.wire, RRset(RRType.CNAME, dname.ttl, (Rdata(b"", (target,)),))))
    if qtype in (RRType.CNAME, RRType.ANY) or lower(dname.rdatas[0].head).endswith(node.owner + lower(origin)):
        return None  # a DNAME that leads below itself would only make the name longer at each step
    return target
