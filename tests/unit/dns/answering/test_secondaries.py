"""Secondaries are recognised by network and key, or by address alone where the operator says so."""

from __future__ import annotations

import socket
from ipaddress import ip_network

import dns.message
import pytest

from catcher.catalogue import Catalogue
from catcher.dns import Authority, Rcode, Transport
from catcher.dns.answering.secondaries import Secondaries, Secondary
from catcher.dns.answering.tsig import Key, sign_request
from catcher.dns.packetcache.classify import Classifier
from catcher.dns.wire import name_to_wire
from catcher.dns.zones.catalogzone import CatalogZone
from tests.support.dnsserver.serving import NOW, PUBLICATIONS, entry

KEY = Key(name_to_wire("k.example"), "hmac-sha256", b"secret secret secret secret!")
OTHER = Key(name_to_wire("other.example"), "hmac-sha256", b"secret secret secret secret!")
NETWORKS = (ip_network("192.0.2.0/28"), ip_network("2001:db8::/64"))
KEYED = Secondary("203.0.113.5", 53, KEY, NETWORKS)
KEYLESS = Secondary("198.51.100.7", 53, None)


def octets(address: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


@pytest.mark.parametrize(
    ("client", "may"),
    [
        ("192.0.2.0", True),
        ("192.0.2.15", True),
        ("192.0.2.16", False),
        ("2001:db8::ffff", True),
        ("2001:db8:0:1::1", False),
        ("198.51.100.7", True),
        ("198.51.100.8", False),
        ("203.0.113.5", False),
        ("::c000:201", False),
    ],
)
def test_a_client_is_in_a_network_or_not(client: str, may: bool) -> None:
    """``transfer_from`` stands in place of the address, which then gets NOTIFY alone."""
    assert Secondaries([KEYED, KEYLESS]).may_be_secondary(octets(client)) is may


def test_an_ipv4_client_of_a_dual_stack_socket_is_the_same_client() -> None:
    """RFC 4291 §2.5.5.2: systemd's sockets on [::] take IPv4, too."""
    secondaries = Secondaries([KEYED, KEYLESS])
    assert secondaries.permits("::ffff:198.51.100.7", None, "army.ml")
    assert secondaries.permits("::ffff:192.0.2.1", KEY, "army.ml")
    assert not secondaries.permits("::ffff:198.51.100.8", None, "army.ml")


def test_without_secondaries_nobody_may() -> None:
    assert not Secondaries().may_be_secondary(octets("192.0.2.1"))
    assert not Secondaries().may_be_secondary(b"")


def test_network_and_key_have_to_belong_together() -> None:
    both = Secondaries([KEYED, Secondary("198.51.100.7", 53, OTHER)])
    assert both.permits("192.0.2.1", KEY, "army.ml")
    for client, key in (("192.0.2.1", None), ("192.0.2.1", OTHER), ("198.51.100.7", KEY), ("", KEY)):
        assert not both.permits(client, key, "army.ml"), (client, key)


def test_by_address_alone() -> None:
    """A consumer that signs some requests and not others, like PowerDNS, needs one entry."""
    mixed = Secondaries([KEYED, KEYLESS])
    assert mixed.permits("198.51.100.7", None, "army.ml") and mixed.permits("198.51.100.7", KEY, "army.ml")
    assert not mixed.permits("192.0.2.1", None, "army.ml")


def test_each_copies_its_own_zones() -> None:
    only = Secondary("192.0.2.1", 53, KEY, zones=frozenset({"sink.example"}), catalogue=False)
    members = Secondary("192.0.2.2", 53, KEY, zones=frozenset({"sink.example"}))
    known = Secondaries([only, members, Secondary("192.0.2.3", 53, KEY)], ["sink.example", "two.example"])
    copied = {
        host: [
            zone
            for zone in ("sink.example", "two.example", "army.ml", "catalog.example")
            if known.permits(host, KEY, zone)
        ]
        for host in ("192.0.2.1", "192.0.2.2", "192.0.2.3")
    }
    assert copied == {
        "192.0.2.1": ["sink.example"],
        "192.0.2.2": ["sink.example", "army.ml", "catalog.example"],
        "192.0.2.3": ["sink.example", "two.example", "army.ml", "catalog.example"],
    }


def test_notify_goes_where_the_operator_says() -> None:
    assert KEYED.targets == (("203.0.113.5", 53),)
    assert Secondary("192.0.2.1", 53, KEY, notify=()).targets == ()
    assert Secondary("192.0.2.1", 53, KEY, notify=(("192.0.2.9", 5300),)).targets == (("192.0.2.9", 5300),)


@pytest.mark.parametrize(("qtype", "transport"), [("SOA", Transport.UDP), ("AXFR", Transport.TCP)])
def test_an_unsigned_reply_about_the_catalog_zone_is_for_its_client_alone(qtype: str, transport: Transport) -> None:
    """A packet cache that kept it would hand the catalog zone's serial to strangers, or the refusal to the
    secondary."""
    catalogue = Catalogue.of([entry("army.ml")])
    catalog = CatalogZone("catalog.example", catalogue, 7, "ns1.sink.example")
    server = Authority(catalogue, PUBLICATIONS, {}, secondaries=Secondaries([KEYLESS]), catalog=catalog)
    query = dns.message.make_query("catalog.example", qtype).to_wire()
    for client, rcode in (("198.51.100.7", Rcode.NOERROR), ("192.0.2.1", Rcode.REFUSED)):
        reply = server.answer(query, transport=transport, now=NOW, client=client)
        assert reply is not None and (reply.rcode, reply.client_decides) == (rcode, True)
    assert Classifier(server, NOW).classify(query[2:]) is None


@pytest.mark.parametrize("key", [KEY, OTHER, None])
def test_a_good_signature_proves_the_address(key: Key | None) -> None:
    """A secondary that asks for the serials of many names has no rate limit."""
    wire = dns.message.make_query("army.ml", "SOA").to_wire()
    if key is not None:
        wire, _ = sign_request(wire, key, int(NOW.timestamp()))
    server = Authority(Catalogue.of([entry("army.ml")]), PUBLICATIONS, {}, secondaries=Secondaries([KEYED]))
    reply = server.answer(wire, transport=Transport.UDP, now=NOW, client="192.0.2.1")
    assert reply is not None and reply.proven is (key is KEY)
