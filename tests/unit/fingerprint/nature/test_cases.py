"""Each mail of tests/cases/nature has the class and the words that stand here beside its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from catcher.model.mail.fingerprint import Nature
from tests.support.fingerprints import judge, read, transaction, txt
from tests.support.signing import ED25519_RECORD

CASES = Path(__file__).resolve().parents[3] / "cases" / "nature"
TABLE = {
    "s1._domainkey.contractor.example TXT": txt(ED25519_RECORD),
    "_dmarc.contractor.example TXT": txt("v=DMARC1; p=none"),
    "contractor.example TXT": txt("v=spf1 ip4:192.0.2.9 -all"),
}
EXPECTED = {
    "auto-prefix": ("automatic", "auto-reply"),
    "confirm-folded": ("automatic", "account-mail"),
    "dmarc-aggregate": ("automatic", "dmarc-report"),
    "dmarc-aggregate-plain": ("automatic", "dmarc-report"),
    "eai": ("unknown", None),
    "fastmail": ("person", "mail-program"),
    "gcal": ("person", "mail-program"),
    "grave-android": ("person", "mail-program"),
    "grave-html-important": ("unknown", "html-only"),
    "mfp4": ("automatic", "scan"),
    "one-time-code": ("automatic", "one-time-code"),
    "oof-encoded-words": ("automatic", "auto-reply"),
    "oof-folded": ("automatic", "auto-reply"),
    "oof-notes": ("automatic", "auto-reply"),
    "report-no-type": ("automatic", "failure-report"),
    "tls-report": ("automatic", "tls-report"),
    "utf8-header": ("unknown", None),
    "xars": ("person", "mail-program"),
}
"""Mail → (class, a word of its reasons; None for no word at all). Some of the mails are signed and verified."""


def nature_of(name: str) -> Nature:
    octets = (CASES / f"{name}.eml").read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return judge(transaction(octets, client="192.0.2.9"), TABLE).found.nature


def test_every_case_is_expected() -> None:
    assert {path.stem for path in CASES.glob("*.eml")} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_mail_has_its_class(name: str) -> None:
    mail_class, word = EXPECTED[name]
    found = nature_of(name)
    assert found.mail_class == mail_class
    assert (word in found.reasons) if word else not found.reasons


@pytest.mark.parametrize("name", ["eai", "utf8-header"])
def test_raw_utf_8_is_no_damage(name: str) -> None:
    """RFC 6532 §3; what is no UTF-8 is damaged as before."""
    octets = (CASES / f"{name}.eml").read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert "8bit" not in read(octets)[0].defects
    assert "damaged-header" not in nature_of(name).reasons
    broken = octets.replace("ü".encode(), b"\xfc").replace("п".encode(), b"\xef")
    assert "damaged-header" in judge(transaction(broken, client="192.0.2.9"), TABLE).found.nature.reasons
