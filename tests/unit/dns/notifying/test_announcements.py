"""Secondaries are notified of the zones with a serial newer than they were told, whatever came between."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from catcher.catalogue import Catalogue, Entry, Guard
from catcher.catalogue.guard import Run
from catcher.catalogue.names import SortedNames
from catcher.dns import Authority
from catcher.dns.answering.secondaries import Secondaries, Secondary
from catcher.dns.notifying import announcements
from catcher.dns.notifying.announcements import ANNOUNCED_FILE, MAX_ANNOUNCED, NotifiedSerials
from catcher.dns.notifying.notify import request
from catcher.dns.zones.catalogzone import CatalogZone
from catcher.dns.zones.publication import Publications
from catcher.dns.zones.serials import GivenSerial, Serials
from catcher.dns.zones.template import Ours, complete
from catcher.model.mail.policy import Policy
from tests.support.dnsserver.serving import NOW, entry, zone

SERIAL = int(NOW.timestamp())
ROWS = [entry("army.ml"), entry("navy.ml")]
SECONDARY = Secondary("192.0.2.53", 53, None)
LATER = NOW + timedelta(minutes=1)


def served(
    rows: list[Entry],
    changed: dict[str, int] | None = None,
    *,
    base: int = SERIAL,
    catalog_serial: int = SERIAL,
    zones: Any = None,
    guard: Guard | None = None,
    secondary: Secondary = SECONDARY,
) -> Authority:
    catalogue = Catalogue.of(rows, guard=guard)
    publications = Publications(complete({}, Ours("mx.sink.example", ("ns1.sink.example",), ())), base)
    given = {name: GivenSerial(serial, SERIAL) for name, serial in (changed or {}).items()}
    catalog = CatalogZone("catalog.example", catalogue, GivenSerial(catalog_serial, SERIAL), "ns1.sink.example")
    serials = Serials(GivenSerial(base, SERIAL), given, NOW)
    secondaries = Secondaries([secondary], zones or ())
    return Authority(catalogue, publications, zones or {}, catalog=catalog, serials=serials, secondaries=secondaries)


def due(authority: Authority, told: NotifiedSerials, now: Any = NOW) -> list[str]:
    (secondary,) = authority.secondaries.all
    return [name for name, _ in announcements.due(authority, secondary, told, now)]


def told(authority: Authority, now: Any = NOW) -> NotifiedSerials:
    """A secondary that answered everything due."""
    serials = NotifiedSerials()
    (secondary,) = authority.secondaries.all
    answered = dict(announcements.due(authority, secondary, serials, now))
    announcements.note(authority, secondary, serials, answered, now, all_told=True)
    return serials


def test_at_first_everything(tmp_path: Path) -> None:
    whole = {"zone.example": zone(tmp_path, "")}
    assert due(served(ROWS, zones=whole), NotifiedSerials()) == [
        "catalog.example",
        "zone.example",
        "army.ml",
        "navy.ml",
    ]


def test_without_a_change_nothing() -> None:
    authority = served(ROWS)
    assert not due(authority, told(authority)) and not due(authority, told(authority), NOW + timedelta(days=9))


def test_after_a_reload_the_names_that_changed() -> None:
    after = served([*ROWS, entry("new.ml")], {"navy.ml": SERIAL + 1, "new.ml": SERIAL + 1}, catalog_serial=SERIAL + 1)
    assert due(after, told(served(ROWS))) == ["catalog.example", "navy.ml", "new.ml"]


def test_a_reload_before_the_first_was_told_loses_nothing() -> None:
    """The names differ between two reloads, not the serials that the secondary was told: also among very many names."""
    rows = [*ROWS, *(entry(f"d{number}.ml") for number in range(MAX_ANNOUNCED + 1))]
    known = told(served(rows))
    changed = {"army.ml": SERIAL + 1}
    assert due(served(rows, changed), known) == ["army.ml"]
    assert due(served(rows, {**changed, "navy.ml": SERIAL + 2}), known) == ["army.ml", "navy.ml"]


def test_a_secondary_that_was_down_is_told_the_rest() -> None:
    """What it answered is not repeated; what it didn't answer stays due, also after a restart."""
    authority = served(ROWS)
    known = NotifiedSerials()
    announcements.note(authority, SECONDARY, known, {"army.ml": SERIAL, "catalog.example": SERIAL}, NOW, all_told=False)
    assert due(authority, known) == ["navy.ml"]
    assert due(served(ROWS, {"army.ml": SERIAL + 1}), known) == ["army.ml", "navy.ml"]


