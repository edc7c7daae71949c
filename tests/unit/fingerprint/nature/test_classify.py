"""Nature: the class by header facts, the kind of typo, and how well it does on real mail.

Longer than others: each class, with the fields and Subjects that decide it, in one table.
"""

from __future__ import annotations

import tarfile
from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from catcher.fingerprint import fingerprint
from catcher.fingerprint.header.addresses import read_mailboxes
from catcher.fingerprint.nature.facts import Fact
from catcher.model.mail.fingerprint import Fingerprint, MailClass, Nature, TypoKind
from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.transaction import Header, Transaction
from tests.persons import letters
from tests.support.fingerprints import MESSAGE, NOW, context, judge, read, transaction, txt
from tests.support.shared import Amount
from tests.support.signing import ED25519_RECORD, signed


def nature(message: bytes, mail_from: str | None = "ada@contractor.example") -> Nature:
    found = fingerprint(transaction(message, mail_from=mail_from), {}, context(lookups=False))
    assert isinstance(found, Fingerprint)
    return found.nature


def with_field(field: bytes) -> bytes:
    return field + b"\r\n" + MESSAGE


SIGNS = (b"User-Agent: Mozilla Thunderbird\r\n", b"Content-Language: en-GB\r\n")
WITHOUT_SIGNS = MESSAGE.replace(SIGNS[0], b"").replace(SIGNS[1], b"")


