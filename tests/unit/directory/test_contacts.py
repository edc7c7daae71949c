"""Contacts that a person answers for: the operator's file read with every fault, directories' rows beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from catcher.directory.contacts import Entered, Listings, entered_in, rendered_contacts
from catcher.directory.imports import Listed
from catcher.model.errors import ConfigurationError
from catcher.model.telling.contact import Source
from tests.support.observations import NOON


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "contacts.csv"


def test_no_file_is_no_contacts(file: Path) -> None:
    assert entered_in(file) == []


def test_columns_may_be_absent_from_the_right_and_rows_may_be_empty(file: Path) -> None:
    file.write_text("Party,Address\n\ntown.example,SOC@Town.Example\n", encoding="utf-8-sig")
    assert entered_in(file) == [Entered("town.example", "SOC@town.example", None, None)]


def test_what_is_written_is_read_again(file: Path) -> None:
    (file.parent / "desk.asc").write_text("key")
    rows = [
        Entered("town.example", "a@town.example", "fr-CA", "desk.asc"),
        Entered("town.example", "b@t.example", None, None),
    ]
    file.write_text(rendered_contacts(rows), encoding="utf-8")
    assert entered_in(file) == rows


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("gmail.com,a@gmail.com", "mailbox provider"),
        ("mail.town.example,a@town.example", "belongs to town.example"),
        ("town..example,a@town.example", "two dots"),
        ("town.example,a", "no @"),
        ("town.example", "no @"),
        ("town.example,a@town.example,english language", "language"),
        ("town.example,a@town.example,en,absent.asc", "OpenPGP"),
        ("town.example,a@town.example,en,,more", "over 4 cells"),
        ("town.example,A@town.example\ntown.example,a@town.example", "earlier row"),
        ('town.example,"a', "a quote is not closed"),
        (f"town.example,a@town.example,en,{'x' * 256}", "OpenPGP"),
    ],
)
def test_a_wrong_row_is_told_with_its_line(file: Path, row: str, said: str) -> None:
    file.write_text(f"party,address,language,openpgp\n{row}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as wrong:
        entered_in(file)
    assert said in str(wrong.value)
    assert "contacts.csv:" in str(wrong.value)


def test_all_faults_are_told_at_once(file: Path) -> None:
    file.write_text("party,address\ngmail.com,a\n,\nx..y,b@town.example\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as wrong:
        entered_in(file)
    assert [fault.where for fault in wrong.value.faults] == ["contacts.csv:2", "contacts.csv:2", "contacts.csv:4"]


@pytest.mark.parametrize("content", [b"", b"domain,contact\n", b"party\n", b"\xff\xfe"])
def test_a_file_of_another_kind_is_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(ConfigurationError):
        entered_in(file)


def test_entered_goes_before_imported_and_the_partys_own_row_before_those_below_it(file: Path) -> None:
    imported = {
        "towns": [
            Listed("water.town.example", "Water", "water@town.example"),
            Listed("town.example", "Town", "soc@town.example"),
            Listed("other.example", "Other", "a@other.example"),
            Listed("roads.town.example", "Roads", None),
        ],
        "more": [
            Listed("town.example", "Town", "not|an|address@town.example"),
            Listed("town.example", "T", "x@y.example"),
        ],
    }
    listings = Listings([Entered("town.example", "SOC@town.example", "fr", None)], imported, folder=file.parent)
    found = listings.of("town.example", NOON)
    assert [(c.address, c.source, c.own) for c in found] == [
        ("SOC@town.example", Source.ENTERED, True),
        ("x@y.example", Source.IMPORTED, False),
        ("water@town.example", Source.IMPORTED, True),
    ]
    assert listings.directory_of("town.example") == "towns"
    assert listings.directory_of("nobody.example") is None
    assert listings.parties() == ["town.example"]


def test_a_key_file_stands_beside_the_contacts_file(file: Path) -> None:
    (file.parent / "desk.asc").write_text("key")
    file.write_text("party,address,language,openpgp\ntown.example,a@town.example,,desk.asc\n", encoding="utf-8")
    (contact,) = Listings.load(file, file.parent / "var").of("town.example", NOON)
    assert contact.openpgp == str(file.parent / "desk.asc")
