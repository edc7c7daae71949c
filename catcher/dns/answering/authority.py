"""Answers queries: a query's octets in, a reply's octets out. It uses no socket, file or clock.

The order of checks; the first failing check decides the reply:

1. Header (RFC 1035 §4.1.1): a message shorter than a header, or with QR set, gets no reply. Opcodes other than QUERY:
   REFUSED for NOTIFY and UPDATE, else NOTIMP. No question, several questions, or octets that break the format: FORMERR
   (RFC 6891 §6.1.1, RFC 7873 §5.2.2). Each of these replies has an OPT if the message has one that can be read.
2. TSIG (RFC 8945 §5.2): malformed: FORMERR; unknown key, wrong signature or wrong time: NOTAUTH.
3. EDNS version above 0: BADVERS (RFC 6891 §6.1.3).
4. Cookie, where ``require_cookies`` is set, for an unsigned query over UDP (RFC 7873 §5.2.3): a query without a cookie
   gets an empty reply with TC; a cookie that was not made here: BADCOOKIE.
5. Class other than IN: REFUSED (RFC 8914 §4.22).
6. Place: the most specific zone or catalogued name at or above the QNAME; DS belongs to the parent
   (RFC 4035 §3.1.4.1). None: REFUSED. A zone with faults in its file: SERVFAIL.
7. AXFR and IXFR (RFC 5936 §2.2, RFC 1995 §2): only our secondaries, recognised by network and key, get a transfer of
   the zones that they copy; all other clients: REFUSED.
8. The catalog zone (RFC 9432 §7): only our secondaries get its SOA; every other query: REFUSED.
9. Policy: a released name is REFUSED; every other name is answered from the zone of its policy.
10. The zone's data (RFC 1034 §4.3.2): see ``lookup``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from catcher.catalogue import Catalogue, Entry
from catcher.dns.answering.answer import Answer, AnswerKind, failure, only, refusal
from catcher.dns.answering.lookup import lookup
from catcher.dns.answering.message import empty, rejected
from catcher.dns.answering.options import ReplySettings, packed, reply_options
from catcher.dns.answering.query import CookieQuery, Query, Rejection, parse_query
from catcher.dns.answering.reply import AuthorityReply, Exchange, to_cookie_query, to_exchange
from catcher.dns.answering.secondaries import Secondaries
from catcher.dns.answering.strangers import TsigBudget, bad_key, is_signed
from catcher.dns.answering.transfer import Records, Transfer, of_zone, serial_of, up_to_date
from catcher.dns.answering.tsig import verify
from catcher.dns.wire import CLASS_IN, ExtendedError, Name, Rcode, RRType, Transport, dotted
from catcher.dns.zones.catalogzone import CatalogZone
from catcher.dns.zones.ledger import Ledger
from catcher.dns.zones.loaded import LoadedFiles
from catcher.dns.zones.publication import Publications
from catcher.dns.zones.serials import GivenSerial, Serials
from catcher.dns.zones.zone import Zone, apex_of


class Unloaded:
    """Stands for a zone whose file has faults: the name is ours, its data is missing."""


_UNLOADED = Unloaded()
Authoritative = Zone | Entry | CatalogZone | Unloaded
"""A zone or catalogue row that this server is authoritative for."""


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
        serials: Serials | None = None,
        ledger: Ledger | None = None,
        files: LoadedFiles | None = None,
    ) -> None:
        """``zones``: by apex, as lower-case A-labels without the final dot; ``unloaded``: apexes answered SERVFAIL.

        ``serials``: the serials of catalogued names; without it all have that of ``publications``. ``ledger``: what
        the next load compares itself with. ``files``: the files that were read, with the faults of files whose last
        good state is served.
        """
        self.catalogue = catalogue
        self.publications = publications
        self.zones = dict(zones)
        self.settings = settings or ReplySettings()
        self.secondaries = secondaries or Secondaries()
        self.catalog = catalog
        self.serials = serials or Serials(GivenSerial(publications.serial, 0.0))
        self.ledger = ledger
        self.files = files or LoadedFiles()
        self._turns = self.serials.turns(catalogue)
        special = {} if catalog is None else {catalog.name: catalog}
        self._zones: dict[str, Zone | CatalogZone | Unloaded] = {
            **dict.fromkeys(unloaded, _UNLOADED),
            **special,
            **self.zones,
        }
        self.types = frozenset().union(publications.types, *(zone.types for zone in self.zones.values()))
        """The types of all records here, but of the catalog zone."""
        self.depth = max([catalogue.depth(), *(name.count(".") + 1 for name in self._zones)])
        """Labels of the longest name that we are authoritative for: no suffix with more labels is our name."""

    def answer(
        self,
        query: bytes,
        *,
        transport: Transport,
        now: datetime,
        client: str = "",
        budget: TsigBudget | None = None,
    ) -> AuthorityReply | None:
        """The reply to the octets of one message; None: no reply is sent (see ``query.parse_query``).

        Never raises, for any octets. ``now`` (UTC) decides policies that end on a date. ``client`` is an IP address;
        without an address there are neither cookies nor transfers. ``budget`` bounds the signatures that are checked
        over UDP; None: all of our secondaries' are.
        """
        may_sign = bool(client) and is_signed(query) and self.secondaries.may_be_secondary(packed(client))
        if not may_sign and is_signed(query):
            wire = bad_key(query)
            if wire is not None:
                if budget is not None:
                    budget.refused += 1
                return AuthorityReply(wire, AnswerKind.ERROR, rcode=Rcode.NOTAUTH)
        question = parse_query(query)
        if question is None:
            return None
        if isinstance(question, Rejection):
            return AuthorityReply(rejected(query, question), AnswerKind.ERROR, rcode=question.rcode)
        settings, edns, seconds = self.settings, question.edns, int(now.timestamp())
        if isinstance(question, CookieQuery):
            return to_cookie_query(query, question.edns, reply_options(settings, edns, transport, client, seconds))
        signature = None
        if question.tsig:
            if may_sign and budget is not None and transport is Transport.UDP and not budget.take(now.timestamp()):
                return None
            signature = verify(query, question.tsig, self.secondaries.keys if may_sign else {}, seconds)
            if signature is None:
                rejection = Rejection(Rcode.FORMERR, question.name.wire + question.rest, edns)
                return AuthorityReply(rejected(query, rejection), AnswerKind.ERROR, rcode=Rcode.FORMERR)
        options = reply_options(settings, edns, transport, client, seconds)
        exchange = Exchange(question, transport, now, client, options, signature)
        if signature is not None and signature.error:
            return to_exchange(exchange, failure(Rcode.NOTAUTH))
        if edns is not None and edns.version:
            return to_exchange(exchange, failure(Rcode.BADVERS))
        if settings.demand_cookies and transport is Transport.UDP and not options.cookie_valid and signature is None:
            if edns is None or edns.cookie is None:
                return AuthorityReply(empty(question, options.octets), AnswerKind.ANSWER)
            return to_exchange(exchange, failure(Rcode.BADCOOKIE))
        domain, answer = self._answer(exchange)
        if domain is not None and exchange.key is not None and self._permits(exchange, domain):
            domain = None
        return to_exchange(exchange, answer, domain, client_decides=self._client_decides(question))

    def _answer(self, exchange: Exchange) -> tuple[str | None, Answer | Transfer]:
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
            return None, self._of_catalog(exchange, held, apex)
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

    def _transfer(self, exchange: Exchange, held: Zone | Entry | CatalogZone, apex: int) -> Answer | Transfer:
        """A transfer to one of our secondaries. The answer to IXFR is the difference for the catalog zone, if its
        journal reaches back to the secondary's copy, else the whole zone; over UDP, or when the secondary is up to
        date, it is the SOA alone (RFC 1995 §2, §4)."""
        query, now = exchange.query, exchange.now
        if (query.qtype == RRType.AXFR and exchange.transport is Transport.UDP) or not self._permits(
            exchange, dotted(query.name)[apex + 1 :]
        ):
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
        records: Records | None = None
        if isinstance(source, CatalogZone):
            if query.qtype == RRType.IXFR and query.serial is not None:
                records = source.records_since(query.serial, now)
            records = records or source.records(now)
        else:
            records = of_zone(source, query.name.folded)
        return Transfer(query, records, exchange.options.octets, exchange.signature)

    def _of_catalog(self, exchange: Exchange, catalog: CatalogZone, apex: int) -> Answer:
        """Only our secondaries may read the catalog zone; apart from transfers, they may ask for its SOA with the
        serial."""
        if apex or exchange.query.qtype != RRType.SOA or not self._permits(exchange, catalog.name):
            return refusal(ExtendedError.PROHIBITED)
        return only(exchange.query.name.wire, catalog.soa(exchange.now))

    def _permits(self, exchange: Exchange, zone: str) -> bool:
        """Whether the query comes from a secondary that may copy the zone of this name."""
        return self.secondaries.permits(exchange.client, exchange.key, zone)

    def _client_decides(self, query: Query) -> bool:
        """Whether the address of the client can change the reply to an unsigned query."""
        if not self.secondaries.has_keyless:
            return False
        catalog = self.catalog
        return query.qtype in (RRType.AXFR, RRType.IXFR) or (
            catalog is not None and apex_of(query.name, catalog.origin) is not None
        )

    def zone_or_entry_at(self, domain: str) -> Authoritative | None:
        """The zone or catalogue row of exactly this name (A-labels, lower case)."""
        return self._zones.get(domain) or self.catalogue.get(domain)

    def apex_above(self, qname: bytes) -> bytes:
        """The apex (folded) of the zone or row at or above ``qname``, a whole name; no octets if there is none."""
        name = Name(qname)
        found = self._nearest(name)
        return b"" if found is None else name.folded[found[1] :]

    def published(self, entry: Entry, now: datetime) -> Zone | None:
        """The zone that a catalogued name publishes at ``now``; None if the name is released then."""
        policy = self.catalogue.policy_at(entry, now)
        return self.publications.zone(policy, self.serial_at(entry, now)) if policy.is_served else None

    def serial_at(self, entry: Entry, now: datetime) -> int:
        """The serial of a catalogued name at ``now``."""
        return self.serials.at(entry, self.catalogue, self._turns, now)

    def _place(self, name: Name, qtype: int) -> tuple[Authoritative, int] | None:
        """The zone or row that answers. The parent zone answers DS, if we serve the parent and it delegates the name
        (RFC 4035 §3.1.4.1)."""
        found = self._nearest(name)
        if qtype == RRType.DS and found is not None and found[1] == 0:
            return self.parent_of(name) or found
        return found

    def parent_of(self, apex: Name) -> tuple[Zone, int] | None:
        """The zone here that delegates ``apex``, and the offset in ``apex`` at which it begins."""
        above = self._nearest(apex, strictly_above=True)
        if above is None or not isinstance(above[0], Zone):
            return None
        node = above[0].nodes.get(apex.folded[: above[1]])
        return None if node is None or node.cut is None else (above[0], above[1])

    def _nearest(self, name: Name, *, strictly_above: bool = False) -> tuple[Authoritative, int] | None:
        """The most specific zone or catalogued name at or above ``name``, and the offset of its apex."""
        text = dotted(name)
        candidates = name.offsets[1:] if strictly_above else name.offsets
        for at in candidates[-self.depth :] if self.depth else ():
            domain = text[at + 1 :]
            held = self.zone_or_entry_at(domain)
            if held is not None:
                return held, at
        return None
