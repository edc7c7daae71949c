"""Every policy publishes what its row says: a new one that is wired nowhere fails here."""

from __future__ import annotations

from pathlib import Path
from typing import assert_never

import pytest

from catcher.catalogue import Catalogue, Entry
from catcher.dns.answering.authority import Authority
from catcher.dns.zones import template
from catcher.dns.zones.templatetypes import TEMPLATE_TYPES
from catcher.model.mail.policy import DnsMail, Policy
from tests.support.dnsserver.serving import ask

OURS = template.Ours("mx.sink.example", ("ns1.sink.example",), ())


def authority(folder: Path, policy: Policy) -> Authority:
    """One that holds army.ml under ``policy``, with the template that catcher completes by itself."""
    file = folder / "template.zone"
    file.write_text("", encoding="utf-8")
    rrsets, faults = template.load_template(file, OURS)
    assert rrsets is not None and not faults
    row = Entry("army.ml", "army.mil", policy, None, Policy.OBSERVE, "", "catalogue.csv:2")
    return Authority(Catalogue.of([row]), template.publications(rrsets, 1), {})


@pytest.mark.parametrize("policy", Policy)
def test_a_name_publishes_what_the_row_says(tmp_path: Path, policy: Policy) -> None:
    reply = ask(authority(tmp_path, policy), "army.ml", "MX")
    hosts = [rdata.exchange.to_text() for rrset in reply.answer for rdata in rrset]
    found = (reply.rcode().name, hosts)
    match policy.rules.dns:
        case DnsMail.SINK:
            assert found == ("NOERROR", ["mx.sink.example."])
        case DnsMail.NULL:
            assert found == ("NOERROR", ["."])
        case DnsMail.NONE:
            assert found == ("NOERROR", [])
        case DnsMail.REFUSED:
            assert found == ("REFUSED", [])
        case other:
            assert_never(other)


@pytest.mark.parametrize("policy", [policy for policy in Policy if policy.is_served])
def test_only_types_that_carry_mail_are_taken_away(tmp_path: Path, policy: Policy) -> None:
    zone = authority(tmp_path, policy).publications.zone(policy)
    whole = authority(tmp_path, Policy.ACCEPT).publications.zone(Policy.ACCEPT)
    for owner, node in whole.nodes.items():
        left = zone.nodes[owner].rrsets
        gone = node.rrsets.keys() - left.keys()
        assert all(TEMPLATE_TYPES[rrtype].carries_mail for rrtype in gone), (policy, owner, gone)
        if policy.rules.dns is DnsMail.NONE:
            assert not any(TEMPLATE_TYPES[rrtype].carries_mail for rrtype in left)
