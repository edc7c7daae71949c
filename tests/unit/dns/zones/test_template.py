"""The zone template: what it may hold, and what is added."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catcher.catalogue import Catalogue, Entry
from catcher.dns import Authority
from catcher.dns.wire import RRType
from catcher.dns.zones.publication import Publications
from catcher.dns.zones.template import Ours, load_template
from catcher.model.mail.policy import Policy
from tests.support.dnsserver.serving import ask, lines

OURS = Ours("mx.sink.example", ("ns1.sink.example", "ns2.sink.example"), ("our.example",))


def faults(folder: Path, text: str) -> list[str]:
    file = folder / "template.zone"
    file.write_text(text)
    made, found = load_template(file, OURS)
    assert (made is None) == bool(found)
    return [str(fault).removeprefix(f"{folder}/") for fault in found]


def authority(folder: Path, text: str, policy: Policy = Policy.ACCEPT) -> Authority:
    file = folder / "template.zone"
    file.write_text(text)
    made, found = load_template(file, OURS)
    assert made is not None, found
    row = Entry("army.ml", "army.mil", policy, None, Policy.OBSERVE, "", "catalogue.csv:2")
    return Authority(Catalogue.of([row]), Publications(made, 5), {})


RELATIVE = "a name in the data is relative to each catalogued name, where no host has an address"
FOREIGN = "the MX is not one of our own names"


@pytest.mark.parametrize(
    ("record", "what"),
    [
        ("$GENERATE 1-1001 s$ TXT x", "$GENERATE makes over 1000 records"),
        ("@ A 192.0.2.1", "A is not allowed for a catalogued name; "),
        ("autodiscover CNAME elsewhere.example.", "CNAME is not allowed for a catalogued name; "),
        ("_autodiscover._tcp SRV 0 0 443 a.example.", "SRV is not allowed for a catalogued name; "),
        ("@ DNAME elsewhere.example.", "DNAME is not allowed for a catalogued name; "),
        ("@ DS 1 8 1 000102030405060708090a0b0c0d0e0f10111213", "DS is not allowed for a catalogued name; "),
        (r"@ TYPE65280 \# 0", "TYPE65280 is not allowed for a catalogued name; "),
        ("@ MX 10 mx.elsewhere.example.", FOREIGN),
        ("@ MX 10 mx.sink.example.net.", FOREIGN),
        ("@ MX 0 .", FOREIGN),
        ("@ MX 10 mx", RELATIVE),
        ("@ NS ns1", RELATIVE),
        ("@ SOA ns1 hostmaster.sink.example. 1 2 3 4 5", RELATIVE),
        ("sub NS ns1.sink.example.", 'NS stands below the apex; it belongs to "@" alone'),
        ("@ 301 TXT x", "the TTL is 301; at most 300, so that a change of policy takes hold soon"),
        ("elsewhere.example. TXT x", "the record lies outside of the template; end relative names without a dot"),
        ("@ TXT", "the data ends too early; write it as RFC 1035 §5 has it"),
    ],
)
def test_what_is_wrong_names_file_and_line(tmp_path: Path, record: str, what: str) -> None:
    (fault,) = faults(tmp_path, f"$TTL 300\n\n{record}\n")
    assert fault.startswith(f"template.zone:3: {what}")


def test_an_rrset_fits_into_an_answer(tmp_path: Path) -> None:
    text = "".join(f'sub 60 TXT "{number:0250d}"\n' for number in range(300))
    (fault,) = faults(tmp_path, text)
    assert fault.startswith("template.zone:300: the TXT records of sub.@ have 78900 octets, over 60000; ")


RECORDS = {
    "TXT": "@ TXT x",
    "CAA": '@ CAA 0 issue ";"',
    "SOA": "@ SOA ns1.sink.example. h.sink.example. 1 2 3 4 5",
    "NS": "@ NS ns1.sink.example.",
    "MX": "@ MX 10 mx.sink.example.",
    "A": "@ A 192.0.2.1",
    "AAAA": "@ AAAA 2001:db8::1",
    "CNAME": "www CNAME elsewhere.example.",
    "DNAME": "@ DNAME elsewhere.example.",
    "DS": "@ DS 1 8 1 000102030405060708090a0b0c0d0e0f10111213",
    "HTTPS": "@ HTTPS 1 .",
    "PTR": "@ PTR elsewhere.example.",
    "SRV": "_autodiscover._tcp SRV 0 0 443 a.example.",
    "TLSA": f"_25._tcp TLSA 3 1 1 {'00' * 32}",
}
"""A record of each type, to our own names where it may be."""


def test_the_message_lists_the_types_that_are_allowed(tmp_path: Path) -> None:
    told = {qtype: " ".join(faults(tmp_path, f"$TTL 300\n{record}\n")) for qtype, record in RECORDS.items()}
    refused = {qtype: message for qtype, message in told.items() if "is not allowed for a catalogued name" in message}
    for message in refused.values():
        assert set(re.findall(r"\b[A-Z]{2,}\b", message.partition("; ")[2])) == RECORDS.keys() - refused.keys()


def test_every_fault_at_once(tmp_path: Path) -> None:
    soa = "@ SOA ns1.sink.example. h.sink.example. {} 2 3 4 5\n"
    text = "$TTL 3600\n@ TXT x\nwww A 192.0.2.1\n@ 60 MX 1 a.example.\n" + "$TTL 60\n" + soa.format(1) + soa.format(2)
    assert [fault.split(": ")[0] for fault in faults(tmp_path, text)] == [
        f"template.zone:{line}" for line in (2, 3, 4, 7)
    ]


@pytest.mark.parametrize(
    "host", ["mx.sink.example.", "MX.Sink.Example.", "ns2.sink.example.", "our.example.", "a.our.example."]
)
def test_our_own_names(tmp_path: Path, host: str) -> None:
    """The sink, the name servers, and whatever lies in a zone that we serve."""
    assert not faults(tmp_path, f"$TTL 300\n@ MX 10 {host}\n")


def test_an_empty_template_is_completed(tmp_path: Path) -> None:
    """The CAA record (RFC 8659 §4.2) lets no authority issue."""
    made, _ = load_template(_written(tmp_path, ""), OURS)
    assert made is not None
    assert {owner: {RRType(t).name for t in types} for owner, types in made.items()} == {
        b"": {"SOA", "NS", "MX", "TXT", "CAA"},
        b"\x01*": {"MX", "TXT"},
        b"\x06_dmarc": {"TXT"},
        b"\x01*\x0a_domainkey": {"TXT"},
    }
    assert {rrset.ttl for types in made.values() for rrset in types.values()} == {300}
    assert [rdata.octets for rdata in made[b""][RRType.CAA].rdatas] == [b"\0\x05issue;"]


def test_what_is_there_is_not_added(tmp_path: Path) -> None:
    text = """$TTL 60