@pytest.mark.parametrize(
    ("field", "mail_class"),
    [
        (b"In-Reply-To: <x@army.mil>", "person"),
        (b"Auto-Submitted: no", "person"),
        (b"X-Auto-Response-Suppress: None", "person"),
        (b"X-Auto-Response-Suppress: All", "person"),
        (b"X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply", "person"),
        (b"Feedback-ID: i00000001:Fastmail", "person"),
        (b"Feedback-ID: 123220910:user:proton\r\nX-Pm-Message-ID: 243c7a256fddd7c3254a3848b7c533d23957cce5", "person"),
        (b"Feedback-ID: 1.us-west-2.An468LAV0jCjQDrDLv=:AmazonSES\r\nX-SES-Outgoing: 2026.11.20-192.0.2.1", "person"),
        (b"Sender: Google Calendar <calendar-notification@google.com>", "person"),
        (b"Sender: no-reply@service.example", "person"),
        (b"X-PHP-Originating-Script: 0:rcube.php", "person"),
        (b"X-PHP-Originating-Script: 33:mailer.php", "automatic"),
        (b"X-PHP-Script: shop.example/contact.php for 192.0.2.1", "automatic"),
        (b"X-Mailer: PHPMailer 6.9.1 (https://github.com/PHPMailer/PHPMailer)", "automatic"),
        (b"X-Mailer: OTRS Mail Service (6.0.30)", "automatic"),
        (b"X-Cron-Env: <SHELL=/bin/sh>", "automatic"),
        (b"X-JIRA-FingerPrint: 7ad6e5", "automatic"),
        (b"X-ServiceNow-Generated: true", "automatic"),
        (b"RT-Ticket: contractor.example #4411", "automatic"),
        (b"X-GitHub-Reason: mention", "automatic"),
        (b"x-ms-mail-application: Microsoft Power Automate; User-Agent: azure-logic-apps/1.0", "automatic"),
        (b"X-MS-Journal-Report:", "automatic"),
        (b"X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent", "automatic"),
        (b"Received: from 95991385052 named unknown by gmailapi.google.com with HTTPREST; x", "unknown"),
        (b"Content-Type: multipart/report; boundary=x", "person"),
        (b"Content-Type: multipart/report; report-type=other; boundary=x", "person"),
        (b'Content-Type: multipart/report; boundary="report-type=delivery-status"', "person"),
        (
            b'Content-Type: multipart/report; boundary="; report-type=feedback-report"; report-type=delivery-status',
            "bounce",
        ),
        (b"Content-Type: multipart/report; report-type=global-delivery-status", "bounce"),
        (b"Content-Type: multipart/report; report-type=global-disposition-notification", "automatic"),
        (b'Content-Type: multipart/report; report-type="tlsrpt"', "automatic"),
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
    assert {"account-mail", "one-time-code"} & set(found.reasons)


@pytest.mark.parametrize("subject", [b"Out of office: plan", b"Automatic reply: plan", b"Abwesenheitsnotiz"])
def test_a_provoked_answer_is_automatic(subject: bytes) -> None:
    assert nature(MESSAGE.replace(b"Subject: plan", b"Subject: " + subject)).mail_class == "automatic"


def test_what_has_no_sign_of_a_person_s_program_is_unknown() -> None:
    assert nature(WITHOUT_SIGNS).mail_class == "unknown"
    answer = b"In-Reply-To: <x@army.mil>\r\nReferences: " + b" ".join([b"<x@army.mil>"] * 10) + b"\r\n"
    assert nature(answer + WITHOUT_SIGNS).mail_class == "unknown", "responders write these fields, too"


@pytest.mark.parametrize("copied", [b"User-Agent: Mozilla Thunderbird", b"X-Mailer: Microsoft Outlook 16.0"])
def test_a_copied_program_name_is_no_sign_alone(copied: bytes) -> None:
    assert nature(copied + b"\r\n" + WITHOUT_SIGNS).mail_class == "unknown"


@pytest.mark.parametrize(
    ("local_part", "mail_class"),
    [
        (b"ada.lane", "person"),
        (b"anna.bot", "person"),
        (b"job.devries", "person"),
        (b"peter.drucker", "person"),
        (b"info", "person"),
        (b"it-support", "unknown"),
        (b"hello", "person"),
        (b"support", "unknown"),
        (b"shop", "unknown"),
        (b"no-reply", "automatic"),
        (b"no_reply.shop", "automatic"),
        (b"nagios", "automatic"),
        (b"otp", "automatic"),
        (b"www-data", "automatic"),
        (b"root", "automatic"),
        (b"tickets", "automatic"),
        (b"service-notifications", "automatic"),
    ],
)
def test_the_mailbox_in_from_may_be_a_program_s(local_part: bytes, mail_class: str) -> None:
    assert nature(MESSAGE.replace(b"<ada@", b"<" + local_part + b"@")).mail_class == mail_class


@pytest.mark.parametrize(
    "octets",
    [
        MESSAGE.replace(b"<ada@", b"<scan@").replace(b"Subject: plan", b"Subject: Test"),
        MESSAGE.replace(b"<ada@", b"<scanner-2@"),
        MESSAGE.replace(b"<ada@", b"<kopierer.eg@"),
        MESSAGE.replace(b"Subject: plan", b"Subject: Scanned from a Xerox Multifunction Printer"),
        MESSAGE.replace(b"Subject: plan", b"Subject: Message from KM_C368"),
        with_field(b"X-Mailer: Canon iR-ADV C5540"),
    ],
)
def test_a_device_s_scan_is_automatic_and_never_a_probe(octets: bytes) -> None:
    found = nature(octets)
    assert found.mail_class is MailClass.AUTOMATIC
    assert found.kind == "scan"


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        (b"Subject: Report Domain: army.mil Submitter: provider.example Report-ID: <2026.1>", "dmarc-report"),
        (b"Subject: Report domain: army.mil\r\n Submitter: provider.example\r\n Report-ID: 1", "dmarc-report"),
        (b"Subject: =?utf-8?B?UmVwb3J0IERvbWFpbjogYXJteS5taWwgU3VibWl0dGVyOiBhLmV4YW1wbGU=?=", "dmarc-report"),
        (b'Subject: x\r\nContent-Type: application/gzip; name="p.example!army.mil!1!2.xml.gz"', "dmarc-report"),
        (b"Subject: DMARC Forensic Report for contractor.example from IP 192.0.2.68", "failure-report"),
        (b"Subject: Report Domain: a Submitter: b Report-ID: 1\r\nTLS-Report-Domain: army.mil", "tls-report"),
        (b"Subject: x\r\nContent-Type: application/tlsrpt+gzip", "tls-report"),
        (b"Subject: x\r\nX-MS-Journal-Report:", "journal"),
    ],
)
def test_reports_have_their_own_kinds(fields: bytes, kind: str) -> None:
    found = nature(WITHOUT_SIGNS.replace(b"Subject: plan", fields))
    assert found.mail_class is MailClass.AUTOMATIC
    assert found.kind == kind


def test_a_report_about_a_message_is_told_from_an_abuse_report_by_its_sender() -> None:
    report = with_field(b"Content-Type: multipart/report; report-type=feedback-report")
    assert "abuse-report" in nature(report).reasons
    assert nature(report.replace(b"<ada@", b"<dmarc-noreply@")).kind == "failure-report"


