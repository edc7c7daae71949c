"""Asks the servers of a TLD's zone directly, without a resolver between, who the name servers of names below it are.

::

    origin ─▶ LiveResolver: NS, then A and AAAA ─▶ addresses ─▶ name NS, no recursion ─▶ reply ─▶ hosts, or no answer
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import cycle, islice

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from catcher.model.mail.lookup import LookupType, Question
from catcher.model.ports import Resolver
from catcher.resolve.records import dns_name_of

PER_SECOND = 50
"""Most names asked about in a second."""
_SECONDS = 3.0
"""Longest wait for one server."""
_MOST_SERVERS = 8
_TRIES = 2
"""Servers asked about a name before there is no answer."""
_ALIASES = (dns.rdatatype.CNAME, dns.rdatatype.DNAME)


class ParentServers:
    """The servers of zones, found by a resolver and asked themselves."""

    def __init__(
        self,
        resolver: Resolver,
        *,
        port: int = 53,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._resolver = resolver
        self._port = port
        self._pause = pause

    async def name_servers(self, origin: str, names: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Name → the hosts that the servers of ``origin`` delegate it to; empty: to nobody. Absent: no answer."""
        addresses = await self._addresses(origin)
        found: dict[str, frozenset[str]] = {}
        if not addresses:
            return found
        turn = cycle(addresses)
        for start in range(0, len(names), PER_SECOND):
            batch = names[start : start + PER_SECOND]
            servers = [list(islice(turn, _TRIES)) for _ in batch]
            answers = await asyncio.gather(*(self._ask(origin, *pair) for pair in zip(batch, servers, strict=True)))
            found |= {name: hosts for name, hosts in zip(batch, answers, strict=True) if hosts is not None}
            if start + PER_SECOND < len(names):
                await self._pause(1.0)
        return found

    async def _addresses(self, origin: str) -> list[str]:
        asked = Question(origin, LookupType.NS)
        hosts = (await self._resolver.ask([asked], on_behalf_of=origin))[asked].records
        questions = [
            Question(host.lower(), kind)
            for host in hosts[:_MOST_SERVERS]
            if isinstance(host, str)
            for kind in (LookupType.A, LookupType.AAAA)
        ]
        answers = await self._resolver.ask(questions, on_behalf_of=origin) if questions else {}
        return [record for answer in answers.values() for record in answer.records if isinstance(record, str)]

    async def _ask(self, origin: str, name: str, servers: Sequence[str]) -> frozenset[str] | None:
        asked, zone = dns_name_of(name), dns_name_of(origin)
        if asked is None or zone is None:
            return None
        for server in servers:
            query = dns.message.make_query(asked, dns.rdatatype.NS, use_edns=0, payload=1232)
            query.flags = dns.flags.Flag(0)
            try:
                reply, _ = await dns.asyncquery.udp_with_fallback(
                    query, server, timeout=_SECONDS, port=self._port, ignore_unexpected=True, ignore_errors=True
                )
                hosts = delegated_to(reply, asked, zone)
            except (dns.exception.DNSException, OSError, EOFError, ValueError):
                # dnspython raises ValueError for some malformed records.
                continue
            if hosts is not None:
                return hosts
        return None


def delegated_to(reply: dns.message.Message, name: dns.name.Name, zone: dns.name.Name) -> frozenset[str] | None:
    """The hosts in a reply to ``name NS`` by a server of ``zone``; None if the reply isn't one of the zone itself.

    A delegation above the name, and an alias at or above it, count as well. NXDOMAIN and NODATA must be authoritative.
    """
    if reply.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return None
    hosts: set[str] = set()
    for rrset in (*reply.answer, *reply.authority):
        is_alias = rrset.rdtype in _ALIASES
        above = name.is_subdomain(rrset.name) and rrset.name.is_subdomain(zone)
        if above and (is_alias or (rrset.rdtype == dns.rdatatype.NS and rrset.name != zone)):
            hosts |= {rdata.target.to_text(omit_final_dot=True).lower() for rdata in rrset}
    if hosts or reply.flags & dns.flags.AA:
        return frozenset(hosts)
    return None
