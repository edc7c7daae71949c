"""DKIM: every signature is judged from headers and streamed digests, by the result words of RFC 8601 §2.7.1."""

from __future__ import annotations

import tarfile
from datetime import timedelta

import pytest

from catcher.fingerprint.authentication.dkim.verdict import judge_dkim, read_claims
from catcher.fingerprint.lookups import Lookups
from catcher.model.mail.lookup import LookupResult, LookupType, Question, Status
from tests.support.fingerprints import FAILED, MESSAGE, NOW, read, txt
from tests.support.shared import data
from tests.support.signing import ED25519_RECORD, RSA_RECORD, SHORT_RSA_KEY, SHORT_RSA_RECORD, signed

KEY_NAME = "s1._domainkey.contractor.example"


def results(message: bytes, *records: bytes, answer: LookupResult | None = None, name: str = KEY_NAME) -> list[str]:
    header, body = read(message)
    status = Status.FOUND if records else Status.NXDOMAIN
    answers = {Question(name, LookupType.TXT): answer or LookupResult(status, tuple(records))}
    verdicts = judge_dkim(Lookups(answers), read_claims(header, body, ()), NOW)
    assert verdicts is not None, "a key was asked for that isn't this test's"
    return [verdict.result.value for verdict in verdicts]


@pytest.mark.parametrize("canonicalization", ["simple/simple", "relaxed/simple", "simple/relaxed", "relaxed/relaxed"])
@pytest.mark.parametrize(("algorithm", "record"), [("rsa-sha256", RSA_RECORD), ("ed25519-sha256", ED25519_RECORD)])
def test_a_genuine_signature_passes(algorithm: str, record: bytes, canonicalization: str) -> None:
    message = signed(MESSAGE, algorithm=algorithm, canonicalization=canonicalization)
    assert results(message, record) == ["pass"]


@pytest.mark.parametrize("name", ["signed/001.txt", "signed/002.txt", "signed/003.txt"])
def test_real_signed_mails_pass(name: str) -> None:
    """RFC 8463's example (both algorithms), RFC 6376's, and one of the IETF's lists."""
    with tarfile.open(data("mail/signed_dev.tar.xz")) as archive:
        file = archive.extractfile(name)
        assert file is not None
        keys, _, message = file.read().partition(b"\n\n")
    answers = {}
    for line in keys.splitlines():
        key_name, _, record = line.partition(b" ")
        answers[Question(key_name.decode(), LookupType.TXT)] = LookupResult(Status.FOUND, (record.strip(),))
    header, body = read(message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    verdicts = judge_dkim(Lookups(answers), read_claims(header, body, ()), NOW)
    assert verdicts
    assert {verdict.result.value for verdict in verdicts} == {"pass"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"hello", b"hullo"),
        (b"Subject: plan", b"Subject: plot"),
        (b"s1;", b"s1; n=x;"),
        (b"hello\r\n", b"hello\r\nmore\r\n"),
    ],
    ids=["body", "header", "signature-field", "appended"],
)
def test_a_changed_message_fails(old: bytes, new: bytes) -> None:
    assert results(signed(MESSAGE).replace(old, new), ED25519_RECORD) == ["fail"]


def test_a_second_from_that_the_signature_does_not_cover_fails_it() -> None:
    message = b"From: boss@ministry.example\r\n" + signed(MESSAGE)
    assert results(message, ED25519_RECORD) == ["fail"]


def test_a_signature_that_does_not_cover_from_is_a_permanent_error() -> None:
    assert results(signed(MESSAGE, headers="to:subject"), ED25519_RECORD) == ["permerror"]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (f"t={int(NOW.timestamp()) - 60};", "pass"),
        (f"t={int(NOW.timestamp()) + 60};", "pass"),
        (f"t={int((NOW + timedelta(hours=2)).timestamp())};", "policy"),
        (f"x={int(NOW.timestamp()) + 1};", "pass"),
        (f"x={int(NOW.timestamp()) - 1};", "fail"),
        ("t=20; x=10;", "neutral"),
        ("t=soon;", "neutral"),
        ("l=5;", "pass"),
        ("l=0;", "pass"),
        ("l=;", "neutral"),
        ("q=dns/txt;", "pass"),
        ("q=carrier/pigeon;", "neutral"),
        ("i=ada@mail.contractor.example;", "pass"),
        ("i=ada@elsewhere.example;", "neutral"),
    ],
)
def test_tags_are_judged_at_the_time_that_is_passed_in(tags: str, expected: str) -> None:
    message = signed(MESSAGE, tags=tags) if tags != "l=;" else signed(MESSAGE, tags="l=5;").replace(b"l=5;", b"l=;")
    assert results(message, ED25519_RECORD) == [expected]


