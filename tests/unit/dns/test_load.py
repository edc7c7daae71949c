"""Configuration and catalogue become an Authority, or a list of all that is wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from catcher import catalogue
from catcher.catalogue import Catalogue
from catcher.dns import load
from catcher.dns.serial import FILE
from catcher.model.errors import ConfigurationError
from tests.unit.dns.serving import HEAD, NOW, ask, lines, serving, settings


def told(folder: Path, error: ConfigurationError) -> list[str]:
    return [str(fault).replace(f"{folder}/", "") for fault in error.faults]


def test_every_fault_of_every_file_at_once(tmp_path: Path) -> None:
    zones = {
        "good.example": HEAD,
        "bad.example": HEAD + "a A nonsense\n",
        "worse.example": HEAD + "a CNAME b\na TXT x\nelsewhere.test. A 192.0.2.1\n",
        "hq.army.ml": HEAD,
        "army.ml": HEAD,
    }
    made = settings(tmp_path, template="$TTL 300\n@ A 192.0.2.1\n@ TXT x\n@ CNAME a.\n", zones=zones)
    with pytest.raises(ConfigurationError) as raised:
        load(made, catalogue.load(made.catalogue.files), now=NOW)
    assert [fault.partition(";")[0] for fault in told(tmp_path, raised.value)] == [
        "template.zone:2: A is not allowed for a catalogued name",
        "template.zone:4: CNAME is not allowed for a catalogued name",
        "catcher.toml: dns.zone[3].name: hq.army.ml is at or below the catalogued name army.ml (catalogue.csv:2)",
        "catcher.toml: dns.zone[4].name: army.ml is at or below the catalogued name army.ml (catalogue.csv:2)",
        "bad.example.zone:4: Text input is malformed",
        "worse.example.zone:6: the record lies outside of worse.example",
    ]


def test_a_zone_above_a_catalogued_name_is_right(tmp_path: Path) -> None:
    authority = serving(tmp_path, ("army.land.example",), zones={"land.example": HEAD})
    assert lines(ask(authority, "army.land.example", "MX"))[1] == "answer army.land.example. 300 MX 10 mx.sink.example."


def test_a_check_leaves_the_state_folder_alone(tmp_path: Path) -> None:
    made = settings(tmp_path)
    load(made, catalogue.load(made.catalogue.files), now=NOW, keep_serial=False)
    assert not (made.node.state / FILE).exists()


def serial(folder: Path, rows: tuple[str, ...], *, hours: int, template: str = "") -> int:
    authority = serving(folder, rows, template=template, now=NOW + timedelta(hours=hours))
    return int(ask(authority, rows[0].partition(",")[0], "SOA").answer[0][0].serial)


def test_the_serial_rises_with_every_change_and_only_then(tmp_path: Path) -> None:
    first = serial(tmp_path, ("army.ml",), hours=0)
    assert first == int(NOW.timestamp())
    assert serial(tmp_path, ("army.ml",), hours=1) == first
    row = serial(tmp_path, ("army.ml,,null",), hours=2)
    record = serial(tmp_path, ("army.ml,,null",), hours=3, template="@ 60 TXT x\n")
    ttl = serial(tmp_path, ("army.ml,,null",), hours=4, template="@ 61 TXT x\n")
    assert first < row < record < ttl
    assert serial(tmp_path, ("army.ml,,null",), hours=5, template="; a comment\n@ 61 TXT x\n") == ttl


def test_the_built_in_template_and_the_example_files_are_right(tmp_path: Path) -> None:
    import catcher

    folder = Path(catcher.__file__).parent / "zonefiles"
    text = (folder / "sink.example.zone").read_text()
    rows = tuple((folder / "catalogue.csv").read_text().splitlines()[1:])
    authority = serving(tmp_path, rows, zones={"sink.example": text})
    assert lines(ask(authority, "mx.sink.example", "A")) == ["NOERROR aa", "answer mx.sink.example. 3600 A 192.0.2.25"]
    assert lines(ask(authority, "army.ml", "MX")) == ["NOERROR aa", "answer army.ml. 300 MX 10 mx.sink.example."]


def test_an_empty_catalogue_serves_the_zones(tmp_path: Path) -> None:
    made = settings(tmp_path, (), zones={"zone.example": HEAD})
    authority = load(made, Catalogue.of([]), now=NOW)
    assert lines(ask(authority, "zone.example", "NS"))[0] == "NOERROR aa"
