"""National CSIRTs by top-level domain: those that come with catcher, and an operator's own table."""

from __future__ import annotations

from pathlib import Path

import pytest

from catcher.cli.contact import import_
from catcher.desk.directories import IMPORT_KINDS, import_file
from catcher.directory import Csirts
from catcher.directory.csirts import Csirt, read, rendered_csirts
from catcher.model.errors import ConfigurationError


def test_those_that_come_with_catcher_are_right_and_have_a_source(tmp_path: Path) -> None:
    csirts = Csirts.load(tmp_path)
    found = csirts.of("agency.gv.at")
    assert found is not None and found.under == "at"
    assert csirts.of("contractor.example") is None


def test_the_nearest_row_above_a_name_is_responsible() -> None:
    rows = {under: Csirt(under, under, f"cert@{under}.example") for under in ("at", "gv.at")}
    found = [Csirts(rows).of(name) for name in ("agency.gv.at", "gv.at", "bank.at", "at", "example")]
    assert [csirt and csirt.under for csirt in found] == ["gv.at", "gv.at", "at", "at", None]


def test_an_operators_table_takes_their_place(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("under,name,contact,note\nexample,CERT,Cert@CSIRT.example,x\nx,y,z\n", encoding="utf-8-sig")
    done = import_file(file, "csirt", name=None, state=tmp_path / "var")
    assert (done.name, done.domains, done.contacts) == ("csirts", 1, 1)
    assert [fault.where for fault in done.faults] == ["mine.csv:3"]
    csirts = Csirts.load(tmp_path / "var")
    assert csirts.of("contractor.example") == Csirt("example", "CERT", "Cert@csirt.example")
    assert csirts.of("agency.at") is None


def test_what_is_written_is_read_again() -> None:
    rows = [Csirt("example", 'A "CERT", of all', "cert@csirt.example"), Csirt("gv.at", "", "a@b.example")]
    assert read(rendered_csirts(rows), "x") == (rows, [])


def test_a_table_that_was_damaged_is_told(tmp_path: Path) -> None:
    (tmp_path / "csirts.csv").write_text("under,name,contact\nexample,CERT,nobody\n", encoding="utf-8")
    with pytest.raises(ConfigurationError):
        Csirts.load(tmp_path)
    with pytest.raises(ConfigurationError):
        read("domain,organisation\n", "x")


def test_the_command_line_knows_every_kind() -> None:
    [kind] = [option for option in import_.params if option.name == "kind"]
    assert tuple(kind.type.choices) == IMPORT_KINDS  # type: ignore[attr-defined]


def test_a_damaged_table_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "csirts.csv").write_bytes(b"under,name,contact\nml,\xe9,cert@csirt.example\n")
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        Csirts.load(tmp_path)
    with pytest.raises(ConfigurationError, match=r"csirts\.csv:3: it is no CSV"):
        read('under,name,contact\nml,CSIRT,cert@csirt.example\nat,"CERT,cert@csirt.example\n', "csirts.csv")
