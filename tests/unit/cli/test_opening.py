"""``observation``, ``incident`` and ``report`` as an operator types them, over a real database."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.mail.fingerprint import EvidenceKind, Tier
from catcher.store import SqliteStore
from tests.support.commands import SMALLEST, Catcher
from tests.support.desks import leak, mail
from tests.support.folding import folder
from tests.support.observations import sender

CONTRACTOR = IncidentKey("contractor.example", Role.SENDER, "army.ml").id
CONFIG = f"""\
{SMALLEST}[operator]
name = "Registry of Example"
"""


@pytest.fixture
def run(catcher: Catcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catcher:
    """Runs the command line in a folder with a configuration and a store that holds a leak."""
    monkeypatch.chdir(tmp_path)
    Path("catcher.toml").write_text(CONFIG)
    Path("catalogue.csv").write_text("domain,intended\narmy.ml,army.mil\n")
    Path("var").mkdir()
    store = SqliteStore(Path("var/catcher.db"))
    store.add([[o] for o in leak()])
    store.fold(folder)
    store.close()
    return catcher


def test_observations_are_listed_as_a_table_and_as_json(run: Catcher) -> None:
    table = run("observation", "list")
    assert table.status == 0
    assert table.out.count("contractor.example") == 8
    rows = run("observation", "list", "--json").rows
    assert len(rows) == 10
    assert rows[0]["observed_at"] >= rows[-1]["observed_at"]
    assert set(rows[0]) == set(leak()[0].to_json())


def test_a_table_is_cut_and_says_so(run: Catcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catcher.cli.observation.TABLE_ROWS", 4)
    cut = run("observation", "list")
    assert cut.out.count("army.ml") == 4
    assert "--limit N shows more" in cut.err
    assert run("observation", "list", "--limit", "6").out.count("army.ml") == 6


def test_filters(run: Catcher) -> None:
    assert len(run("observation", "list", "--json", "--since", "2026-06-04", "--until", "2026-06-06").rows) == 3
    assert len(run("observation", "list", "--json", "--since", "2026-06-09T00:00:00+02:00").rows) == 1
    assert run("observation", "list", "--json", "--domain", "NAVY.ML.").rows == []


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--since", "yesterday", "RFC 3339"),
        ("--since", "2026-06-04T10:00:00", "no zone"),
        ("--until", "2026-02-30", "RFC 3339"),
        ("--domain", "a..b", "empty label"),
        ("--limit", "0", "range"),
    ],
)
def test_a_wrong_filter_is_a_usage_error(run: Catcher, option: str, value: str, says: str) -> None:
    ran = run("observation", "list", option, value)
    assert ran.status == 2
    assert says in ran.err


def test_one_observation_is_shown_by_number_and_by_reference(run: Catcher) -> None:
    (row,) = run("observation", "show", "3", "--json").rows
    assert row["id"] == 3
    shown = run("observation", "show", row["ref"].lower())
    assert shown.status == 0
    assert "contractor.example, verified" in shown.out
    assert "token-of" not in shown.out


def test_the_text_of_helo_and_reverse_dns_is_not_printed(run: Catcher) -> None:
    store = SqliteStore(Path("var/catcher.db"))
    network = sender("ptr-text.example", Tier.NETWORK, kind=EvidenceKind.IPREV)
    ((stored,),) = store.add([[mail(20, sender=network)]])
    store.close()
    for ran in (run("observation", "list"), run("observation", "show", str(stored.id))):
        assert "network" in ran.out
        assert "ptr-text" not in ran.out


def test_what_is_not_there_ends_with_2_and_a_remedy(run: Catcher) -> None:
    for arguments in (("observation", "show", "99"), ("incident", "show", "x"), ("report", "preview", "x")):
        ran = run(*arguments)
        assert (ran.status, ran.out) == (2, "")
        assert "list` shows them" in ran.err


def test_the_export_is_csv_or_json_lines_oldest_first(run: Catcher) -> None:
    rows = list(csv.DictReader(run("observation", "export").out.splitlines()))
    assert [row["id"] for row in rows] == [str(n) for n in range(1, 11)]
    assert [row["id"] for row in run("observation", "export", "--json", "--limit", "2").rows] == [1, 2]


def test_a_reading_command_says_what_is_not_folded_yet_and_changes_nothing(run: Catcher) -> None:
    store = SqliteStore(Path("var/catcher.db"))
    store.add([[mail(20)], [mail(21)]])
    store.close()
    before = Path("var/catcher.db").read_bytes()
    for command in (
        *(
            ("incident", "list"),
            ("incident", "show", CONTRACTOR),
            ("report", "list"),
            ("report", "preview", CONTRACTOR),
        ),
        *(("observation", "list"), ("observation", "export"), ("alert", "list")),
    ):
        ran = run(*command)
        assert ran.status == 0, ran.err
        assert "folded to 2026-06-04T" in ran.err and ", 2 waiting: the server folds them" in ran.err
    assert Path("var/catcher.db").read_bytes() == before
    assert [file.name for file in Path("var").iterdir()] == ["catcher.db"]
    assert run("report", "build").status == 0
    assert "waiting" not in run("incident", "list").err
    assert {row["party"]: row["mails"] for row in run("incident", "list", "--json").rows}["contractor.example"] == 10


def test_without_a_store_there_is_nothing_and_none_is_made(run: Catcher) -> None:
    Path("var/catcher.db").unlink()
    for command in (("incident", "list", "--json"), ("observation", "list", "--json"), ("report", "list", "--json")):
        ran = run(*command)
        assert (ran.status, ran.rows, ran.err) == (0, [], "")
    assert list(Path("var").iterdir()) == []


def test_incidents_are_paged_sorted_and_filtered(run: Catcher) -> None:
    by_mails = [row["party"] for row in run("incident", "list", "--json", "--sort", "mails").rows]
    assert by_mails == ["army.mil", "contractor.example", "hospital.example"]
    first = run("incident", "list", "--limit", "2", "--sort", "mails")
    assert first.out.count("army.ml") == 2
    assert f"--after {CONTRACTOR} shows the next ones" in first.err
    rest = run("incident", "list", "--json", "--after", CONTRACTOR, "--sort", "mails").rows
    assert [row["party"] for row in rest] == ["hospital.example"]
    assert [row["role"] for row in run("incident", "list", "--json", "--role", "intended").rows] == ["intended"]
    assert len(run("incident", "list", "--json", "--party", "hospital.example").rows) == 1
    assert run("incident", "list", "--json", "--domain", "navy.ml").rows == []
    assert run("incident", "list", "--after", "inc-000000000000").status == 2


def test_incidents_are_listed_as_a_table_and_as_json(run: Catcher) -> None:
    listed = {row["party"]: row for row in run("incident", "list", "--json").rows}
    assert {party: row["mails"] for party, row in listed.items()} == {
        "army.mil": 10,
        "contractor.example": 8,
        "hospital.example": 2,
    }
    table = run("incident", "list").out
    assert "hospital.example" in table
    assert table.count(" due") == 2


def test_an_incident_says_whether_it_would_be_told(run: Catcher) -> None:
    shown = run("incident", "show", CONTRACTOR).out
    assert "would notify: 4 sending mailboxes (at least 3); 8 days (at least 3)" in shown
    (row,) = run("incident", "show", CONTRACTOR, "--json", "--period", "2026-05").rows
    assert (row["notice"]["due"], row["notice"]["reasons"]) == (False, ["no mail in 2026-05"])
    assert run("incident", "show", CONTRACTOR, "--period", "June").status == 2


def test_reports_are_previewed_built_and_listed(run: Catcher) -> None:
    text = run("report", "preview", CONTRACTOR).out
    assert text.startswith("8 e-mails from contractor.example went to army.ml, not army.mil\n")
    assert run("report", "preview", CONTRACTOR, "--form", "html").out.startswith("<!doctype html>")
    assert run("report", "preview", CONTRACTOR, "--json").rows[0]["incident"] == CONTRACTOR
    built = run("report", "build", "--json").rows
    assert len(built) == 2
    folder = Path("var/reports").resolve()
    assert all(Path(name).is_relative_to(folder) for row in built for name in row["files"])
    listed = {row["id"]: row for row in run("report", "list", "--json").rows}
    assert {id_ for id_, row in listed.items() if row["built"]} == {row["incident"] for row in built}
    assert "needs 3" in run("report", "list").out


def test_building_when_nothing_is_due_says_so(run: Catcher) -> None:
    ran = run("report", "build", "--period", "2026-01")
    assert (ran.status, ran.out) == (0, "")
    assert "no report is due" in ran.err
    assert run("report", "build", "--all", CONTRACTOR).status == 2


def test_reports_go_where_they_are_wanted(run: Catcher) -> None:
    ran = run("report", "build", CONTRACTOR, "--to", "elsewhere")
    assert str(Path("elsewhere") / f"{CONTRACTOR}-2026-06.html") in ran.out


def test_a_missing_configuration_ends_with_2(run: Catcher) -> None:
    assert run("incident", "list", "-c", "absent.toml").status == 2
