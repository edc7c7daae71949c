"""Organizational domains, tenants, and who counts as a party that could be told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.directory import Suffixes, party_of
from catcher.directory.providers import FREEMAIL, PLATFORMS

SUFFIXES = Suffixes()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mail.contractor.example", "contractor.example"),
        ("contractor.example", "contractor.example"),
        ("example", "example"),
        ("a.b.ministry.gov.uk", "ministry.gov.uk"),
        ("gov.uk", "gov.uk"),
        ("x.user.github.io", "user.github.io"),
        ("mail.xn--85x722f.com.cn", "xn--85x722f.com.cn"),
    ],
)
def test_the_organizational_domain_is_one_label_below_the_public_suffix(name: str, expected: str) -> None:
    assert SUFFIXES.organizational_domain(name) == expected


@pytest.mark.parametrize(
    ("name", "tenant"),
    [
        ("contractor.onmicrosoft.com", "contractor.onmicrosoft.com"),
        ("selector1.contractor.onmicrosoft.com", "contractor.onmicrosoft.com"),
        ("contractor.mail.onmicrosoft.com", "contractor.onmicrosoft.com"),
        ("mail.onmicrosoft.com", "mail.onmicrosoft.com"),
        ("onmicrosoft.com", "onmicrosoft.com"),
        ("contractor-example.20230601.gappssmtp.com", "contractor-example.20230601.gappssmtp.com"),
        ("x.contractor-example.20230601.gappssmtp.com", "contractor-example.20230601.gappssmtp.com"),
        ("contractor-example.gappssmtp.com", "contractor-example.gappssmtp.com"),
        ("notonmicrosoft.com", "notonmicrosoft.com"),
    ],
)
def test_tenants_of_a_platform_are_organisations_of_their_own(name: str, tenant: str) -> None:
    assert SUFFIXES.organizational_domain(name) == tenant


@pytest.mark.parametrize(
    ("domain", "party"),
    [
        ("mail.contractor.example", "contractor.example"),
        ("contractor.onmicrosoft.com", "contractor.onmicrosoft.com"),
        ("gmail.com", None),
        ("mail.gmx.de", None),
        ("bounces.sendgrid.net", None),
        ("onmicrosoft.com", None),
        ("co.uk", None),
        ("com", None),
    ],
)
def test_a_party_is_an_organisation_that_could_be_told(domain: str, party: str | None) -> None:
    assert party_of(domain) == party


@pytest.mark.parametrize("providers", [FREEMAIL, PLATFORMS], ids=["freemail", "platforms"])
def test_the_lists_hold_organizational_domains(providers: frozenset[str]) -> None:
    assert providers
    assert {SUFFIXES.organizational_domain(name) for name in providers} == providers


@given(st.lists(st.text("abc-", min_size=1, max_size=5), min_size=1, max_size=8).map(".".join))
def test_the_organizational_domain_is_at_or_above_the_name_and_its_own(name: str) -> None:
    own = SUFFIXES.organizational_domain(name)
    assert name == own or name.endswith("." + own)
    assert SUFFIXES.organizational_domain(own) == own
