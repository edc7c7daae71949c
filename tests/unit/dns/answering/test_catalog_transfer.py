"""The catalog zone: its serial rises with members and properties alone, and IXFR brings what changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catcher.catalogue import Catalogue, Entry
from catcher.dns import Authority
from catcher.dns.answering.secondaries import Secondaries, Secondary
from catcher.dns.zones.catalogzone import CatalogDifference, CatalogGroup, CatalogZone
from catcher.model.mail.policy import Policy
from tests.support.dnsserver.serving import NOW, PUBLICATIONS, entry
from tests.support.dnsserver.transfers import HOST, KEY, Many, ask, messages, records


def test_the_serial_of_the_catalog_zone_rises_when_a_member_leaves(tmp_path: Path) -> None:
    """A row may end at midnight without a reload; a midnight at which no member leaves changes nothing."""
    rows = [entry("army.ml", until=date(2026, 11, 5), then=Policy.RELEASE), entry("navy.ml", until=date(2026, 11, 4))]
    catalog = CatalogZone("catalog.example", Catalogue.of(rows), 7, "ns1.sink.example")
    leaves = datetime(2026, 11, 5, tzinfo=UTC)
    assert [catalog.serial(at) for at in (NOW, NOW + timedelta(hours=13), leaves, leaves + timedelta(days=9))] == [
        7,
        7,
        int(leaves.timestamp()),
        int(leaves.timestamp()),
    ]
    assert catalog.serial(NOW) == 7


def catalog_of(rows: list[Entry], serial: int, *journal: CatalogDifference, **more: Any) -> Authority:
    catalogue = Catalogue.of(rows)
    catalog = CatalogZone("catalog.example", catalogue, serial, "ns1.sink.example", journal=journal, **more)
    secondaries = Secondaries([Secondary(HOST, 53, KEY)])
    return Authority(catalogue, PUBLICATIONS, {}, secondaries=secondaries, catalog=catalog)


STEPS = (
    CatalogDifference(5, 6, {"gone.ml": ("", None), "army.ml": (None, "")}),
    CatalogDifference(6, 7, {"navy.ml": (None, ""), "brief.ml": (None, "")}),
    CatalogDifference(7, 8, {"brief.ml": ("", None)}),
)
MEMBERS = [entry("army.ml"), entry("navy.ml"), *(entry(f"d{n}.ml") for n in range(9))]


def test_ixfr_of_the_catalog_zone_brings_what_changed() -> None:
    """RFC 1995 §4: the new SOA, the old one with the records that went, the new one with those that came, the new
    one; steps are condensed, so a member that came and went is in neither list."""
    server = catalog_of(MEMBERS, 8, *STEPS)
    told = [line.split(maxsplit=1)[1] for line in records(server, "catalog.example", qtype="IXFR", serial=5)]
    soas = [int(line.split()[5]) for line in told if " SOA " in line]
    assert soas == [8, 5, 8, 8]
    assert [line.split()[-1] for line in told if " SOA " not in line] == ["gone.ml.", "army.ml.", "navy.ml."]
    assert [" SOA " in line for line in told] == [True, True, False, True, False, False, True]
    short, _ = ask(server, "catalog.example", "IXFR", serial=5)
    assert short.transfer is not None and short.transfer.is_short and len(short.wire) < 700


@pytest.mark.parametrize("serial", [4, 2**32 - 1])
def test_a_copy_older_than_the_journal_gets_the_whole_zone(serial: int) -> None:
    told = records(catalog_of(MEMBERS, 8, *STEPS), "catalog.example", qtype="IXFR", serial=serial)
    assert sum(" PTR " in line for line in told) == len(MEMBERS) and sum(" SOA " in line for line in told) == 2


def test_one_change_among_many_members_is_short() -> None:
    catalog = CatalogZone(
        "catalog.example",
        Catalogue(Many()),
        2,
        "ns1.sink.example",
        journal=[CatalogDifference(1, 2, {"d7.ml": (None, "")})],
        ending={},
    )
    server = Authority(
        Catalogue(Many()), PUBLICATIONS, {}, secondaries=Secondaries([Secondary(HOST, 53, KEY)]), catalog=catalog
    )
    sizes = [len(wire) for wire in messages(ask(server, "catalog.example", "IXFR", serial=1)[0])]
    assert len(sizes) == 1 and sizes[0] < 1_000


@pytest.mark.parametrize(
    ("group", "value"),
    [(CatalogGroup.POLICY, "accept"), (CatalogGroup.PARENT, "ml"), (CatalogGroup.FILE, "catalogue")],
)
def test_the_property_group(group: CatalogGroup, value: str) -> None:
    """RFC 9432 §4.4.2."""
    told = records(catalog_of([entry("army.ml")], 1, group=group), "catalog.example")
    (pointer,) = (line.split()[0] for line in told if " PTR " in line)
    assert f'group.{pointer} 0 IN TXT "{value}"' in told


def test_a_changed_group_leaves_the_member() -> None:
    """RFC 9432 §5.4: a member whose PTR went would be reset."""
    server = catalog_of(
        [entry("army.ml", Policy.NULL), entry("navy.ml")],
        2,
        CatalogDifference(1, 2, {"army.ml": ("accept", "null")}),
        group=CatalogGroup.POLICY,
    )
    told = records(server, "catalog.example", qtype="IXFR", serial=1)
    assert [line.split(maxsplit=4)[3:] for line in told if " SOA " not in line] == [
        ["TXT", '"accept"'],
        ["TXT", '"null"'],
    ]
