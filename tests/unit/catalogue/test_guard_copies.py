"""No refusal is lost by damage to the guard's record, whatever ``catalogue.guard`` says (DESIGN, promise 6)."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catcher.catalogue import Guard
from catcher.catalogue.guard import Run
from catcher.catalogue.guardrecord import keep_copy, load_guard, load_or_keep, record, record_vouches
from catcher.catalogue.names import SortedNames
from catcher.model.errors import EnvironmentFailure

RAN_AT = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
LATER = RAN_AT + timedelta(hours=1)
REFUSING = Run("ml", RAN_AT, "ml.zone", 7, frozenset({"army.ml"}), SortedNames.of([b"navy.ml"]))
OTHER = Run("example", LATER, "example.zone", 9, frozenset({"army.example"}), SortedNames.of([b"navy.example"]))
DAMAGE = {
    "cut": lambda text: text[: len(text) // 2],
    "empty": lambda text: b"",
    "not JSON": lambda text: b"\0" * len(text),
    "of another shape": lambda text: b"[]",
    "one octet of a refused name": lambda text: text.replace(b"army.ml", b"arny.ml"),
    "no refusals": lambda text: text.replace(b'"army.ml"', b""),
}


@pytest.fixture(params=DAMAGE)
def damaged(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A state folder whose record is damaged."""
    record(tmp_path, [REFUSING])
    file = tmp_path / "guard.json"
    file.write_bytes(DAMAGE[request.param](file.read_bytes()))
    return tmp_path


@pytest.mark.parametrize("required", [False, True])
def test_after_a_restart_the_copy_refuses(damaged: Path, required: bool) -> None:
    found = load_or_keep(damaged, required=required, hours=24)
    assert found.fault is not None and found.copied is not None and not found.guard.lost
    assert found.guard.refuses("army.ml")
    assert found.guard.clears("navy.ml") is required, "names that were cleared are read where they matter"
    assert not found.guard.caps("navy.ml", RAN_AT)


def test_a_missing_record_is_damage_while_its_copy_is_there(tmp_path: Path) -> None:
    record(tmp_path, [REFUSING])
    (tmp_path / "guard.json").unlink()
    found = load_or_keep(tmp_path, required=False, hours=24)
    assert found.guard.refuses("army.ml") and found.fault is not None and found.fault.what.startswith("it is missing")
    with pytest.raises(EnvironmentFailure, match="missing"):
        load_guard(tmp_path, required=False)


def test_a_server_that_runs_takes_the_copy_which_may_be_newer(damaged: Path) -> None:
    found = load_or_keep(damaged, required=False, hours=24, before=Guard(required=False))
    assert found.guard.refuses("army.ml")


def test_without_a_copy_the_running_guard_stays(damaged: Path) -> None:
    (damaged / "kept" / "guard.json").unlink()
    found = load_or_keep(damaged, required=False, hours=24, before=Guard(required=False, runs=[REFUSING]))
    assert found.guard.refuses("army.ml") and not found.guard.lost and found.copied is None


def test_without_any_copy_no_name_takes_mail(damaged: Path) -> None:
    """What the record refused isn't known: it may be any name."""
    (damaged / "kept" / "guard.json").write_bytes(b"{")
    found = load_or_keep(damaged, required=False, hours=24)
    assert found.guard.lost and found.copied is None
    assert found.guard.caps("army.ml", RAN_AT) and found.guard.caps("navy.ml", RAN_AT)


def test_then_a_new_run_frees_the_names_of_its_zone_alone(damaged: Path) -> None:
    (damaged / "kept" / "guard.json").write_bytes(b"{")
    record(damaged, [OTHER])
    guard = load_guard(damaged, required=False)
    assert not guard.caps("navy.example", LATER) and guard.caps("army.example", LATER)
    assert guard.caps("army.ml", LATER) and guard.caps("navy.ml", LATER), "its zone wasn't compared again"
    record(damaged, [REFUSING])
    guard = load_guard(damaged, required=False)
    assert guard.caps("army.ml", LATER) and not guard.caps("navy.ml", LATER)


