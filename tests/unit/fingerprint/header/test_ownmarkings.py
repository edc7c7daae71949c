"""The operator's own list of markings: what it adds, and its faults."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from catcher.config import parse_config
from catcher.fingerprint import fingerprint, read_own_markings
from catcher.fingerprint.header.markings import judge_markings
from catcher.model.errors import ConfigurationError
from catcher.model.mail.fingerprint import Fingerprint
from catcher.model.mail.marking import NO_OWN_MARKINGS, OwnMarkings
from catcher.model.mail.transaction import Header, HeaderField
from catcher.wiring import own_markings
from tests.support.fingerprints import MESSAGE, context, transaction

GUID = "f42aa342-8706-4288-bd11-ebb85995028c"


def marks(name: str, value: bytes, own: OwnMarkings = NO_OWN_MARKINGS) -> list[tuple[str, str]]:
    found = judge_markings(Header(fields=(HeaderField(name.encode(), b" " + value),)), own)
    return [(each.marking.scheme, each.marking.level) for each in found]


OWN = """field,words,level
X-Example-Class,Nur für Stufe 3,restricted
X-Example-Class,,internal
Subject,Projekt Blau,secret
msip_labels,f42aa342-8706-4288-bd11-ebb85995028c,confidential
X-Classification,Company Standard,public
"""


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("X-Example-Class", b"NUR FUER", [("classification", "internal")]),
        ("x-example-class", b"=?utf-8?q?Nur_F=C3=BCr=2DStufe-3?=", [("classification", "restricted")]),
        ("X-Example-Class", b"", []),
        ("Subject", b"Re: projekt blau, Lage", [("classification", "secret")]),
        ("Subject", b"projekt blaugrau", []),
        ("msip_labels", f"MSIP_Label_{GUID}_Enabled=true".encode(), [("msip", "confidential")]),
        ("X-Classification", b"Company Standard", [("classification", "public")]),
        ("X-Classification", b"Secret", [("classification", "secret")]),
    ],
)
def test_the_operators_own_list_comes_first(name: str, value: bytes, expected: list[tuple[str, str]]) -> None:
    assert marks(name, value, read_own_markings(OWN, "markings.csv")) == expected


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "markings.csv:1: the header row is missing"),
        ("field,level\n", "markings.csv:1: the header row is missing"),
        ("Field,Words,Level\nX-A:,b,secret\n", "markings.csv:2: the first cell is no name of a header field"),
        ("field,words,level\n\nX-A,b,grave\n", "markings.csv:3: the third cell is no level"),
        ("field,words,level\nX-A,b,high\n", "markings.csv:2: the third cell is no level"),
        ("field,words,level\nX-A,//,secret\n", "markings.csv:2: the second cell has no word"),
        ("field,words,level\nSubject,,secret\n", "markings.csv:2: any Subject would be marked"),
        ("field,words,level\nX-A,b,secret,x\n", "markings.csv:2: it has over 3 cells"),
        ('field,words,level\nX-A,"b,secret\nX-B,c,secret\n', "markings.csv:2: it is no CSV"),
        ("field,words,level\n" + "X-A,b,secret\n" * 1001, "markings.csv: it has 1001 rows"),
    ],
)
def test_a_wrong_row_of_the_own_list_is_a_fault(text: str, fault: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        read_own_markings(text, "markings.csv")
    assert str(error.value.faults[0]).startswith(fault)


def test_the_same_marking_is_named_once() -> None:
    field = HeaderField(b"Sensitivity", b" private")
    assert len(judge_markings(Header(fields=(field, field)))) == 1


def test_a_refusal_at_rcpt_has_none() -> None:
    assert judge_markings(None) == ()


def test_the_file_of_the_configuration_reaches_the_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "catalogue.csv").write_text("domain\narmy.ml\n", encoding="utf-8")
    (tmp_path / "markings.csv").write_text(OWN, encoding="utf-8-sig")
    keys = "[catalogue]\nfiles = ['catalogue.csv']\n[fingerprint]\nmarkings = 'markings.csv'\n"
    listen = "[dns]\nlisten = ['127.0.0.1:5300']\n[smtp]\nlisten = ['127.0.0.1:2500']\n"
    config = parse_config(listen + keys, tmp_path / "catcher.toml")
    message = MESSAGE.replace(b"plan", b"projekt blau")
    surroundings = replace(context(lookups=False), own_markings=own_markings(config))
    found = fingerprint(transaction(message), {}, surroundings)
    assert isinstance(found, Fingerprint)
    assert [marking.level for marking in found.markings] == ["secret"]
    assert own_markings(parse_config(listen + keys.partition("[f")[0], tmp_path / "catcher.toml")) is NO_OWN_MARKINGS
    (tmp_path / "markings.csv").write_bytes(b"field,words,level\nX-A,\xe9,secret\n")
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        own_markings(config)
