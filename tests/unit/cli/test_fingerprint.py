"""``catcher fingerprint``: each folder of tests/cases/fingerprint is a case; adding one is adding files.

``message.eml``, ``arguments.txt`` (an option a line), ``*.zone`` (the only DNS), ``expected.json``.
"""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from catcher.cli.fingerprint import command
from catcher.model.errors import ConfigurationError, EnvironmentFailure

CASES = Path(__file__).resolve().parents[2] / "cases" / "fingerprint"
MESSAGE = str(CASES / "verified" / "message.eml")


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(command, list(arguments), input=stdin, standalone_mode=False)


def arguments_of(case: Path) -> list[str]:
    lines = (case / "arguments.txt").read_text(encoding="utf-8").splitlines()
    zones = [argument for zone in sorted(case.glob("*.zone")) for argument in ("--zone", str(zone))]
    return [argument for line in lines for argument in line.split(" ", 1)] + zones


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No catcher.toml in the working folder."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_a_case_has_the_fingerprint_that_stands_beside_it(case: Path) -> None:
    result = run(str(case / "message.eml"), "--json", *arguments_of(case))
    assert result.exception is None
    found = json.loads(result.stdout)
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    assert found == {**expected, "file": str(case / "message.eml")}
    assert list(found) == list(expected), "the order of the keys is part of the outer surface"


def test_the_outer_surface_has_these_keys() -> None:
    found = json.loads(run(MESSAGE, "--json", "--no-lookups").stdout)
    assert list(found) == ["file", "counts", "sender", "intended", "nature", "markings", "authentication"]
    assert list(found["sender"]) == ["domain", "organisation", "tier", "evidence", "conflicts"]
    assert list(found["sender"]["evidence"][0]) == ["tier", "kind", "domain", "result"]
    assert list(found["intended"][0]) == ["typed", "domain", "organisation", "basis", "candidates", "abstained"]
    assert list(found["nature"]) == ["class", "genuine", "typo", "reasons"]
    assert list(found["authentication"]) == ["spf", "dkim", "dmarc", "arc"]
    assert list(found["authentication"]["dkim"][0]) == ["result", "domain", "selector", "algorithm", "aligned"]


def test_several_files_give_a_line_each() -> None:
    result = run(MESSAGE, MESSAGE, "--json", "--no-lookups")
    assert [json.loads(line)["file"] for line in result.stdout.splitlines()] == [MESSAGE, MESSAGE]


def test_a_dash_is_stdin() -> None:
    found = json.loads(run("-", "--json", "--no-lookups", stdin=Path(MESSAGE).read_bytes()).stdout)
    assert (found["file"], found["sender"]["domain"]) == ("-", "contractor.example")


def test_people_get_a_summary_without_any_text_of_the_message() -> None:
    case = CASES / "marked"
    text = run(str(case / "message.eml"), *arguments_of(case)).stdout
    assert "contractor.example: verified" in text
    assert "official-sensitive" in text
    for secret in ("doe", "Ada", "delivery dates", "Nightjar"):
        assert secret not in text.replace(str(case), "")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--mail-from", "nobody"], "an address like"),
        (["--mail-from", "a@b..example"], "empty label"),
        (["--rcpt-to", "<>"], "never empty"),
        (["--client-ip", "300.1.1.1"], "IPv4 or IPv6"),
        (["--at", "yesterday"], "a time like"),
        (["--at", "2026-11-20T12:00:00"], "no zone"),
        (["--zone", "x.zone", "--no-lookups"], "exclude each other"),
    ],
)
def test_a_wrong_option_says_what_would_be_right(arguments: list[str], says: str) -> None:
    result = run(MESSAGE, *arguments)
    assert isinstance(result.exception, click.UsageError)
    assert says in result.exception.message


def test_a_file_that_is_not_there_is_named() -> None:
    result = run("absent.eml", "--no-lookups")
    assert isinstance(result.exception, EnvironmentFailure)
    assert str(result.exception).startswith("absent.eml: No such file")


def test_a_zone_file_that_is_not_there_is_a_fault() -> None:
    result = run(MESSAGE, "--zone", "absent.zone")
    assert isinstance(result.exception, ConfigurationError)


def test_a_configuration_that_was_asked_for_has_to_be_there() -> None:
    assert isinstance(run(MESSAGE, "--no-lookups", "-c", "absent.toml").exception, ConfigurationError)


def test_the_catalogue_and_the_watch_list_of_a_configuration_are_used(tmp_path: Path) -> None:
    (tmp_path / "catalogue.csv").write_text("domain,intended\narmy.ml,army.mil\n", encoding="utf-8")
    (tmp_path / "watchlist.csv").write_text("domain,organisation\narmy.mil,U.S. Army\n", encoding="utf-8")
    (tmp_path / "catcher.toml").write_text(
        '[dns]\nlisten = ["127.0.0.1:5300"]\n[smtp]\nlisten = ["127.0.0.1:2500"]\n'
        '[catalogue]\nfiles = ["catalogue.csv"]\n[fingerprint]\nwatchlist = "watchlist.csv"\n',
        encoding="utf-8",
    )
    found = json.loads(run(MESSAGE, "--json", "--no-lookups").stdout)
    (intended,) = found["intended"]
    assert (intended["domain"], intended["organisation"], intended["basis"]) == ("army.mil", "U.S. Army", "declared")


@pytest.mark.parametrize(
    "octets",
    [
        b"From x\nFrom: a@b.example\n\n",
        b"From " + b"x" * 200_000 + b"\nFrom: a@b.example\n\nbody\n",
        b"From: a@b.example",
    ],
)
def test_bare_lf_and_mbox_lines_are_mended(octets: bytes) -> None:
    found = json.loads(run("-", "--json", "--no-lookups", stdin=octets).stdout)
    assert found["sender"]["domain"] == "b.example"
