"""The facts of a transaction: enough to judge it without its header, and nothing of the header's text."""

from __future__ import annotations

import pickle

from catcher.fingerprint import fingerprint_from, read_transaction_facts
from catcher.model.mail.fingerprint import AuthResult, Fingerprint, Tier
from catcher.model.mail.lookup import Unanswered
from tests.support.fingerprints import FAILED, NOW, answer, context, transaction, txt
from tests.support.signing import ED25519_RECORD, signed

CANARIES = ("subjectcanary", "namecanary", "localcanary", "recipientcanary", "zcanary", "icanary", "pathcanary")
PLAIN = (
    b"From: Namecanary <localcanary@contractor.example>\r\n"
    b"To: recipientcanary@army.ml, recipientcanary@elsewhere.example\r\n"
    b"Subject: subjectcanary\r\n"
    b"Date: Fri, 20 Nov 2026 11:00:00 +0000\r\n"
    b"Message-ID: <localcanary@contractor.example>\r\n"
    b"X-Zcanary: subjectcanary\r\n"
    b"X-Zcanary-Classification: secret\r\n"
    b"\r\n"
    b"subjectcanary\r\n"
)
TAGS = f"t={int(NOW.timestamp())}; i=icanary@contractor.example; z=Subject:zcanary;"
MAIL = signed(PLAIN, headers="from:to:subject:date:x-zcanary:x-zcanary-classification", tags=TAGS)
TABLE = {
    "s1._domainkey.contractor.example TXT": txt(ED25519_RECORD),
    "contractor.example TXT": txt("v=spf1 ip4:192.0.2.1 -all"),
    "_dmarc.contractor.example TXT": txt("v=DMARC1; p=reject"),
}
SENT = transaction(MAIL, client="192.0.2.1", helo="mail.contractor.example", mail_from="pathcanary@contractor.example")


def judged(kept: object, table: dict, *, failing: bool = False) -> Fingerprint:
    answers = {}
    while True:
        found = fingerprint_from(kept, answers, context())  # type: ignore[arg-type]
        if not isinstance(found, Unanswered):
            return found
        answers |= {q: FAILED if failing else answer(q, table) for q in found.questions}


def test_it_is_judged_as_the_transaction_itself_when_the_header_is_gone() -> None:
    kept = pickle.loads(pickle.dumps(read_transaction_facts(SENT)))
    assert judged(kept, TABLE, failing=True).authentication.dkim[0].result is AuthResult.TEMPERROR
    found = judged(kept, TABLE)
    assert found.sender.tier is Tier.VERIFIED
    assert found.freshness.fresh
    assert [marking.signed for marking in found.markings] == [True]
    assert found == judged(read_transaction_facts(SENT), TABLE)


def test_a_field_that_was_added_above_a_signed_one_of_its_name_is_not_signed() -> None:
    added = transaction(b"X-Zcanary-Classification: top secret\r\n" + MAIL, client="192.0.2.1")
    found = judged(read_transaction_facts(added), TABLE)
    assert [(marking.level, marking.signed) for marking in found.markings] == [("top-secret", False), ("secret", True)]


def test_nothing_of_the_header_or_of_a_local_part_is_in_it() -> None:
    """Neither as it was written nor in another case; a digest of all that was signed is, since a key has to fit it."""
    octets = pickle.dumps(read_transaction_facts(SENT)).lower()
    assert b"contractor.example" in octets
    assert not [canary for canary in CANARIES if canary.encode() in octets]
    assert b"elsewhere.example" not in octets
    assert [marking.to_json() for marking in read_transaction_facts(SENT).markings] == [
        {"scheme": "classification", "level": "secret"}
    ]


def test_its_repr_shows_no_signature_and_no_name_of_a_host() -> None:
    shown = repr(read_transaction_facts(SENT))
    assert "mail.contractor.example" not in shown and "digest" not in shown


def test_a_signature_over_another_body_stays_so() -> None:
    changed = transaction(MAIL.replace(b"\r\n\r\nsubject", b"\r\n\r\nobject"), client="192.0.2.1")
    found = judged(read_transaction_facts(changed), TABLE)
    assert found.authentication.dkim[0].result is AuthResult.FAIL


def test_what_it_takes_is_told_about() -> None:
    small, large = (
        read_transaction_facts(transaction(PLAIN)),
        read_transaction_facts(transaction(b"".join([MAIL[: -len(PLAIN)]] * 8) + PLAIN)),
    )
    assert 0 < len(pickle.dumps(small)) < small.octets < large.octets < 100_000
    assert len(pickle.dumps(large)) < large.octets
    fields = b"".join(b"X-%d-Classification: secret\r\n" % number for number in range(900))
    assert len(pickle.dumps(read_transaction_facts(transaction(fields + MAIL)))) < large.octets


def test_without_look_ups_no_key_is_prepared_for() -> None:
    kept = read_transaction_facts(SENT, lookups=False)
    assert kept.credentials.claims == ()
    found = fingerprint_from(kept, {}, context(lookups=False))
    assert isinstance(found, Fingerprint)
    assert found.authentication.dkim[0].domain == "contractor.example"
