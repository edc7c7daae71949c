"""The catalogue as delegations for the TLD's zone."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import dns.message
import dns.zone
import pytest

from catcher.catalogue import Catalogue
from catcher.catalogue.export import export
from catcher.model.mail.policy import Policy
from tests.support.dnsserver.serving import entry

SERVERS = ("ns1.sink.example", "ns2.sink.example")
CATALOGUE = Catalogue.of([entry("army.ml"), entry("gone.ml", Policy.RELEASE), entry("navy.ml"), entry("army.example")])


def test_zone_lines() -> None:
    assert list(export(CATALOGUE, SERVERS, "zone")) == [
        "army.ml. 3600 IN NS ns1.sink.example.",
        "army.ml. 3600 IN NS ns2.sink.example.",
        "navy.ml. 3600 IN NS ns1.sink.example.",
        "navy.ml. 3600 IN NS ns2.sink.example.",
        "army.example. 3600 IN NS ns1.sink.example.",
        "army.example. 3600 IN NS ns2.sink.example.",
    ]


def test_zone_lines_can_be_read_into_the_tlds_zone() -> None:
    catalogue = Catalogue.of([entry("army.ml")])
    text = "$TTL 1\n@ SOA a b 1 2 3 4 5\n@ NS a\n" + "\n".join(export(catalogue, SERVERS, "zone"))
    assert len(dns.zone.from_file(io.StringIO(text + "\n"), "ml.").find_rdataset("army", "NS")) == 2


def test_nsupdate_sends_by_parent() -> None:
    """An update message is for one zone (RFC 2136 §2.3)."""
    assert list(export(CATALOGUE, SERVERS[:1], "nsupdate")) == [
        "update delete army.ml. NS",
        "update add army.ml. 3600 NS ns1.sink.example.",
        "update delete navy.ml. NS",
        "update add navy.ml. 3600 NS ns1.sink.example.",
        "send",
        "update delete army.example. NS",
        "update add army.example. 3600 NS ns1.sink.example.",
        "send",
    ]


def test_nsupdate_sends_before_a_message_grows_too_large() -> None:
    lines = list(export(Catalogue.of([entry(f"d{n}.ml") for n in range(250)]), SERVERS, "nsupdate"))
    assert lines.count("send") == 3 and lines[-1] == "send"


def test_csv() -> None:
    assert list(export(CATALOGUE, SERVERS, "csv")) == [
        "domain,nameservers",
        "army.ml,ns1.sink.example ns2.sink.example",
        "navy.ml,ns1.sink.example ns2.sink.example",
        "army.example,ns1.sink.example ns2.sink.example",
    ]


@pytest.mark.parametrize("form", ["zone", "nsupdate"])
def test_an_empty_catalogue_exports_nothing(form: str) -> None:
    assert list(export(Catalogue.of([]), SERVERS, form)) == []


def test_a_name_that_was_released_by_date_is_left_out() -> None:
    turning = Catalogue.of([entry("army.ml", until=date(2026, 12, 1), then=Policy.RELEASE)])
    assert len(list(export(turning, SERVERS, "csv", now=datetime(2026, 11, 30, tzinfo=UTC)))) == 2
    assert len(list(export(turning, SERVERS, "csv", now=datetime(2026, 12, 1, tzinfo=UTC)))) == 1
