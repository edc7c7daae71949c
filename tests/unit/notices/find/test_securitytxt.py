"""security.txt (RFC 9116): what it names, and everything that makes it not to be believed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.telling.contact import StepReason, StepResult
from catcher.notices.find.finding import SourceFinding
from catcher.notices.find.http import Page
from catcher.notices.find.securitytxt import PATH, read
from catcher.notices.find.url import Url
from tests.support.observations import NOON

HOST = "contractor.example"
HERE = Url(HOST, PATH)
LATER = f"{NOON + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
GOOD = f"Contact: mailto:security@{HOST}\nExpires: {LATER}\n"


def finding_in(text: str | bytes, content_type: str = "text/plain; charset=utf-8", at: Url = HERE) -> SourceFinding:
    body = text.encode() if isinstance(text, str) else text
    return read(Page(at, content_type, body), HERE, NOON)


def test_its_contacts_come_in_the_order_of_preference() -> None:
    """RFC 9116 §2.5.3: the first is the preferred one."""
    text = (
        "# Our policy\r\n\r\nCONTACT: MAILTO:soc%2Bx@contractor.example?subject=Leak\r\n"
        "Contact: https://contractor.example/report\r\nContact: tel:+1-201-555-0123\r\n"
        "contact:  security@contractor.example \r\n"
        f"Expires: {LATER}\r\nPreferred-Languages: fr, en\r\nPolicy: https://contractor.example/policy\r\n"
    )
    found = finding_in(text)
    assert found.addresses == ("soc+x@contractor.example", "security@contractor.example")
    assert (found.result, found.host, found.language) == (StepResult.FOUND, HOST, "fr")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", StepReason.MALFORMED),
        (f"Expires: {LATER}\n", StepReason.MALFORMED),
        ("Contact: mailto:security@contractor.example\n", StepReason.NO_EXPIRY),
        (GOOD + f"Expires: {LATER}\n", StepReason.NO_EXPIRY),
        ("Contact: mailto:a@contractor.example\nExpires: next year\n", StepReason.MALFORMED),
        ("Contact: mailto:a@contractor.example\nExpires: 2026-13-41T00:00:00Z\n", StepReason.MALFORMED),
        (f"Contact: mailto:a@contractor.example\nExpires: {NOON:%Y-%m-%dT%H:%M:%SZ}\n", StepReason.EXPIRED),
        ("Contact: mailto:a@contractor.example\nExpires: 2020-01-01T00:00:00.5+01:00\n", StepReason.EXPIRED),
        (GOOD + "Canonical: https://other.example/.well-known/security.txt\n", StepReason.OTHER_CANONICAL),
        (b"Contact: mailto:\xff@contractor.example\n", StepReason.MALFORMED),
        (GOOD + "\x1b[2J\n", StepReason.MALFORMED),
        (GOOD + "#\n" * 1000, StepReason.MALFORMED),
        (GOOD.replace("\n", "\r"), StepReason.MALFORMED),
        ("<!DOCTYPE html>\n<html><head><title>Not found</title>\n", StepReason.MALFORMED),
        (f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{GOOD}", StepReason.MALFORMED),
    ],
)
def test_what_breaks_the_rules_is_refused(text: str | bytes, reason: StepReason) -> None:
    assert (finding_in(text).result, finding_in(text).reason) == (StepResult.REFUSED, reason)


@pytest.mark.parametrize(
    "content_type", ["", "text/html", "text/plain; charset=iso-8859-1", "application/octet-stream", "text/plainer"]
)
def test_it_is_plain_text_in_utf_8_or_nothing(content_type: str) -> None:
    assert finding_in(GOOD, content_type).reason is StepReason.CONTENT_TYPE


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "text/plain; charset=utf-8", 'text/plain ;charset="utf-8"', "text/plain;charset=us-ascii"],
)
def test_the_ways_to_say_so(content_type: str) -> None:
    assert finding_in(GOOD, content_type).result is StepResult.FOUND


def test_a_file_may_say_that_it_belongs_here() -> None:
    other = "Canonical: https://www.contractor.example/.well-known/security.txt\n"
    assert finding_in(GOOD + other + f"Canonical: {HERE}\n").result is StepResult.FOUND
    assert finding_in(GOOD + f"Canonical: https://{HOST}/security.txt\n", at=Url(HOST, "/security.txt")).addresses


def test_one_without_a_mail_address_names_nobody() -> None:
    only_web = finding_in(f"Contact: https://contractor.example/report\nExpires: {LATER}\n")
    assert (only_web.result, only_web.reason) == (StepResult.NONE, StepReason.NO_ADDRESS)


def test_a_signed_file_is_read_through_and_only_what_is_signed_counts() -> None:
    """RFC 9116 §2.3: fields outside the signed text are not part of the file."""
    text = (
        "Contact: mailto:liar@other.example\n"
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
        f"- -- our desk\n- Contact: mailto:security@{HOST}\nExpires: {LATER}\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n"
        "Contact: mailto:liar@other.example\n"
    )
    assert finding_in(text).addresses == (f"security@{HOST}",)


@given(st.binary(max_size=400) | st.text(alphabet="Contact: mailo@x.eprs\n-#", max_size=200).map(str.encode))
def test_whatever_bytes_come_something_is_said(body: bytes) -> None:
    assert finding_in(body).result in StepResult
    assert read(Page(HERE, "text/plain", GOOD.encode() + body), HERE, NOON).result in StepResult


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=60))
def test_a_comment_or_an_unknown_field_changes_nothing(text: str) -> None:
    assert finding_in(f"# {text}\nX-Note: {text}\n{GOOD}").addresses == (f"security@{HOST}",)
