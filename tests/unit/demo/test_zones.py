"""The made-up world's zones are well formed, and say of each host what its story needs."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO

import dns.name
import dns.zone
import pytest
from dns.rdtypes.ANY.TXT import TXT

from catcher.demo.keys import DemoKey
from catcher.demo.organisations import HIJACKED, ORGANISATIONS, SendingHost
from catcher.demo.zones import REVERSE, world


@pytest.fixture(scope="module")
def zones(keys: Mapping[str, DemoKey]) -> dict[str, dns.zone.Zone]:
    return {
        origin: dns.zone.from_file(StringIO(text), origin=origin, relativize=False, check_origin=True)
        for origin, text in world(keys).items()
    }


def records(zones: Mapping[str, dns.zone.Zone], name: str, rdtype: str) -> list[str]:
    for origin, zone in zones.items():
        if name == origin or name.endswith("." + origin):
            rrset = zone.get_rrset(dns.name.from_text(name), rdtype)
            return [
                b"".join(rr.strings).decode() if isinstance(rr, TXT) else rr.to_text().rstrip(".") for rr in rrset or ()
            ]
    return []


@pytest.mark.parametrize("host", [*(o.host for o in ORGANISATIONS if not o.via), *HIJACKED], ids=lambda h: h.name)
def test_reverse_dns_is_forward_confirmed_for_named_hosts_and_absent_for_others(
    zones: dict[str, dns.zone.Zone], host: SendingHost
) -> None:
    reverse = ".".join(reversed(host.address.split("."))) + ".in-addr.arpa"
    assert reverse.endswith(REVERSE)
    assert records(zones, reverse, "PTR") == ([host.name] if host.named else [])
    assert records(zones, host.name, "A") == ([host.address] if host.named else [])


def test_each_published_dkim_key_is_the_signers(zones: dict[str, dns.zone.Zone], keys: Mapping[str, DemoKey]) -> None:
    for organisation in ORGANISATIONS:
        key = keys.get(organisation.domain)
        found = records(zones, f"{organisation.selector}._domainkey.{organisation.domain}", "TXT")
        assert found == ([key.record] if key else [])


def test_spf_names_the_host_that_the_mail_leaves_from(zones: dict[str, dns.zone.Zone]) -> None:
    assert records(zones, "contractor.example", "TXT") == ["v=spf1 ip4:127.20.1.25 -all"]
    assert records(zones, "university.example", "TXT") == ["v=spf1 include:mailhost.example ~all"]


def test_every_organisation_has_its_own_network() -> None:
    assert len({organisation.network for organisation in ORGANISATIONS}) == len(ORGANISATIONS)
