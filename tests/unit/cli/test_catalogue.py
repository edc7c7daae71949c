"""``catcher catalogue`` and ``catcher stop-mail``: the files are the truth, and the server is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catcher.catalogue.stops import Stops
from catcher.cli import changes
from catcher.config import load_config
from catcher.model.leak.demand import DemandKey
from catcher.model.serving import ReloadOutcome, ReloadResult
from catcher.wiring import SystemClock, open_store
from tests.support.commands import Catcher

HEADER = "domain,intended,policy,until,then,note\n"


@pytest.fixture
def file(sink: Path) -> Path:
    file = sink / "zonefiles" / "catalogue.csv"
    file.write_text(f"{HEADER}army.ml,army.mil\nnavy.ml,navy.mil,release\n")
    return file


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[ReloadOutcome]]:
    """What a running server answers, asked in this order; those that were not asked for are left over."""
    given: list[ReloadOutcome] = []
    monkeypatch.setattr(changes, "tell_server", lambda state, waiting: given.pop(0))
    yield given
    assert not given


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SystemClock, "now", lambda self: datetime(2026, 11, 3, 12, 0, tzinfo=UTC))


def test_list_shows_the_policy_in_force(catcher: Catcher, file: Path, today: None) -> None:
    file.write_text(f"{HEADER}army.ml,army.mil,accept,2026-11-03,release\nnavy.ml,,explain,2026-11-04\n")
    rows = catcher("catalogue", "list", "--json").rows
    assert [(row["domain"], row["in_force"], row["policy"]) for row in rows] == [
        ("army.ml", "release", "accept"),
        ("navy.ml", "explain", "explain"),
    ]
    assert rows[0]["intended"] == "army.mil" and rows[1]["intended"] is None
    assert rows[1]["then"] == "observe"
    assert {row["mx_queries"] for row in rows} == {None}, "there is no database yet"
    assert not (file.parents[1] / "var" / "catcher.db").exists(), "and looking makes none"


def test_list_counts_the_mx_queries_of_30_days(catcher: Catcher, file: Path, today: None) -> None:
    store = open_store(load_config(file.parents[1] / "catcher.toml"))
    for day, qtype, number in ((2, "MX", 3), (1, "MX", 4), (1, "A", 50)):
        hour = datetime(2026, 11, day, 10, tzinfo=UTC)
        store.add_demand({DemandKey("army.ml", qtype, "NOERROR", hour, "192.0.2.0/24"): number})
    store.add_demand({DemandKey("army.ml", "MX", "NOERROR", datetime(2026, 9, 1, tzinfo=UTC), "192.0.2.0/24"): 1000})
    store.close()
    rows = catcher("catalogue", "list", "--json").rows
    assert {row["domain"]: row["mx_queries"] for row in rows} == {"army.ml": 7, "navy.ml": 0}
    assert "MX queries, 30 days" in catcher("catalogue", "list").out


@pytest.mark.parametrize(
    ("queries", "told", "below", "shown"),
    [(0, 0, None, "0"), (1, None, 5, "<5"), (4, None, 5, "<5"), (5, 5, None, "5"), (6, 6, None, "6")],
)
def test_few_queries_are_not_counted_out(
    catcher: Catcher, file: Path, today: None, queries: int, told: int | None, below: int | None, shown: str
) -> None:
    """One resolver's question is nobody's business; that nobody asked is no secret."""
    store = open_store(load_config(file.parents[1] / "catcher.toml"))
    if queries:
        key = DemandKey("army.ml", "MX", "NOERROR", datetime(2026, 11, 2, 10, tzinfo=UTC), "192.0.2.0/24")
        store.add_demand({key: queries})
    store.close()
    row = catcher("catalogue", "list", "army.ml", "--json").rows[0]
    assert (row["mx_queries"], row["mx_queries_below"]) == (told, below)
    text = catcher("catalogue", "list", "army.ml").out
    assert text.splitlines()[-1].split()[-1] == shown
    assert "<5" in catcher("catalogue", "list", "--help").out


def test_list_of_one_domain(catcher: Catcher, file: Path) -> None:
    assert [row["domain"] for row in catcher("catalogue", "list", "ARMY.ml", "--json").rows] == ["army.ml"]
    ended = catcher("catalogue", "list", "marine.ml")
    assert ended.status == 2
    assert ended.err == "marine.ml: no row of the catalogue names it; see 'catcher catalogue list'\n"


def test_add_and_remove(catcher: Catcher, file: Path) -> None:
    before = file.read_text()
    ended = catcher("catalogue", "add", "Bücher.ml", "--intended", "bücher.example", "--note", "a, b")
    assert ended.status == 0
    assert "no server runs here" in ended.out
    assert file.read_text() == before + 'xn--bcher-kva.ml,xn--bcher-kva.example,accept,,,"a, b"\n'
    assert catcher("catalogue", "remove", "bücher.ml").status == 0
    assert file.read_text() == before


def test_an_a_label_of_an_emoji_is_added(catcher: Catcher, file: Path) -> None:
    assert catcher("catalogue", "add", "xn--vi8hiv.ml", "--intended", "army.mil").status == 0
    assert file.read_text().endswith("xn--vi8hiv.ml,army.mil,accept\n")


def test_add_tells_every_fault_and_writes_nothing(catcher: Catcher, file: Path) -> None:
    before = file.read_text()
    ended = catcher("catalogue", "add", "army.ml", "--intended", "army.ml", "--until", "soon")
    assert ended.status == 2
    assert "intended is army.ml itself" in ended.err
    assert 'until "soon" is not a date' in ended.err
    assert "catalogue.csv:2: army.ml is catalogued already" in ended.err
    assert file.read_text() == before


@pytest.mark.parametrize(
    ("added", "noted"),
    [
        (["co.uk"], "new row for catalogue.csv: co.uk is a public suffix"),
        (
            ["arny.ml", "--intended", "mail.army.ml"],
            "new row for catalogue.csv: arny.ml is meant for mail.army.ml, which lies in army.ml, and that is "
            "catalogued itself (catalogue.csv:2)",
        ),
        (
            ["army.mil", "--intended", "army.example"],
            "catalogue.csv:2: army.ml is meant for army.mil, which is catalogued itself (new row for catalogue.csv)",
        ),
        (["arny.ml", "--intended", "www.arny.ml"], "which lies in arny.ml, and that is catalogued itself (new row for"),
    ],
)
def test_add_notes_what_is_most_likely_a_slip_and_adds_it(
    catcher: Catcher, file: Path, added: list[str], noted: str
) -> None:
    """Beside the results, on stderr; what was doubtful before is not told again."""
    file.write_text(f"{file.read_text()}gov.uk,navy.ml\n")
    ended = catcher("catalogue", "add", *added)
    assert ended.status == 0
    assert ended.err.startswith("note: ") and ended.err.count("\n") == 1 and noted in ended.err
    assert f"{added[0]}," in file.read_text()
    assert catcher("catalogue", "add", "marine.ml", "--intended", "marine.example").err == ""


def test_remove_is_all_or_nothing(catcher: Catcher, file: Path) -> None:
    before = file.read_text()
    ended = catcher("catalogue", "remove", "army.ml", "marine.ml", "a..b")
    assert ended.status == 2
    assert "marine.ml: no row" in ended.err and "a..b: this is no domain" in ended.err
    assert file.read_text() == before


@pytest.mark.parametrize(
    "arguments", [("catalogue", "add", "marine.ml"), ("catalogue", "remove", "army.ml"), ("stop-mail", "army.ml")]
)
def test_a_dry_run_writes_nothing_and_asks_no_server(
    catcher: Catcher, file: Path, answers: list[ReloadOutcome], arguments: tuple[str, ...]
) -> None:
    before = file.read_text()
    ended = catcher(*arguments, "--dry-run")
    assert ended.status == 0
    assert "would be" in ended.out and "nothing was written" in ended.out
    assert file.read_text() == before


def test_export_leaves_out_what_is_released(catcher: Catcher, file: Path) -> None:
    assert catcher("catalogue", "export").out.splitlines() == [
        "army.ml. 3600 IN NS ns1.sink.example.",
        "army.ml. 3600 IN NS ns2.sink.example.",
    ]
    servers = ["ns1.sink.example", "ns2.sink.example"]
    assert catcher("catalogue", "export", "--json").rows == [{"domain": "army.ml", "nameservers": servers}]
    assert catcher("catalogue", "export", "--form", "csv").out.startswith("domain,nameservers\n")
    assert "update add army.ml. 3600 NS" in catcher("catalogue", "export", "--form", "nsupdate").out


def test_stop_mail_sets_null_and_the_server_confirms(
    catcher: Catcher, file: Path, answers: list[ReloadOutcome]
) -> None:
    answers.append(ReloadOutcome(ReloadResult.RELOADED))
    ended = catcher("stop-mail", "army.ml")
    assert ended.status == 0
    assert ended.out == "army.ml: accept → null (catalogue.csv:2)\nthe running server has taken it over\n"
    assert file.read_text() == f"{HEADER}army.ml,army.mil,null\nnavy.ml,navy.mil,release\n"


def test_stop_mail_says_when_the_server_refuses(catcher: Catcher, file: Path, answers: list[ReloadOutcome]) -> None:
    """The files are written: the status tells that the server still takes mail."""
    answers.append(ReloadOutcome(ReloadResult.FAILED, error="template.zone:3: …"))
    ended = catcher("stop-mail", "army.ml")
    assert ended.status == 3
    assert "the running server stays with what it had: template.zone:3: …; mend that" in ended.err
    assert "army.ml,army.mil,null" in file.read_text()


STOPPED = {
    "army.ml": "army.ml,,null",
    "army.ml,,explain,2027-01-01,release,note": "army.ml,,null,2027-01-01,release,note",
    "army.ml,,explain,2027-01-01,accept,note": "army.ml,,null,,,note",
    "army.ml,,refuse,2027-01-01,refuse": "army.ml,,null",
    "army.ml,,observe,2027-01-01,accept": "army.ml,,observe",
    "army.ml,,observe": "army.ml,,observe",
    "army.ml,,release": "army.ml,,release",
    "army.ml,,null,2027-01-01": "army.ml,,null,2027-01-01",
}


@pytest.mark.parametrize("row", STOPPED)
def test_after_stop_mail_no_date_brings_mail_back(catcher: Catcher, file: Path, row: str) -> None:
    """A row that takes no mail stays: a null MX for a released name would bounce the next owner's mail."""
    file.write_text(f"{HEADER}{row}\n")
    assert catcher("stop-mail", "army.ml").status == 0
    assert file.read_text() == f"{HEADER}{STOPPED[row]}\n"
    again = catcher("stop-mail", "army.ml", "--json")
    assert again.rows[0]["rewritten"] is False
    assert again.rows[-1] == {"server": "none"}