def test_too_many_are_left_to_the_refresh(caplog: pytest.LogCaptureFixture) -> None:
    rows = [entry(f"d{number}.ml") for number in range(MAX_ANNOUNCED + 1)]
    assert due(served(rows), NotifiedSerials()) == ["catalog.example"]
    assert "SOA's refresh" in caplog.text


def test_a_row_that_turns_at_midnight() -> None:
    authority = served([entry("army.ml", until=date(2026, 11, 4), then=Policy.NULL), entry("navy.ml")])
    known, tomorrow = told(authority), NOW.replace(hour=0) + timedelta(days=1)
    assert due(authority, known, tomorrow) == ["army.ml"]
    assert not due(authority, told(authority, tomorrow), tomorrow)


def test_names_that_a_required_guard_clears_no_longer() -> None:
    run = Run("ml", NOW, "ml.zone", 1, frozenset(), SortedNames.of([b"army.ml", b"navy.ml"]))
    guard = Guard(required=True, runs=[run])
    authority = served([*ROWS, entry("quiet.ml", Policy.NULL)], guard=guard)
    lapsed = NOW + timedelta(hours=24) + timedelta(seconds=1)
    assert due(authority, told(authority), lapsed) == ["army.ml", "navy.ml"]
    assert not due(authority, told(authority, lapsed), lapsed)


def test_a_changed_zone(tmp_path: Path) -> None:
    authority = served([], zones={"zone.example": zone(tmp_path, "")})
    known = told(authority)
    known.zones["zone.example"] += 1
    assert due(authority, known) == ["zone.example"]


def test_each_secondary_hears_of_the_zones_that_it_copies(tmp_path: Path) -> None:
    zones = {"zone.example": zone(tmp_path, ""), "two.example": zone(tmp_path, "")}
    only = Secondary("192.0.2.53", 53, None, zones=frozenset({"zone.example"}), catalogue=False)
    assert due(served(ROWS, zones=zones, secondary=only), NotifiedSerials()) == ["zone.example"]


def test_a_released_name_is_not_announced() -> None:
    assert due(served([entry("army.ml", Policy.RELEASE)]), NotifiedSerials()) == ["catalog.example"]


def test_what_was_told_is_kept(tmp_path: Path) -> None:
    kept = {
        "192.0.2.53:53": NotifiedSerials({"zone.example": 2}, 3, 4.5, {"army.ml": 7}),
        "[::1]:53": NotifiedSerials(),
    }
    announcements.write(tmp_path, kept)
    assert announcements.read(tmp_path) == kept
    for damaged in ("", "[]", '{"a": 1}', '{"a": {"zones": 1}}', "\xff", "[" * 5000):
        (tmp_path / ANNOUNCED_FILE).write_text(damaged, encoding="latin-1")
        assert announcements.read(tmp_path) == {}


def test_a_folder_that_cant_be_written_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    announcements.write(tmp_path / "absent", {})
    assert "can't be kept" in caplog.text


def test_the_request(tmp_path: Path) -> None:
    """RFC 1996 §3.7: opcode 4, AA, the zone's SOA as the question."""
    assert request("army.ml", 7) == b"\0\7\x24\0\0\1" + bytes(6) + b"\4army\2ml\0\0\6\0\1"


def test_two_sections_for_one_address_lose_no_name() -> None:
    """A section that copies no catalogued name says nothing of those that the other one owes."""
    hosted = Secondary("192.0.2.53", 53, None, zones=frozenset({"zone.example"}), catalogue=False)
    authority, known = served(ROWS), NotifiedSerials()
    announcements.note(authority, hosted, known, {}, NOW, all_told=True)
    assert due(authority, known) == ["catalog.example", "army.ml", "navy.ml"]
