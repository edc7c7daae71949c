"""Organizational domains, tenants, and who counts as a party that could be told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.directory import Suffixes, listed, party_of
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
        ("contractor.onmicrosoft.us", "contractor.onmicrosoft.us"),
        ("x.contractor.mail.onmicrosoft.us", "contractor.onmicrosoft.us"),
        ("contractor.onmicrosoft.de", "contractor.onmicrosoft.de"),
        ("contractor.onmicrosoft.scloud", "contractor.onmicrosoft.scloud"),
        ("contractor.partner.onmschina.cn", "contractor.partner.onmschina.cn"),
        ("contractor.partner.mail.onmschina.cn", "contractor.partner.onmschina.cn"),
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


NAMED, WHOLE = listed()


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("co.uk", True),
        ("com.ml", True),
        ("foo.ck", True),
        ("www.ck", False),
        ("kobe.jp", True),
        ("city.kobe.jp", False),
        ("github.io", True),
        ("xn--55qx5d.cn", True),
        ("army.ml", False),
        ("army.example", False),
    ],
)
def test_a_public_suffix_is_listed_or_lies_right_below_what_is_listed_whole(name: str, public: bool) -> None:
    assert SUFFIXES.is_public(name) is public
    assert name in NAMED or name.partition(".")[2] in WHOLE or not public


@given(st.sampled_from(sorted(NAMED)), st.sampled_from(["", "a.", "www.", "a.b."]))
def test_no_other_name_of_two_labels_is_public(name: str, before: str) -> None:
    name = before + name
    if "." in name and SUFFIXES.is_public(name):
        assert name in NAMED or name.partition(".")[2] in WHOLE


@given(st.lists(st.text("abc-", min_size=1, max_size=5), min_size=1, max_size=8).map(".".join))
def test_the_organizational_domain_is_at_or_above_the_name_and_its_own(name: str) -> None:
    own = SUFFIXES.organizational_domain(name)
    assert name == own or name.endswith("." + own)
    assert SUFFIXES.organizational_domain(own) == own
