"""Tenants of every cloud are exact, and what binds one to a domain."""

from __future__ import annotations

import pytest

from catcher.model.tenant import TENANT_PLATFORMS, decodes_to, holds_key, tenant_of


@pytest.mark.parametrize("platform", TENANT_PLATFORMS)
def test_each_label_below_a_platform_is_a_tenant(platform: str) -> None:
    assert tenant_of(f"a.{platform}") == f"a.{platform}"
    assert tenant_of(f"x.a.{platform}") == f"a.{platform}"
    assert tenant_of(platform) is None
    assert tenant_of(f"not{platform}") is None
    assert tenant_of(f"{platform}.example") is None


@pytest.mark.parametrize(
    ("name", "tenant"),
    [
        ("a.mail.onmicrosoft.com", "a.onmicrosoft.com"),
        ("a.mail.onmicrosoft.us", "a.onmicrosoft.us"),
        ("a.partner.mail.onmschina.cn", "a.partner.onmschina.cn"),
        ("selector1-a-example._domainkey.a.onmicrosoft.us", "a.onmicrosoft.us"),
        ("a-example.20230601.gappssmtp.com", "a-example.20230601.gappssmtp.com"),
        ("onmschina.cn", None),
    ],
)
def test_hybrid_and_dated_names_belong_to_the_tenant(name: str, tenant: str | None) -> None:
    assert tenant_of(name) == tenant


def test_a_google_tenant_decodes_to_its_domain() -> None:
    assert decodes_to("contractor-example.20230601.gappssmtp.com", "contractor.example")
    assert decodes_to("my-firm-example.gappssmtp.com", "my-firm.example")
    assert not decodes_to("contractor-example.20230601.gappssmtp.com", "contractor.test")
    assert not decodes_to("contractor-example.onmicrosoft.com", "contractor.example")


def test_a_key_lies_in_the_tenant_whose_name_its_host_has() -> None:
    assert holds_key("a.onmicrosoft.com", "selector1-x-example._domainkey.a.onmicrosoft.com")
    assert holds_key("a.onmicrosoft.com", "selector1-x-example._domainkey.a.n-v1.dkim.mail.microsoft")
    assert not holds_key("a.onmicrosoft.us", "selector1-x-example._domainkey.a.n-v1.dkim.mail.microsoft")
    assert not holds_key("a.onmicrosoft.com", "selector1-x-example._domainkey.b.onmicrosoft.com")
    assert not holds_key("a.onmicrosoft.com", "a.onmicrosoft.com.evil.example")
    assert not holds_key("a.onmicrosoft.com", "a.n-v1.dkim.mail.microsoft")