def test_a_new_run_over_a_damaged_record_continues_the_copy(damaged: Path) -> None:
    record(damaged, [OTHER])
    guard = load_guard(damaged, required=True)
    assert guard.refuses("army.ml") and guard.refuses("army.example")
    assert guard.clears("navy.ml") and guard.clears("navy.example")


def test_a_refusal_by_the_zones_servers_outlives_damaged_vouches(tmp_path: Path) -> None:
    record(tmp_path, [REFUSING])
    record_vouches(tmp_path, [], {("ml", RAN_AT): frozenset({"navy.ml"})})
    (tmp_path / "guard-vouched.json").write_bytes(b"{")
    for damage in (False, True):
        if damage:
            (tmp_path / "guard.json").write_bytes(b"{")
        guard = load_or_keep(tmp_path, required=True, hours=24).guard
        assert guard.refuses("navy.ml") and guard.refuses("army.ml")


def test_a_refusal_by_the_servers_outlives_a_run_of_the_same_data(tmp_path: Path) -> None:
    """Otherwise the file of yesterday, compared again, would clear a name that was delegated to others today."""
    record(tmp_path, [REFUSING])
    record_vouches(tmp_path, [], {("ml", RAN_AT): frozenset({"navy.ml"})})
    record(tmp_path, [replace(REFUSING, ran_at=RAN_AT + timedelta(hours=14), seen_at=RAN_AT)])
    assert load_guard(tmp_path, required=True).refuses("navy.ml")
    record(tmp_path, [replace(REFUSING, ran_at=RAN_AT + timedelta(hours=15))])
    assert load_guard(tmp_path, required=True).clears("navy.ml"), "newer data"


def test_a_refusal_by_the_servers_is_void_once_the_run_was_replaced(tmp_path: Path) -> None:
    record(tmp_path, [REFUSING])
    record_vouches(tmp_path, [], {("ml", RAN_AT - timedelta(days=1)): frozenset({"navy.ml"})})
    assert not load_guard(tmp_path, required=True).refuses("navy.ml")


def test_a_record_of_an_older_version_gets_its_copy_at_a_load(tmp_path: Path) -> None:
    record(tmp_path, [REFUSING])
    for file in (tmp_path / "kept").iterdir():
        file.unlink()
    told = json.loads((tmp_path / "guard.json").read_bytes())
    del told["digest"], told["lost"]
    (tmp_path / "guard.json").write_text(json.dumps(told))
    keep_copy(tmp_path)
    (tmp_path / "guard.json").write_bytes(b"{")
    assert load_or_keep(tmp_path, required=True, hours=24).guard.clears("navy.ml")


def test_the_first_load_that_found_the_damage_is_known_after_a_restart(damaged: Path) -> None:
    assert load_or_keep(damaged, required=False, hours=24).since is None
    keep_copy(damaged, RAN_AT)
    keep_copy(damaged, LATER)
    assert load_or_keep(damaged, required=False, hours=24).since == RAN_AT
    record(damaged, [OTHER])
    keep_copy(damaged)
    (damaged / "guard.json").write_bytes(b"{")
    assert load_or_keep(damaged, required=False, hours=24).since is None, "that damage is over"


def test_it_is_noted_where_there_is_no_folder_for_copies_yet(damaged: Path) -> None:
    shutil.rmtree(damaged / "kept")
    keep_copy(damaged, RAN_AT)
    assert load_or_keep(damaged, required=False, hours=24).since == RAN_AT


def test_a_record_that_stays_is_not_copied_again(tmp_path: Path) -> None:
    record(tmp_path, [REFUSING])
    before = (tmp_path / "kept" / "guard.json").stat()
    keep_copy(tmp_path)
    after = (tmp_path / "kept" / "guard.json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
