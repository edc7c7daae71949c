"""Asks a mail platform's public discovery whether a tenant and a domain are in one directory (way (c) of counting).

Mail of an organisation without DKIM of its own is signed for its tenant, such as ``contractor.onmicrosoft.com``. The
tenant's name proves nothing: whoever comes first gets it. Microsoft publishes for each domain, and for each tenant, the
OpenID configuration of its directory (OpenID Connect Discovery 1.0 §4). Both have the same ``issuer`` if the
organisation owns the tenant.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Collection
from itertools import compress
from typing import Any

from catcher.notices.find.http import Page
from catcher.notices.find.https import Fetcher
from catcher.notices.find.url import Url

DISCOVERY_HOSTS = {
    "onmicrosoft.com": "login.microsoftonline.com",
    "onmicrosoft.us": "login.microsoftonline.us",
    "partner.onmschina.cn": "login.partner.microsoftonline.cn",
}
"""Platform → the host of its discovery (Microsoft Learn: "National clouds", Microsoft Entra authentication endpoints).
Tenants of other platforms can't be asked about."""
_PATH = "/{}/v2.0/.well-known/openid-configuration"
_MOST = 64 * 1024
"""Most octets of an answer."""
_DIRECTORY = re.compile(r"https://[a-z.]{1,60}/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/v2\.0)?/?\Z")
_AT_ONCE = 4

TenantClaim = tuple[str, str]
"""(organisation's domain, tenant's domain)."""


async def bound_tenants(fetcher: Fetcher, claims: Collection[TenantClaim]) -> frozenset[TenantClaim]:
    """Those of ``claims`` whose tenant is in the directory of the organisation's domain.

    A question without a clear answer binds nothing. It raises nothing.
    """
    limit = asyncio.Semaphore(_AT_ONCE)

    async def holds(organisation: str, tenant: str) -> bool:
        async with limit:
            return await _is_bound(fetcher, organisation, tenant)

    ordered = sorted(claims)
    found = await asyncio.gather(*(holds(*claim) for claim in ordered))
    return frozenset(compress(ordered, found))


async def _is_bound(fetcher: Fetcher, organisation: str, tenant: str) -> bool:
    host = next((host for platform, host in DISCOVERY_HOSTS.items() if tenant.endswith(f".{platform}")), None)
    if host is None:
        return False
    of_tenant = await _directory(fetcher, host, tenant, organisation)
    return of_tenant is not None and of_tenant == await _directory(fetcher, host, organisation, organisation)


async def _directory(fetcher: Fetcher, host: str, domain: str, organisation: str) -> str | None:
    """The id of the directory of ``domain``; None without a clear answer."""
    url = Url(host, _PATH.format(domain))
    page = await fetcher.get(url, accept="application/json", most=_MOST, on_behalf_of=organisation)
    if not isinstance(page, Page):
        return None
    try:
        document: Any = json.loads(page.body)
    except (ValueError, RecursionError):
        return None
    issuer = document.get("issuer") if isinstance(document, dict) else None
    match = _DIRECTORY.match(issuer) if isinstance(issuer, str) else None
    return match[1] if match else None
