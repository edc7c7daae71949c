"""Answers queries: a query's octets in, a reply's octets out. It uses no socket, file or clock.

The order of checks; the first failing check decides the reply:

1. Header (RFC 1035 §4.1.1): a message shorter than a header, or with QR set, gets no reply. Opcodes other than QUERY:
   REFUSED for NOTIFY and UPDATE, else NOTIMP. No question, several questions, or octets that break the format: FORMERR
   (RFC 6891 §6.1.1, RFC 7873 §5.2.2).
2. TSIG (RFC 8945 §5.2): malformed: FORMERR; unknown key, wrong signature or wrong time: NOTAUTH.
3. EDNS version above 0: BADVERS (RFC 6891 §6.1.3).
4. Cookie, where ``require_cookies`` is set, for an unsigned query over UDP (RFC 7873 §5.2.3): a query without a cookie
   gets an empty reply with TC; a cookie that was not made here: BADCOOKIE.
5. Class other than IN: REFUSED (RFC 8914 §4.22).
6. Place: the most specific zone or catalogued name at or above the QNAME; DS belongs to the parent
   (RFC 4035 §3.1.4.1). None: REFUSED. A zone with faults in its file: SERVFAIL.
7. AXFR and IXFR (RFC 5936 §2.2, RFC 1995 §2): only our secondaries, recognised by address and key, get a transfer; all
   other clients: REFUSED.
8. The catalog zone (RFC 9432 §7): only our secondaries get its SOA; every other query: REFUSED.
9. Policy: a released name is REFUSED; every other name is answered from the zone of its policy.
10. The zone's data (RFC 1034 §4.3.2): see ``lookup``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time

from catcher.catalogue import Catalogue, Entry
from catcher.dns.answering.answer import Answer, AnswerKind, failure, only, refusal
from catcher.dns.answering.lookup import lookup
from catcher.dns.answering.message import empty, encode, turn_down
from catcher.dns.answering.options import ReplySettings, reply_options
from catcher.dns.answering.query import Query, parse_query
from catcher.dns.answering.secondaries import Secondaries
from catcher.dns.answering.transfer import Transfer, of_zone, serial_of, up_to_date
from catcher.dns.answering.tsig import TsigSignature, verify
from catcher.dns.wire import CLASS_IN, ExtendedError, Name, Rcode, RRType, Transport
from catcher.dns.zones.catalogzone import CatalogZone
from catcher.dns.zones.loaded import LoadedFiles
from catcher.dns.zones.publication import Publications
from catcher.dns.zones.zone import Zone

_TEXT = bytes(range(256)).translate(bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ.", b"abcdefghijklmnopqrstuvwxyz\0"))
"""Folds case, and maps a dot inside a label to zero, so that it can't pass for a dot between labels."""


@dataclass(frozen=True, slots=True)
class AuthorityReply:
    """The octets of the reply, and the facts by which the demand tally and the rate limit count it."""

    wire: bytes
    kind: AnswerKind
    domain: str | None = None
    """The catalogued domain that the query asks about; None if it asks about another name."""
    qtype: int = 0
    rcode: Rcode = Rcode.NOERROR
    transfer: Transfer | None = None
    """The transfer whose further messages follow ``wire`` (TCP alone)."""


class Unloaded:
    """Stands for a zone whose file has faults: the name is ours, its data is missing."""


