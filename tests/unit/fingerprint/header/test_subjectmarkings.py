"""Markings in Subjects: the forms of the schemes, and words that are none."""

from __future__ import annotations

import base64

import pytest

from catcher.fingerprint.header.markings import judge_markings
from catcher.model.mail.transaction import Header, HeaderField


def marks(name: str, value: bytes) -> list[tuple[str, str]]:
    found = judge_markings(Header(fields=(HeaderField(name.encode(), b" " + value),)))
    return [(each.marking.scheme, each.marking.level) for each in found]


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (b"plan [SEC=PROTECTED, ACCESS=Legal]", [("protective-marking", "protected")]),
        (b"=?utf-8?q?plan_=5BSEC=3DOFFICIAL=3ASensitive=5D?=", [("protective-marking", "official-sensitive")]),
        (b"=?utf-8?B?W1NFQz1QUk9URUNURURdIHBsYW4=?=", [("protective-marking", "protected")]),
        (b"=?utf-8?q?plan_[SEC=3DPROT?=\r\n =?utf-8?q?ECTED]?=", [("protective-marking", "protected")]),
        (b"plan [DLM=Sensitive:Legal]", [("protective-marking", "sensitive")]),
        (b"SEC filing", []),
        (b"[SECRET santa]", []),
    ],
)
def test_the_australian_subject_form_is_read(subject: bytes, expected: list[tuple[str, str]]) -> None:
    assert marks("Subject", subject) == expected


@pytest.mark.parametrize(
    ("subject", "level"),
    [
        ("CUI//SP-PRVCY roster", "cui"),
        ("Re: AW: CUI//SP-PRVCY roster", "cui"),
        ("(CUI) roster", "cui"),
        ("roster (CUI)", "cui"),
        ("CUI: roster", "cui"),
        ("roster [OFFICIAL-SENSITIVE]", "official-sensitive"),
        ("[OFFICIAL-SENSITIVE: COMMERCIAL] roster", "official-sensitive"),
        ("OFFICIAL-SENSITIVE - roster", "official-sensitive"),
        ("NATO RESTRICTED plan", "restricted"),
        ("plan - NATO SECRET", "secret"),
        ("RESTREINT UE/EU RESTRICTED - plan", "restricted"),
        ("VS-NfD: Lage", "restricted"),
        ("Lage VS-NfD", "restricted"),
        ("Stg. GEHEIM: plan", "secret"),
        ("Diffusion Restreinte - plan", "restricted"),
        ("SECRET//NOFORN plan", "secret"),
        ("TOP SECRET//SI//NF plan", "top-secret"),
        ("(S//NF) plan", "secret"),
        ("UNCLASSIFIED//FOUO secret santa", "cui"),
        ("Fwd: [SECRET] plan", "secret"),
        ("Re: [EXTERNAL] [CUI] plan", "cui"),
        ("[EXT] Re: CUI//SP-CTI plan", "cui"),
        ("OFFICIAL: Sensitive - plan", "official-sensitive"),
        ("VS - NUR FÜR DEN DIENSTGEBRAUCH - Lage", "restricted"),
    ],
)
def test_a_subject_is_marked_in_the_forms_of_the_schemes(subject: str, level: str) -> None:
    assert marks("Subject", subject.encode()) == [("classification", level)]
    encoded = base64.b64encode(subject.encode())
    assert marks("Subject", b"=?utf-8?b?" + encoded + b"?=") == [("classification", level)]


@pytest.mark.parametrize(
    "subject",
    [
        *("secret santa", "Secret Santa party", "SECRET: the best cake", "CONFIDENTIAL: an offer", "[secret] garden"),
        *("[internal] minutes", "[Not Restricted] plan", "[NON-CONFIDENTIAL] plan", "http://secret", "RESTRICTED AREA"),
        *("NOT CUI//plan", "[Non-CUI] plan", "The secret//sauce", "SECRET SANTA", "Your private key", "(S) plan"),
        *("UN RESTRICTED - list", "Top Secret!", "The secret // of success", "TLP:RED list", "(C) 2026 contractor"),
    ],
)
def test_words_of_a_subject_are_no_marking(subject: str) -> None:
    assert marks("Subject", subject.encode()) == []
