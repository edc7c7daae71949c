"""Transfers go to secondaries alone, are complete and signed in a chain; a million members use no memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dns.message
import dns.name
import dns.query
import dns.rdatatype
import dns.tsig
import pytest

from catcher.catalogue import Catalogue, Entry
from catcher.dns import Authority, AuthorityReply, Rcode, Transport
from catcher.dns.answering.secondaries import Secondaries, Secondary
from catcher.dns.answering.transfer import up_to_date
from catcher.dns.answering.tsig import Key
from catcher.dns.wire import name_to_wire
from catcher.dns.zones.catalogzone import CatalogDifference, CatalogGroup, CatalogZone
from catcher.model.mail.policy import Policy
from tests.support.dnsserver.serving import NOW, PUBLICATIONS, entry, zone

HOST = "192.0.2.53"
KEY = Key(name_to_wire("k.example"), "hmac-sha256", b"secret secret secret secret!")
KEYRING: dict[dns.name.Name, Any] = {
    dns.name.from_text("k.example"): dns.tsig.Key("k.example", KEY.secret, "hmac-sha256")
}
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


def ask(
    server: Authority,
    name: str,
    qtype: str = "AXFR",
    *,
    key: Any = KEYRING,
    client: str = HOST,
    transport: Transport = Transport.TCP,
    serial: int | None = None,
    now: int = int(NOW.timestamp()),
) -> tuple[AuthorityReply, bytes]:
    """The reply and the MAC of the request."""
    query = dns.message.make_query(name, qtype)
    if serial is not None:
        query.authority.append(dns.rrset.from_text(f"{name}.", 0, "IN", "SOA", f". . {serial} 0 0 0 0"))
    wire = query.to_wire()
    mac = b""
    if key is not None:
        (signer,) = key.values()
        rdata = dns.rdata.from_wire(
            "ANY", "TSIG", b"\x0bhmac-sha256\0" + now.to_bytes(6, "big") + b"\1\x2c\0\0" + wire[:2] + bytes(4), 0, 29
        )
        signed, _ = dns.tsig.sign(wire, signer, rdata, now, b"")  # type: ignore[no-untyped-call]
        mac = signed.mac
        data = signed.to_wire()
        record = signer.name.to_wire() + b"\0\xfa\0\xff" + bytes(4) + len(data).to_bytes(2, "big") + data
        wire = wire[:11] + b"\1" + wire[12:] + record
    reply = server.answer(wire, transport=transport, now=NOW, client=client)
    assert reply is not None
    return reply, mac


def messages(reply: AuthorityReply) -> Iterator[bytes]:
    yield reply.wire
    while reply.transfer is not None and (wire := reply.transfer.next(NOW)) is not None:
        yield wire


def records(server: Authority, name: str, **more: Any) -> list[str]:
    """Every record of a transfer, its signatures verified along the chain (RFC 8945 §5.3.1)."""
    reply, mac = ask(server, name, **more)
    context, found = None, []
    (key,) = KEYRING.values()
    for wire in messages(reply):
        assert len(wire) <= 65535
        message = dns.message.from_wire(wire, keyring=False, one_rr_per_rrset=True)  # type: ignore[arg-type]
        (rdata,) = message.tsig  # type: ignore[union-attr]
        start = len(wire) - len(rdata.to_wire()) - 10 - len(KEY.name)
        context = dns.tsig.validate(  # type: ignore[no-untyped-call]
            wire, key, key.name, rdata, int(NOW.timestamp()), mac, start, context, True
        )
        found += [str(rrset) for rrset in message.answer]
    return found


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
    "more", [{"key": None}, {"client": "192.0.2.54"}, {"client": ""}, {"transport": Transport.UDP}]
)
@pytest.mark.parametrize("name", ["zone.example", "army.ml", "catalog.example"])
def test_nobody_else_gets_one(server: Authority, name: str, more: dict[str, Any]) -> None:
    """An address alone, a key alone: neither is enough."""
    reply, _ = ask(server, name, **more)
    assert (reply.rcode, reply.transfer) == (Rcode.REFUSED, None)


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
    assert len(records(server, "army.ml", qtype="MX", client="198.51.100.1")) == 1


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


class Many:
    """A million rows that are nowhere until they are asked for."""

    def __len__(self) -> int:
        return 1_000_000

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __contains__(self, domain: object) -> bool:
        return False

    def get(self, domain: str) -> Entry | None:
        return None

    def values(self) -> Iterator[Entry]:
        return (entry(f"d{n}.ml") for n in range(60_000))


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