def test_l_longer_than_the_body_fails() -> None:
    assert results(signed(MESSAGE, tags="l=700;"), ED25519_RECORD) == ["fail"]


def test_l_lets_text_be_appended() -> None:
    assert results(signed(MESSAGE, tags="l=7;") + b"more\r\n", ED25519_RECORD) == ["pass"]


def test_rsa_sha1_and_keys_under_1024_bits_are_not_accepted() -> None:
    """RFC 8301 §3.1, §3.2."""
    assert results(signed(MESSAGE, algorithm="rsa-sha1"), RSA_RECORD) == ["policy"]
    assert results(signed(MESSAGE, algorithm="rsa-sha256", key=SHORT_RSA_KEY), SHORT_RSA_RECORD) == ["policy"]


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"v=DKIM1; p=",
        b"v=DKIM2; k=ed25519; p=" + ED25519_RECORD.rpartition(b"p=")[2],
        b"v=DKIM1; k=ed25519; p=AAAA",
        b"v=DKIM1; k=rsa; p=AAAA",
        b"v=DKIM1; k=rsa; p=!",
        b"v=DKIM1; k=dilithium; p=AAAA",
        ED25519_RECORD + b"; s=tlsrpt",
        ED25519_RECORD + b"; h=sha1",
        RSA_RECORD,
        ED25519_RECORD + b"; n=" + b"x" * 5000,
    ],
)
def test_a_key_that_cannot_be_used_is_a_permanent_error(record: bytes) -> None:
    assert results(signed(MESSAGE), record) == ["permerror"]


def test_no_key_is_a_permanent_error_and_a_failed_look_up_a_temporary_one() -> None:
    assert results(signed(MESSAGE)) == ["permerror"]
    assert results(signed(MESSAGE), answer=FAILED) == ["temperror"]


def test_a_key_may_stand_beside_other_text_records() -> None:
    assert results(signed(MESSAGE), *txt("v=spf1 -all", b"\xff\xfe"), ED25519_RECORD) == ["pass"]


def test_t_s_wants_the_identity_to_be_the_domain_itself() -> None:
    strict = ED25519_RECORD + b"; t=y:s"
    assert results(signed(MESSAGE, tags="i=@mail.contractor.example;"), strict) == ["permerror"]
    assert results(signed(MESSAGE, tags="i=@contractor.example;"), strict) == ["pass"]


def test_the_identity_is_quoted_printable() -> None:
    """RFC 6376 §3.5: ``i=`` is dkim-quoted-printable, so the @ may be encoded."""
    assert results(signed(MESSAGE, tags="i=ada=40contractor.example;"), ED25519_RECORD) == ["pass"]
    assert results(signed(MESSAGE, tags="i=ada=3Dx=40mail.contractor.example;"), ED25519_RECORD) == ["pass"]
    assert results(signed(MESSAGE, tags="i=ada=40elsewhere.example;"), ED25519_RECORD) == ["neutral"]


@pytest.mark.parametrize("mailboxes", [100, 450, 700, 1_300])
def test_a_signature_over_a_long_to_is_checked_and_names_the_typed_domain(mailboxes: int) -> None:
    named = b",\r\n ".join(b'"Doe, Jo %04d" <person%04d@army.mil>' % (n, n) for n in range(mailboxes))
    message = signed(MESSAGE.replace(b"someone@army.ml", named + b",\r\n someone@army.ml"))
    assert results(message, ED25519_RECORD) == ["pass"]
    header, body = read(message)
    assert read_claims(header, body, ["army.ml"])[0].names_typed


def test_every_signature_is_judged_up_to_eight() -> None:
    message = MESSAGE
    for _ in range(3):
        message = signed(message)
    assert results(message, ED25519_RECORD) == ["pass"] * 3
    many = b"DKIM-Signature: v=1; a=x\r\n" * 1000 + MESSAGE
    assert results(many, ED25519_RECORD) == ["neutral"] * 8


def test_a_header_that_was_cut_makes_no_failure_of_a_signature() -> None:
    message = signed(b"X-Padding: " + b"x" * 70_000 + b"\r\n" + MESSAGE, headers="from:to:x-padding")
    assert results(message, ED25519_RECORD) == ["neutral"]


def test_the_key_is_asked_for_once_where_it_is_published() -> None:
    header, body = read(signed(signed(MESSAGE)))
    lookups = Lookups({})
    assert judge_dkim(lookups, read_claims(header, body, ()), NOW) is None
    assert lookups.open == {Question(KEY_NAME, LookupType.TXT)}
