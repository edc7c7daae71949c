"""The whole of answering: a query's octets in, a reply's octets out. No socket, file or clock is touched."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time

from catcher.catalogue import Catalogue, Entry
from catcher.dns.catalogzone import CatalogZone
from catcher.dns.lookup import Answer, lookup
from catcher.dns.message import empty, encode, turn_down
from catcher.dns.options import Settings, say
from catcher.dns.publication import Publications
from catcher.dns.query import Query, parse
from catcher.dns.secondaries import Secondaries
from catcher.dns.transfer import Transfer, of_zone, serial_of, up_to_date
from catcher.dns.tsig import Signature, verify
from catcher.dns.wire import CLASS_IN, ExtendedError, Name, Rcode, RRset, RRType, Transport
from catcher.dns.zone import Zone

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
    transfer: Transfer | None = None
    """More messages, to be sent after ``wire`` (TCP alone)."""


class Unloaded:
    """Stands for a zone whose file has faults: it is ours, but there is nothing to say."""


_UNLOADED = Unloaded()
Held = Zone | Entry | CatalogZone | Unloaded


@dataclass(frozen=True, slots=True)
class _Exchange:
    """What is known of one query beside its octets."""

    query: Query
    transport: Transport
    now: datetime
    permitted: bool
    """Whether it comes from one of our secondaries, with its key."""
    options: bytes
    signature: Signature | None


class Authority:
    """Answers for the catalogue and for whole zones; the most specific one answers. Frozen: a reload makes another."""

    def __init__(
        self,
        catalogue: Catalogue,
        publications: Publications,
        zones: Mapping[str, Zone],
        *,
        settings: Settings | None = None,
        secondaries: Secondaries | None = None,
        catalog: CatalogZone | None = None,
        unloaded: Collection[str] = (),
        template: str = "",
    ) -> None:
        """``zones``: by apex, as lower-case A-labels without the final dot; ``unloaded``: apexes answered SERVFAIL.

        ``template``: a digest of the zone template that ``publications`` come from.
        """
        self.catalogue = catalogue
        self.publications = publications
        self.zones = dict(zones)
        self.settings = settings or Settings()
        self.secondaries = secondaries or Secondaries()
        self.catalog = catalog
        self.template = template
        special = {} if catalog is None else {catalog.name: catalog}
        self._zones: dict[str, Zone | CatalogZone | Unloaded] = {
            **dict.fromkeys(unloaded, _UNLOADED),
            **special,
            **self.zones,
        }
        self.depth = max([catalogue.depth(), *(name.count(".") + 1 for name in self._zones)])
        """Labels of the longest name held: no suffix of a question with more can be ours."""

    def answer(self, query: bytes, *, transport: Transport, now: datetime, client: str = "") -> Reply | None:
        """The reply to the octets of one message; None when silence is due (see ``query.parse``).

        Never raises, whatever the octets are. ``now`` (UTC) decides policies that end on a date. Without ``client``,
        an IP address, there are neither cookies nor transfers.
        """
        question = parse(query)
        if question is None:
            return None
        if isinstance(question, Rcode):
            return Reply(turn_down(query, question), rcode=question)
        settings, edns, seconds = self.settings, question.edns, int(now.timestamp())
        said = say(settings, edns, transport, client, seconds)
        signature = None
        if question.tsig:
            signature = verify(query, question.tsig, self.secondaries.keys, seconds)
            if signature is None:
                return Reply(turn_down(query, Rcode.FORMERR), rcode=Rcode.FORMERR)
        permitted = signature is not None and self.secondaries.permit(client, signature.key)
        exchange = _Exchange(question, transport, now, permitted, said.octets, signature)
        if signature is not None and signature.error:
            return _reply(exchange, Answer(Rcode.NOTAUTH, authoritative=False))
        if edns is not None and edns.version:
            return _reply(exchange, Answer(Rcode.BADVERS, authoritative=False))
        if settings.demand_cookies and transport is Transport.UDP and not said.cookie_valid and signature is None:
            if edns is None or edns.cookie is None:
                return Reply(empty(question, said.octets))
            return _reply(exchange, Answer(Rcode.BADCOOKIE, authoritative=False))
        domain, answer = self._answer(exchange)
        return _reply(exchange, answer, None if permitted else domain)

    def _answer(self, exchange: _Exchange) -> tuple[str | None, Answer | Transfer]:
        query, now = exchange.query, exchange.now
        if query.qclass != CLASS_IN:
            return None, _refused(ExtendedError.NOT_SUPPORTED)
        place = self._place(query.name, query.qtype)
        if place is None:
            return None, _refused(ExtendedError.NOT_AUTHORITATIVE)
        held, apex = place
        domain = held.domain if isinstance(held, Entry) else None
        if isinstance(held, Unloaded):
            return None, Answer(Rcode.SERVFAIL, authoritative=False, extended=ExtendedError.NOT_READY)
        if query.qtype in (RRType.AXFR, RRType.IXFR):
            return domain, self._transfer(exchange, held, apex)
        if isinstance(held, CatalogZone):
            return None, _of_catalog(exchange, held, apex)
        zone = held if isinstance(held, Zone) else self.published(held, now)
        if zone is None:
            return domain, _refused(ExtendedError.NOT_AUTHORITATIVE)

        def inside(name: Name) -> int | None:
            found = self._nearest(name)
            if found is not None and found[0] == held:
                return found[1]
            return zone.delegating(name, origin) if isinstance(held, Zone) else None

        origin = query.name.folded[apex:]
        return domain, lookup(zone, query.name, apex, query.qtype, inside)

    def _transfer(self, exchange: _Exchange, held: Zone | Entry | CatalogZone, apex: int) -> Answer | Transfer:
        """A transfer to one of our secondaries. IXFR gets the whole zone, or the SOA alone to whoever has it all,
        and over UDP (RFC 1995 §2, §4)."""
        query, now = exchange.query, exchange.now
        if not exchange.permitted or (query.qtype == RRType.AXFR and exchange.transport is Transport.UDP):
            return _refused(ExtendedError.PROHIBITED)
        source = self.published(held, now) if isinstance(held, Entry) else held
        if apex or source is None:
            return Answer(Rcode.NOTAUTH, authoritative=False)
        soa = source.soa(now) if isinstance(source, CatalogZone) else source.apex.rrsets[RRType.SOA]
        if query.qtype == RRType.IXFR:
            if query.serial is None:
                return Answer(Rcode.FORMERR, authoritative=False)
            if up_to_date(query.serial, serial_of(soa)) or exchange.transport is Transport.UDP:
                return _only(query.name.wire, soa)
        origin = query.name.folded
        records = source.records(now) if isinstance(source, CatalogZone) else of_zone(source, origin)
        return Transfer(query, records, exchange.options, exchange.signature)

    def held(self, domain: str) -> Held | None:
        """What is held under exactly this name (A-labels, lower case)."""
        return self._zones.get(domain) or self.catalogue.get(domain)

    def published(self, entry: Entry, now: datetime) -> Zone | None:
        """What a catalogued name publishes now; None once it is released."""
        policy = self.catalogue.policy_at(entry, now)
        if not policy.is_served:
            return None
        serial = 0
        if entry.until is not None and now.date() >= entry.until:
            serial = int(datetime.combine(entry.until, time(), UTC).timestamp())
        return self.publications.zone(policy, serial)

    def _place(self, name: Name, qtype: int) -> tuple[Held, int] | None:
        """Who answers. DS belongs to the parent, where we serve it and it delegates (RFC 4035 §3.1.4.1)."""
        found = self._nearest(name)
        if qtype == RRType.DS and found is not None and found[1] == 0:
            above = self._nearest(name, strictly_above=True)
            if above is not None and isinstance(above[0], Zone):
                node = above[0].nodes.get(name.folded[: above[1]])
                if node is not None and node.cut is not None:
                    return above
        return found

    def _nearest(self, name: Name, *, strictly_above: bool = False) -> tuple[Held, int] | None:
        """The most specific zone or catalogued name at or above ``name``, and the offset of its apex."""
        text = bytearray(name.wire.translate(_TEXT))
        for at in name.offsets:
            text[at] = 0x2E
        dotted = text[:-1].decode("latin-1")
        candidates = name.offsets[1:] if strictly_above else name.offsets
        for at in candidates[-self.depth :] if self.depth else ():
            domain = dotted[at + 1 :]
            held = self.held(domain)
            if held is not None:
                return held, at
        return None


def _reply(exchange: _Exchange, answer: Answer | Transfer, domain: str | None = None) -> Reply:
    """Puts an answer on the wire, signed where the query was; begins a transfer."""
    query, signature, now = exchange.query, exchange.signature, exchange.now
    if isinstance(answer, Transfer):
        return Reply(answer.next(now) or b"", domain, query.qtype, transfer=answer)
    wire = encode(query, answer, exchange.transport, exchange.options, 0 if signature is None else signature.octets)
    if signature is not None:
        wire = signature.sign(wire, int(now.timestamp()))
    return Reply(wire, domain, query.qtype, answer.rcode)


def _of_catalog(exchange: _Exchange, catalog: CatalogZone, apex: int) -> Answer:
    """The catalog zone is for our secondaries alone; beside transfers they may see that it is there and its serial."""
    if not exchange.permitted or apex or exchange.query.qtype != RRType.SOA:
        return _refused(ExtendedError.PROHIBITED)
    return _only(exchange.query.name.wire, catalog.soa(exchange.now))


def _only(owner: bytes, rrset: RRset) -> Answer:
    answer = Answer()
    answer.answer.append((owner, rrset))
    return answer


def _refused(why: ExtendedError) -> Answer:
    return Answer(Rcode.REFUSED, authoritative=False, extended=why)
