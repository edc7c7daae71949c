"""Loads of what DNS serves: what the copies in the state folder make good after a restart, and members' groups."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catcher.catalogue.guard import Run
from catcher.catalogue.guardrecord import record
from catcher.catalogue.names import SortedNames
from catcher.config import load_config
from catcher.dns import Authority
from catcher.dns.zones.serials import is_newer
from catcher.model.serving import KeptPart, ServedPart
from catcher.serve.loading import Before, LoadedDns, load
from tests.support.dnsserver.serials import risen, serials

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TOML = """
[dns]
listen = ["127.0.0.1:5300"]
nameservers = ["ns1.sink.example"]
catalog_zone = "catalog.example"
[[dns.secondary]]
address = "192.0.2.53:53"
[smtp]
hostname = "mx.sink.example"
listen = ["127.0.0.1:2500"]
[catalogue]
files = ["catalogue.csv"]
"""
ROWS = ("army.ml,army.mil,accept", "navy.ml,navy.mil,accept", "fleet.ml,,accept")


class Node:
    """A server's folder; ``start`` is its first load, with the copies written after it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "catcher.toml").write_text(TOML)
        self.write(*ROWS)

    def write(self, *rows: str) -> None:
        (self.folder / "catalogue.csv").write_text("\n".join(("domain,intended,policy", *rows, "")))

    def start(self, now: datetime = NOW, before: LoadedDns | None = None) -> LoadedDns:
        told: list[object] = []
        copy = load(load_config(self.folder / "catcher.toml"), Before(before), ("dns",), now, told.append)
        assert copy is not None
        copy()
        (loaded,) = (one for one in told if isinstance(one, LoadedDns))
        return loaded


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def authority(loaded: LoadedDns) -> Authority:
    assert loaded.authority is not None
    return loaded.authority


def guard_parts(loaded: LoadedDns) -> list[KeptPart]:
    return [part for part in loaded.kept if part.part is ServedPart.GUARD]


def test_a_row_that_changed_while_the_server_was_down_raises_its_own_serial_alone(node: Node) -> None:
    first = authority(node.start())
    node.write("army.ml,army.mil,null", *ROWS[1:], "new.ml,,accept")
    started = node.start(LATER)
    second = authority(started)
    assert started.rows.restored is None, "the parent needn't take it"
    assert risen(serials(first, NOW), serials(second, LATER)) == {"army.ml"}
    assert first.catalog is not None and second.catalog is not None
    assert second.catalog.records_since(first.catalog.serial(NOW), LATER) is not None, "secondaries get the difference"


def test_a_row_that_was_removed_and_a_refusal_that_began_while_it_was_down(node: Node) -> None:
    first = authority(node.start())
    node.write(*ROWS[1:])
    record(node.folder / "var", [Run("ml", LATER, "ml.zone", 7, frozenset({"navy.ml"}), SortedNames(b""))])
    second = authority(node.start(LATER))
    assert risen(serials(first, NOW), serials(second, LATER)) == {"navy.ml"}
    assert "army.ml" not in second.catalogue


def test_without_copies_every_serial_rises(node: Node) -> None:
    first = authority(node.start())
    (node.folder / "var" / "kept" / "catalogue.json").unlink()
    node.write("army.ml,army.mil,null", *ROWS[1:])
    assert len(risen(serials(first, NOW), serials(authority(node.start(LATER)), LATER))) == 3


GROUPED = TOML.replace('"catalog.example"', '"catalog.example"\ncatalog_group = "file"').replace(
    '["catalogue.csv"]', '["catalogue.csv", "navy.csv"]'
)


@pytest.fixture
def grouped(node: Node) -> Node:
    """Members have the name of their file as their group; two files."""
    (node.folder / "catcher.toml").write_text(GROUPED)
    node.write(*ROWS[:2])
    (node.folder / "navy.csv").write_text("domain,intended,policy\nfleet.ml,,accept\n")
    return node


