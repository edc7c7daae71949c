"""Way (c): the platform signed for one tenant, and something outside the mail binds the tenant to the author."""

from __future__ import annotations

from catcher.fingerprint.ways.hosts import is_trusted_host
from catcher.fingerprint.ways.ownprovider import delivery_obstacle
from catcher.fingerprint.ways.proofs import Proofs, time_obstacle
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import Freshness
from catcher.model.mail.lookup import LookupType
from catcher.model.tenant import GOOGLE_PLATFORM, decodes_to, holds_key, tenant_of

_SELECTORS = ("selector1", "selector2")
"""The selectors that Microsoft 365 gives each of its customers ("Use DKIM for email in your custom domain")."""


def by_bound_tenant(proofs: Proofs) -> Freshness | None:
    """Counts when the platform's signature for exactly one tenant passes, covers the whole body and is as fresh as in
    (a); it covers no recipient, or names every typed domain; SPF, client, To and Cc are as in (b); and the tenant is
    bound to From's domain: a gappssmtp.com label is that domain, or one of Microsoft's selectors at that domain is an
    alias into the tenant. Without such a bond the reason is ``unbound-tenant``, with the signatures by which the store
    recognises replays: a person may find the bond later.
    """
    found = proofs.of_tenants()
    tenants = {tenant_of(signature.domain) for _, signature in found}
    if not found:
        return Freshness(False, CountReason.UNPROVEN)
    if len(tenants) > 1:
        return Freshness(False, CountReason.TWO_TENANTS)
    obstacles = [time_obstacle(verdict, signature, proofs.context.now) for verdict, signature in found]
    fitting = [
        signature.value
        for (verdict, signature), obstacle in zip(found, obstacles, strict=True)
        if obstacle is None and (verdict.names_typed or not verdict.covers_recipients)
    ]
    if not fitting:
        return Freshness(False, next((o for o in obstacles if o is not None), CountReason.UNSIGNED_RECIPIENT))
    obstacle = delivery_obstacle(proofs)
    if obstacle is not None:
        return Freshness(False, obstacle)
    trusted, bound = is_trusted_host(proofs, proofs.author), _is_bound(proofs, str(next(iter(tenants))))
    if trusted is False:
        return Freshness(False, CountReason.SHARED_ADDRESS)
    if trusted is None or bound is None:
        return None
    return Freshness(bound, CountReason.TENANT if bound else CountReason.UNBOUND_TENANT, tuple(fitting))


def _is_bound(proofs: Proofs, tenant: str) -> bool | None:
    """Whether ``tenant`` is bound to From's domain or its organizational domain; None while an answer is missing."""
    names = dict.fromkeys((proofs.author, proofs.context.organizational_domain(proofs.author)))
    if tenant.endswith(f".{GOOGLE_PLATFORM}"):
        return any(decodes_to(tenant, name) for name in names)
    answers = [
        proofs.lookups.get(f"{selector}._domainkey.{name}", LookupType.CNAME)
        for name in names
        for selector in _SELECTORS
    ]
    for answer in answers:
        if answer is not None and any(isinstance(host, str) and holds_key(tenant, host) for host in answer.records):
            return True
    return None if None in answers else False
