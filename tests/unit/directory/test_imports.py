"""Imported directories: three shapes of CSV become one; what can't be used is named; any text is survived."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.directory import Organisations
from catcher.directory.imports import DirectoryKind, Listed, Read, directories, file_name, read, rendered_directory
from catcher.model.errors import ConfigurationError
from tests.support.shared import Amount

GOV = (
    "Domain name,Domain type,Organization name,Suborganization name,City,State,Security contact email\n"
    "Town.example,City,Town of Example,,Example,EX,(blank)\n"
    "court.example,City,County of Example,Circuit Court,Example,EX,soc@court.example\n"
)


def test_the_gov_list_gives_organisation_part_and_contact() -> None:
    assert read(GOV, DirectoryKind.GOV, "gov.csv") == Read(
        [
            Listed("town.example", "Town of Example", None),
            Listed("court.example", "Circuit Court, County of Example", "soc@court.example"),
        ]
    )


def test_the_mil_list_has_no_contacts() -> None:
    found = read("Domain Name,Organization\nunit.example,Unit\n", DirectoryKind.MIL, "mil.csv")
    assert found == Read([Listed("unit.example", "Unit", None)])


def test_rows_that_can_t_be_used_are_named_with_their_line() -> None:
    text = "domain,organisation,contact\n-bad-,No,x\nempty.example,,\n\nok.example,Good,\nok.example,No,no address\n"
    found = read(text, DirectoryKind.CSV, "own.csv")
    assert found.rows == [Listed("ok.example", "Good", None)]
    assert [fault.where for fault in found.faults] == ["own.csv:2", "own.csv:3"]
    assert found.unusable == [], "the contact of a row that is passed over is nobody's business"


@pytest.mark.parametrize(
    ("domain", "contact", "reason"),
    [
        ("town.example", "no address", "there is no @ in the address"),
        ("town.example", "soc@town.example; it@town.example", "what stands before the @ is not a plain local-part"),
        ("town.example", "Desk <soc@town.example>", "what stands before the @ is not a plain local-part"),
        ("town.example", "soc@town", "what stands behind the @ is no mail domain"),
        ("town.example", "soc@mail.army.ml", "it lies at a domain of the catalogue"),
        ("gov.uk", "soc@town.example", "behind a mailbox provider, a platform or a suffix there are many"),
        ("gmail.com", "soc@gmail.com", "behind a mailbox provider, a platform or a suffix there are many"),
    ],
)
def test_a_contact_that_can_t_be_written_to_is_named_and_its_row_kept(domain: str, contact: str, reason: str) -> None:
    """With row and reason, and without the text, which may be hostile."""
    text = f"domain,organisation,contact\n{domain},Good,{contact}\n"
    found = read(text, DirectoryKind.CSV, "own.csv", is_typo=lambda name: name.endswith("army.ml"))
    assert (found.rows, found.faults) == ([Listed(domain, "Good", None)], [])
    (fault,) = found.unusable
    assert fault.where == "own.csv:2"
    assert fault.what.startswith(f"the contact of {domain} can't be used: {reason}")
    assert contact not in str(fault)


def test_the_domain_of_a_contact_becomes_a_labels() -> None:
    found = read("domain,organisation,contact\ntown.example,Town,Soc@Bücher.Example\n", DirectoryKind.CSV, "own.csv")
    assert found == Read([Listed("town.example", "Town", "Soc@xn--bcher-kva.example")])


@pytest.mark.parametrize("kind", list(DirectoryKind))
def test_a_file_of_another_kind_is_refused(kind: DirectoryKind) -> None:
    with pytest.raises(ConfigurationError, match=f"--kind {kind}"):
        read("name,owner\nx,y\n", kind, "x.csv")


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", "x" * 60])
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError):
        file_name(name)


def test_what_was_imported_names_organisations_after_the_watch_list(tmp_path: Path) -> None:
    folder = tmp_path / "directory"
    folder.mkdir()
    rows = read(GOV, DirectoryKind.GOV, "gov.csv").rows
    (folder / file_name("gov")).write_text(rendered_directory(rows), encoding="utf-8")
    assert directories(folder) == {"gov": rows}
    watchlist = tmp_path / "watchlist.csv"
    watchlist.write_text("domain,organisation\ntown.example,Our Town\n", encoding="utf-8")
    found = Organisations.load(watchlist, [folder / "gov.csv"])
    assert found.name("mail.town.example") == "Our Town"
    assert found.name("mail.court.example") == "Circuit Court, County of Example"
    assert dict(found.watched) == {"town.example": "Our Town"}, "only the watch-list is watched"


def test_without_any_import_nobody_is_known(tmp_path: Path) -> None:
    assert Organisations.load(None).name("town.example") is None


def test_a_damaged_file_of_a_directory_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "gov.csv").write_bytes(b"domain,organisation\ntown.example,\xe9\n")
    with pytest.raises(ConfigurationError, match=r"gov\.csv: it can't be read: it is not UTF-8"):
        directories(tmp_path)


@given(st.text(max_size=300))
def test_any_text_gives_rows_that_survive_a_round_trip_or_a_fault(text: str) -> None:
    try:
        found = read("domain,organisation,contact\n" + text, DirectoryKind.CSV, "own.csv")
    except ConfigurationError as error:
        assert error.faults[0].where.startswith("own.csv:")
        return
    assert read(rendered_directory(found.rows), DirectoryKind.CSV, "own.csv") == Read(found.rows)


@pytest.mark.parametrize(
    ("amount", "names", "contacts", "military"), [(Amount.FOLD, 200, 61, 100), (Amount.WHOLE, 16_539, 9_000, 2_776)]
)
def test_the_public_lists_are_read_whole(amount: Amount, names: int, contacts: int, military: int) -> None:
    gov = read(
        amount.of("directories/dotgov-current-full.csv").read_text(encoding="utf-8-sig"), DirectoryKind.GOV, "gov.csv"
    )
    assert (len(gov.rows), gov.faults, gov.unusable) == (names, [], [])
    assert sum(row.contact is not None for row in gov.rows) >= contacts
    mil = read(
        amount.of("directories/dotmil-domains.csv").read_text(encoding="utf-8-sig"), DirectoryKind.MIL, "mil.csv"
    )
    assert (len(mil.rows), mil.faults) == (military, [])
