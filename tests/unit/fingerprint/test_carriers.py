"""Honest mail of every carrier counts, and each forward names its forwarder."""

from __future__ import annotations

import pytest

from catcher.model.mail.counting import counting_of
from catcher.model.mail.fingerprint import AuthResult, TypoKind
from tests.support.carried import (
    GOOGLE,
    LETTER,
    MICROSOFT,
    OWN,
    at_google,
    at_microsoft,
    by_google,
    by_microsoft,
    found,
    host,
    on_its_own,
    with_field,
)
from tests.support.fingerprints import Table, judge, transaction, txt
from tests.support.signing import ED25519_RECORD, signed


def test_a_microsoft_365_sender_counts_by_its_provider() -> None:
    judged = found(by_microsoft(), at_microsoft(), client=MICROSOFT)
    assert (judged.freshness.fresh, judged.freshness.reason) == (True, "provider")
    assert counting_of(judged).counts
    assert len(judged.freshness.signatures) == 1


def test_of_a_microsoft_365_sender_whose_dns_fails_nothing_counts() -> None:
    table = {**at_microsoft(), "contractor.example MX": []}
    assert found(by_microsoft(), table, client=MICROSOFT).freshness.reason == "shared-address"


def test_a_subdomains_mail_counts_by_the_mx_of_its_organization() -> None:
    table = {
        **at_microsoft(),
        "mail.contractor.example TXT": txt("v=spf1 include:spf.protection.outlook.com -all"),
        "selector1._domainkey.mail.contractor.example TXT": [ED25519_RECORD],
    }
    message = by_microsoft(LETTER.replace(b"ada@contractor", b"ada@mail.contractor"), domain="mail.contractor.example")
    judged = found(message, table, client=MICROSOFT, mail_from="ada@mail.contractor.example")
    assert judged.freshness.reason == "provider"


def test_spf_that_names_the_providers_very_host_needs_no_mx() -> None:
    table = {**at_microsoft(), **on_its_own(), **at_microsoft()}
    table["contractor.example TXT"] = txt(f"v=spf1 ip4:{MICROSOFT} -all")
    table["contractor.example MX"] = [(10, "mx.contractor.example")]
    assert found(by_microsoft(), table, client=MICROSOFT).freshness.reason == "provider"


def test_a_mail_signed_without_recipients_counts_from_the_authors_own_host() -> None:
    """It counts by (d), so that the store looks whether others send from there; its signature must be new."""
    message = signed(LETTER, headers="from:date:subject")
    freshness = found(message, on_its_own(), client=OWN).freshness
    assert freshness.reason == "spf" and len(freshness.signatures) == 1


def test_a_gateway_before_microsoft_365_is_the_provider() -> None:
    client = "192.0.2.30"
    table = {
        **at_microsoft(),
        **host(client, "mx0a-00112233.pphosted.com"),
        "contractor.example MX": [(10, "mxa-00112233.gslb.pphosted.com")],
        "contractor.example TXT": txt("v=spf1 include:%{ir}.%{v}.%{d}.spf.has.pphosted.com -all"),
        "30.2.0.192.in-addr.contractor.example.spf.has.pphosted.com TXT": txt("v=spf1 ip4:192.0.2.0/25 -all"),
    }
    assert found(by_microsoft(), table, client=client).freshness.reason == "provider"


def test_cisco_names_its_hosts_by_exists() -> None:
    client = "192.0.2.31"
    table = {
        **at_microsoft(),
        **host(client, "esa1.hc1234-56.iphmx.com"),
        "contractor.example MX": [(10, "mx1.hc1234-56.iphmx.com")],
        "contractor.example TXT": txt("v=spf1 exists:%{i}.spf.hc1234-56.iphmx.com -all"),
        f"{client}.spf.hc1234-56.iphmx.com A": ["127.0.0.2"],
    }
    assert found(by_microsoft(), table, client=client).freshness.reason == "provider"


def test_a_google_customer_counts_by_the_recipient_that_google_signs() -> None:
    assert found(by_google(), at_google(), client=GOOGLE).freshness.reason == "dkim"


