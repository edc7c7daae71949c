"""The catalogue as delegations for the TLD's zone: only names that nobody else uses."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import dns.zone
import pytest

from catcher.catalogue import Catalogue, Guard
from catcher.catalogue.export import LeftOut, deliverable, export
from catcher.catalogue.guard import Run
from catcher.catalogue.names import SortedNames
from catcher.model.mail.policy import Policy
from tests.support.dnsserver.serving import entry

NOW = datetime(2026, 11, 30, tzinfo=UTC)
SERVERS = ("ns1.sink.example", "ns2.sink.example")
ENTRIES = (entry("army.ml"), entry("gone.ml", Policy.RELEASE), entry("navy.ml"), entry("com.ml"))


def domains(
    *, refused: tuple[str, ...] = (), cleared: tuple[str, ...] = (), required: bool = False, at: datetime = NOW
) -> tuple[list[str], LeftOut]:
    run = Run("ml", NOW, "ml.zone", 7, frozenset(refused), SortedNames.of([name.encode() for name in cleared]))
    guard = Guard(required=required, runs=[run])
    left_out = LeftOut()
    held = Catalogue.of(ENTRIES, guard=guard)
    return list(deliverable(held, lambda domain: domain == "com.ml", at, left_out)), left_out


def test_a_public_suffix_and_a_released_name_are_left_out() -> None:
    assert domains() == (["army.ml", "navy.ml"], LeftOut(public=1))


@pytest.mark.parametrize("required", [False, True])
def test_what_the_guard_refused_is_left_out(required: bool) -> None:
    found, left_out = domains(refused=("navy.ml",), cleared=("army.ml", "com.ml"), required=required)
    assert found == ["army.ml"]
    assert left_out == LeftOut(refused=1, public=1)
    assert str(left_out) == "1 refused by the guard, 1 public suffixes"


def test_what_a_required_guard_does_not_clear_is_left_out() -> None:
    assert domains(cleared=("army.ml",), required=True) == (["army.ml"], LeftOut(uncleared=2))
    lapsed = NOW.replace(day=1, month=12, hour=1)
    assert domains(cleared=("army.ml",), required=True, at=lapsed) == ([], LeftOut(uncleared=3))


def test_a_name_that_was_released_by_date_is_left_out() -> None:
    turning = Catalogue.of([entry("army.ml", until=date(2026, 12, 1), then=Policy.RELEASE)])
    for day, left in ((NOW, ["army.ml"]), (datetime(2026, 12, 1, tzinfo=UTC), [])):
        assert list(deliverable(turning, lambda _: False, day, LeftOut())) == left


def test_zone_lines() -> None:
    assert list(export(["army.ml", "army.example"], SERVERS, "zone")) == [
        "army.ml. 3600 IN NS ns1.sink.example.",
        "army.ml. 3600 IN NS ns2.sink.example.",
        "army.example. 3600 IN NS ns1.sink.example.",
        "army.example. 3600 IN NS ns2.sink.example.",
    ]


def test_zone_lines_can_be_read_into_the_tlds_zone() -> None:
    text = "$TTL 1\n@ SOA a b 1 2 3 4 5\n@ NS a\n" + "\n".join(export(["army.ml"], SERVERS, "zone"))
    assert len(dns.zone.from_file(io.StringIO(text + "\n"), "ml.").find_rdataset("army", "NS")) == 2


def test_nsupdate_sends_each_name_to_its_zone_and_only_if_nobody_has_it() -> None:
    """An update message is for one zone (RFC 2136 §2.3), and one failed prerequisite voids the whole message."""
    lines = export(["army.ml", "navy.com.ml"], SERVERS[:1], "nsupdate", zone_of=lambda _: "ml")
    assert list(lines) == [
        "zone ml.",
        "prereq nxdomain army.ml.",
        "update add army.ml. 3600 NS ns1.sink.example.",
        "send",
        "zone ml.",
        "prereq nxdomain navy.com.ml.",
        "update add navy.com.ml. 3600 NS ns1.sink.example.",
        "send",
    ]


def test_nsupdate_replaces_the_servers_that_are_named() -> None:
    lines = list(export(["army.ml"], SERVERS[:1], "nsupdate", formerly=["a.old.example", "b.old.example"]))
    assert lines[: lines.index("send")] == [
        "zone ml.",
        "prereq yxrrset army.ml. NS a.old.example.",
        "prereq yxrrset army.ml. NS b.old.example.",
        "update delete army.ml. NS",
        "update add army.ml. 3600 NS ns1.sink.example.",
    ]


def test_csv() -> None:
    assert list(export(["army.ml"], SERVERS, "csv")) == [
        "domain,nameservers",
        "army.ml,ns1.sink.example ns2.sink.example",
    ]


@pytest.mark.parametrize("form", ["zone", "nsupdate"])
def test_no_names_are_no_lines(form: str) -> None:
    assert list(export([], SERVERS, form)) == []