@pytest.mark.parametrize(
    ("field", "answers"),
    [
        (b"Subject: Re: plan", True),
        (b"Subject: AW: plan", True),
        (b"Subject: [EXTERNAL] SV: plan", True),
        (b"Subject: Re[2]: plan", True),
        ("Subject: 回复：plan".encode(), True),
        ("Subject: Vá: plan".encode(), True),
        (b"Subject: =?utf-8?q?Odp=3A_plan?=", True),
        (b"Subject: Accepted: plan", True),
        (b"Subject: plan\r\nThread-Index: AQHV4xePtgTlttjWR2av2pbvb72egAAVIUorAKNXpGI=", True),
        (b"Subject: plan\r\nThread-Index: AQHV8XhrBwXJ0OAbq0C8gfBThd86Nw==", False),
        (b"Subject: Fwd: plan", False),
        (b"Subject: Reply to all: plan", False),
    ],
)
def test_an_answer_is_told_and_changes_no_class(field: bytes, answers: bool) -> None:
    found = nature(MESSAGE.replace(b"Subject: plan", field))
    assert ("answer-subject" in found.reasons, found.mail_class) == (answers, "person")


def test_a_person_may_answer_or_forward_a_receipt() -> None:
    for prefix in (b"Re: ", b"FW: ", b"WG: "):
        mail = MESSAGE.replace(b"Subject: plan", b"Subject: " + prefix + b"Your receipt from Shop")
        assert nature(mail).mail_class == "person"
        assert nature(mail.replace(SIGNS[0], b"").replace(SIGNS[1], b"")).mail_class == "automatic"
    assert nature(MESSAGE.replace(b"Subject: plan", b"Subject: Re: Out of Office: plan")).mail_class == "automatic"


def test_fields_alone_that_are_signed_give_no_person_without_a_signed_sign() -> None:
    """Any selection of fields is judged by itself."""
    whole = transaction(MESSAGE).header
    assert whole is not None
    kept = [each for each in whole.fields if each.name not in (b"User-Agent", b"Content-Language")]
    found = fingerprint(replace(transaction(MESSAGE), header=Header(tuple(kept))), {}, context(lookups=False))
    assert isinstance(found, Fingerprint)
    assert found.nature.mail_class is MailClass.UNKNOWN


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


GRAVE = (
    b"From: Ada Lane <ada@contractor.example>\r\nTo: doe@army.ml\r\nSubject: URGENT: Your travel orders!\r\n"
    b"Date: Fri, 20 Nov 2026 11:58:00 +0000\r\nMessage-ID: <97b3ceb3ffd.3295849982794@email.android.com>\r\n"
    b"Content-Type: text/html; charset=utf-8\r\nX-Priority: 1 (Highest)\r\nImportance: high\r\n\r\nhello\r\n"
)


def test_a_verified_mail_keeps_its_class_whatever_its_words() -> None:
    table = {
        "s1._domainkey.contractor.example TXT": txt(ED25519_RECORD),
        "_dmarc.contractor.example TXT": txt("v=DMARC1; p=none"),
    }
    mail = signed(GRAVE, headers="from:to:subject:date:message-id")
    found = judge(transaction(mail, client="192.0.2.9"), table).found
    assert (found.sender.tier, found.nature.mail_class) == ("verified", "person")
    assert "unlikely-genuine" not in found.nature.reasons
    assert nature(GRAVE).mail_class == "spam"


def test_lack_of_proof_alone_makes_no_spam() -> None:
    """A small hospital without SPF, DKIM or a name in the reverse DNS writes like anybody else."""
    found = judge(transaction(client="192.0.2.9", helo="pc"), {}).found
    assert found.sender.tier == "claimed"
    assert found.nature.mail_class is MailClass.PERSON


def test_genuine_lies_between_0_and_1_and_follows_the_facts() -> None:
    reply = nature(b"In-Reply-To: <x@army.mil>\r\n" + WITHOUT_SIGNS).genuine
    loud = nature(WITHOUT_SIGNS.replace(b"Subject: plan", b"Subject: BUY NOW!! CHEAP!!")).genuine
    assert 0 < loud < nature(WITHOUT_SIGNS).genuine < reply < 1


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
