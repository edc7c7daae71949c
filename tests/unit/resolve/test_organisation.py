"""Whom a look-up is charged to: the registrable domain, the tenant, or the network of a reverse name."""

from __future__ import annotations

import dns.name
import pytest

from catcher.resolve.organisation import is_fixed, organisation_asked


@pytest.mark.parametrize(
    ("name", "organisation"),
    [
        ("contractor.example", "contractor.example"),
        ("s1._domainkey.Mail.Contractor.Example", "contractor.example"),
        ("_dmarc.contractor.co.uk", "contractor.co.uk"),
        ("co.uk", "co.uk"),
        ("example", "example"),
        (".", ""),
        ("selector1._domainkey.contractor.onmicrosoft.com", "contractor.onmicrosoft.com"),
        ("a.contractor-example.20230601.gappssmtp.com", "contractor-example.20230601.gappssmtp.com"),
        ("7.2.0.192.in-addr.arpa", "2.0.192.in-addr.arpa"),
        ("7.0/25.2.0.192.in-addr.arpa", "2.0.192.in-addr.arpa"),
        ("192.in-addr.arpa", "192.in-addr.arpa"),
        ("1." * 20 + "3.3.3.3.2.2.2.2.1.1.1.1.ip6.arpa", "3.3.3.3.2.2.2.2.1.1.1.1.ip6.arpa"),
        ("x\\.victim.example", "x\\056victim.example"),
        ("x\\.co.uk", "x\\056co.uk"),
        ("\\255x.contractor.example", "contractor.example"),
    ],
)
def test_the_organisation_asked_about(name: str, organisation: str) -> None:
    assert organisation_asked(dns.name.from_text(name)) == organisation


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("contractor.example", True),
        ("_DMARC.Contractor.example", True),
        ("mail.contractor.example", False),
        ("_dmarc.mail.contractor.example", False),
        ("s1._domainkey.contractor.example", False),
    ],
)
def test_a_fixed_name_is_one_that_no_mail_can_vary(name: str, expected: bool) -> None:
    of = dns.name.from_text(name)
    assert is_fixed(of, organisation_asked(of)) is expected
