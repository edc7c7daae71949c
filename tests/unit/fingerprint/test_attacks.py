"""The attacks of docs/engineering/counting.md: none makes a mail of an innocent organisation count, but by a residual.

The innocent organisation is contractor.example; its mails are real, and somebody else sends them here.
"""

from __future__ import annotations

import pytest

from catcher.fingerprint import read_transaction_facts
from catcher.model.mail.counting import CountReason, Residual, counting_of, reason_of
from catcher.model.mail.fingerprint import Fingerprint
from tests.support.carried import (
    ATTACKERS,
    ELSEWHERE,
    GOOGLE,
    LETTER,
    MICROSOFT,
    OWN,
    TO_OTHERS,
    at_google,
    at_microsoft,
    by_google,
    by_microsoft,
    found,
    host,
    on_its_own,
    organisation_of,
    with_field,
)
from tests.support.fingerprints import NOW, Table, transaction, txt
from tests.support.signing import ED25519_RECORD, signed


def accuses(fingerprint: Fingerprint) -> bool:
    """Whether the mail counts against contractor.example by a way without a residual."""
    reason = reason_of(fingerprint.freshness.reason)
    innocent = organisation_of(fingerprint.sender.domain) == "contractor.example"
    return innocent and fingerprint.freshness.fresh and not reason.residuals


@pytest.mark.parametrize("envelope", ["ada@contractor.example", "mallory@evil.example", None])
@pytest.mark.parametrize(
    ("message", "table"),
    [
        (by_microsoft(TO_OTHERS), at_microsoft()),
        (by_microsoft(LETTER), at_microsoft()),
        (by_google(TO_OTHERS), at_google()),
        (TO_OTHERS, on_its_own()),
    ],
    ids=["microsoft", "microsoft-with-another-to", "google", "own-server"],
)
def test_a_replay_from_a_machine_of_ones_own(message: bytes, table: Table, envelope: str | None) -> None:
    judged = found(message, {**table, **ATTACKERS}, client=ELSEWHERE, mail_from=envelope)
    assert not judged.freshness.fresh


def test_a_replay_of_a_mail_that_named_us_repeats_its_signature() -> None:
    """It is fresh by (a), and the store has its ``b=``: the second one is ``replayed``."""
    first = found(by_google(), at_google(), client=GOOGLE)
    second = found(by_google(), {**at_google(), **ATTACKERS}, client=ELSEWHERE, mail_from="mallory@evil.example")
    assert first.freshness.signatures == second.freshness.signatures != ()


def test_another_tenant_sends_it_again_through_the_platform_with_its_own_mail_from() -> None:
    """Microsoft 365 lets a customer use only his own domains in MAIL FROM."""
    table = {**at_microsoft(), **at_microsoft("evil.example")}
    replayed = by_microsoft(LETTER)
    judged = found(replayed, table, client=MICROSOFT, mail_from="mallory@evil.example")
    assert (judged.freshness.fresh, judged.freshness.reason) == (False, "unsigned-recipient")


def test_another_tenant_keeps_mail_from_and_this_is_a_named_residual() -> None:
    judged = found(by_microsoft(LETTER), at_microsoft(), client=MICROSOFT)
    assert judged.freshness.reason == "provider"
    assert Residual.SAME_PLATFORM_REPLAY in CountReason.PROVIDER.residuals
    assert not accuses(judged)


@pytest.mark.parametrize(
    "field",
    [
        "Resent-From: ann@bank.example",
        "Resent-To: doe@army.ml",
        "X-Forwarded-For: ann@bank.example doe@army.ml",
        "X-Forwarded-To: doe@army.ml",
        "Delivered-To: ann@bank.example",
        "X-Original-To: ann@bank.example",
        "X-Loop: ann@bank.example",
        "X-MS-Exchange-Inbox-Rules-Loop: ann@bank.example",
        "X-MS-Exchange-ForwardingLoop: ann@bank.example;0",
        "List-Id: <plans.lists.example>",
        "ARC-Seal: i=2; a=rsa-sha256; s=arc; d=microsoft.com; cv=pass; b=AAAA",
    ],
)
@pytest.mark.parametrize("mail_from", ["ada@contractor.example", "ada+caf_=doe=army.ml@contractor.example"])
def test_a_forward_on_the_authors_own_platform_that_keeps_mail_from_or_makes_it_from(
    field: str, mail_from: str
) -> None:
    """The recipient at the platform forwards; To names us because the author wrote to several."""
    message = with_field(by_microsoft(LETTER), field)
    judged = found(message, at_microsoft(), client=MICROSOFT, mail_from=mail_from)
    assert not accuses(judged)
    assert judged.freshness.reason in ("passed-on", "forward")