@ SOA a.elsewhere.example. b.elsewhere.example. 9 8 7 6 5
@ NS a.our.example.
@ MX 5 a.our.example.
* MX 6 b.our.example.
@ TXT "v=SPF1 mx -all"
* TXT "v=spf1 ?all"
@ CAA 0 issue "ca.example"
_dmarc TXT "v=DMARC1; p=none"
*._domainkey TXT "v=DKIM1; p=abcd"
"""
    made, _ = load_template(_written(tmp_path, text), OURS)
    assert made is not None
    assert all(len(rrset.rdatas) == 1 and rrset.ttl == 60 for types in made.values() for rrset in types.values())
    assert sum(map(len, made.values())) == 9


def test_the_serial_of_a_templates_own_soa_rises_too(tmp_path: Path) -> None:
    text = "$TTL 60\n@ SOA a.elsewhere.example. b.elsewhere.example. 9 8 7 6 5\n"
    assert lines(ask(authority(tmp_path, text), "army.ml", "SOA")) == [
        "NOERROR aa",
        "answer army.ml. 60 SOA a.elsewhere.example. b.elsewhere.example. 5 8 7 6 5",
    ]


LABEL = st.sampled_from(["a", "b", "*", "_tcp", "www"])
OWNER = st.one_of(st.just("@"), st.lists(LABEL, min_size=1, max_size=3).map(".".join))
RECORD = st.sampled_from(["TXT x", 'TXT "v=spf1 -all"', "MX 1 a.our.example.", 'CAA 0 issue ";"'])
ASKED = st.lists(st.sampled_from(["a", "b", "c", "www", "x"]), max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(st.tuples(OWNER, RECORD), max_size=6), labels=ASKED, policy=st.sampled_from(Policy))
@example(records=[("_tcp.a", "TXT x")], labels=["b", "a"], policy=Policy.ACCEPT)
def test_whatever_is_in_a_template_mail_finds_its_way(
    tmp_path: Path, records: list[tuple[str, str]], labels: list[str], policy: Policy
) -> None:
    """A wildcard stops at names that exist (RFC 4592 §2.2.1): mail for a name below must not be lost for that."""
    text = "$TTL 300\n" + "".join(f"{owner} {record}\n" for owner, record in records)
    reply = ask(authority(tmp_path, text, policy), ".".join([*labels, "army.ml"]), "MX")
    exchanges = {rdata.exchange.to_text() for rrset in reply.answer for rdata in rrset}
    if policy is Policy.NULL:
        assert exchanges == {"."}
    elif policy in (Policy.OBSERVE, Policy.RELEASE):
        assert not exchanges
    else:
        assert exchanges and exchanges <= {"mx.sink.example.", "a.our.example."}


def _written(folder: Path, text: str) -> Path:
    file = folder / "template.zone"
    file.write_text(text)
    return file


def test_name_servers_of_somebody_else_are_refused(tmp_path: Path) -> None:
    made, faults = load_template(_written(tmp_path, "@ 300 NS ns.elsewhere.example.\n"), OURS)
    assert made is None
    assert [fault.what for fault in faults] == ["the NS is not one of our own names"]
