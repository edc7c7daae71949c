"""The whole judgement: tiers by what is proven, questions asked once, any bytes survived."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.fingerprint import failing_the_rest, fingerprint
from catcher.model.mail.fingerprint import Fingerprint, Tier
from catcher.model.mail.lookup import Unanswered
from tests.support.fingerprints import FAILED, MESSAGE, Judged, Table, context, judge, transaction, txt
from tests.support.signing import ED25519_RECORD, signed

CLIENT = "192.0.2.25"
KEY = {"s1._domainkey.contractor.example TXT": [ED25519_RECORD]}
DMARC = {"_dmarc.contractor.example TXT": txt("v=DMARC1; p=reject")}
SPF = {"contractor.example TXT": txt("v=spf1 ip4:192.0.2.25 -all")}
REVERSE: Table = {
    "25.2.0.192.in-addr.arpa PTR": ["host25.hosting.example"],
    "host25.hosting.example A": [CLIENT],
}
FORGED = MESSAGE.replace(b"ada@contractor.example", b"minister@ministry.example")


def sender(judged: Judged) -> tuple[str | None, str]:
    return judged.found.sender.domain, judged.found.sender.tier.value


def test_a_dmarc_pass_verifies_the_domain_in_from() -> None:
    judged = judge(transaction(signed(MESSAGE)), {**KEY, **DMARC})
    assert sender(judged) == ("contractor.example", "verified")
    assert judged.found.sender.organisation == "Contractor Ltd"
    assert judged.found.authentication.dmarc.to_json() == {
        "result": "pass",
        "domain": "contractor.example",
        "policy": "reject",
    }


def test_a_dkim_pass_without_dmarc_authenticates_its_domain() -> None:
    assert sender(judge(transaction(signed(MESSAGE)), KEY)) == ("contractor.example", "authenticated")


def test_an_spf_pass_authenticates_its_domain() -> None:
    assert sender(judge(transaction(client=CLIENT), SPF)) == ("contractor.example", "authenticated")


def test_reverse_dns_that_leads_back_names_the_network_only() -> None:
    judged = judge(transaction(client=CLIENT), REVERSE)
    assert sender(judged) == ("hosting.example", "network")
    assert "host25" not in repr(judged.found.to_json()), "the text of a PTR record is never shown"


def test_reverse_dns_that_leads_elsewhere_names_nobody() -> None:
    judged = judge(transaction(client=CLIENT), {**REVERSE, "host25.hosting.example A": ["192.0.2.99"]})
    assert sender(judged) == ("contractor.example", "claimed")


def test_a_helo_that_leads_back_names_the_network_only() -> None:
    table = {"mail.hosting.example A": [CLIENT]}
    judged = judge(transaction(client=CLIENT, helo="mail.hosting.example"), table)
    assert sender(judged) == ("hosting.example", "network")


def test_without_anything_proven_from_is_only_claimed() -> None:
    assert sender(judge(transaction(FORGED), {})) == ("ministry.example", "claimed")


@pytest.mark.parametrize(
    "table",
    [
        {**KEY, **DMARC, **SPF, **REVERSE},
        {**KEY, **SPF, "_dmarc.ministry.example TXT": txt("v=DMARC1; p=none")},
        {**KEY, **SPF, "_dmarc.ministry.example TXT": txt("v=DMARC1; p=none; adkim=r; psd=y")},
    ],
)
def test_a_forged_from_never_gets_above_claimed_whatever_else_is_proven(table: Table) -> None:
    """Somebody signs and sends as themselves, and writes another domain into From."""
    found = judge(transaction(signed(FORGED), client=CLIENT), table).found
    assert found.sender.domain == "contractor.example"
    assert {e.tier for e in found.sender.evidence if e.domain == "ministry.example"} == {Tier.CLAIMED}
    assert "ministry.example" in {e.domain for e in found.sender.conflicts}


def test_tenants_of_a_platform_do_not_prove_each_other() -> None:
    message = MESSAGE.replace(b"contractor.example", b"victim.onmicrosoft.com")
    message = signed(message, domain="evil.onmicrosoft.com")
    table = {
        "s1._domainkey.evil.onmicrosoft.com TXT": [ED25519_RECORD],
        "_dmarc.onmicrosoft.com TXT": txt("v=DMARC1; p=none"),
    }
    found = judge(transaction(message), table).found
    assert (found.sender.domain, found.sender.tier) == ("evil.onmicrosoft.com", Tier.AUTHENTICATED)
    assert {e.domain for e in found.sender.conflicts} >= {"victim.onmicrosoft.com"}


def test_several_authors_have_no_dmarc_pass() -> None:
    message = signed(MESSAGE.replace(b"From: ", b"From: minister@ministry.example, "))
    found = judge(transaction(message), {**KEY, **DMARC}).found
    assert found.authentication.dmarc.result == "permerror"
    assert found.sender.tier is Tier.AUTHENTICATED


def test_forty_authors_leave_four_pieces_of_evidence() -> None:
    authors = b", ".join(b"a@d%d.example" % i for i in range(40))
    found = judge(transaction(MESSAGE.replace(b"Ada <ada@contractor.example>", authors)), {}).found
    assert [e.domain for e in found.sender.evidence if e.kind == "from"] == [f"d{i}.example" for i in range(4)]


def test_a_failed_dns_makes_temporary_errors_and_no_tier() -> None:
    table = {
        "s1._domainkey.contractor.example TXT": FAILED,
        "contractor.example TXT": FAILED,
        "_dmarc.contractor.example TXT": FAILED,
    }
    found = judge(transaction(signed(MESSAGE), client=CLIENT), table).found
    results = found.authentication
    assert (results.spf.result, results.dkim[0].result, results.dmarc.result) == ("temperror",) * 3
    assert found.sender.tier is Tier.CLAIMED


def test_without_look_ups_nothing_is_asked_and_every_result_is_none() -> None:
    found = fingerprint(transaction(signed(MESSAGE), client=CLIENT), {}, context(lookups=False))
    assert isinstance(found, Fingerprint)
    results = found.authentication.to_json()
    assert results["spf"]["result"] == results["dkim"][0]["result"] == results["dmarc"]["result"] == "none"
    assert results["dkim"][0]["domain"] == "contractor.example"
    assert found.sender.tier is Tier.CLAIMED


def test_independent_questions_are_asked_in_the_first_round() -> None:
    judged = judge(transaction(signed(MESSAGE), client=CLIENT, helo="mail.contractor.example"), {**KEY, **DMARC, **SPF})
    assert {question.name for question in judged.asked[0]} == {
        "s1._domainkey.contractor.example",
        "contractor.example",
        "_dmarc.contractor.example",
        "_dmarc.example",
        "mail.contractor.example",
        "25.2.0.192.in-addr.arpa",
    }
    assert len(judged.asked) == 1


def test_no_question_carries_a_local_part() -> None:
    table = {**KEY, **DMARC, "contractor.example TXT": txt("v=spf1 exists:%{l}.%{s}.contractor.example -all")}
    judged = judge(transaction(signed(MESSAGE), client=CLIENT, mail_from="canary@contractor.example"), table)
    assert not any("canary" in name or "someone" in name for name in judged.names)


def test_settled_answers_always_lead_to_a_result() -> None:
    of = transaction(signed(MESSAGE), client=CLIENT)
    assert isinstance(fingerprint(of, {}, context()), Unanswered)
    found = fingerprint(of, failing_the_rest({}), context())
    assert isinstance(found, Fingerprint)
    assert found.authentication.spf.result == "temperror"


def test_a_refusal_at_rcpt_has_a_fingerprint_of_its_envelope() -> None:
    found = judge(transaction(None, client=CLIENT), SPF).found
    assert (found.sender.domain, found.sender.tier) == ("contractor.example", Tier.AUTHENTICATED)
    assert found.nature.mail_class == "unknown"
    assert [i.typed for i in found.intended] == ["army.ml"]


def test_each_typed_domain_is_named_once_in_order() -> None:
    of = transaction(rcpt_to=("a@navy.ml", "b@army.ml", "c@navy.ml"))
    assert [i.typed for i in judge(of, {}).found.intended] == ["navy.ml", "army.ml"]


_PIECES = (
    *(b"From: ", b"To:", b"Subject: ", b"DKIM-Signature: v=1; a=rsa-sha256; d=", b"; s=s1; b="),
    *(b"Content-Type: multipart/report; ", b"=?utf-8?b?", b"?=", b"contractor.example", b"@", b"<", b">", b'"', b"("),
    *(b"\r\n", b"\r\n ", b"\xff", b"\x00"),
)
_lines = st.sampled_from(_PIECES)


@given(st.lists(_lines | st.binary(max_size=8), max_size=60).map(b"".join), st.text(max_size=20))
def test_any_bytes_have_a_fingerprint_that_shows_none_of_them(message: bytes, helo: str) -> None:
    found = fingerprint(transaction(message, client=CLIENT, helo=helo, mail_from=None), failing_the_rest({}), context())
    assert isinstance(found, Fingerprint)
    assert found.to_json()
    for evidence in found.sender.evidence:
        assert set(evidence.domain) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_.")