def test_stop_mail_asks_the_server_even_where_the_file_says_so_already(
    catcher: Catcher, file: Path, answers: list[ReloadOutcome]
) -> None:
    """It may have refused an earlier reload, and still take mail."""
    file.write_text(f"{HEADER}army.ml,army.mil,null\n")
    answers.append(ReloadOutcome(ReloadResult.FAILED, error="template.zone:3: …"))
    assert catcher("stop-mail", "army.ml").status == 3


BROKEN = {
    "a row elsewhere": lambda sink: (sink / "zonefiles" / "catalogue.csv").write_text(
        f"{HEADER}army.ml,army.mil\nx.example,y.example,nonsense\n"
    ),
    "a file that is named and absent": lambda sink: (sink / "catcher.toml").write_text(
        (sink / "catcher.toml").read_text().replace('# watchlist = "watchlist.csv"', 'watchlist = "absent.csv"')
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_stop_mail_works_at_the_sink_whatever_else_is_wrong(
    catcher: Catcher, file: Path, sink: Path, fault: str
) -> None:
    """The files can't be rewritten then, but no mail is taken any more, and the status says what is left to do."""
    BROKEN[fault](sink)
    ended = catcher("stop-mail", "army.ml")
    assert ended.status == 2
    assert "mail is turned away at RCPT from now on" in ended.err
    assert Stops(sink / "var").covers("army.ml")


def test_stop_mail_for_a_name_that_is_not_held_stops_nothing(catcher: Catcher, file: Path, sink: Path) -> None:
    assert catcher("stop-mail", "arny.ml").status == 2
    assert not Stops(sink / "var").covers("arny.ml")


def test_stop_mail_for_all(catcher: Catcher, file: Path) -> None:
    ended = catcher("stop-mail", "--all", "--json")
    assert [(row["domain"], row["after"]) for row in ended.rows[:-1]] == [("army.ml", "null"), ("navy.ml", "release")]
    assert ended.rows[-1] == {"server": "none"}


@pytest.mark.parametrize("arguments", [(), ("army.ml", "--all")])
def test_stop_mail_wants_names_or_all(catcher: Catcher, file: Path, arguments: tuple[str, ...]) -> None:
    assert catcher("stop-mail", *arguments).status == 2


def test_many_changes_are_summed_up(catcher: Catcher, file: Path) -> None:
    file.write_text(HEADER + "".join(f"name{i}.ml\n" for i in range(150)))
    lines = catcher("stop-mail", "--all").out.splitlines()
    assert len(lines) == 102
    assert lines[100] == "… and 50 more; --json lists them all"


@pytest.mark.parametrize("command", [("catalogue", "list"), ("stop-mail", "--all"), ("check",)])
def test_the_configuration_can_be_named(
    catcher: Catcher, sink: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert catcher(*command).status == 2
    assert catcher(*command, "-c", str(sink / "catcher.toml")).status == 0
