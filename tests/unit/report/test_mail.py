"""The mail: what a strict parser reads back, what a filter finds nothing in, and the same octets every time."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from catcher.model.telling.report import Report
from catcher.report import Language, NoMailAddress, ReportForm, is_address, render, report_message, subject
from tests.support import reports
from tests.support.pages import Page, harmful

NOW = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)


def made(report: Report, language: Language = Language.ENGLISH, sender: str = "desk@registry.example") -> EmailMessage:
    return report_message(
        report,
        sender=sender,
        recipient="soc@contractor.example",
        date=NOW,
        message_id=f"{report.ref}@registry.example",
        language=language,
    )


@pytest.fixture(params=reports.names())
def report(request: pytest.FixtureRequest) -> Report:
    return reports.composed(reports.case(request.param))


@pytest.fixture(params=Language)
def language(request: pytest.FixtureRequest) -> Language:
    return Language(request.param)


def parsed(octets: bytes) -> EmailMessage:
    """As a strict reader sees it: a defect is an error."""
    mail = message_from_bytes(octets, policy=SMTP.clone(raise_on_defect=True))
    assert isinstance(mail, EmailMessage)
    for part in mail.walk():
        assert not part.defects
        for field in part.values():
            assert not field.defects
    return mail


def test_a_strict_parser_reads_back_both_alternatives(report: Report, language: Language) -> None:
    mail = parsed(made(report, language).as_bytes())
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    text = mail.get_body(("plain",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == render(report, ReportForm.TEXT, language)
    assert mail["Subject"] == subject(report, language)
    assert mail["Content-Language"] == language


def test_each_line_is_ascii_and_short(report: Report, language: Language) -> None:
    """RFC 5322 §2.1.1: at most 78 characters should stand on a line; no server rewrites this on its way."""
    octets = made(report, language).as_bytes()
    assert octets.isascii()
    for line in octets.split(b"\r\n"):
        assert b"\n" not in line and b"\r" not in line
        assert len(line) <= 78
        assert not re.fullmatch(rb"[A-Za-z-]+:\s*", line), "a field begins on its first line"


def test_each_mandatory_field_stands_once(report: Report) -> None:
    mail = parsed(made(report).as_bytes())
    for name in ("From", "To", "Date", "Message-ID", "Subject", "MIME-Version", "Content-Type", "Auto-Submitted"):
        assert len(mail.get_all(name, [])) == 1
    assert mail["Date"].datetime == NOW


def test_nothing_is_attached_and_nothing_is_fetched(report: Report, language: Language) -> None:
    mail = parsed(made(report, language).as_bytes())
    assert not [part for part in mail.walk() if part.get_content_disposition()]
    html = mail.get_body(("html",))
    assert html is not None
    page = Page(html.get_content())
    assert not page.open
    assert harmful(page) == []
    assert "svg" not in {tag for tag, _ in page.tags}, "mail programs don't show it"
    assert "url(" not in html.get_content() and "@import" not in html.get_content()


def test_html_says_what_text_says(report: Report, language: Language) -> None:
    mail = made(report, language)
    html = mail.get_body(("html",))
    assert html is not None
    shown = " ".join(" ".join(Page(html.get_content()).words).split())
    for paragraph in re.split(r"\n\n|^- |^\d\. ", render(report, ReportForm.TEXT, language), flags=re.MULTILINE):
        sentence = " ".join(paragraph.split())
        if sentence.endswith(".") and len(sentence) > 40 and not paragraph.startswith((" ", "*", ">")):
            assert sentence.split(". ")[0] in shown


def test_the_same_report_gives_the_same_octets(report: Report) -> None:
    assert made(report).as_bytes() == made(report).as_bytes()


def test_a_hostile_operator_stays_one_display_name() -> None:
    mail = parsed(made(reports.composed(reports.case("sender-hostile"))).as_bytes())
    (address,) = mail["From"].addresses
    assert isinstance(address, Address)
    assert address.addr_spec == "desk@registry.example"
    assert address.display_name.startswith("script alert 1 script")
    assert not set(address.display_name) & set('<>"@,;:()[]\\=')


@pytest.mark.parametrize(
    "text",
    ["", "desk", "@registry.example", "desk@", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example",
     "a@b.example\nX: y", "<a@b.example>", "Desk <a@b.example>", "a b@c.example", "bücher@b.example", "a@b.example "],
)  # fmt: skip
def test_what_is_no_address_goes_into_no_field(text: str) -> None:
    report = reports.composed(reports.case("sender-one"))
    assert not is_address(text)
    for arguments in ({"sender": text}, {"recipient": text}, {"message_id": text}):
        given = {"sender": "a@b.example", "recipient": "a@b.example", "message_id": "x@b.example", **arguments}
        with pytest.raises(NoMailAddress):
            report_message(report, date=NOW, **given)
