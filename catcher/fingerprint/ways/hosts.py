"""Whether a mail came from a host that only its sender's organisation, or only its provider, can make send."""

from __future__ import annotations

from catcher.fingerprint.ways.addressdigits import carries_address
from catcher.fingerprint.ways.proofs import Proofs
from catcher.fingerprint.ways.providers import MailProvider, is_within, providers_of
from catcher.model.mail.lookup import LookupType

MAX_ADDRESSES = 16
"""Most addresses that SPF's matching mechanism may name (DESIGN §3 "Notices"): a /28 of IPv4, a /124 of IPv6."""


def is_own_host(proofs: Proofs, domain: str) -> bool:
    """Whether SPF passed by few addresses, and the client's confirmed name is a host's name in ``domain``'s
    organisation, without the client's address in its digits."""
    return _by_few_addresses(proofs) and any(
        proofs.same(host, domain) and not carries_address(host, proofs.client) for host in proofs.network.hosts
    )


def is_trusted_host(proofs: Proofs, domain: str) -> bool | None:
    """Whether SPF passed from a host of ``domain``'s organisation (``is_own_host``) or an outbound host of its
    provider.

    A provider is ``domain``'s when its MX and SPF name it, or when SPF names this very host, by few addresses. None
    while an answer is missing. The caller has found that SPF passes.
    """
    if is_own_host(proofs, domain):
        return True
    rows = providers_of(proofs.network.hosts)
    if not rows:
        return False
    if _by_few_addresses(proofs):
        return True
    named = [row for row in rows if any(is_within(name, row.spf) for name in proofs.authenticated.spf_match.path)]
    return has_mx_of(proofs, domain, named) if named else False


def has_mx_of(proofs: Proofs, domain: str, rows: list[MailProvider]) -> bool | None:
    """Whether the MX of ``domain``, or of its organizational domain, lies at one of ``rows``; None while an answer is
    missing."""
    names = dict.fromkeys((domain, proofs.context.organizational_domain(domain)))
    answers = [proofs.lookups.get(name, LookupType.MX) for name in names]
    hosts = [record[1] for answer in answers if answer for record in answer.records if isinstance(record, tuple)]
    if any(is_within(host, row.mx) for host in hosts for row in rows):
        return True
    return None if None in answers else False


def _by_few_addresses(proofs: Proofs) -> bool:
    addresses = proofs.authenticated.spf_match.addresses
    return addresses is not None and addresses <= MAX_ADDRESSES
