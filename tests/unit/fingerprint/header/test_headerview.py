"""What is read of a header: From with a blank before its colon, recipients of long fields, UTF-8 as it stands."""

from __future__ import annotations

import pytest

from catcher.fingerprint.header.headerview import HeaderView
from catcher.model.mail.fingerprint import TypoKind
from tests.support.fingerprints import MESSAGE, judge, read, transaction, txt
from tests.support.signing import ED25519_RECORD, signed

PROVEN = {
    "s1._domainkey.contractor.example TXT": [ED25519_RECORD],
    "_dmarc.contractor.example TXT": txt("v=DMARC1; p=reject"),
}


@pytest.mark.parametrize("before", [b" ", b"\t", b" \t "])
def test_a_blank_before_the_colon_of_from_is_none_of_its_name(before: bytes) -> None:
    """RFC 5322 §4.5."""
    message = signed(MESSAGE).replace(b"\r\nFrom:", b"\r\nFrom" + before + b":")
    found = judge(transaction(message), PROVEN).found
    assert (found.sender.domain, found.sender.tier) == ("contractor.example", "verified")


def test_two_froms_are_nobodys_whichever_has_the_blank() -> None:
    message = signed(MESSAGE).replace(b"\r\nTo:", b"\r\nFrom : eve@elsewhere.example\r\nTo:")
    found = judge(transaction(message), PROVEN).found
    assert found.sender.tier != "verified"


def test_two_addresses_in_from_name_nobody() -> None:
    message = MESSAGE.replace(b"Ada <ada@contractor.example>", b"<eve@elsewhere.example> <ada@contractor.example>")
    view = HeaderView(read(message)[0])
    assert (view.author, view.authors) == (None, ())
    assert judge(transaction(signed(message)), PROVEN).found.sender.tier != "verified"


@pytest.mark.parametrize("mailboxes", [100, 700, 1_500])
def test_the_typed_domain_is_found_at_the_end_of_a_long_to(mailboxes: int) -> None:
    named = b",\r\n ".join(b"person%04d@contractor.example" % n for n in range(mailboxes))
    message = MESSAGE.replace(b"someone@army.ml", named + b",\r\n someone@army.ml")
    assert len(HeaderView(read(message)[0]).recipients) == mailboxes + 1
    assert judge(transaction(message), {}).found.nature.typo is TypoKind.RECIPIENT


def test_mail_in_utf8_is_not_damaged() -> None:
    """RFC 6532."""
    message = MESSAGE.replace(b"Ada <", "Ada Lañe <".encode()).replace(b"plan", "プラン".encode())
    view = HeaderView(read(message)[0])
    assert (view.damaged, view.subject) == (False, "プラン")
    assert HeaderView(read(MESSAGE.replace(b"plan", b"pl\xe4n"))[0]).damaged


def test_a_domain_that_idna_does_not_know_is_an_author() -> None:
    view = HeaderView(read(MESSAGE.replace(b"contractor.example>", b"xn--vi8hiv.example>"))[0])
    assert view.author is not None and view.author.domain == "xn--vi8hiv.example"
