"""Catalogue, guard and zones: after a restart, what the copies in the state folder make good."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from catcher.catalogue.guard import Run
from catcher.catalogue.guardrecord import record
from catcher.catalogue.names import SortedNames
from catcher.model.serving import KeptPart, ServedPart
from catcher.serve.loading.loaded import LoadedDns
from tests.support.dnsserver.serials import risen, serials
from tests.support.loadingnode import LATER, LOADED_AT, NODE_TOML, ROWS, LoadingNode, authority_of


def guard_parts(loaded: LoadedDns) -> list[KeptPart]:
    return [part for part in loaded.kept if part.part is ServedPart.GUARD]


def test_a_row_that_changed_while_the_server_was_down_raises_its_own_serial_alone(node: LoadingNode) -> None:
    first = authority_of(node.start())
    node.write("army.ml,army.mil,null", *ROWS[1:], "new.ml,,accept")
    started = node.start(LATER)
    second = authority_of(started)
    assert started.rows.restored is None, "the parent needn't take it"
    assert risen(serials(first, LOADED_AT), serials(second, LATER)) == {"army.ml"}
    assert first.catalog is not None and second.catalog is not None
    assert second.catalog.records_since(first.catalog.serial(LOADED_AT), LATER) is not None, (
        "secondaries get the difference"
    )


def test_a_row_that_was_removed_and_a_refusal_that_began_while_it_was_down(node: LoadingNode) -> None:
    first = authority_of(node.start())
    node.write(*ROWS[1:])
    record(node.folder / "var", [Run("ml", LATER, "ml.zone", 7, frozenset({"navy.ml"}), SortedNames(b""))])
    second = authority_of(node.start(LATER))
    assert risen(serials(first, LOADED_AT), serials(second, LATER)) == {"navy.ml"}
    assert "army.ml" not in second.catalogue


def run_of(*cleared: str, ran_at: datetime = LOADED_AT) -> Run:
    names = SortedNames.of([name.encode() for name in cleared])
    return Run("ml", ran_at, "ml.zone", 7, frozenset({"army.ml", "fleet.ml", "navy.ml"}.difference(cleared)), names)


def test_a_run_of_the_guard_while_it_was_down_raises_what_it_concerns_alone(node: LoadingNode) -> None:
    """Names cleared before and after keep their serials; so they do if the run before is the older one."""
    (node.folder / "catcher.toml").write_text(NODE_TOML.replace("[catalogue]\n", '[catalogue]\nguard = "required"\n'))
    state = node.folder / "var"
    record(state, [run_of("army.ml", "fleet.ml", "navy.ml")])
    first = authority_of(node.start())
    assert risen(serials(first, LOADED_AT), serials(authority_of(node.start()), LOADED_AT)) == set()
    record(state, [run_of("army.ml", "fleet.ml", ran_at=LATER)])
    node.write("new.ml,,accept", *ROWS)
    second = authority_of(node.start(LATER))
    assert risen(serials(first, LOADED_AT), serials(second, LATER)) == {"navy.ml"}
    late = LOADED_AT + timedelta(days=3)
    lapsed = serials(second, late)
    record(state, [run_of("army.ml", "fleet.ml", "navy.ml", ran_at=late)])
    assert risen(lapsed, serials(authority_of(node.start(late)), late)) == {"army.ml", "fleet.ml", "navy.ml"}


@pytest.mark.parametrize("harm", ["record", "names", "other"])
def test_a_damaged_copy_of_the_guard_raises_every_serial(node: LoadingNode, harm: str) -> None:
    (node.folder / "catcher.toml").write_text(NODE_TOML.replace("[catalogue]\n", '[catalogue]\nguard = "required"\n'))
    state = node.folder / "var"
    record(state, [run_of("army.ml", "fleet.ml", "navy.ml")])
    first = authority_of(node.start())
    copy = state / "kept" / "served-guard.json"
    match harm:
        case "record":
            copy.write_text("{")
        case "names":
            for file in (state / "kept" / "served-guard").iterdir():
                file.unlink()
        case "other":
            copy.write_text(copy.read_text().replace('"hours": 24', '"hours": 25'))
    record(state, [run_of("army.ml", "fleet.ml", ran_at=LATER)])
    assert len(risen(serials(first, LOADED_AT), serials(authority_of(node.start(LATER)), LATER))) == 3


def test_without_copies_every_serial_rises(node: LoadingNode) -> None:
    first = authority_of(node.start())
    (node.folder / "var" / "kept" / "catalogue.json").unlink()
    node.write("army.ml,army.mil,null", *ROWS[1:])
    assert len(risen(serials(first, LOADED_AT), serials(authority_of(node.start(LATER)), LATER))) == 3


@pytest.mark.parametrize("has_copy", [True, False])
def test_a_damaged_record_of_the_guard_after_a_restart(node: LoadingNode, has_copy: bool) -> None:
    """The refusal stands, with the guard off; the part tells since when, and of which time the runs are."""
    state = node.folder / "var"
    record(state, [Run("ml", LOADED_AT, "ml.zone", 7, frozenset({"navy.ml"}), SortedNames(b"army.ml\n"))])
    node.start()
    (state / "guard.json").write_text("{")
    if not has_copy:
        (state / "kept" / "guard.json").unlink()
    for now in (LATER, LATER + timedelta(hours=1)):
        loaded = node.start(now)
        (part,) = guard_parts(loaded)
        assert (part.since, part.serves is not None) == (LATER, has_copy)
        capped = {entry.domain for entry in loaded.catalogue if not loaded.catalogue.policy_at(entry, now).above_null}
        assert capped == ({"navy.ml"} if has_copy else {"army.ml", "navy.ml", "fleet.ml"})
    record(state, [Run("ml", now, "ml.zone", 8, frozenset(), SortedNames(b"army.ml\n"))])
    assert guard_parts(node.start(now, before=loaded)) == []


def test_a_record_damaged_while_the_server_runs(node: LoadingNode) -> None:
    state = node.folder / "var"
    record(state, [Run("ml", LOADED_AT, "ml.zone", 7, frozenset({"navy.ml"}), SortedNames(b"army.ml\n"))])
    running = node.start()
    for file in (state / "guard.json", state / "kept" / "guard.json"):
        file.write_text("{")
    for hours in (1, 2):
        running = node.start(LOADED_AT + timedelta(hours=hours), before=running)
        (part,) = guard_parts(running)
        assert (part.since, part.serves) == (LATER, LOADED_AT)
        guard = running.catalogue.guard
        assert guard is not None and guard.refuses("navy.ml") and not guard.lost


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("renamed", [False, True], ids=["moved", "file renamed"])
def test_a_row_in_another_file_raises_the_catalog_zone_whose_group_is_the_file(
    node: LoadingNode, restarted: bool, renamed: bool
) -> None:
    """The property ``group`` of its member changed; no name publishes anything else."""
    toml = NODE_TOML.replace("[dns]\n", '[dns]\ncatalog_group = "file"\n')
    (node.folder / "catcher.toml").write_text(toml.replace('"catalogue.csv"', '"catalogue.csv", "other.csv"'))
    (node.folder / "other.csv").write_text("domain,intended,policy\nfort.ml,,accept\n")
    before = node.start()
    first, wanted = authority_of(before), {"fort.ml": ("other", "third")}
    if renamed:
        (node.folder / "other.csv").rename(node.folder / "third.csv")
        (node.folder / "catcher.toml").write_text(toml.replace('"catalogue.csv"', '"catalogue.csv", "third.csv"'))
    else:
        node.write(*ROWS[1:])
        (node.folder / "other.csv").write_text(f"domain,intended,policy\nfort.ml,,accept\n{ROWS[0]}\n")
        wanted = {"army.ml": ("catalogue", "other")}
    second = authority_of(node.start(LATER, None if restarted else before))
    assert first.catalog is not None and second.catalog is not None
    assert second.catalog.serial(LATER) > first.catalog.serial(LOADED_AT)
    assert second.catalog.journal[-1].members == wanted
    assert not risen(serials(first, LOADED_AT), serials(second, LATER))


def test_a_disk_without_room_for_copies_harms_no_load(node: LoadingNode, caplog: pytest.LogCaptureFixture) -> None:
    node.zones("a.example")
    (node.folder / "var").mkdir()
    (node.folder / "var" / "kept").write_text("no folder")
    loaded = node.start()
    assert len(loaded.catalogue) == 3 and "a.example" in authority_of(loaded).zones
    assert "no copy of the catalogue is kept" in caplog.text and "copies of the zones can't be written" in caplog.text
