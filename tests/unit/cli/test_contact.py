"""``catcher contact``: enter, confirm and list contacts; import a directory, list it, ask it about a name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from catcher.cli.contact import command
from catcher.desk.context import NotFound
from catcher.model.errors import ConfigurationError


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "catalogue.csv").write_text("domain,intended\narmy.ml,army.mil\n", encoding="utf-8")
    path = tmp_path / "catcher.toml"
    path.write_text(
        '[dns]\nlisten = ["127.0.0.1:5300"]\nnameservers = ["ns1.sink.example"]\n'
        '[smtp]\nlisten = ["127.0.0.1:2500"]\nhostname = "mx.sink.example"\n[catalogue]\nfiles = ["catalogue.csv"]\n',
        encoding="utf-8",
    )
    return path


def run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "-c", str(config)])


def test_an_import_can_be_listed_and_asked(config: Path, tmp_path: Path) -> None:
    source = tmp_path / "Towns.csv"
    source.write_text("domain,organisation,contact\ntown.example,Town,soc@town.example\n", encoding="utf-8")
    found = json.loads(run(config, "import", str(source), "--json").stdout)
    assert found == {"name": "towns", "domains": 1, "contacts": 1, "left_out": 0}
    summary = json.loads(run(config, "list", "--directories", "--json").stdout)
    assert summary == {"name": "towns", "domains": 1, "contacts": 1}
    of_name = run(config, "list", "--directories", "mail.town.example", "--json")
    assert json.loads(of_name.stdout) == {
        "directory": "towns",
        "domain": "town.example",
        "organisation": "Town",
        "contact": "soc@town.example",
    }
    assert run(config, "list", "--directories", "other.example").exit_code == 1


def test_rows_left_out_are_a_finding(config: Path, tmp_path: Path) -> None:
    source = tmp_path / "towns.csv"
    source.write_text("domain,organisation\ntown.example,\ncity.example,City\n", encoding="utf-8")
    result = run(config, "import", str(source))
    assert result.exit_code == 1
    assert "1 domains, 0 with a contact, 1 rows left out" in result.stdout
    assert "towns.csv:2" in result.stderr


def test_contacts_that_can_t_be_used_are_named_and_change_no_status(config: Path, tmp_path: Path) -> None:
    """Their rows name organisations all the same; what is listed later is what was counted."""
    source = tmp_path / "towns.csv"
    cells = ["town.example,Town,soc@town.example", "city.example,City,ask us", "port.example,Port,soc@hq.army.ml"]
    source.write_text("\n".join(["domain,organisation,contact", *cells]), encoding="utf-8")
    result = run(config, "import", str(source))
    assert result.exit_code == 0
    assert result.stdout == "towns: 3 domains, 1 with a contact, 0 rows left out\n"
    assert result.stderr.splitlines() == [
        "towns.csv:3: the contact of city.example can't be used: there is no @ in the address; "
        "one mail address of the organisation itself, or none",
        "towns.csv:4: the contact of port.example can't be used: it lies at a domain of the catalogue; "
        "one mail address of the organisation itself, or none",
    ]
    row = json.loads(run(config, "list", "--directories", "city.example", "--json").stdout)
    assert (row["organisation"], row["contact"]) == ("City", None)
    assert [contact["address"] for contact in listed(config, "town.example")] == ["soc@town.example"]


def test_many_contacts_that_can_t_be_used_are_summed_up(config: Path, tmp_path: Path) -> None:
    source = tmp_path / "towns.csv"
    rows = "".join(f"town{i}.example,Town,nobody\n" for i in range(25))
    source.write_text(f"domain,organisation,contact\n{rows}", encoding="utf-8")
    said = run(config, "import", str(source)).stderr.splitlines()
    assert (len(said), said[-1]) == (21, "and 5 contacts more")


def test_importing_again_replaces(config: Path, tmp_path: Path) -> None:
    for name in ("Old", "New"):
        source = tmp_path / "towns.csv"
        source.write_text(f"domain,organisation\ntown.example,{name}\n", encoding="utf-8")
        assert run(config, "import", str(source)).exit_code == 0
    assert json.loads(run(config, "list", "--directories", "town.example", "--json").stdout)["organisation"] == "New"


def listed(config: Path, *arguments: str) -> list[dict[str, Any]]:
    """What ``contact list`` says."""
    return [json.loads(line) for line in run(config, "list", *arguments, "--json").stdout.splitlines()]


def test_an_entered_contact_stands_in_the_operators_file_and_goes_first(config: Path, tmp_path: Path) -> None:
    source = tmp_path / "towns.csv"
    source.write_text("domain,organisation,contact\ntown.example,Town,soc@town.example\n", encoding="utf-8")
    assert run(config, "import", str(source)).exit_code == 0
    done = run(config, "add", "mail.town.example", "Desk@other.example", "--language", "fr")
    assert (done.exit_code, done.stdout) == (0, "town.example: Desk@other.example entered\n")
    assert (tmp_path / "contacts.csv").read_text(encoding="utf-8") == (
        "party,address,language,openpgp\ntown.example,Desk@other.example,fr,\n"
    )
    assert [(c["address"], c["source"], c["status"], c["trusted"]) for c in listed(config, "town.example")] == [
        ("Desk@other.example", "entered", "good", True),
        ("soc@town.example", "imported", "good", True),
    ]
    assert [c["address"] for c in listed(config)] == ["Desk@other.example", "soc@town.example"]
    assert run(config, "remove", "town.example", "desk@OTHER.example").exit_code == 0
    assert [c["address"] for c in listed(config, "town.example")] == ["soc@town.example"]
    assert listed(config) == []


def test_a_dry_run_writes_nothing(config: Path, tmp_path: Path) -> None:
    done = run(config, "add", "town.example", "soc@town.example", "--dry-run")
    assert done.stdout == "town.example: soc@town.example would be entered\n"
    assert not (tmp_path / "contacts.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("town.example", "soc@mail.army.ml"), "domain of the catalogue"),
        (("town.example", "soc"), "no @"),
        (("town.example", "soc@town.example", "--language", "?"), "language"),
        (("town.example", "soc@town.example", "--openpgp", "absent.asc"), "OpenPGP"),
    ],
)
def test_what_could_never_be_written_to_is_not_entered(
    config: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    result = run(config, "add", *arguments)
    assert isinstance(result.exception, ConfigurationError)
    assert said in str(result.exception)
    assert not (tmp_path / "contacts.csv").exists()


@pytest.mark.parametrize("party", ["gmail.com", "com", "not a name"])
def test_who_is_no_organisation_has_no_contacts(config: Path, party: str) -> None:
    for arguments in (("add", party, "a@town.example"), ("confirm", party, "a@town.example", "--as", "Alex")):
        assert run(config, *arguments).exit_code == 2


def test_a_person_confirms_under_a_name(config: Path, tmp_path: Path) -> None:
    assert run(config, "add", "town.example", "soc@town.example").exit_code == 0
    result = run(config, "confirm", "town.example", "SOC@town.example", "--as", "Alex  Doe", "--json")
    assert result.exit_code == 0
    (contact,) = listed(config, "town.example")
    assert (contact["confirmed_by"], contact["status"]) == ("Alex Doe", "good")
    assert contact["confirmed_at"].endswith("Z")


def test_only_what_is_known_can_be_confirmed(config: Path) -> None:
    result = run(config, "confirm", "town.example", "soc@town.example", "--as", "Alex")
    assert isinstance(result.exception, NotFound)
    assert run(config, "confirm", "town.example", "soc@town.example").exit_code == 2
    assert run(config, "confirm", "town.example", "soc@town.example", "--as", " ").exit_code == 2
    assert run(config, "confirm", "town.example", "soc@town.example", "--as", "A\x1b[2J").exit_code == 2


def test_nothing_to_list_is_a_finding(config: Path) -> None:
    """And says what would change that, beside the results."""
    listed = run(config, "list", "town.example")
    assert (listed.exit_code, listed.stdout) == (1, "")
    assert "`catcher contact find town.example` looks for them" in listed.stderr
    assert "`catcher contact add PARTY ADDRESS` enters one" in run(config, "list").stderr
    assert run(config, "list", "town.example", "--steps").exit_code == 1


def test_the_table_is_for_people(config: Path) -> None:
    assert run(config, "add", "town.example", "soc@town.example").exit_code == 0
    out = run(config, "list", "town.example").stdout
    assert "soc@town.example" in out
    assert "entered" in out
