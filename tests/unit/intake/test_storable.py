"""What the store keeps of a fingerprint: less than ``catcher fingerprint`` shows."""

from __future__ import annotations

import pytest

from catcher.intake.storable import storable_authentication, storable_domain, storable_intended, storable_sender
from catcher.model.mail.fingerprint import (
    HELO_SCOPE,
    MFROM_SCOPE,
    Authentication,
    AuthResult,
    Basis,
    DkimResult,
    Evidence,
    EvidenceKind,
    Intended,
    Sender,
    SpfResult,
    Tier,
)
from catcher.model.mail.mailbox import Mailbox

HELO = Evidence(Tier.CLAIMED, EvidenceKind.HELO, "johns-macbook-pro.local", AuthResult.NONE)
CONFIRMED = Evidence(Tier.NETWORK, EvidenceKind.HELO, "out.contractor.example", AuthResult.PASS)
FROM = Evidence(Tier.CLAIMED, EvidenceKind.FROM, "contractor.example", AuthResult.NONE)


def test_helo_text_that_nothing_confirms_is_not_kept():
    kept = storable_sender(Sender("johns-macbook-pro.local", None, Tier.CLAIMED, (HELO,), ()))
    assert (kept.domain, kept.tier, kept.evidence) == (None, Tier.CLAIMED, ())


def test_a_sender_without_a_name_is_kept_with_its_tier():
    assert storable_sender(Sender(None, None, Tier.CLAIMED, (HELO, FROM), ())) == Sender(
        None, None, Tier.CLAIMED, (FROM,), ()
    )


def test_nor_is_it_kept_as_a_conflict():
    kept = storable_sender(Sender("contractor.example", "Contractor", Tier.CLAIMED, (FROM, HELO), (HELO,)))
    assert (kept.domain, kept.organisation) == ("contractor.example", "Contractor")
    assert (kept.evidence, kept.conflicts) == ((FROM,), ())


def test_a_confirmed_helo_names_the_network():
    kept = storable_sender(Sender("out.contractor.example", None, Tier.NETWORK, (CONFIRMED,), ()))
    assert (kept.domain, kept.evidence) == ("out.contractor.example", (CONFIRMED,))


@pytest.mark.parametrize(
    ("reverse", "kept"),
    [
        ("ec2-203-0-113-9.us-east-2.compute.example.com", "compute.example.com"),
        ("host-203-0-113-9.isp.example", "isp.example"),
        ("163.example", "163.example"),
        ("mail.contractor.example", "mail.contractor.example"),
    ],
)
def test_a_host_name_does_not_spell_the_clients_address(reverse, kept):
    """The client's address becomes its network after 30 days; its reverse name would tell it for ever."""
    piece = Evidence(Tier.NETWORK, EvidenceKind.IPREV, reverse, AuthResult.PASS)
    sender = storable_sender(Sender(reverse, None, Tier.NETWORK, (piece,), (piece,)))
    assert sender.domain == sender.evidence[0].domain == sender.conflicts[0].domain == kept


NOBODY = Sender(None, None, Tier.CLAIMED, (), ())
LAPTOP = "janes-laptop-203-0-113-7.dsl.example.net"
UNCONFIRMED = [result for result in AuthResult if result is not AuthResult.PASS]


@pytest.mark.parametrize("result", UNCONFIRMED)
def test_helo_text_that_spf_does_not_confirm_is_kept_nowhere(result: AuthResult) -> None:
    """SPF of a null reverse-path judges HELO (RFC 7208 §2.4): whatever the client wrote there stood in three places."""
    piece = Evidence(Tier.CLAIMED, EvidenceKind.SPF, LAPTOP, result)
    kept = storable_sender(Sender(LAPTOP, "Jane", Tier.CLAIMED, (piece,), (piece,)), spf_scope=HELO_SCOPE)
    assert kept == NOBODY
    spf = SpfResult(result, LAPTOP, HELO_SCOPE)
    assert storable_authentication(Authentication(spf), NOBODY).spf == SpfResult(result, None, HELO_SCOPE)


