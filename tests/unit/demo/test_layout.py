"""The files that the demo writes are a configuration that any catcher would load."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from catcher import catalogue, config
from catcher.demo.keys import DemoKey
from catcher.demo.layout import lay_out_sink, lay_out_world
from catcher.model.mail.policy import Policy

PORTS = {"host": "127.0.0.1", "dns": 5300, "smtp": 2500, "world": 5301, "unused": 2501, "mail": 2525}


def test_the_sink_has_every_policy_and_asks_the_worlds_dns(tmp_path: Path) -> None:
    sink = config.load_config(lay_out_sink(tmp_path / "sink", PORTS, until=date(2026, 10, 16)))
    held = catalogue.read_catalogue(sink.catalogue.files)
    assert {entry.policy for entry in held} == set(Policy)
    assert [(r.host, r.port) for r in sink.fingerprint.resolvers] == [("127.0.0.1", 5301)]
    assert sink.store.path.is_relative_to(tmp_path)


def test_a_policy_ends_in_the_middle_of_the_month(tmp_path: Path) -> None:
    sink = config.load_config(lay_out_sink(tmp_path / "sink", PORTS, until=date(2026, 10, 16)))
    entry = catalogue.read_catalogue(sink.catalogue.files).get("hosptal.example")
    assert entry is not None
    assert entry.policy_at(datetime(2026, 10, 15, 23, 59, tzinfo=UTC)) is Policy.ACCEPT
    assert entry.policy_at(datetime(2026, 10, 16, tzinfo=UTC)) is Policy.OBSERVE


def test_the_worlds_server_holds_every_organisations_zone(tmp_path: Path, keys: Mapping[str, DemoKey]) -> None:
    world = config.load_config(lay_out_world(tmp_path / "world", PORTS, keys))
    zones = {zone.name for zone in world.dns.zone}
    assert {"contractor.example", "prize.example", "pool.example", "127.in-addr.arpa"} <= zones
    assert len(catalogue.read_catalogue(world.catalogue.files)) == 0