WORKSPACE: Table = {"20230601._domainkey.contractor-example.20230601.gappssmtp.com TXT": [ED25519_RECORD]}


def test_a_google_customer_without_a_key_counts_as_the_tenant_that_its_domain_names() -> None:
    message = by_google(domain="contractor-example.20230601.gappssmtp.com", selector="20230601")
    judged = found(message, {**at_google(), **WORKSPACE}, client=GOOGLE)
    assert judged.freshness.reason == "tenant"
    assert judged.sender.domain == "contractor.example"
    assert judged.sender.conflicts == ()


def test_a_workspaces_tenant_key_alone_names_the_domain_that_it_stands_for() -> None:
    message = by_google(domain="contractor-example.20230601.gappssmtp.com", selector="20230601")
    judged = found(message, WORKSPACE, client="")
    assert (judged.sender.domain, judged.sender.tier) == ("contractor.example", "authenticated")
    assert judged.sender.conflicts == ()


def test_another_workspaces_tenant_key_is_a_conflict() -> None:
    table = {"20230601._domainkey.evil-example.20230601.gappssmtp.com TXT": [ED25519_RECORD], **at_google()}
    message = by_google(domain="evil-example.20230601.gappssmtp.com", selector="20230601")
    judged = found(message, table, client=GOOGLE)
    assert [each.domain for each in judged.sender.conflicts] == ["evil-example.20230601.gappssmtp.com"]
    assert judged.freshness.reason == "unbound-tenant"


@pytest.mark.parametrize("selector", ["selector1", "selector2"])
@pytest.mark.parametrize(
    ("tenant", "target"),
    [
        ("contractor.onmicrosoft.com", "s-contractor-example._domainkey.contractor.onmicrosoft.com"),
        ("contractor.onmicrosoft.com", "s-contractor-example._domainkey.contractor.n-v1.dkim.mail.microsoft"),
        ("contractor.onmicrosoft.us", "s-contractor-example._domainkey.contractor.onmicrosoft.us"),
        ("contractor.partner.onmschina.cn", "s-contractor-example._domainkey.contractor.partner.onmschina.cn"),
    ],
)
def test_a_microsoft_tenant_counts_when_a_selector_of_the_domain_leads_into_it(
    selector: str, tenant: str, target: str
) -> None:
    table = {
        **at_microsoft(dkim=False),
        f"selector1._domainkey.{tenant} TXT": [ED25519_RECORD],
        f"{selector}._domainkey.contractor.example CNAME": [target],
    }
    judged = found(by_microsoft(domain=tenant), table, client=MICROSOFT)
    assert judged.freshness.reason == "tenant"
    assert judged.sender.conflicts == ()


def test_a_mail_that_a_person_forwards_with_thunderbird_is_that_persons() -> None:
    message = with_field(by_microsoft(), "X-Forwarded-Message-Id: <1@bank.example>")
    assert found(message, at_microsoft(), client=MICROSOFT).freshness.reason == "provider"


def test_an_unbound_tenants_mail_keeps_its_signature_for_a_later_bond() -> None:
    table = {**at_microsoft(dkim=False), "selector1._domainkey.other.onmicrosoft.com TXT": [ED25519_RECORD]}
    judged = found(by_microsoft(domain="other.onmicrosoft.com"), table, client=MICROSOFT)
    assert (judged.freshness.fresh, judged.freshness.reason) == (False, "unbound-tenant")
    assert len(judged.freshness.signatures) == 1


def test_a_tenant_counts_at_its_own_name() -> None:
    domain = "contractor.onmicrosoft.us"
    table = {
        **at_microsoft(domain),
        "spf.protection.office365.us TXT": txt("v=spf1 ip4:192.0.2.0/24 -all"),
        f"{domain} TXT": txt("v=spf1 include:spf.protection.office365.us -all"),
        f"{domain} MX": [(0, "contractor.mail.protection.office365.us")],
        **host(MICROSOFT, "usg01.outbound.protection.office365.us"),
    }
    message = by_microsoft(LETTER.replace(b"contractor.example", domain.encode(), 1), domain=domain)
    assert found(message, table, client=MICROSOFT, mail_from=f"ada@{domain}").freshness.reason == "provider"


