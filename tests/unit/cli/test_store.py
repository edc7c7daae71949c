"""``catcher store`` as an operator types it, over a real database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from catcher import wiring
from catcher.privacy import KeyRing
from catcher.store import SqliteStore
from tests.support.clocks import Clock
from tests.support.commands import SMALLEST, Catcher
from tests.support.observations import NOON, observation

CONFIG = f"""\
{SMALLEST}[store]
url = "sqlite:var/catcher.db"
keep_days = 60
"""
DATABASE = Path("var/catcher.db")


@pytest.fixture
def run(catcher: Catcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catcher:
    """Runs ``catcher store`` in a folder with a configuration, in February."""
    monkeypatch.chdir(tmp_path)
    Path("catcher.toml").write_text(CONFIG)
    Path("catalogue.csv").write_text("domain,intended\narmy.ml,army.mil\n")
    monkeypatch.setattr(wiring, "SystemClock", lambda: Clock(datetime(2027, 2, 3, tzinfo=UTC)))
    return partial(catcher, "store")


def fill() -> None:
    store = SqliteStore(DATABASE)
    store.add([[observation()], [observation(transaction="t2", observed_at=NOON.replace(year=2027, month=2, day=1))]])
    store.close()
    keys = KeyRing(Path("var/keys"))
    keys.tokens(NOON)
    keys.tokens(datetime(2027, 2, 1, tzinfo=UTC))


def test_migrate_makes_the_store_and_says_so_once(run: Catcher) -> None:
    first, second = run("migrate"), run("migrate")
    assert (first.status, second.status) == (0, 0)
    assert "applied 0.1" in first.out
    assert "nothing to do" in second.out
    assert DATABASE.exists()
    assert run("migrate", "--json").rows == [{"path": str(DATABASE.absolute()), "applied": []}]


def test_verify_of_a_whole_store(run: Catcher) -> None:
    fill()
    ran = run("verify")
    assert (ran.status, ran.err) == (0, "")
    assert "all is well" in ran.out
    assert run("verify", "--json").out == ""


def test_verify_of_a_faulty_store_is_a_finding(run: Catcher) -> None:
    fill()
    DATABASE.chmod(0o644)
    assert run("verify").status == 1
    ran = run("verify", "--json")
    assert ran.status == 1
    assert [fault["what"] for fault in ran.rows] == ["others may read or write the file"]


@pytest.mark.parametrize("arguments", [("verify",), ("verify", "--json")])
def test_verify_without_a_store_is_an_environment_failure(run: Catcher, arguments: tuple[str, ...]) -> None:
    ran = run(*arguments)
    assert (ran.status, ran.out) == (3, "")
    assert "catcher store migrate" in ran.err


@pytest.mark.parametrize("noun", ["migrate", "verify", "purge"])
def test_a_damaged_store_is_told_without_a_traceback(run: Catcher, noun: str) -> None:
    Path("var").mkdir()
    DATABASE.write_bytes(b"no database" * 1000)
    ran = run(noun)
    assert (ran.status, ran.out) == (3, "")
    assert "damaged or no database" in ran.err
    assert "Traceback" not in ran.err


def test_purge_says_what_went_and_destroys_the_keys_of_ended_months(run: Catcher) -> None:
    fill()
    said, done = run("purge", "--dry-run", "--json"), run("purge", "--json")
    assert (said.status, done.status) == (0, 0)
    assert done.rows == [
        {
            "folded": 0,
            "keys_destroyed": ["2026-11"],
            "epochs_destroyed": ["2026-10-31"],
            "mailbox_days_settled": 4,
            "tokens_emptied": 0,
            "deleted": 1,
            "coarsened": 0,
            "retry_tags_emptied": 0,
            "demand_deleted": 0,
            "contacts_deleted": 0,
            "notice_texts_deleted": 0,
            "failed": {},
            "dry_run": False,
            "clock_is_sure": True,
        }
    ]
    assert said.rows == [done.rows[0] | {"folded": 2, "dry_run": True, "epochs_destroyed": []}]
    assert KeyRing(Path("var/keys")).key_ids() == ["2027-02"]


def test_a_dry_run_for_people_says_would(run: Catcher) -> None:
    fill()
    ran = run("purge", "--dry-run")
    assert "observations that would be deleted" in ran.out
    assert KeyRing(Path("var/keys")).key_ids() == ["2026-11", "2027-02"]
    assert "observations that were deleted" in run("purge").out


def test_the_schema_is_printed_as_a_new_store_has_it(run: Catcher) -> None:
    run("migrate")
    printed, told = run("schema"), run("schema", "--json")
    assert printed.status == told.status == 0
    again = sqlite3.connect(":memory:")
    again.executescript(printed.out)
    with closing(sqlite3.connect(DATABASE)) as made:
        columns = {
            name: [row[1] for row in made.execute(f"PRAGMA table_info({name})")]
            for (name,) in made.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%sqlite%'"
            )
        }
    assert {t["table"]: [c["name"] for c in t["columns"]] for t in told.rows} == columns
    for name in columns:
        assert [row[1] for row in again.execute(f"PRAGMA table_info({name})")] == columns[name]
    again.close()


def test_the_schema_is_printed_where_there_is_no_store_and_makes_none(run: Catcher) -> None:
    assert "CREATE TABLE" in run("schema").out
    assert not DATABASE.exists()


def test_a_clock_that_jumped_is_said_and_a_person_decides(run: Catcher, monkeypatch: pytest.MonkeyPatch) -> None:
    fill()
    ran = run("clock")
    assert (ran.status, "none yet" in ran.out) == (0, True)
    assert run("purge").status == 0
    monkeypatch.setattr(wiring, "SystemClock", lambda: Clock(datetime(2027, 7, 3, tzinfo=UTC)))
    purged = run("purge", "--json")
    assert (purged.status, purged.rows[0]["keys_destroyed"], purged.rows[0]["clock_is_sure"]) == (1, [], False)
    assert "catcher store clock" in run("purge").out
    ran = run("clock", "--json")
    assert ran.status == 1
    assert ran.rows == [
        {
            "now": "2027-07-03T00:00:00Z",
            "sure_at": "2027-02-03T00:00:00Z",
            "sure": False,
            "accepted_at": None,
            "accepted_by": None,
        }
    ]
    assert "--accept --as NAME" in run("clock").out
    accepted = run("clock", "--accept", "--as", "Awa  Diarra")
    assert accepted.status == 0
    assert "Awa Diarra declared" in accepted.out
    assert run("purge", "--json").rows[0]["keys_destroyed"] == ["2027-02"]


@pytest.mark.parametrize(
    "arguments", [("--accept",), ("--as", "Awa"), ("--accept", "--as", " "), ("--accept", "--as", "x" * 101)]
)
def test_who_accepts_the_clock_gives_a_name(run: Catcher, arguments: tuple[str, ...]) -> None:
    ran = run("clock", *arguments)
    assert ran.status == 2
    assert "go together" in ran.err


def test_a_step_of_a_purge_that_fails_is_a_finding(run: Catcher) -> None:
    fill()
    Path("var/keys/period-2026-10.key").mkdir()
    ran = run("purge")
    assert ran.status == 1
    assert "step keys failed" in ran.out and "period-2026-10" in ran.out
    assert KeyRing(Path("var/keys")).key_ids() == ["2026-10", "2027-02"]
