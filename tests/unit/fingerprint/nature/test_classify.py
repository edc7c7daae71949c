"""Nature: the class by header facts, the kind of typo, and how well it does on real mail."""

from __future__ import annotations

import tarfile
from collections import Counter
from functools import cache

import pytest

from catcher.fingerprint import fingerprint
from catcher.fingerprint.header.addresses import read_mailboxes
from catcher.fingerprint.nature.facts import Fact
from catcher.model.mail.fingerprint import Fingerprint, MailClass, Nature, TypoKind
from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.transaction import Transaction
from tests.persons import letters
from tests.support.fingerprints import MESSAGE, NOW, context, judge, read, transaction
from tests.support.shared import Amount


def nature(message: bytes, mail_from: str | None = "ada@contractor.example") -> Nature:
    found = fingerprint(transaction(message, mail_from=mail_from), {}, context(lookups=False))
    assert isinstance(found, Fingerprint)
    return found.nature


def with_field(field: bytes) -> bytes:
    return field + b"\r\n" + MESSAGE


@pytest.mark.parametrize(
    ("field", "mail_class"),
    [
        (b"In-Reply-To: <x@army.mil>", "person"),
        (b"X-Mailer: Microsoft Outlook 16.0", "person"),
        (b"Auto-Submitted: no", "person"),
        (b"X-Auto-Response-Suppress: None", "person"),
        (b'Content-Type: multipart/report; report-type="delivery-status"; boundary=x', "bounce"),
        (b"Content-Type: multipart/report; report-type=delivery-status", "bounce"),
        (b"X-Failed-Recipients: someone@army.mil", "bounce"),
        (b"Sender: MAILER-DAEMON", "bounce"),
        (b"Content-Type: multipart/report; report-type=feedback-report", "automatic"),
        (b"Content-Type: multipart/report; report-type=disposition-notification", "automatic"),
        (b"Auto-Submitted: auto-replied (vacation)", "automatic"),
        (b"Auto-Submitted: auto-generated", "automatic"),
        (b"X-Autoreply: yes", "automatic"),
        (b"Precedence: auto_reply", "automatic"),
        (b"X-Auto-Response-Suppress: All", "automatic"),
        (b"Sender: no-reply@service.example", "automatic"),
        (b"Sender: DoNotReply@service.example", "automatic"),
        (b"Feedback-ID: 1:2:3:service", "automatic"),
        (b"List-Id: <news.service.example>", "bulk"),
        (b"List-Unsubscribe: <https://service.example/u>", "bulk"),
        (b"Precedence: bulk", "bulk"),
    ],
)
def test_one_field_tells_the_class(field: bytes, mail_class: str) -> None:
    assert nature(with_field(field)).mail_class == mail_class


@pytest.mark.parametrize(
    "subject",
    [
        b"Please confirm your email address",
        b"Verify your account",
        b"Welcome to Service",
        b"Your verification code",
        "Bestätigen Sie Ihre Anmeldung".encode(),
        b"=?utf-8?q?Confirmez_votre_adresse?=",
        b"=?utf-8?b?UGxlYXNlIGNvbmZpcm0geW91ciBlbWFpbA==?=",
    ],
)
def test_a_sign_up_confirmation_is_no_person(subject: bytes) -> None:
    """What a sign-up bomb consists of, even when the service sends it like a person."""
    found = nature(MESSAGE.replace(b"Subject: plan", b"Subject: " + subject))
    assert found.mail_class is MailClass.AUTOMATIC
    assert "account-mail" in found.reasons


@pytest.mark.parametrize("subject", [b"Out of office: plan", b"Automatic reply: plan", b"Abwesenheitsnotiz"])
def test_a_provoked_answer_is_automatic(subject: bytes) -> None:
    assert nature(MESSAGE.replace(b"Subject: plan", b"Subject: " + subject)).mail_class == "automatic"


def test_a_null_sender_alone_is_no_bounce() -> None:
    assert nature(MESSAGE, mail_from=None).mail_class == "automatic"


def test_a_delivery_subject_alone_is_no_bounce() -> None:
    answered = MESSAGE.replace(b"Subject: plan", b"Subject: Undeliverable mail")
    assert nature(answered).mail_class == "person"
    assert nature(answered, mail_from=None).mail_class == "bounce"


def test_a_mail_without_from_is_of_unknown_class() -> None:
    assert nature(MESSAGE.replace(b"From:", b"X-From:")).mail_class == "unknown"


def test_reasons_are_words_of_the_closed_list() -> None:
    found = nature(b"Subject: HELLO CANARY!!\r\n\r\n")
    assert found.reasons == ("no-from", "no-date", "no-message-id", "loud-subject")
    assert {fact.value for fact in Fact} >= set(found.reasons)


@pytest.mark.parametrize(
    ("to", "mail_from", "typo"),
    [
        (b"someone@army.ml", "ada@contractor.example", TypoKind.RECIPIENT),
        (b"someone@hq.army.ml", "ada@contractor.example", TypoKind.RECIPIENT),
        (b"friend@university.example", "sergeant@army.ml", TypoKind.RELAY),
        (b"friend@university.example", "ada@contractor.example", None),
        (b"undisclosed-recipients:;", "ada@army.ml", None),
    ],
)
def test_the_kind_of_typo_follows_from_who_is_named(to: bytes, mail_from: str, typo: TypoKind | None) -> None:
    assert nature(MESSAGE.replace(b"someone@army.ml", to), mail_from).typo is typo