FROM_THE_BANK = LETTER.replace(b"Ada Lane <ada@contractor.example>", b'"Bank" <advice@bank.example>').replace(
    b"doe@army.ml", b"ann@contractor.example"
)
BANK: Table = {
    "bank.example TXT": txt("v=spf1 ip4:192.0.2.99 -all"),
    "_dmarc.bank.example TXT": txt("v=DMARC1; p=reject"),
    "s1._domainkey.bank.example TXT": [ED25519_RECORD],
}


@pytest.mark.parametrize(
    ("client", "table", "mail_from"),
    [
        (GOOGLE, at_google(), "ann+caf_=doe=army.ml@contractor.example"),
        (MICROSOFT, at_microsoft(), "ann+SRS=44ldt=IX=bank.example=advice@contractor.example"),
        (OWN, on_its_own(), "SRS0=kNlq=TT=bank.example=advice@contractor.example"),
        (OWN, on_its_own(), "SRS1=dRzK=first.example==kNlq=TT=bank.example=advice@contractor.example"),
    ],
    ids=["google", "microsoft", "postsrsd", "postsrsd-twice"],
)
@pytest.mark.parametrize("verified", [True, False])
def test_a_forward_is_the_forwarders_leak(client: str, table: Table, mail_from: str, verified: bool) -> None:
    message = (
        signed(FROM_THE_BANK, domain="bank.example", headers="from:to:date:subject") if verified else FROM_THE_BANK
    )
    judged = found(message, {**table, **BANK}, client=client, mail_from=mail_from)
    assert (judged.freshness.fresh, judged.freshness.reason) == (True, "forward")
    assert (judged.sender.domain, judged.sender.tier) == ("contractor.example", "authenticated")
    assert judged.nature.typo is TypoKind.RELAY
    assert {each.domain for each in judged.sender.conflicts} == {"bank.example"}
    assert (judged.authentication.dmarc.result is AuthResult.PASS) is verified
    assert counting_of(judged).counts


def test_a_forward_from_an_address_that_others_may_use_names_nobody() -> None:
    table = {**on_its_own(), **BANK, "contractor.example TXT": txt("v=spf1 ip4:192.0.2.0/24 -all")}
    judged = found(FROM_THE_BANK, table, client=OWN, mail_from="SRS0=kNlq=TT=bank.example=advice@contractor.example")
    assert (judged.freshness.fresh, judged.freshness.reason) == (False, "passed-on")
    assert judged.nature.typo is not TypoKind.RELAY


REPORT = with_field(
    LETTER.replace(b"Ada Lane <ada@", b"Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@"),
    "X-MS-Journal-Report: ",
)


@pytest.mark.parametrize("mail_from", ["journal@contractor.example", None])
def test_a_journal_report_counts_as_a_rule_whatever_its_class(mail_from: str | None) -> None:
    by_the_cloud = found(by_microsoft(REPORT), at_microsoft(), client=MICROSOFT, mail_from=mail_from)
    helo = {"out.contractor.example TXT": txt(f"v=spf1 ip4:{OWN} -all")}
    on_premises = found(
        REPORT, {**on_its_own(), **helo}, client=OWN, mail_from=mail_from, helo="out.contractor.example"
    )
    for judged in (by_the_cloud, on_premises):
        assert judged.freshness.reason == "forward"
        assert judged.sender.domain == "contractor.example"
        assert judged.nature.typo is TypoKind.RELAY
        assert judged.sender.conflicts == ()


def test_an_ordinary_mail_asks_for_no_mx_and_no_alias() -> None:
    sent = transaction(by_google(), client=GOOGLE, rcpt_to=("doe@army.ml",))
    asked = {str(q.rrtype) for round_ in judge(sent, at_google()).asked for q in round_}
    assert asked.isdisjoint({"MX", "CNAME"})
