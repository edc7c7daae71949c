"""The client's network: forward-confirmed reverse DNS and HELO (iprev, RFC 8601 §3).

The names identify the network, never the author. As evidence they are cut to their organizational domains: the operator
of the reverse zone can choose the labels left of it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import field

from catcher.fingerprint.header.addresses import domain_or_none
from catcher.fingerprint.lookups import Lookups
from catcher.model.mail.fingerprint import AuthResult
from catcher.model.mail.lookup import LookupResult, LookupType, Status
from catcher.model.value import value

_MAX_NAMES = 4
"""Most PTR names that are checked; RFC 8601 §3 asks for a limit."""


@value
class ClientNetwork:
    reverse: tuple[str, ...] = ()
    """Organizational domains of the PTR names that resolve to the client's address."""
    reverse_result: AuthResult = AuthResult.NONE
    hosts: tuple[str, ...] = field(default=(), repr=False)
    """The whole PTR names that resolve to the client's address. They are judged, and never shown or stored."""
    helo: str | None = None
    """Organizational domain of the HELO name; None when HELO has no domain."""
    helo_result: AuthResult = AuthResult.NONE


def judge_network(
    lookups: Lookups, client: str, helo: str, organizational_domain: Callable[[str], str]
) -> ClientNetwork | None:
    """The network's names; None when questions are open. ``client`` is an IP address."""
    address = ipaddress.ip_address(client)
    helo_name = domain_or_none(helo)
    helo_answer = lookups.get(helo_name, _forward(address)) if helo_name else None
    pointers = lookups.get(address.reverse_pointer, LookupType.PTR)
    names = _names(pointers)
    forward = [(name, lookups.get(name, _forward(address))) for name in names]
    if lookups.open:
        return None
    hosts = tuple([name for name, answer in forward if _leads_to(answer, address)])
    confirmed = dict.fromkeys(map(organizational_domain, hosts))
    return ClientNetwork(
        reverse=tuple(confirmed),
        hosts=hosts,
        reverse_result=_reverse_result(pointers, [answer for _, answer in forward], bool(confirmed)),
        helo=organizational_domain(helo_name) if helo_name else None,
        helo_result=_helo_result(helo_answer, address),
    )


_NAMELESS = ClientNetwork()


def claimed_network(helo: str, organizational_domain: Callable[[str], str]) -> ClientNetwork:
    """The network without look-ups: the HELO name, unconfirmed."""
    name = domain_or_none(helo)
    return ClientNetwork(helo=organizational_domain(name)) if name else _NAMELESS


def _forward(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> LookupType:
    return LookupType.A if address.version == 4 else LookupType.AAAA


def _names(pointers: LookupResult | None) -> list[str]:
    records = pointers.records if pointers else ()
    names = (domain_or_none(record) for record in records[:_MAX_NAMES] if isinstance(record, str))
    return list(dict.fromkeys(name for name in names if name))


def _leads_to(answer: LookupResult | None, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return answer is not None and str(address) in answer.records


def _reverse_result(pointers: LookupResult | None, forward: list[LookupResult | None], confirmed: bool) -> AuthResult:
    """RFC 8601 §2.7.3."""
    if confirmed:
        return AuthResult.PASS
    if any(answer is not None and answer.status is Status.FAILED for answer in [pointers, *forward]):
        return AuthResult.TEMPERROR
    return AuthResult.FAIL if pointers and pointers.records else AuthResult.PERMERROR


def _helo_result(answer: LookupResult | None, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> AuthResult:
    if answer is None:
        return AuthResult.NONE
    if _leads_to(answer, address):
        return AuthResult.PASS
    return AuthResult.TEMPERROR if answer.status is Status.FAILED else AuthResult.FAIL
