"""Markings: scheme and level from closed lists; nothing of a label's text gets through."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.fingerprint.header.markings import ROWS, judge_markings, signed_markings
from catcher.model.mail.marking import Level, Marking, Scheme
from catcher.model.mail.transaction import Header, HeaderField

GUID = "f42aa342-8706-4288-bd11-ebb85995028c"


def marks(name: str, value: bytes) -> list[tuple[str, str]]:
    found = judge_markings(Header(fields=(HeaderField(name.encode(), b" " + value),)))
    return [(each.marking.scheme, each.marking.level) for each in found]


def titus(*values: str) -> bytes:
    """A value of x-titus-metadata-40."""
    properties = [{"n": "Classification", "vals": [{"value": value} for value in values]}]
    metadata = {"ns": "http://www.titus.com/ns/Example", "id": "1", "props": properties}
    return base64.b64encode(json.dumps({"CategoryLabels": "", "Metadata": metadata}).encode())


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
        (
            "X-Protective-Marking",
            b"VER=2012.3, SEC=UNCLASSIFIED, DLM=Sensitive:Cabinet",
            ("protective-marking", "sensitive"),
        ),
        ("X-Protective-Marking", b"DLM=For-Official-Use-Only", ("protective-marking", "official-sensitive")),
        ("X-Protective-Marking", b'VER=2018.4, SEC="SECRET"', ("protective-marking", "secret")),
        ("SIO-Label", b"marking*0*=utf-8''CONF; marking*1*=IDENTI%41L", ("sio-label", "confidential")),
        ("SIO-Label", b'marking*1="RICTED"; marking*0="REST"', ("sio-label", "restricted")),
        ("X-Classification", b"=?iso-8859-1?q?VS-NUR_F=DCR_DEN_DIENSTGEBRAUCH?=", ("classification", "restricted")),
        ("X-Classification", b"VS-NUR F\xdcR DEN DIENSTGEBRAUCH", ("classification", "restricted")),
        ("X-Classification", b"=?utf-8?b?VFLD?=\r\n =?utf-8?b?iFMgU0VDUkVU?=", ("classification", "top-secret")),
        ("X-Classification", b"Departementaal Vertrouwelijk", ("classification", "restricted")),
        ("X-Classification", b"Dep.V.", ("classification", "restricted")),
        ("X-Classification", b"Stg. ZEER GEHEIM", ("classification", "top-secret")),
        ("X-Classification", "Difusión limitada".encode(), ("classification", "restricted")),
        ("X-Classification", b"Confidencial", ("classification", "confidential")),
        ("X-Classification", b"Riservatissimo", ("classification", "confidential")),
        ("X-Classification", b"Segreto", ("classification", "secret")),
        ("X-Classification", b"Diffusion Restreinte", ("classification", "restricted")),
        ("X-Classification", "Ściśle tajne".encode(), ("classification", "top-secret")),
        ("X-Classification", b"UNCLASSIFIED//FOR OFFICIAL USE ONLY", ("classification", "cui")),
        ("X-Classification", b"S//NF", ("classification", "secret")),
        ("X-Classification", b"COSMIC TOP SECRET", ("classification", "top-secret")),
        ("X-Classification", b"HighlyConfidential", ("classification", "confidential")),
        ("x-titus-metadata-40", titus("Example_Restricted"), ("classification", "restricted")),
        ("bjDocumentSecurityLabel", b"OFFICIAL-SENSITIVE", ("classification", "official-sensitive")),
        (
            "bjDocumentLabelXML",
            b'<sisl><element uid="id_classification_secret" value=""/></sisl>',
            ("classification", "secret"),
        ),
        ("X-Example-Classification", b"Restricted", ("classification", "restricted")),
        ("X-Microsoft-Classification", b"Company Confidential", ("classification", "company-confidential")),
        ("X-Classification", b"DR", ("classification", "restricted")),
        ("X-Classification", b"R-UE/EU-R", ("classification", "restricted")),
        ("X-Classification", b"S-UE/EU-S", ("classification", "secret")),
        ("X-Classification", "PROTÉGÉ B".encode(), ("classification", "protected")),
        ("X-Classification", b"=?koi8-r?B?8+XL0sXUzs8=?=", ("classification", "secret")),
        ("X-Classification", b"=?utf-16?B?//5TAEUAQwBSAEUAVAA=?=", ("classification", "secret")),
        ("X-Classification", b"=?utf-8*fr?Q?Diffusion_Restreinte?=", ("classification", "restricted")),
        (
            "SIO-Label",
            b"marking*0*=iso-8859-1''VS-NUR%20F%DCR%20;\r\n marking*1*=DEN%20DIENST; marking*2=\"GEBRAUCH\"",
            ("sio-label", "restricted"),
        ),
        ("x-titus-metadata-40", titus("CTP_NT", "CONTRACTOR_CONFIDENTIAL"), ("classification", "confidential")),
        ("x-titus-metadata-40", base64.b64decode(titus("Secret")), ("classification", "secret")),
        (
            "x-titus-metadata-40",
            base64.b64encode(b"\xef\xbb\xbf" + base64.b64decode(titus("Secret"))),
            ("classification", "secret"),
        ),
        (
            "msip_labels",
            f"MSIP_Label_{GUID}_Enabled=False;MSIP_Label_{GUID}_Name=Secret;"
            f"MSIP_Label_{GUID[::-1]}_Enabled=True;MSIP_Label_{GUID[::-1]}_Name=Internal;".encode(),
            ("msip", "internal"),
        ),
        (
            "msip_labels",
            f"MSIP_Label_{GUID}_Name=Public;MSIP_Label_{GUID[::-1]}_Name=Highly%20Confidential%20%5C%20All;".encode(),
            ("msip", "confidential"),
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


@pytest.mark.parametrize(
    "text",
    [
        *("Non-Secret", "Not Confidential", "not confidential", "NonConfidential", "Non - Secret", "isn't secret"),
        *(
            "no longer secret",
            "not company confidential",
            "contains no confidential information",
            "without secret data",
        ),
        *("nicht vertraulich", "kein Geheim", "Niet vertrouwelijk", "non confidentiel", "pas confidentiel"),
        *("no confidencial", "sin secreto", "non riservato", "n\u00e3o confidencial", "Confidential: no", "nie poufne"),
        *("není tajné", "gizli değil", "gizli olmayan bilgi", "δεν είναι απόρρητο", "не секретно", "nem titkos"),
        *("ikke fortrolig", "inte hemligt, ej hemlig", "ei salainen", "aucun secret", "weder geheim noch vertraulich"),
        *("formerly secret", "free of confidential data", "neither secret nor confidential", "not for restricted use"),
        *("secret: none", "confidential (no)"),
    ],
)
def test_a_negated_level_does_not_count(text: str) -> None:
    assert marks("X-Classification", text.encode()) == [("classification", "other")]
    assert marks("msip_labels", f"MSIP_Label_{GUID}_Name={text};".encode()) == [("msip", "other")]


def test_a_negation_reaches_no_further_than_its_part() -> None:
    assert marks("X-Classification", b"NOT RELEASABLE - SECRET") == [("classification", "secret")]
    assert marks("X-Classification", b"No foreigners; Secret") == [("classification", "secret")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("msip_labels", b""),
        ("msip_labels", f"MSIP_Label_{GUID}_Enabled=true; MSIP_Label_{GUID}_SiteId={GUID}".encode()),
        ("msip_labels", f"MSIP_Label_{GUID}_Name=;".encode()),
        ("msip_labels", f"MSIP_Label_{GUID}_Enabled=false; MSIP_Label_{GUID}_Name=Secret;".encode()),
        ("X-Classification", b"none"),
        ("X-Classification", b"0"),
        ("X-Classification", b"=?utf-8?q?none?="),
        ("X-Classification", b" \r\n "),
        ("X-Protective-Marking", b"VER=2018.4, NS=gov.au"),
        ("SIO-Label", b'marking=""'),
        ("x-titus-metadata-40", titus("CTP_NT")),
        ("x-titus-metadata-40", base64.b64encode(b"[" * 5_000)),
        ("X-Example-Classification", b"Standard mail"),
        ("X-Spam-Classification", b"restricted"),
    ],
)
def test_an_empty_label_is_no_marking(name: str, value: bytes) -> None:
    assert marks(name, value) == []


@pytest.mark.parametrize("text", ["UNCLASSIFIED", "NATO UNCLASSIFIED", "UNOFFICIAL", "OFFICIAL", "Public", "Internal"])
def test_such_a_level_is_never_grave(text: str) -> None:
    ((scheme, level),) = marks("X-Classification", text.encode())
    assert not Marking(Scheme(scheme), level).grave


def test_grave_is_what_demands_protection_at_restricted_or_above() -> None:
    grave = {level for level in Level if Marking(Scheme.MSIP, level).grave}
    assert {Level.TOP_SECRET, Level.SECRET, Level.CONFIDENTIAL, Level.RESTRICTED, Level.CUI} <= grave
    assert grave.isdisjoint({Level.OFFICIAL, Level.INTERNAL, Level.PUBLIC, Level.UNCLASSIFIED, Level.OTHER, Level.HIGH})
    assert not Marking(Scheme.IMPORTANCE, "high").grave


@pytest.mark.parametrize("name", ["Importance", "Sensitivity"])
def test_normal_is_no_marking(name: str) -> None:
    assert marks(name, b"normal") == []


def test_of_several_labels_the_gravest_counts() -> None:
    labels = f"MSIP_Label_{GUID}_Name=Public; MSIP_Label_{GUID}_Name=Secret;"
    assert marks("msip_labels", labels.encode()) == [("msip", "secret")]


def test_a_field_that_a_signature_covers_makes_a_signed_marking() -> None:
    fields = (HeaderField(b"Sensitivity", b" private"), HeaderField(b"X-Classification", b" secret"))
    found = judge_markings(Header(fields=fields))
    assert [each.field for each in found] == list(fields)
    markings = [each.marking for each in found]
    assert [marking.signed for marking in signed_markings(markings)] == [False, False]
    assert [marking.signed for marking in signed_markings(markings, {markings[1]})] == [False, True]


@pytest.mark.parametrize("row", ROWS)
def test_each_row_of_the_schemes_names_a_source(row: object) -> None:
    assert getattr(row, "source", "") and getattr(row, "fields", ())


@given(
    st.sampled_from(["Sensitivity", "msip_labels", "SIO-Label", "X-Protective-Marking", "Subject", "Importance"]),
    st.binary(max_size=300),
)
def test_any_bytes_give_a_level_of_the_closed_list(name: str, value: bytes) -> None:
    assert {level for _, level in marks(name, value)} <= {*Level}
