"""Secondaries are notified of the zones that changed since the last NOTIFY, and of no other."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from catcher.catalogue import Catalogue, Entry
from catcher.dns import Authority
from catcher.dns.notifying.announcements import ANNOUNCED_FILE, MAX_ANNOUNCED, AnnouncedSerials, current, due
from catcher.dns.notifying.notify import request
from catcher.dns.zones.catalogzone import CatalogZone
from catcher.dns.zones.publication import Publications
from catcher.dns.zones.template import Ours, complete
from catcher.model.mail.policy import Policy
from tests.support.dnsserver.serving import NOW, entry, zone

SERIAL = int(NOW.timestamp())
ROWS = [entry("army.ml"), entry("navy.ml")]


def served(rows: list[Entry], *, serial: int = SERIAL, template: str = "t", zones: Any = None) -> Authority:
    publications = Publications(complete({}, Ours("mx.sink.example", ("ns1.sink.example",), ())), serial)
    catalog = CatalogZone("catalog.example", Catalogue.of(rows), serial, "ns1.sink.example")
    return Authority(Catalogue.of(rows), publications, zones or {}, catalog=catalog, template=template)


def test_at_first_everything(tmp_path: Path) -> None:
    whole = {"zone.example": zone(tmp_path, "")}
    assert list(due(served(ROWS, zones=whole), None, AnnouncedSerials(), NOW)) == [
        "catalog.example",
        "zone.example",
        "army.ml",
        "navy.ml",
    ]


def test_without_a_change_nothing() -> None:
    authority = served(ROWS)
    assert not list(due(authority, None, current(authority, NOW), NOW))


def test_after_a_reload_the_rows_that_changed() -> None:
    before = served(ROWS)
    after = served([entry("army.ml"), entry("navy.ml", Policy.NULL), entry("new.ml")], serial=SERIAL + 1)
    assert list(due(after, before, current(before, NOW), NOW)) == ["catalog.example", "navy.ml", "new.ml"]


def test_a_changed_template_changes_every_name() -> None:
    before, after = served(ROWS), served(ROWS, serial=SERIAL + 1, template="another")
    assert list(due(after, before, current(before, NOW), NOW)) == ["catalog.example", "army.ml", "navy.ml"]


def test_too_many_are_left_to_the_refresh() -> None:
    rows = [entry(f"d{number}.ml") for number in range(MAX_ANNOUNCED + 1)]
    assert list(due(served(rows), None, AnnouncedSerials(), NOW)) == ["catalog.example"]


def test_a_row_that_turns_at_midnight() -> None:
    turning = entry("army.ml", until=date(2026, 11, 4), then=Policy.NULL)
    authority = served([turning, entry("navy.ml")])
    told, tomorrow = current(authority, NOW), NOW.replace(hour=0) + timedelta(days=1)
    assert list(due(authority, None, told, tomorrow)) == ["catalog.example", "army.ml"]
    assert not list(due(authority, None, current(authority, tomorrow), tomorrow))


def test_a_changed_zone(tmp_path: Path) -> None:
    authority = served([], zones={"zone.example": zone(tmp_path, "")})
    told = current(authority, NOW)
    assert list(
        due(authority, None, AnnouncedSerials({"zone.example": 2}, told.catalogue, told.catalog_zone, told.day), NOW)
    ) == ["zone.example"]


def test_what_was_told_is_kept(tmp_path: Path) -> None:
    told = AnnouncedSerials({"zone.example": 2}, 3, 4, "2026-11-03")
    told.keep(tmp_path)
    assert AnnouncedSerials.read(tmp_path) == told
    for damaged in ("", "[]", '{"zones": 1}', "\xff"):
        (tmp_path / ANNOUNCED_FILE).write_text(damaged, encoding="latin-1")
        assert AnnouncedSerials.read(tmp_path) == AnnouncedSerials()


def test_the_request(tmp_path: Path) -> None:
    """RFC 1996 §3.7: opcode 4, AA, the zone's SOA as the question."""
    assert request("army.ml", 7) == b"\0\7\x24\0\0\1" + bytes(6) + b"\4army\2ml\0\0\6\0\1"