def test_a_forward_that_leaves_no_field_still_needs_a_to_that_names_us() -> None:
    for client, message, table in (
        (MICROSOFT, by_microsoft(TO_OTHERS), at_microsoft()),
        (OWN, TO_OTHERS, on_its_own()),
    ):
        judged = found(message, table, client=client)
        assert (judged.freshness.fresh, judged.freshness.reason) == (False, "unsigned-recipient")


@pytest.mark.parametrize("network", ["192.0.2.0/24", "192.0.2.0/27", "0.0.0.0/0"])
def test_a_relay_in_the_senders_spf_range(network: str) -> None:
    table = {**on_its_own(), "contractor.example TXT": txt(f"v=spf1 ip4:{network} -all")}
    judged = found(LETTER, table, client=OWN)
    assert (judged.freshness.fresh, judged.freshness.reason) == (False, "shared-address")


@pytest.mark.parametrize("record", ["v=spf1 +all", "v=spf1 ptr -all", "v=spf1 exists:%{i}.contractor.example -all"])
def test_a_record_that_names_no_addresses(record: str) -> None:
    table = {
        **on_its_own(),
        "contractor.example TXT": txt(record),
        f"{OWN}.contractor.example A": ["127.0.0.2"],
    }
    assert found(LETTER, table, client=OWN).freshness.reason == "shared-address"


@pytest.mark.parametrize(
    "name",
    [
        "192-0-2-25.contractor.example",
        "25.2.0.192.guests.contractor.example",
        "dhcp-2-25.campus.contractor.example",
        "c0000219.wlan.contractor.example",
        "host192000002025.contractor.example",
        "vps66.hosting.example",
    ],
)
def test_a_guest_in_a_campus_network(name: str) -> None:
    """The network's addresses have names of its own domain; SPF names few of them, here even this one."""
    table = {**on_its_own(), **host(OWN, name)}
    assert found(LETTER, table, client=OWN).freshness.reason == "shared-address"


def test_a_guest_behind_the_mail_servers_own_address_is_a_named_residual() -> None:
    judged = found(LETTER, on_its_own(), client=OWN)
    assert judged.freshness.reason == "spf"
    assert CountReason.SPF.residuals == (Residual.SHARED_EXIT,)
    assert not accuses(judged)


def test_a_list_copy_with_fields_added() -> None:
    """The list's own To or footer breaks the signature; a field that it adds can't name us."""
    listed = by_google(LETTER.replace(b"doe@army.ml", b"plans@lists.example"))
    for copy in (
        with_field(listed, "To: doe@army.ml"),
        with_field(listed, "Cc: doe@army.ml"),
        with_field(with_field(listed, "List-Id: <plans.lists.example>"), "Cc: doe@army.ml"),
        listed.replace(b"hello", b"hello\r\n--\r\nfooter"),
    ):
        judged = found(copy, {**at_google(), **ATTACKERS}, client=ELSEWHERE, mail_from="plans-bounces@evil.example")
        assert not judged.freshness.fresh


def test_a_list_copy_with_fields_taken_away_or_added_is_judged_by_its_signed_fields() -> None:
    """Without an SPF pass the signature alone tells which fields are the author's: X-Mailer may be anybody's."""
    message = signed(LETTER, headers="from:to:date", tags=f"t={int(NOW.timestamp())};")
    added = with_field(with_field(message, "X-Mailer: Apple Mail (2.3774)"), "In-Reply-To: <1@evil.example>")
    facts = read_transaction_facts(transaction(added, client=ELSEWHERE, rcpt_to=("doe@army.ml",)))
    assert facts.message is not None
    (by_signature,) = facts.signed
    assert by_signature is not None
    assert "in-reply-to" in facts.message.facts
    assert "in-reply-to" not in by_signature.facts


def test_a_mail_that_is_a_persons_only_by_fields_that_nobody_signed_counts_for_nothing() -> None:
    """Its signed fields are a program's; with an SPF pass the sender vouches for all fields."""
    program = LETTER.replace(b"Thread-Topic: plan", b"Auto-Submitted: auto-replied")
    message = signed(program, headers="from:to:date:auto-submitted", tags=f"t={int(NOW.timestamp())};")
    judged = found(with_field(message, "X-Mailer: Apple Mail (2.3774)"), on_its_own(), client=ELSEWHERE)
    assert judged.freshness.fresh
    assert not counting_of(judged).counts


def test_a_service_that_lets_one_choose_a_to_signs_for_itself() -> None:
    """The service writes the victim into From and signs by its own key: nothing proves the victim."""
    message = signed(LETTER, domain="evil.example", headers="from:to:subject:date", tags=f"t={int(NOW.timestamp())};")
    judged = found(message, {**at_google(), **ATTACKERS}, client=ELSEWHERE, mail_from="x@evil.example")
    assert judged.freshness.reason == "unproven"


