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

from catcher.model.mail.lookup import LookupResult, LookupType, Status
from catcher.resolve.records import RDTYPES, records_of

_PAYLOAD = 1232
"""Most octets of a UDP response that we accept (DNS Flag Day 2020)."""


@dataclass(frozen=True, slots=True)
class DnsReply:
    """An answer, its TTL in seconds, and the target of an alias for which the server added no records."""

    answer: LookupResult
    ttl: int
    alias: dns.name.Name | None = None


async def ask_server(
    name: dns.name.Name, rrtype: LookupType, host: str, port: int, *, seconds: float
) -> DnsReply | None:
    """The reply of ``host`` within ``seconds``; None without a reply, or for a malformed reply: then the caller asks
    another server.

    Datagrams that don't answer this very question are ignored (RFC 5452).
    """
    query = dns.message.make_query(name, RDTYPES[rrtype], use_edns=0, payload=_PAYLOAD)
    try:
        response, _ = await dns.asyncquery.udp_with_fallback(
            query, host, timeout=seconds, port=port, ignore_unexpected=True, ignore_errors=True
        )
        return read(response, RDTYPES[rrtype])
    except (dns.exception.DNSException, OSError, EOFError, ValueError):
        # dnspython raises ValueError for some malformed records.
        return None


def read(response: dns.message.Message, rdtype: dns.rdatatype.RdataType) -> DnsReply | None:
    """The reply in a response; None for an rcode other than NOERROR and NXDOMAIN, or a broken chain of aliases."""
    if response.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN) or not isinstance(
        response, dns.message.QueryMessage
    ):
        return None
    chain = response.resolve_chaining()
    if chain.answer is not None:
        return DnsReply(LookupResult(Status.FOUND, records_of(chain.answer)), chain.minimum_ttl)
    if response.rcode() == dns.rcode.NXDOMAIN:
        return DnsReply(LookupResult(Status.NXDOMAIN), chain.minimum_ttl)
    alias = chain.canonical_name if chain.cnames and not response.authority else None
    return DnsReply(LookupResult(Status.NODATA), chain.minimum_ttl, alias)
