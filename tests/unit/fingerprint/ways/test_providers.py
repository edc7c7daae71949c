"""The table of providers: each row alone makes way (b) hold, and each part of it is needed."""

from __future__ import annotations

import pytest

from catcher.fingerprint.ways.providers import MAIL_PROVIDERS, MailProvider, providers_of
from tests.support.carried import ELSEWHERE, by_microsoft, found, host
from tests.support.fingerprints import SUFFIXES, Table, txt
from tests.support.signing import ED25519_RECORD


def customer_of(row: MailProvider) -> Table:
    return {
        **host(ELSEWHERE, f"out1.{row.hosts[0]}"),
        "contractor.example TXT": txt(f"v=spf1 include:{row.spf[0]} -all"),
        f"{row.spf[0]} TXT": txt("v=spf1 ip4:203.0.113.0/24 -all"),
        "contractor.example MX": [(10, f"in1.{row.mx[0]}")],
        "selector1._domainkey.contractor.example TXT": [ED25519_RECORD],
    }


@pytest.mark.parametrize("row", MAIL_PROVIDERS, ids=lambda row: row.name)
def test_each_provider_delivers_the_mail_of_its_customers_and_of_no_others(row: MailProvider) -> None:
    table = customer_of(row)
    assert found(by_microsoft(), table, client=ELSEWHERE).freshness.reason == "provider"
    for missing in (
        {"contractor.example MX": [(10, "mx.contractor.example")]},
        {"contractor.example TXT": txt("v=spf1 ip4:203.0.113.0/24 -all")},
        host(ELSEWHERE, "vps66.hosting.example"),
        host(ELSEWHERE, f"out1.{row.hosts[0]}.evil.example"),
        {f"out1.{row.hosts[0]} A": ["203.0.113.67"]},
    ):
        assert found(by_microsoft(), {**table, **missing}, client=ELSEWHERE).freshness.reason == "shared-address"


@pytest.mark.parametrize("row", MAIL_PROVIDERS, ids=lambda row: row.name)
def test_each_row_is_whole_and_has_a_public_source(row: MailProvider) -> None:
    assert row.mx and row.spf and row.hosts
    assert row.source.startswith("https://")
    for name in (*row.mx, *row.spf, *row.hosts):
        assert not SUFFIXES.is_public(name)


def test_a_host_has_one_provider_at_most() -> None:
    for row in MAIL_PROVIDERS:
        for name in row.hosts:
            assert providers_of([name]) == (row,)