def test_helo_text_is_not_kept_for_another_piece_of_the_same_name() -> None:
    """The HELO of one label below a suffix is its own organizational domain: SPF and HELO name the same."""
    text = Evidence(Tier.CLAIMED, EvidenceKind.HELO, "canary.example", AuthResult.NONE)
    piece = Evidence(Tier.CLAIMED, EvidenceKind.SPF, "canary.example", AuthResult.SOFTFAIL)
    sender = Sender("canary.example", None, Tier.CLAIMED, (text, piece), ())
    assert storable_sender(sender, spf_scope=HELO_SCOPE) == NOBODY


def test_of_a_helo_that_spf_confirms_the_organisation_is_kept() -> None:
    piece = Evidence(Tier.AUTHENTICATED, EvidenceKind.SPF, "jane-203-0-113-7.mx.contractor.example", AuthResult.PASS)
    sender = Sender(piece.domain, "Contractor", Tier.AUTHENTICATED, (piece,), ())
    kept = storable_sender(sender, spf_scope=HELO_SCOPE)
    assert (kept.domain, kept.organisation, kept.tier) == ("contractor.example", "Contractor", Tier.AUTHENTICATED)
    assert [e.domain for e in kept.evidence] == ["contractor.example"]
    spf = SpfResult(AuthResult.PASS, piece.domain, HELO_SCOPE)
    assert storable_authentication(Authentication(spf), sender).spf.domain == "contractor.example"


def test_the_domain_of_mail_from_stays() -> None:
    piece = Evidence(Tier.CLAIMED, EvidenceKind.SPF, "contractor.example", AuthResult.FAIL)
    sender = Sender("contractor.example", None, Tier.CLAIMED, (piece,), ())
    assert storable_sender(sender, spf_scope=MFROM_SCOPE) == sender
    kept = storable_authentication(Authentication(SpfResult(AuthResult.FAIL, "contractor.example", "mfrom")), sender)
    assert kept.spf.domain == "contractor.example"


def signature(result: AuthResult, domain: str) -> DkimResult:
    return DkimResult(result, domain, "some-free-text", "rsa-sha256", False)


def test_a_selector_is_kept_where_the_signature_verifies() -> None:
    """Anybody can write one; that it verifies shows that the domain's owner published it."""
    results = tuple(signature(result, "contractor.example") for result in (AuthResult.PASS, AuthResult.FAIL))
    kept = storable_authentication(Authentication(dkim=results), Sender(None, None, Tier.CLAIMED, (FROM,), ()))
    assert [(r.domain, r.selector) for r in kept.dkim] == [
        ("contractor.example", "some-free-text"),
        ("contractor.example", None),
    ]


@pytest.mark.parametrize("result", UNCONFIRMED)
def test_a_signature_that_does_not_verify_names_nobody_but_the_author(result: AuthResult) -> None:
    forged = Evidence(Tier.CLAIMED, EvidenceKind.DKIM, "some-free-text.example", result)
    own = Evidence(Tier.CLAIMED, EvidenceKind.DKIM, "contractor.example", result)
    sender = Sender("contractor.example", None, Tier.CLAIMED, (FROM, forged, own), (forged,))
    kept = storable_sender(sender)
    assert (kept.evidence, kept.conflicts) == ((FROM, own), ())
    results = tuple(signature(result, domain) for domain in ("some-free-text.example", "contractor.example"))
    assert [r.domain for r in storable_authentication(Authentication(dkim=results), sender).dkim] == [
        None,
        "contractor.example",
    ]
    assert storable_sender(Sender(forged.domain, None, Tier.CLAIMED, (forged,), ())) == NOBODY


def test_what_was_typed_left_of_the_catalogued_domain_is_not_kept() -> None:
    typed = Intended("deep.sub-john-doe.army.ml", "army.mil", "Army", Basis.DECLARED)
    assert storable_intended(typed, "army.ml") == Intended("army.ml", "army.mil", "Army", Basis.DECLARED)


@pytest.mark.parametrize(
    ("path", "domain"),
    [
        (None, None),
        (Mailbox("scanner", "[203.0.113.77]"), None),
        (Mailbox("root", ""), None),
        (Mailbox("jane", "contractor.example"), "contractor.example"),
    ],
)
def test_an_address_literal_is_no_domain(path, domain):
    assert storable_domain(path) == domain
