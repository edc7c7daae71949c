"""``catcher contact``: import a directory, list it, ask it about a name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catcher.cli.contact import command


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "catalogue.csv").write_text("domain,intended,policy,until,then,note\n", encoding="utf-8")
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
    assert json.loads(run(config, "list", "--json").stdout) == {"name": "towns", "domains": 1, "contacts": 1}
    of_name = run(config, "list", "mail.town.example", "--json")
    assert json.loads(of_name.stdout) == {
        "directory": "towns",
        "domain": "town.example",
        "organisation": "Town",
        "contact": "soc@town.example",
    }
    assert run(config, "list", "other.example").exit_code == 1


def test_rows_left_out_are_a_finding(config: Path, tmp_path: Path) -> None:
    source = tmp_path / "towns.csv"
    source.write_text("domain,organisation\ntown.example,\ncity.example,City\n", encoding="utf-8")
    result = run(config, "import", str(source))
    assert result.exit_code == 1
    assert "1 domains, 0 with a contact, 1 rows left out" in result.stdout
    assert "towns.csv:2" in result.stderr


def test_importing_again_replaces(config: Path, tmp_path: Path) -> None:
    for name in ("Old", "New"):
        source = tmp_path / "towns.csv"
        source.write_text(f"domain,organisation\ntown.example,{name}\n", encoding="utf-8")
        assert run(config, "import", str(source)).exit_code == 0
    assert json.loads(run(config, "list", "town.example", "--json").stdout)["organisation"] == "New"
