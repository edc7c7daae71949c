"""Transfers go to secondaries alone, are complete and signed in a chain; a million members use no memory."""

from __future__ import annotations

import tracemalloc
from typing import Any

import dns.message
import dns.name
import dns.query
import dns.rdatatype
import dns.tsig
import pytest

from catcher.catalogue import Catalogue
from catcher.dns import Authority, Rcode, Transport
from catcher.dns.answering.secondaries import Secondaries, Secondary
from catcher.dns.answering.transfer import up_to_date
from catcher.dns.zones.catalogzone import CatalogZone
from catcher.model.mail.policy import Policy
from tests.support.dnsserver.serving import NOW, PUBLICATIONS, entry, zone
from tests.support.dnsserver.transfers import HOST, KEY, Many, ask, messages, records

LARGE = "".join(f'big{n} TXT "{"x" * 250}" "{"y" * 250}"\n' for n in range(400))
ROWS = [entry("army.ml"), entry("gone.ml", Policy.RELEASE), entry("navy.ml", Policy.NULL)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    whole = zone(tmp_path_factory.mktemp("zone"), LARGE + "sub NS ns.sub\nns.sub A 192.0.2.1\nCase A 192.0.2.2\n")
    return serving(Catalogue.of(ROWS), {"zone.example": whole})


def serving(catalogue: Catalogue, zones: Any = None) -> Authority:
    catalog = CatalogZone("catalog.example", catalogue, 7, "ns1.sink.example")
    secondaries = Secondaries([Secondary(HOST, 53, KEY)])
    return Authority(catalogue, PUBLICATIONS, zones or {}, secondaries=secondaries, catalog=catalog)


def test_a_whole_zone_in_many_messages(server: Authority) -> None:
    """RFC 5936 §2.2: the SOA first and last, everything else once, glue and what a cut hides included."""
    told = records(server, "zone.example")
    assert told[0] == told[-1] and " SOA " in told[0]
    assert len(told) == len(set(told)) + 1 == 400 + 5 + 1
    assert "ns.sub.zone.example. 300 IN A 192.0.2.1" in told
    assert len(list(messages(ask(server, "zone.example")[0]))) > 10


def test_a_catalogued_name(server: Authority) -> None:
    told = records(server, "ARMY.ml")
    assert told[0] == told[-1] and any(line.endswith("MX 10 mx.sink.example.") for line in told)
    assert any(line.endswith("MX 0 .") for line in records(server, "navy.ml"))


def test_the_catalog_zone(server: Authority) -> None:
    """RFC 9432 §4: version 2, a PTR for each member under a label of its own; released names are no members."""
    told = records(server, "catalog.example")
    assert told[1:3] == ["catalog.example. 0 IN NS invalid.", 'version.catalog.example. 0 IN TXT "2"']
    members = [line.split() for line in told if " PTR " in line]
    assert {line[-1] for line in members} == {"army.ml.", "navy.ml."}
    assert all(line[0].endswith(".zones.catalog.example.") for line in members)
    assert records(server, "catalog.example") == told


@pytest.mark.parametrize(
    ("more", "rcode"),
    [
        ({"key": None}, Rcode.REFUSED),
        ({"client": "192.0.2.54"}, Rcode.NOTAUTH),
        ({"client": ""}, Rcode.NOTAUTH),
        ({"transport": Transport.UDP}, Rcode.REFUSED),
    ],
)
@pytest.mark.parametrize("name", ["zone.example", "army.ml", "catalog.example"])
def test_nobody_else_gets_one(server: Authority, name: str, more: dict[str, Any], rcode: Rcode) -> None:
    """An address alone, a key alone: neither is enough."""
    reply, _ = ask(server, name, **more)
    assert (reply.rcode, reply.transfer) == (rcode, None)


def test_the_catalog_zone_is_for_secondaries_alone(server: Authority) -> None:
    """The list of catalogued names is not public (RFC 9432 §6)."""
    assert ask(server, "catalog.example", "SOA", key=None)[0].rcode is Rcode.REFUSED
    assert ask(server, "catalog.example", "SOA")[0].rcode is Rcode.NOERROR
    assert ask(server, "version.catalog.example", "TXT")[0].rcode is Rcode.REFUSED


@pytest.mark.parametrize("name", ["gone.ml", "x.army.ml", "below.zone.example"])
def test_what_is_no_zone(server: Authority, name: str) -> None:
    """RFC 5936 §2.2.1."""
    assert ask(server, name)[0].rcode is Rcode.NOTAUTH


def test_a_name_that_is_not_ours(server: Authority) -> None:
    assert ask(server, "elsewhere.test")[0].rcode is Rcode.REFUSED


OTHER = {dns.name.from_text("k.example"): dns.tsig.Key("k.example", b"another secret another!", "hmac-sha256")}
UNKNOWN = {dns.name.from_text("no.example"): dns.tsig.Key("no.example", KEY.secret, "hmac-sha256")}


@pytest.mark.parametrize(
    ("more", "error", "mac"),
    [
        ({"key": UNKNOWN}, 17, 0),
        ({"key": OTHER}, 16, 0),
        ({"key": OTHER, "now": int(NOW.timestamp()) - 301}, 16, 0),
        ({"now": int(NOW.timestamp()) - 301}, 18, 32),
        ({"now": int(NOW.timestamp()) + 301}, 18, 32),
    ],
)
def test_signatures_that_do_not_hold(server: Authority, more: dict[str, Any], error: int, mac: int) -> None:
    """RFC 8945 §5.2: NOTAUTH and the reason; the reply is signed only if the time alone was wrong (§5.3.2)."""
    reply, _ = ask(server, "army.ml", "SOA", **more)
    assert reply.rcode is Rcode.NOTAUTH and reply.transfer is None
    message = dns.message.from_wire(reply.wire, keyring=False)  # type: ignore[arg-type]
    rdata = message.tsig[0]  # type: ignore[index]
    assert (rdata.error, len(rdata.mac)) == (error, mac)
    assert rdata.other == (int(NOW.timestamp()).to_bytes(6, "big") if error == 18 else b"")


def test_a_known_key_signs_ordinary_answers_too(server: Authority) -> None:
    assert len(records(server, "army.ml", qtype="MX")) == 1


def test_a_strangers_signature_is_not_checked(server: Authority) -> None:
    """Its key may be ours: whoever isn't at a secondary's address has no use for it (RFC 8945 §5.2.1)."""
    reply, _ = ask(server, "army.ml", "MX", client="198.51.100.1")
    rdata = dns.message.from_wire(reply.wire, keyring=False).tsig[0]  # type: ignore[arg-type,index]
    assert (reply.rcode, rdata.error, rdata.mac) == (Rcode.NOTAUTH, 17, b"")


@pytest.mark.parametrize("away", [-301, 301, -(10**9)])
def test_a_wrong_key_and_a_wrong_time_get_no_signature(server: Authority, away: int) -> None:
    """RFC 8945 §5.2: the MAC is checked before the time; a signed BADTIME would sign a stranger's message."""
    reply, _ = ask(server, "army.ml", "SOA", key=OTHER, now=int(NOW.timestamp()) + away)
    rdata = dns.message.from_wire(reply.wire, keyring=False).tsig[0]  # type: ignore[arg-type,index]
    assert (rdata.error, rdata.mac, rdata.other) == (16, b"", b"")


@pytest.mark.parametrize(("behind", "count"), [(0, 1), (-1, 1), (1, 8)])
def test_ixfr(server: Authority, behind: int, count: int) -> None:
    """RFC 1995 §2 and §4: a current secondary gets the SOA, another the whole zone."""
    told = records(server, "army.ml", qtype="IXFR", serial=PUBLICATIONS.serial - behind)
    assert len(told) == count if count == 1 else len(told) >= count
    over_udp = records(server, "army.ml", qtype="IXFR", serial=PUBLICATIONS.serial - behind, transport=Transport.UDP)
    assert over_udp == told[:1]


@pytest.mark.parametrize(
    ("theirs", "ours", "needs_nothing"),
    [
        (5, 5, True),
        (4, 5, False),
        (2**32 - 1, 0, False),
        (2**32 - 1, 2**31 - 2, False),
        (0, 2**32 - 1, True),
        (2**31 - 2, 2**32 - 1, True),
    ],
)
def test_a_serial_that_turned_over_is_the_newer_one(theirs: int, ours: int, needs_nothing: bool) -> None:
    """RFC 1982 §3.2: the difference counts modulo 2^32."""
    assert up_to_date(theirs, ours) is needs_nothing


def test_ixfr_without_the_clients_soa(server: Authority) -> None:
    assert ask(server, "army.ml", "IXFR")[0].rcode is Rcode.FORMERR


def test_members_cost_no_memory() -> None:
    """60,000 are sent, none is kept."""
    server = serving(Catalogue(Many()))
    reply, _ = ask(server, "catalog.example")
    stream, octets = messages(reply), 0
    octets += len(next(stream))
    tracemalloc.start()
    try:
        for wire in stream:
            octets += len(wire)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert octets > 60_000 * 50 and peak < 1 << 20
