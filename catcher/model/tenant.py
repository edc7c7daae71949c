"""Tenants: names that a platform gives to each of its customers. Each tenant is an organisation of its own.

=================================  ==========================================================================
``contractor.onmicrosoft.com``     Microsoft 365; ``.onmicrosoft.us`` for GCC High and DoD, ``.onmicrosoft.de``
                                   and ``.onmicrosoft.scloud`` for the clouds of that name
``contractor.mail.onmicrosoft.com``  the same tenant's name for hybrid routing
``contractor.partner.onmschina.cn``  Microsoft 365 operated by 21Vianet
``contractor-example.20230601.gappssmtp.com``  Google Workspace: the customer's domain with dashes for dots, and
                                   the date of the key
=================================  ==========================================================================

The public suffix list has none of these platforms, so by the list alone all tenants of one would be one organisation.
Sources: Microsoft, "DNS records for Office 365 GCC High", "Use DKIM for email in your custom domain"; Google Workspace
Admin Help, "Set up DKIM" (the default signature).
"""

from __future__ import annotations

MICROSOFT_PLATFORMS = (
    "onmicrosoft.com",
    "onmicrosoft.us",
    "onmicrosoft.de",
    "onmicrosoft.scloud",
    "partner.onmschina.cn",
)
GOOGLE_PLATFORM = "gappssmtp.com"
TENANT_PLATFORMS = (*MICROSOFT_PLATFORMS, GOOGLE_PLATFORM)
"""The names below which each customer has a name of its own."""

_HYBRID = {f"mail.{name}": name for name in MICROSOFT_PLATFORMS[:-1]} | {
    "partner.mail.onmschina.cn": "partner.onmschina.cn"
}
"""Suffix of the names for hybrid routing → platform."""
_KEY_HOSTS = ".dkim.mail.microsoft"
"""Microsoft's newer names of keys: ``selector1-contractor-example._domainkey.contractor.n-v1.dkim.mail.microsoft``."""
_ENDS = ("onmicrosoft.com", "onmicrosoft.us", "onmicrosoft.de", "onmicrosoft.scloud", "onmschina.cn", "gappssmtp.com")


def tenant_of(name: str) -> str | None:
    """The tenant that ``name`` (A-labels) belongs to: a name below a platform; None for every other name.

    ``x.contractor.mail.onmicrosoft.com`` → ``contractor.onmicrosoft.com``.
    """
    if not name.endswith(_ENDS):
        return None
    for hybrid, platform in _HYBRID.items():
        below = name.removesuffix(f".{hybrid}")
        if below != name:
            return f"{below.rpartition('.')[2]}.{platform}"
    for platform in TENANT_PLATFORMS:
        below = name.removesuffix(f".{platform}")
        if below != name:
            labels = below.split(".")
            kept = 2 if platform == GOOGLE_PLATFORM and labels[-1].isdigit() else 1
            return ".".join([*labels[-kept:], platform])
    return None


def decodes_to(tenant: str, domain: str) -> bool:
    """Whether ``tenant`` is the tenant that Google gives to a customer with the domain ``domain`` (A-labels).

    ``contractor-example.20230601.gappssmtp.com`` stands for ``contractor.example``. Two domains that differ only in
    a dash for a dot have the same label.
    """
    return tenant.endswith(f".{GOOGLE_PLATFORM}") and tenant.partition(".")[0] == domain.replace(".", "-")


def holds_key(tenant: str, target: str) -> bool:
    """Whether ``target``, the canonical name of a DKIM key (A-labels), lies in the Microsoft ``tenant``."""
    if target.endswith(_KEY_HOSTS):
        labels = target.removesuffix(_KEY_HOSTS).split(".")
        # selector1-contractor-example, _domainkey, contractor, n-v1
        return len(labels) == 4 and labels[1] == "_domainkey" and f"{labels[2]}.onmicrosoft.com" == tenant
    return tenant_of(target) == tenant and not tenant.endswith(f".{GOOGLE_PLATFORM}")