@pytest.mark.parametrize(
    ("subject", "mail_from"),
    [
        (b"test", "relaytest@contractor.example"),
        (b"Test mail 12", "test@contractor.example"),
        (b"open relay check", "ada@contractor.example"),
        (b"192.0.2.7:25", "ada@contractor.example"),
    ],
)
def test_who_only_tries_the_server_out_is_a_probe(subject: bytes, mail_from: str) -> None:
    assert nature(MESSAGE.replace(b"Subject: plan", b"Subject: " + subject), mail_from).mail_class == "probe"


@pytest.mark.parametrize(
    ("subject", "mail_from"),
    [
        (b"test", "ada@contractor.example"),
        (b"test results of Monday", "test@contractor.example"),
        (b"plan", "test@contractor.example"),
        (b"relay race", "ada@contractor.example"),
    ],
)
def test_one_weak_sign_makes_no_probe(subject: bytes, mail_from: str) -> None:
    assert nature(MESSAGE.replace(b"Subject: plan", b"Subject: " + subject), mail_from).mail_class == "person"


def test_a_scanner_that_says_its_name_is_a_probe_even_without_a_message() -> None:
    for message in (MESSAGE, None):
        found = fingerprint(transaction(message, helo="census9.shodan.io"), {}, context(lookups=False))
        assert isinstance(found, Fingerprint)
        assert found.nature.mail_class is MailClass.PROBE
        assert "scanner" in found.nature.reasons


SPAM = (
    b"From: winner33271@prize.example\r\n"
    b"To: someone@army.ml\r\n"
    b"Reply-To: claims@elsewhere.example\r\n"
    b"Subject: YOU HAVE WON 500 MILLION!!    xqz\r\n"
    b"Date: Tue, 20 Nov 2026 11:00:00\r\n"
    b"Message-ID: <1@host.elsewhere.example>\r\n"
    b"X-Priority: 1\r\n"
    b"Content-Type: text/html\r\n"
    b"\r\n"
    b"hello\r\n"
)


def test_a_header_that_looks_the_part_is_spam() -> None:
    found = nature(SPAM, "winner33271@prize.example")
    assert found.mail_class is MailClass.SPAM
    assert found.genuine < 0.1
    assert "unlikely-genuine" in found.reasons


def test_lack_of_proof_alone_makes_no_spam() -> None:
    """A small hospital without SPF, DKIM or a name in the reverse DNS writes like anybody else."""
    found = judge(transaction(client="192.0.2.9", helo="pc"), {}).found
    assert found.sender.tier == "claimed"
    assert found.nature.mail_class is MailClass.PERSON


def test_genuine_lies_between_0_and_1_and_follows_the_facts() -> None:
    reply = nature(with_field(b"In-Reply-To: <x@army.mil>")).genuine
    loud = nature(MESSAGE.replace(b"Subject: plan", b"Subject: BUY NOW!! CHEAP!!")).genuine
    assert 0 < loud < nature(MESSAGE).genuine < reply < 1


@cache
def corpus(amount: Amount, archive_name: str, kind: str) -> tuple[tuple[str, Nature], ...]:
    """(file, its nature) for every mail of a kind in an archive of the test data."""
    found = []
    with tarfile.open(amount.of(archive_name)) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() and member.name.startswith(kind) else None
            if file is not None:
                found.append((member.name, _nature_of_file(file.read())))
    return tuple(found)


def _nature_of_file(octets: bytes) -> Nature:
    if octets.startswith(b"From "):
        octets = octets.partition(b"\n")[2]
    header, body = read(octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    noted = header.first("return-path")
    unknown = Mailbox("", "")
    path = unknown if noted is None else next(iter(read_mailboxes([noted])), None)
    rcpt_to = tuple(read_mailboxes(header.all("to")))
    found = fingerprint(Transaction(NOW, "", "", False, path, rcpt_to, header, body), {}, context(lookups=False))
    assert isinstance(found, Fingerprint)
    return found.nature


@pytest.mark.parametrize(("amount", "bounces"), [(Amount.FOLD, 67), (Amount.WHOLE, 299)])
def test_bounces_are_recognised_and_their_relatives_are_automatic(amount: Amount, bounces: int) -> None:
    """Beside the bounces there are 13 abuse reports and out-of-office answers."""
    classes: Counter[tuple[str, str]] = Counter()
    for name, found in corpus(amount, "mail/bounces_dev.tar.xz", "bounce"):
        relative = name.startswith(("bounce/arf", "bounce/rfc3834"))
        classes["relative" if relative else "bounce", found.mail_class.value] += 1
    assert classes["relative", "automatic"] == 13
    assert classes["bounce", "bounce"] / bounces >= 0.98


def test_no_letter_of_a_person_is_taken_for_a_bounce() -> None:
    assert MailClass.BOUNCE not in {_nature_of_file(letter.octets).mail_class for letter in letters(200, sign=False)}


def test_at_most_one_ham_in_a_thousand_is_taken_for_a_bounce() -> None:
    classes = Counter(found.mail_class for _, found in corpus(Amount.WHOLE, "mail/spamassassin_dev.tar.xz", "ham"))
    assert classes[MailClass.BOUNCE] / classes.total() <= 0.001
