"""Asks one server one question: by UDP, then by TCP if truncated; a reply without an answer is a failure (RFC 1035)."""

from __future__ import annotations

from dataclasses import dataclass

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
from dns.rdtypes.ANY.SOA import SOA

from catcher.model.mail.lookup import LookupResult, LookupType, Status
from catcher.resolve.records import RDTYPES, records_of

_PAYLOAD = 1232
"""Most octets of a UDP response that we accept (DNS Flag Day 2020)."""
_MAX_TTL = 0x7FFF_FFFF
"""A TTL with the highest bit set means zero (RFC 2181 §8)."""


@dataclass(frozen=True, slots=True)
class DnsReply:
    """A reply that says something about the question."""

    answer: LookupResult
    ttl: int
    """Seconds; of a negative answer the lesser of its SOA's TTL and MINIMUM, 0 without an SOA (RFC 2308 §5)."""
    aliases: tuple[dns.name.Name, ...] = ()
    """The targets of the aliases that the server followed, in order."""
    alias: dns.name.Name | None = None
    """The target of an alias for which the server added no records: it is asked about next."""


@dataclass(frozen=True, slots=True)
class FailedReply:
    """A reply without an answer: SERVFAIL, REFUSED, a malformed record, a chain of aliases that is broken."""


async def ask_server(
    name: dns.name.Name, rrtype: LookupType, host: str, port: int, *, seconds: float
) -> DnsReply | FailedReply | None:
    """The reply of ``host``; None when none came within ``seconds``.

    Datagrams that don't answer this very question are ignored (RFC 5452).
    """
    query = dns.message.make_query(name, RDTYPES[rrtype], use_edns=0, payload=_PAYLOAD)
    try:
        response, _ = await dns.asyncquery.udp_with_fallback(
            query, host, timeout=seconds, port=port, ignore_unexpected=True, ignore_errors=True
        )
        return read(response, RDTYPES[rrtype]) or FailedReply()
    except (dns.exception.Timeout, OSError, EOFError):
        return None
    except (dns.exception.DNSException, ValueError):
        # dnspython raises ValueError for some malformed records.
        return FailedReply()


def read(response: dns.message.Message, rdtype: dns.rdatatype.RdataType) -> DnsReply | None:
    """The reply in a response; None for an rcode other than NOERROR and NXDOMAIN, or a broken chain of aliases."""
    if response.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN) or not isinstance(
        response, dns.message.QueryMessage
    ):
        return None
    chain = response.resolve_chaining()
    ttls = [rrset.ttl if rrset.ttl <= _MAX_TTL else 0 for rrset in chain.cnames]
    aliases = tuple(rrset[0].target for rrset in chain.cnames)
    if chain.answer is not None:
        ttls.append(chain.answer.ttl if chain.answer.ttl <= _MAX_TTL else 0)
        return DnsReply(LookupResult(Status.FOUND, records_of(chain.answer)), min(ttls), aliases)
    ttls.append(_negative_ttl(response, chain.canonical_name))
    if response.rcode() == dns.rcode.NXDOMAIN:
        return DnsReply(LookupResult(Status.NXDOMAIN), min(ttls), aliases)
    alias = chain.canonical_name if chain.cnames and not response.authority else None
    return DnsReply(LookupResult(Status.NODATA), min(ttls), aliases, alias)


def _negative_ttl(response: dns.message.Message, name: dns.name.Name) -> int:
    """Seconds for which a negative answer holds (RFC 2308 §5); 0 without the SOA of a zone that ``name`` lies in."""
    for rrset in response.authority:
        if rrset.rdtype == dns.rdatatype.SOA and name.is_subdomain(rrset.name):
            soa = rrset[0]
            assert isinstance(soa, SOA), "an RRset holds records of its own type"
            ttl = min(rrset.ttl, soa.minimum)
            return ttl if ttl <= _MAX_TTL else 0
    return 0
