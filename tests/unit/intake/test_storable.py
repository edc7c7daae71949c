"""What the store keeps of a fingerprint: less than ``catcher fingerprint`` shows."""

from __future__ import annotations

import pytest

from catcher.intake.storable import storable_authentication, storable_domain, storable_sender
from catcher.model.mail.fingerprint import Authentication, AuthResult, DkimResult, Evidence, EvidenceKind, Sender, Tier
from catcher.model.mail.mailbox import Mailbox

HELO = Evidence(Tier.CLAIMED, EvidenceKind.HELO, "johns-macbook-pro.local", AuthResult.NONE)
CONFIRMED = Evidence(Tier.NETWORK, EvidenceKind.HELO, "out.contractor.example", AuthResult.PASS)
FROM = Evidence(Tier.CLAIMED, EvidenceKind.FROM, "contractor.example", AuthResult.NONE)


def test_helo_text_that_nothing_confirms_is_not_kept():
    kept = storable_sender(Sender("johns-macbook-pro.local", None, Tier.CLAIMED, (HELO,), ()))
    assert (kept.domain, kept.tier, kept.evidence) == (None, Tier.CLAIMED, ())


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


def test_a_selector_is_kept_where_the_signature_verifies():
    """Anybody can write one; that it verifies shows that the domain's owner published it."""

    def signature(result: AuthResult) -> DkimResult:
        return DkimResult(result, "contractor.example", "some-free-text", "rsa-sha256", False)

    kept = storable_authentication(Authentication(dkim=(signature(AuthResult.PASS), signature(AuthResult.FAIL))))
    assert [result.selector for result in kept.dkim] == ["some-free-text", None]


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
