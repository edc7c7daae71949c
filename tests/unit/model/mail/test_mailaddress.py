"""Addresses that we write to: one plain address each, whatever a stranger wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.mail.mailaddress import AddressError, mail_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("security@contractor.example", "security@contractor.example"),
        ("Security.Desk+x@Contractor.EXAMPLE", "Security.Desk+x@contractor.example"),
        ("cert@bücher.example", "cert@xn--bcher-kva.example"),
        ("a@b.example.", "a@b.example"),
    ],
)
def test_a_plain_address_is_taken(text: str, address: str) -> None:
    assert mail_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "security",
        "@contractor.example",
        "security@",
        "security@localhost",
        "security@[192.0.2.1]",
        "security@192.0.2.1",
        '"security desk"@contractor.example',
        "Desk <security@contractor.example>",
        "a@b@contractor.example",
        "a..b@contractor.example",
        ".a@contractor.example",
        "a.@contractor.example",
        "-oQ/tmp@contractor.example",
        "army.ml!user@contractor.example",
        "user%army.ml@contractor.example",
        "a@contractor.example\r\nBcc: b@contractor.example",
        "a\x00@contractor.example",
        "ü@contractor.example",
        "a@_mail.contractor.example",
        "a" * 65 + "@contractor.example",
        "a@" + "b" * 64 + ".example",
        "a" * 60 + "@" + ".".join(["b" * 48] * 4) + ".example",
    ],
)
def test_what_could_be_misread_is_refused(text: str) -> None:
    with pytest.raises(AddressError) as refused:
        mail_address(text)
    assert not text or text not in str(refused.value)


@given(st.text(max_size=80) | st.from_regex(r"\A[ -~]{1,20}@[ -~]{1,30}\Z"))
def test_what_is_taken_is_one_address_and_nothing_else(text: str) -> None:
    try:
        address = mail_address(text)
    except AddressError:
        return
    assert address.isascii() and address.isprintable()
    assert address.count("@") == 1
    assert not set(address) & set(' <>()[],;:\\"%!|`$*{}')
    assert mail_address(address) == address
