"""Names the tenants of mail platforms whose keys signed a mail, when nothing binds them to the author's domain."""

from __future__ import annotations

from functools import lru_cache

from catcher.model.mail.fingerprint import Authentication, AuthResult

_PLATFORMS = (
    "onmicrosoft.com",
    "onmicrosoft.us",
    "onmicrosoft.de",
    "onmicrosoft.scloud",
    "partner.onmschina.cn",
    "gappssmtp.com",
)
"""Platforms that sign with a name of the tenant below their own (DESIGN §3 "Notices" (c))."""


def tenants_of(authentication: Authentication) -> frozenset[str]:
    """The tenants whose signatures passed without being aligned with From, each as ``tenant.platform``."""
    return frozenset(
        tenant
        for signed in authentication.dkim
        if signed.result is AuthResult.PASS and not signed.aligned and signed.domain
        for tenant in [_tenant(signed.domain.lower())]
        if tenant is not None
    )


@lru_cache(maxsize=4096)
def _tenant(domain: str) -> str | None:
    """``contractor.mail.onmicrosoft.com`` → ``contractor.onmicrosoft.com``. The date of a key is no part of the name
    (``contractor-example.20230601.gappssmtp.com``); None for a domain that isn't a tenant's."""
    for platform in _PLATFORMS:
        if domain.endswith("." + platform):
            labels = [label for label in domain.removesuffix("." + platform).split(".") if not label.isdigit()]
            if len(labels) > 1 and labels[-1] == "mail":
                labels.pop()
            return f"{labels[-1]}.{platform}" if labels else None
    return None
