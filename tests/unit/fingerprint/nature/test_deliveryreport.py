"""What came back to a reverse-path, told from header fields as mail systems write them."""

from __future__ import annotations

import pytest

from catcher.fingerprint.nature.deliveryreport import Returned, returned
from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.transaction import Header, HeaderField

REPORT = b'multipart/report; report-type=delivery-status; boundary="=_b"'


def header(subject: str, content_type: bytes = REPORT, **more: bytes) -> Header:
    fields = {"From": b"MAILER-DAEMON@mail.contractor.example", "Subject": subject.encode(), **more}
    named = [HeaderField(name.replace("_", "-").encode(), b" " + value) for name, value in fields.items()]
    return Header((*named, HeaderField(b"Content-Type", b" " + content_type)), 300)


@pytest.mark.parametrize(
    "subject",
    [
        "Undelivered Mail Returned to Sender",
        "Mail delivery failed: returning message to sender",
        "Delivery Status Notification (Failure)",
        "Undeliverable: 23 e-mails from contractor.example went to army.ml",
        "Returned mail: see transcript for details",
        "failure notice",
        "Mail System Error - Returned Mail",
        "Message not delivered: your message could not be delivered",
        "=?utf-8?B?w4ljaGVjIGRlIGxhIHJlbWlzZQ==?=",
        "Undeliverable: warning: 23 e-mails were delayed",
        "Unzustellbar: verzögerte Mails",
        "Non remis : 23 e-mails retardés",
        "Не доставлено: письма были доставлены",
        "Your letter",
        "",
    ],
)
def test_a_report_is_of_failure_unless_its_subject_says_better(subject: str) -> None:
    assert returned(header(subject), None) is Returned.FAILURE


@pytest.mark.parametrize(
    "subject",
    [
        "Delayed Mail (still being retried)",
        "Delivery Status Notification (Delay)",
        "Warning: message 1abc delayed 24 hours",
        "Warning: could not send message for past 4 hours",
        "Delivery delayed: your notice",
        "Successful Mail Delivery Report",
        "Relayed: your notice",
        "Verzögerte Zustellung",
        "Levering forsinket: plan",
        "Доставка отложена: план",
        "Opóźnione dostarczenie",
        "配信遅延のお知らせ",
        "Leverans fördröjd",
        "Entrega atrasada",
        "تأخر التسليم",
        "Teslimat gecikti",
        "Zugestellt: Ihr Hinweis",
        "Remis : votre message",
        "Delivered: 23 e-mails that could not be delivered",
        "=?utf-8?Q?Deliv?= =?utf-8?Q?ery_delayed?=",
        "Delivery\r\n delayed: your notice",
    ],
)
def test_a_delay_and_a_success_are_no_failure(subject: str) -> None:
    assert returned(header(subject), None) is Returned.DELAY


def test_what_exim_says_counts_without_a_report() -> None:
    subject = "Mail delivery failed: returning message to sender"
    plain = header(subject, b"text/plain", X_Failed_Recipients=b"security@contractor.example")
    assert returned(plain, None) is Returned.FAILURE


def test_without_the_null_reverse_path_it_is_no_report() -> None:
    found = returned(header("Undelivered Mail Returned to Sender"), Mailbox("analyst", "contractor.example"))
    assert found is Returned.OTHER


@pytest.mark.parametrize(
    "content_type",
    [
        b"text/plain",
        b"multipart/report; report-type=disposition-notification",
        b"multipart/report; report-type=global-disposition-notification",
        b"multipart/report; report-type=tlsrpt",
        b"multipart/report; boundary=x",
        b"multipart/mixed",
    ],
)
def test_other_mail_with_the_null_reverse_path_is_no_report(content_type: bytes) -> None:
    assert returned(header("Undelivered Mail Returned to Sender", content_type), None) is Returned.OTHER


def test_no_header_is_no_report() -> None:
    assert returned(Header(), None) is Returned.OTHER
