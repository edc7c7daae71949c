"""Markings: scheme and level from closed lists; nothing of a label's text gets through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.fingerprint.header.markings import LEVELS, judge_markings
from catcher.model.mail.transaction import Header, HeaderField

GUID = "f42aa342-8706-4288-bd11-ebb85995028c"


def marks(name: str, value: bytes) -> list[tuple[str, str]]:
    found = judge_markings(Header(fields=(HeaderField(name.encode(), b" " + value),)))
    return [(m.scheme, m.level) for m in found]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Sensitivity", b"Company-Confidential", ("sensitivity", "company-confidential")),
        ("sensitivity", b"Private", ("sensitivity", "private")),
        ("Sensitivity", b"Project Nightjar", ("sensitivity", "other")),
        (
            "X-Protective-Marking",
            b"VER=2018.4, NS=gov.au, SEC=PROTECTED, ORIGIN=a@b",
            ("protective-marking", "protected"),
        ),
        ("X-Protective-Marking", b"VER=2018.4, SEC=OFFICIAL:Sensitive", ("protective-marking", "official-sensitive")),
        ("X-Protective-Marking", b"VER=2018.4, SEC=UNOFFICIAL", ("protective-marking", "unofficial")),
        ("SIO-Label", b'marking="SECRET"; fgcolor=red; label="abc"', ("sio-label", "secret")),
        ("SIO-Label", b'fgcolor=red; label="abc SECRET"', ("sio-label", "other")),
        (
            "msip_labels",
            f"MSIP_Label_{GUID}_Enabled=True; MSIP_Label_{GUID}_Name=Internal;".encode(),
            ("msip", "internal"),
        ),
        ("msip_labels", f"MSIP_Label_{GUID}_Name=Nightjar;".encode(), ("msip", "other")),
        ("msip_labels", f"MSIP_Label_{GUID}_SiteId={GUID}".encode(), ("msip", "other")),
        ("X-Classification", b"TOP SECRET", ("classification", "top-secret")),
        ("X-Classification", b"NATO UNCLASSIFIED", ("classification", "unclassified")),
        ("Classification", b"CUI//SP-PRVCY", ("classification", "cui")),
        ("SIO-Label", b"marking*=utf-8''TOP%20SECRET; label=abc", ("sio-label", "top-secret")),
        ("X-Classification", b"Controlled Unclassified Information", ("classification", "cui")),
        ("X-Classification", "VS - NUR FÜR DEN DIENSTGEBRAUCH".encode(), ("classification", "restricted")),
        ("X-Classification", b"EU RESTREINT UE", ("classification", "restricted")),
        ("X-Classification", "TRÈS SECRET".encode(), ("classification", "top-secret")),
        ("X-Security-Label", b"Streng geheim", ("classification", "top-secret")),
        (
            "X-TitusLabs-Classifications-30",
            b"TLPropertyRoot=x;Classification=Internal;",
            ("classification", "internal"),
        ),
    ],
)
def test_each_scheme_gives_its_level_or_other(name: str, value: bytes, expected: tuple[str, str]) -> None:
    assert marks(name, value) == [expected]


@pytest.mark.parametrize(
    ("value", "expected"), [(b"high", [("importance", "high")]), (b"Low", [("importance", "low")])]
)
def test_importance_says_how_urgent(value: bytes, expected: list[tuple[str, str]]) -> None:
    assert marks("Importance", value) == expected


@pytest.mark.parametrize("name", ["Importance", "Sensitivity"])
def test_normal_is_no_marking(name: str) -> None:
    assert marks(name, b"normal") == []


def test_of_several_labels_the_gravest_counts() -> None:
    labels = f"MSIP_Label_{GUID}_Name=Public; MSIP_Label_{GUID}_Name=Secret;"
    assert marks("msip_labels", labels.encode()) == [("msip", "secret")]


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (b"plan [SEC=PROTECTED, ACCESS=Legal]", [("protective-marking", "protected")]),
        (b"=?utf-8?q?plan_=5BSEC=3DOFFICIAL=3ASensitive=5D?=", [("protective-marking", "official-sensitive")]),
        (b"SEC filing", []),
        (b"[SECRET santa]", []),
    ],
)
def test_the_australian_subject_form_is_read(subject: bytes, expected: list[tuple[str, str]]) -> None:
    assert marks("Subject", subject) == expected


def test_the_same_marking_is_named_once() -> None:
    field = HeaderField(b"Sensitivity", b" private")
    assert len(judge_markings(Header(fields=(field, field)))) == 1


def test_a_refusal_at_rcpt_has_none() -> None:
    assert judge_markings(None) == ()


@given(
    st.sampled_from(["Sensitivity", "msip_labels", "SIO-Label", "X-Protective-Marking", "Subject", "Importance"]),
    st.binary(max_size=300),
)
def test_any_bytes_give_a_level_of_the_closed_list(name: str, value: bytes) -> None:
    assert {level for _, level in marks(name, value)} <= {*LEVELS, "other"}
