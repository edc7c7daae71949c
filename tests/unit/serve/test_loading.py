"""The first load after a restart: what the copies in the state folder make good."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catcher.catalogue.guard import Run
from catcher.catalogue.guardrecord import record
from catcher.catalogue.names import SortedNames
from catcher.config import load_config
from catcher.dns import Authority
from catcher.model.serving import KeptPart, ServedPart
from catcher.serve.loading import Before, LoadedDns, LoadedMail, load
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
ROW = ServedPart.ROW, "army.ml"
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

    def kept(self, now: datetime) -> dict[tuple[ServedPart, str], datetime]:
        """Since when parts are kept, after a start with mail."""
        told: list[object] = []
        config = load_config(self.folder / "catcher.toml", files_may_be_missing=True)
        copy = load(config, Before(), ("dns", "smtp"), now, told.append)
        assert copy is not None
        copy()
        loaded = [one for one in told if isinstance(one, LoadedDns | LoadedMail)]
        return {(part.part, part.name): part.since for one in loaded for part in one.kept}


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


def run_of(*cleared: str, ran_at: datetime = NOW) -> Run:
    names = SortedNames.of([name.encode() for name in cleared])
    return Run("ml", ran_at, "ml.zone", 7, frozenset({"army.ml", "fleet.ml", "navy.ml"}.difference(cleared)), names)


def test_a_run_of_the_guard_while_it_was_down_raises_what_it_concerns_alone(node: Node) -> None:
    """Names cleared before and after keep their serials; so they do if the run before is the older one."""
    (node.folder / "catcher.toml").write_text(TOML.replace("[catalogue]\n", '[catalogue]\nguard = "required"\n'))
    state = node.folder / "var"
    record(state, [run_of("army.ml", "fleet.ml", "navy.ml")])
    first = authority(node.start())
    assert risen(serials(first, NOW), serials(authority(node.start()), NOW)) == set()
    record(state, [run_of("army.ml", "fleet.ml", ran_at=LATER)])
    node.write("new.ml,,accept", *ROWS)
    second = authority(node.start(LATER))
    assert risen(serials(first, NOW), serials(second, LATER)) == {"navy.ml"}
    late = NOW + timedelta(days=3)
    lapsed = serials(second, late)
    record(state, [run_of("army.ml", "fleet.ml", "navy.ml", ran_at=late)])
    assert risen(lapsed, serials(authority(node.start(late)), late)) == {"army.ml", "fleet.ml", "navy.ml"}


@pytest.mark.parametrize("harm", ["record", "names", "other"])
def test_a_damaged_copy_of_the_guard_raises_every_serial(node: Node, harm: str) -> None:
    (node.folder / "catcher.toml").write_text(TOML.replace("[catalogue]\n", '[catalogue]\nguard = "required"\n'))
    state = node.folder / "var"
    record(state, [run_of("army.ml", "fleet.ml", "navy.ml")])
    first = authority(node.start())
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
    assert len(risen(serials(first, NOW), serials(authority(node.start(LATER)), LATER))) == 3


def test_without_copies_every_serial_rises(node: Node) -> None:
    first = authority(node.start())
    (node.folder / "var" / "kept" / "catalogue.json").unlink()
    node.write("army.ml,army.mil,null", *ROWS[1:])
    assert len(risen(serials(first, NOW), serials(authority(node.start(LATER)), LATER))) == 3


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


def test_the_time_since_which_a_part_is_kept_outlives_restarts(node: Node) -> None:
    """Of every kind of part, and until the part is mended."""
    toml = (node.folder / "catcher.toml").read_text()
    watched = '[fingerprint]\nwatchlist = "watchlist.csv"\n[[dns.zone]]\nname = "zone.example"\nfile = "zone"\n'
    (node.folder / "catcher.toml").write_text(toml + watched)
    (node.folder / "watchlist.csv").write_text("no header\n")
    (node.folder / "zone").write_text("no zone\n")
    node.write("army.ml,army.mil,nonsense", *ROWS[1:])
    found = [node.kept(NOW + timedelta(hours=hours)) for hours in range(3)]
    assert {since for kept in found for since in kept.values()} == {NOW}
    assert found[0].keys() == {(ServedPart.MAIL, "watchlist.csv"), (ServedPart.ZONE, "zone.example"), ROW}
    (node.folder / "watchlist.csv").write_text("domain,organisation\n")
    assert (ServedPart.MAIL, "watchlist.csv") not in node.kept(NOW + timedelta(hours=3))
    (node.folder / "watchlist.csv").write_text("no header\n")
    again = node.kept(NOW + timedelta(hours=4))
    assert again == dict.fromkeys(again, NOW) | {(ServedPart.MAIL, "watchlist.csv"): NOW + timedelta(hours=4)}


@pytest.mark.parametrize("harm", ["[[]]", "{", '[["mail", "x", 3]]', "[1]"])
def test_a_damaged_note_of_these_times_costs_them_alone(node: Node, harm: str) -> None:
    (node.folder / "catcher.toml").write_text(TOML + '[fingerprint]\nwatchlist = "watchlist.csv"\n')
    node.kept(NOW)
    (node.folder / "var" / "kept" / "since-dns-smtp.json").write_text(harm)
    assert node.kept(LATER) == {(ServedPart.MAIL, "watchlist.csv"): LATER}


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


@pytest.mark.parametrize("how", ["missing", "short", "pipe"])
def test_a_secret_without_which_no_alert_is_sent_is_told(node: Node, how: str) -> None:
    more = '[alerts]\nwebhook = "https://alerts.example/hook"\nsecret = "secret"\n'
    (node.folder / "catcher.toml").write_text(TOML + more)
    match how:
        case "short":
            (node.folder / "secret").write_text("x")
            (node.folder / "secret").chmod(0o600)
        case "pipe":
            os.mkfifo(node.folder / "secret", 0o600)
    assert node.kept(NOW) == {(ServedPart.MAIL, "alerts"): NOW}