@pytest.mark.parametrize("restarted", [False, True])
def test_a_row_that_moved_to_another_file_has_its_group_and_raises_the_catalog(grouped: Node, restarted: bool) -> None:
    """RFC 9432 §4.4.2; the zone of the name is as before, so no other serial rises, and the difference is short."""
    loaded = grouped.start()
    grouped.write(*ROWS[:1])
    (grouped.folder / "navy.csv").write_text("domain,intended,policy\nfleet.ml,,accept\nnavy.ml,,accept\n")
    first, second = authority(loaded), authority(grouped.start(LATER, None if restarted else loaded))
    assert groups(second, LATER) == {"army.ml": "catalogue", "navy.ml": "navy", "fleet.ml": "navy"}
    assert not risen(serials(first, NOW), serials(second, LATER))
    assert changed_groups(first, second) == {"navy.ml": ("catalogue", "navy")}


@pytest.mark.parametrize("restarted", [False, True])
def test_a_file_of_another_name_changes_the_group_of_its_rows(grouped: Node, restarted: bool) -> None:
    loaded = grouped.start()
    (grouped.folder / "navy.csv").rename(grouped.folder / "fleet.csv")
    (grouped.folder / "catcher.toml").write_text(GROUPED.replace("navy.csv", "fleet.csv"))
    first, second = authority(loaded), authority(grouped.start(LATER, None if restarted else loaded))
    assert groups(second, LATER)["fleet.ml"] == "fleet"
    assert not risen(serials(first, NOW), serials(second, LATER))
    assert changed_groups(first, second) == {"fleet.ml": ("navy", "fleet")}


def test_a_moved_row_raises_no_catalog_whose_groups_are_others(grouped: Node) -> None:
    (grouped.folder / "catcher.toml").write_text(GROUPED.replace('"file"', '"policy"'))
    loaded = grouped.start()
    grouped.write(*ROWS[:1])
    (grouped.folder / "navy.csv").write_text("domain,intended,policy\nfleet.ml,,accept\nnavy.ml,,accept\n")
    assert changed_groups(authority(loaded), authority(grouped.start(LATER, loaded))) == {}


def groups(served: Authority, now: datetime) -> dict[str, str | None]:
    assert served.catalog is not None
    return {entry.domain: served.catalog.state(entry, now) for entry in served.catalogue}


def changed_groups(first: Authority, second: Authority) -> dict[str, tuple[str | None, str | None]]:
    """The difference that a secondary gets; the catalog's serial has to be newer if there is one."""
    assert first.catalog is not None and second.catalog is not None
    before, after = first.catalog.serial(NOW), second.catalog.serial(LATER)
    steps = [step for step in second.catalog.journal if is_newer(step.after, before)]
    assert bool(steps) is (before != after)
    assert not steps or second.catalog.records_since(before, LATER) is not None
    found: dict[str, tuple[str | None, str | None]] = {}
    for step in steps:
        assert step.members is not None
        found.update(step.members)
    return found


@pytest.mark.parametrize("has_copy", [True, False])
def test_a_damaged_record_of_the_guard_after_a_restart(node: Node, has_copy: bool) -> None:
    """The refusal stands, with the guard off; the part tells since when, and of which time the runs are."""
    state = node.folder / "var"
    record(state, [Run("ml", NOW, "ml.zone", 7, frozenset({"navy.ml"}), SortedNames(b"army.ml\n"))])
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


def test_a_record_damaged_while_the_server_runs(node: Node) -> None:
    state = node.folder / "var"
    record(state, [Run("ml", NOW, "ml.zone", 7, frozenset({"navy.ml"}), SortedNames(b"army.ml\n"))])
    running = node.start()
    for file in (state / "guard.json", state / "kept" / "guard.json"):
        file.write_text("{")
    for hours in (1, 2):
        running = node.start(NOW + timedelta(hours=hours), before=running)
        (part,) = guard_parts(running)
        assert (part.since, part.serves) == (LATER, NOW)
        guard = running.catalogue.guard
        assert guard is not None and guard.refuses("navy.ml") and not guard.lost