def test_a_sign_up_form_writes_as_a_program() -> None:
    """The service itself signs and is fresh; its class keeps it from counting."""
    message = LETTER.replace(b"Subject: plan", b"Auto-Submitted: auto-generated\r\nSubject: Confirm your address")
    judged = found(by_google(message), at_google(), client=GOOGLE)
    assert judged.freshness.fresh
    assert counting_of(judged).reason == "automatic"


def test_answers_provoked_by_a_forged_reply_to_are_of_the_kind_answer() -> None:
    message = LETTER.replace(b"Subject: plan", b"In-Reply-To: <1@evil.example>\r\nSubject: Re: plan")
    assert "in-reply-to" in found(by_google(message), at_google(), client=GOOGLE).nature.reasons


@pytest.mark.parametrize("bound", [False, True])
def test_a_first_come_tenant_counts_only_when_the_victims_own_dns_names_it(bound: bool) -> None:
    """Anybody may register contractor.onmicrosoft.com; only contractor.example can point its selector there."""
    tenants = {"selector1._domainkey.contractor.onmicrosoft.com TXT": [ED25519_RECORD]}
    alias = {
        "selector1._domainkey.contractor.example CNAME": [
            "selector1-contractor-example._domainkey.contractor.onmicrosoft.com"
        ]
    }
    table = {**at_microsoft(dkim=False), **tenants, **(alias if bound else {})}
    judged = found(by_microsoft(domain="contractor.onmicrosoft.com"), table, client=MICROSOFT)
    assert judged.freshness.reason == ("tenant" if bound else "unbound-tenant")
    assert judged.freshness.fresh is bound
    assert not accuses(judged)


def test_two_tenants_prove_nobody() -> None:
    table = {
        **at_microsoft(dkim=False),
        "selector1._domainkey.contractor.onmicrosoft.com TXT": [ED25519_RECORD],
        "selector1._domainkey.mallory.onmicrosoft.com TXT": [ED25519_RECORD],
    }
    once = by_microsoft(domain="contractor.onmicrosoft.com")
    twice = by_microsoft(once, domain="mallory.onmicrosoft.com")
    assert found(twice, table, client=MICROSOFT).freshness.reason == "two-tenants"


@pytest.mark.parametrize("platform", ["onmicrosoft.com", "onmicrosoft.us", "onmicrosoft.de", "partner.onmschina.cn"])
@pytest.mark.parametrize("published", [True, False])
def test_a_tenant_never_proves_another_tenant_of_its_platform(platform: str, published: bool) -> None:
    """Not even where the platform publishes a DMARC record, by which the tree walk finds one organisation."""
    message = LETTER.replace(b"ada@contractor.example", f"ada@victim.{platform}".encode())
    table = {
        f"s1._domainkey.mallory.{platform} TXT": [ED25519_RECORD],
        **({f"_dmarc.{platform} TXT": txt("v=DMARC1; p=none")} if published else {}),
    }
    forged = signed(message, domain=f"mallory.{platform}", headers="from:to", tags=f"t={int(NOW.timestamp())};")
    judged = found(forged, table, client=ELSEWHERE, mail_from=f"x@mallory.{platform}")
    assert [each.aligned for each in judged.authentication.dkim] == [False]
    assert judged.authentication.dmarc.result != "pass"
    assert not judged.freshness.fresh


def test_dkim_without_a_time_is_as_old_as_its_signed_date() -> None:
    undated = signed(LETTER, selector="google", headers="from:to:subject")
    added = with_field(signed(LETTER.replace(b"Date:", b"X-Date:"), selector="google", headers="from:to"), "Date: now")
    reasons = [
        found(message, at_google(), client=ELSEWHERE).freshness.reason
        for message in (
            signed(LETTER.replace(b"Fri, 20 Nov", b"Fri, 13 Nov"), selector="google", headers="from:to:date"),
            undated,
            added,
        )
    ]
    assert reasons == ["old", "no-time", "no-time"]


def test_a_key_that_many_share_proves_its_own_domain_alone() -> None:
    """A hoster's key signs for hosting.example: From's domain isn't proven by it, whoever shares it."""
    shared = signed(LETTER, domain="hosting.example", headers="from:to:date", tags=f"t={int(NOW.timestamp())};")
    table = {
        **on_its_own(),
        "s1._domainkey.hosting.example TXT": [ED25519_RECORD],
        "hosting.example TXT": txt(f"v=spf1 ip4:{ELSEWHERE} -all"),
    }
    judged = found(shared, table, client=ELSEWHERE, mail_from="shop@hosting.example")
    assert (judged.freshness.fresh, judged.freshness.reason) == (False, "unproven")