_UNLOADED = Unloaded()
Authoritative = Zone | Entry | CatalogZone | Unloaded
"""A zone or catalogue row that this server is authoritative for."""


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One query, and the facts about the query that are not in its octets."""

    query: Query
    transport: Transport
    now: datetime
    permitted: bool
    """Whether the query comes from one of our secondaries, signed with its key."""
    options: bytes
    """EDNS options of the reply, beside the extended error."""
    signature: TsigSignature | None


class Authority:
    """Answers for catalogued names and whole zones, from the most specific one. An Authority never changes: a reload
    makes a new one."""

    def __init__(
        self,
        catalogue: Catalogue,
        publications: Publications,
        zones: Mapping[str, Zone],
        *,
        settings: ReplySettings | None = None,
        secondaries: Secondaries | None = None,
        catalog: CatalogZone | None = None,
        unloaded: Collection[str] = (),
        template: str = "",
        files: LoadedFiles | None = None,
    ) -> None:
        """``zones``: by apex, as lower-case A-labels without the final dot; ``unloaded``: apexes answered SERVFAIL.

        ``template``: a digest of the zone template from which ``publications`` come. ``files``: the files that were
        read, with the faults of files whose last good state is served.
        """
        self.catalogue = catalogue
        self.publications = publications
        self.zones = dict(zones)
        self.settings = settings or ReplySettings()
        self.secondaries = secondaries or Secondaries()
        self.catalog = catalog
        self.template = template
        self.files = files or LoadedFiles()
        special = {} if catalog is None else {catalog.name: catalog}
        self._zones: dict[str, Zone | CatalogZone | Unloaded] = {
            **dict.fromkeys(unloaded, _UNLOADED),
            **special,
            **self.zones,
        }
        self.depth = max([catalogue.depth(), *(name.count(".") + 1 for name in self._zones)])
        """Labels of the longest name that we are authoritative for: no suffix with more labels is our name."""

    def answer(self, query: bytes, *, transport: Transport, now: datetime, client: str = "") -> AuthorityReply | None:
        """The reply to the octets of one message; None: no reply is sent (see ``query.parse_query``).

        Never raises, for any octets. ``now`` (UTC) decides policies that end on a date. ``client`` is an IP address;
        without an address there are neither cookies nor transfers.
        """
        question = parse_query(query)
        if question is None:
            return None
        if isinstance(question, Rcode):
            return AuthorityReply(turn_down(query, question), AnswerKind.ERROR, rcode=question)
        settings, edns, seconds = self.settings, question.edns, int(now.timestamp())
        options = reply_options(settings, edns, transport, client, seconds)
        signature = None
        if question.tsig:
            signature = verify(query, question.tsig, self.secondaries.keys, seconds)
            if signature is None:
                return AuthorityReply(turn_down(query, Rcode.FORMERR), AnswerKind.ERROR, rcode=Rcode.FORMERR)
        permitted = signature is not None and self.secondaries.permit(client, signature.key)
        exchange = _Exchange(question, transport, now, permitted, options.octets, signature)
        if signature is not None and signature.error:
            return _reply(exchange, failure(Rcode.NOTAUTH))
        if edns is not None and edns.version:
            return _reply(exchange, failure(Rcode.BADVERS))
        if settings.demand_cookies and transport is Transport.UDP and not options.cookie_valid and signature is None:
            if edns is None or edns.cookie is None:
                return AuthorityReply(empty(question, options.octets), AnswerKind.ANSWER)
            return _reply(exchange, failure(Rcode.BADCOOKIE))
        domain, answer = self._answer(exchange)
        return _reply(exchange, answer, None if permitted else domain)

    def _answer(self, exchange: _Exchange) -> tuple[str | None, Answer | Transfer]:
        query, now = exchange.query, exchange.now
        if query.qclass != CLASS_IN:
            return None, refusal(ExtendedError.NOT_SUPPORTED)
        place = self._place(query.name, query.qtype)
        if place is None:
            return None, refusal(ExtendedError.NOT_AUTHORITATIVE)
        held, apex = place
        domain = held.domain if isinstance(held, Entry) else None
        if isinstance(held, Unloaded):
            return None, failure(Rcode.SERVFAIL, ExtendedError.NOT_READY)
        if query.qtype in (RRType.AXFR, RRType.IXFR):
            return domain, self._transfer(exchange, held, apex)
        if isinstance(held, CatalogZone):
            return None, _of_catalog(exchange, held, apex)
        zone = held if isinstance(held, Zone) else self.published(held, now)
        if zone is None:
            return domain, refusal(ExtendedError.NOT_AUTHORITATIVE)

        def inside(name: Name) -> int | None:
            found = self._nearest(name)
            if found is not None and found[0] == held:
                return found[1]
            return zone.delegating(name, origin) if isinstance(held, Zone) else None

        origin = query.name.folded[apex:]
        return domain, lookup(zone, query.name, apex, query.qtype, inside)

    def _transfer(self, exchange: _Exchange, held: Zone | Entry | CatalogZone, apex: int) -> Answer | Transfer:
        """A transfer to one of our secondaries. The answer to IXFR is the whole zone; over UDP, or when the secondary
        is up to date, it is the SOA alone (RFC 1995 §2, §4)."""
        query, now = exchange.query, exchange.now
        if not exchange.permitted or (query.qtype == RRType.AXFR and exchange.transport is Transport.UDP):
            return refusal(ExtendedError.PROHIBITED)
        source = self.published(held, now) if isinstance(held, Entry) else held
        if apex or source is None:
            return failure(Rcode.NOTAUTH)
        soa = source.soa(now) if isinstance(source, CatalogZone) else source.apex.rrsets[RRType.SOA]
        if query.qtype == RRType.IXFR:
            if query.serial is None:
                return failure(Rcode.FORMERR)
            if up_to_date(query.serial, serial_of(soa)) or exchange.transport is Transport.UDP:
                return only(query.name.wire, soa)
        origin = query.name.folded
        records = source.records(now) if isinstance(source, CatalogZone) else of_zone(source, origin)
        return Transfer(query, records, exchange.options, exchange.signature)

    def zone_or_entry_at(self, domain: str) -> Authoritative | None:
        """The zone or catalogue row of exactly this name (A-labels, lower case)."""
        return self._zones.get(domain) or self.catalogue.get(domain)

    def published(self, entry: Entry, now: datetime) -> Zone | None:
        """The zone that a catalogued name publishes at ``now``; None if the name is released then."""
        policy = self.catalogue.policy_at(entry, now)
        if not policy.is_served:
            return None
        serial = 0
        if entry.until is not None and now.date() >= entry.until:
            serial = int(datetime.combine(entry.until, time(), UTC).timestamp())
        return self.publications.zone(policy, serial)

    def _place(self, name: Name, qtype: int) -> tuple[Authoritative, int] | None:
        """The zone or row that answers. The parent zone answers DS, if we serve the parent and it delegates the name
        (RFC 4035 §3.1.4.1)."""
        found = self._nearest(name)
        if qtype == RRType.DS and found is not None and found[1] == 0:
            above = self._nearest(name, strictly_above=True)
            if above is not None and isinstance(above[0], Zone):
                node = above[0].nodes.get(name.folded[: above[1]])
                if node is not None and node.cut is not None:
                    return above
        return found

    def _nearest(self, name: Name, *, strictly_above: bool = False) -> tuple[Authoritative, int] | None:
        """The most specific zone or catalogued name at or above ``name``, and the offset of its apex."""
        text = bytearray(name.wire.translate(_TEXT))
        for at in name.offsets:
            text[at] = 0x2E
        dotted = text[:-1].decode("latin-1")
        candidates = name.offsets[1:] if strictly_above else name.offsets
        for at in candidates[-self.depth :] if self.depth else ():
            domain = dotted[at + 1 :]
            held = self.zone_or_entry_at(domain)
            if held is not None:
                return held, at
        return None


def _reply(exchange: _Exchange, answer: Answer | Transfer, domain: str | None = None) -> AuthorityReply:
    """Encodes an answer, signed if the query was signed; begins a transfer."""
    query, signature, now = exchange.query, exchange.signature, exchange.now
    if isinstance(answer, Transfer):
        return AuthorityReply(answer.next(now) or b"", AnswerKind.ANSWER, domain, query.qtype, transfer=answer)
    wire = encode(query, answer, exchange.transport, exchange.options, 0 if signature is None else signature.octets)
    if signature is not None:
        wire = signature.sign(wire, int(now.timestamp()))
    return AuthorityReply(wire, answer.kind, domain, query.qtype, answer.rcode)


def _of_catalog(exchange: _Exchange, catalog: CatalogZone, apex: int) -> Answer:
    """Only our secondaries may read the catalog zone; apart from transfers, they may ask for its SOA with the
    serial."""
    if not exchange.permitted or apex or exchange.query.qtype != RRType.SOA:
        return refusal(ExtendedError.PROHIBITED)
    return only(exchange.query.name.wire, catalog.soa(exchange.now))
