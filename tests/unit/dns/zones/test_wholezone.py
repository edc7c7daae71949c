"""A whole zone is served as it is, or refused with everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import catcher
from catcher.dns.wire import RRType, name_to_wire
from catcher.dns.zones.wholezone import load_zone

HEAD = "$TTL 300\n@ SOA ns hostmaster 1 2 3 4 60\n@ NS ns\n"


def faults(folder: Path, text: str, name: str = "zone.example") -> list[str]:
    file = folder / "the.zone"
    file.write_text(text)
    made, found = load_zone(name, file)
    assert (made is None) == bool(found)
    return [str(fault).removeprefix(f"{folder}/") for fault in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD, []),
        ("", ["the.zone: there is no SOA at zone.example", "the.zone: there is no NS at zone.example"]),
        ("$TTL 300\n@ NS ns\n", ["the.zone: there is no SOA at zone.example"]),
        ("$TTL 300\n@ SOA a b 1 2 3 4 5\n", ["the.zone: there is no NS at zone.example"]),
        (HEAD + "@ SOA other b 1 2 3 4 5\n", ["the.zone:4: the name has a second SOA"]),
        (HEAD + "sub SOA a b 1 2 3 4 5\n", ["the.zone:4: an SOA stands below the apex"]),
        (HEAD + "a CNAME b\na TXT x\n", ["the.zone:4: a CNAME stands beside other data"]),
        (HEAD + "@ CNAME b\n", ["the.zone:4: a CNAME stands beside other data"]),
        (HEAD + "a CNAME b\na CNAME c\n", ["the.zone:5: the name has a second CNAME"]),
        (HEAD + "a CNAME b\nA CNAME B\n", []),
        (HEAD + "a DNAME b\na DNAME c\n", ["the.zone:5: the name has a second DNAME"]),
        (HEAD + "a DNAME b\na NS c\n", ["the.zone:4: a DNAME stands at a delegation"]),
        (HEAD + "@ DNAME elsewhere.example.\n", []),
        (
            HEAD + "elsewhere.example. A 192.0.2.1\n@ A 192.0.2.1\nxzone.example. A 192.0.2.1\n",
            [
                "the.zone:4: the record lies outside of zone.example",
                "the.zone:6: the record lies outside of zone.example",
            ],
        ),
        (
            HEAD + "".join(f'a TXT "{n} {"x" * 250}"\n' for n in range(300)),
            ["the.zone:303: the TXT records of a.zone.example have 79990 octets, over 60000"],
        ),
        (HEAD + "a A nonsense\n", ['the.zone:4: "nonsense" is not an IPv4 address']),
    ],
)
def test_what_is_wrong(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert [fault.partition(";")[0] for fault in faults(tmp_path, text)] == expected


def test_a_zone_under_another_name_is_told_by_its_soa(tmp_path: Path) -> None:
    text = "$ORIGIN other.example.\n" + HEAD
    assert [fault.partition(";")[0] for fault in faults(tmp_path, text)] == [
        "the.zone:3: the record lies outside of zone.example",
        "the.zone:4: the record lies outside of zone.example",
    ]


def test_records_that_stand_twice_are_one(tmp_path: Path) -> None:
    file = tmp_path / "the.zone"
    file.write_text(HEAD + 'a MX 1 Mail\na MX 1 mail\na TXT "X"\na TXT "x"\n')
    made, _ = load_zone("zone.example", file)
    assert made is not None
    sets = made.nodes[b"\x01a"].rrsets
    assert (len(sets[RRType.MX].rdatas), len(sets[RRType.TXT].rdatas)) == (1, 2)


def test_the_least_ttl_of_an_rrset_holds(tmp_path: Path) -> None:
    """RFC 2181 §5.2."""
    file = tmp_path / "the.zone"
    file.write_text(HEAD + "a 300 TXT one\na 60 TXT two\n")
    made, _ = load_zone("zone.example", file)
    assert made is not None and made.nodes[b"\x01a"].rrsets[RRType.TXT].ttl == 60


@pytest.mark.parametrize(("ttl", "minimum", "negative"), [(300, 60, 60), (60, 300, 60), (0, 300, 0)])
def test_the_ttl_of_a_negative(tmp_path: Path, ttl: int, minimum: int, negative: int) -> None:
    """RFC 2308 §5: the lesser of the SOA's TTL and MINIMUM."""
    file = tmp_path / "the.zone"
    file.write_text(f"@ {ttl} SOA ns hostmaster 1 2 3 4 {minimum}\n@ 300 NS ns\n")
    made, _ = load_zone("zone.example", file)
    assert made is not None
    assert (made.negative.ttl, made.apex.rrsets[RRType.SOA].ttl) == (negative, ttl)


SIGNATURE = "A 13 2 300 20300101000000 20200101000000 1 zone.example. AAAA"
KEY = "256 3 13 " + "A" * 86 + "=="


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        (f"ns RRSIG {SIGNATURE}", "RRSIG"),
        ("@ NSEC ns A NS SOA", "NSEC"),
        ("0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr A", "NSEC3"),
        ("@ NSEC3PARAM 1 0 0 -", "NSEC3PARAM"),
        (f"@ DNSKEY {KEY}", "DNSKEY"),
        (f"@ CDNSKEY {KEY}", "CDNSKEY"),
        ("@ CDS 1 13 2 " + "00" * 32, "CDS"),
    ],
)
def test_a_signed_zone_is_a_fault_that_says_what_to_do(tmp_path: Path, record: str, kind: str) -> None:
    """Its signatures would be missing from answers: every validating resolver would take them for forged."""
    (fault,) = faults(tmp_path, HEAD + "a A 192.0.2.1\n" + record + "\n")
    assert fault.startswith(f"the.zone:5: the zone is signed: it holds {kind}; this server proves nothing: take the ")


@pytest.mark.parametrize(
    "record",
    [
        "sub DS 1 13 2 " + "00" * 32 + "\nsub NS a.",
        "@ ZONEMD 1 1 1 " + "00" * 48,
        "@ CDS 0 0 0 00",
        "@ CDNSKEY 0 3 0 AA==",
        f"k KEY {KEY}",
        f"k SIG {SIGNATURE}",
    ],
)
def test_what_does_not_make_a_zone_a_signed_one(tmp_path: Path, record: str) -> None:
    """A DS belongs to a delegation (RFC 4034 §5), a CDS of zeros takes a DS away (RFC 8078 §4), KEY and SIG are no part
    of DNSSEC since RFC 3755."""
    assert faults(tmp_path, HEAD + record + "\n") == []


@pytest.mark.parametrize(
    ("number", "octets", "right"), [(800, 62, True), (800, 64, False), (3000, 7, True), (4300, 7, False)]
)
def test_an_rrset_fits_into_an_answer(tmp_path: Path, number: int, octets: int, right: bool) -> None:
    """A TXT of n octets takes 13 + n in an answer; the owner is a compression pointer, however long it is."""
    owner = ".".join(["x" * 50] * 4)
    text = HEAD + "".join(f"{owner} TXT {n:0{octets}d}\n" for n in range(number))
    found = faults(tmp_path, text)
    assert (
        found == []
        if right
        else [fault.partition(";")[0] for fault in found]
        == [
            f"the.zone:{number + 3}: the TXT records of {owner}.zone.example have "
            f"{number * (13 + octets)} octets, over 60000"
        ]
    )


def test_a_single_record_may_be_too_large(tmp_path: Path) -> None:
    found = faults(tmp_path, HEAD + f"a TYPE65280 \\# 65000 {'00' * 65000}\n")
    assert [fault.partition(";")[0] for fault in found] == [
        "the.zone:4: the TYPE65280 records of a.zone.example have 65012 octets, over 60000"
    ]


def test_glue_by_a_wildcard_below_the_cut(tmp_path: Path) -> None:
    """As NSD and Knot: the name server's address exists by the wildcard alone (RFC 4592 §2.2.1, RFC 9471)."""
    file = tmp_path / "the.zone"
    file.write_text(HEAD + "sub NS ns.sub\n*.sub A 192.0.2.9\n")
    made, _ = load_zone("zone.example", file)
    assert made is not None
    cut = made.nodes[b"\x03sub"].cut
    assert cut is not None
    assert [(owner, rrset.rdatas[0].head) for owner, rrset in cut.glue] == [
        (name_to_wire("ns.sub.zone.example"), bytes((192, 0, 2, 9)))
    ]


MUTATIONS = [
    "@",
    "$",
    "$TTL",
    "$ORIGIN",
    "$INCLUDE",
    "$GENERATE 1-9",
    '"',
    "(",
    ")",
    ";",
    "\\",
    "\\000",
    "\\999",
    "é",
    "\0",
]
MUTATIONS += [
    "65536",
    "4294967296",
    "-1",
    "inf",
    "99999999999m",
    "IN",
    "CH",
    "ANY",
    "SOA",
    "RRSIG",
    "TYPE0",
    "\\#",
    "x" * 64,
]
MUTATIONS += ["\n", "\r", "\t", "..", "1-99999999", "${0,253,d}", "${99999999999999999999}", "*", "the.zone"]
REAL = (
    (Path(catcher.__file__).parent / "zonefiles" / "sink.example.zone").read_text()
    + """
$GENERATE 1-5 g$ A 192.0.2.$
s SRV 1 2 3 ns1
h HTTPS 1 . alpn=h2 ipv4hint=192.0.2.1
l LOC 42 21 54 N 71 06 18 W -24m 30m
n NAPTR 100 50 "s" "http" "" ns1
w APL 1:192.0.2.0/24
$ORIGIN sub
v IPSECKEY 10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==
k HIP 2 200100107B1A74DF365639CC39F1D578 AwEAAbdx ns1
"""
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(REAL)), st.integers(0, 4), st.sampled_from(MUTATIONS)), max_size=5))
def test_a_mutated_zone_is_a_zone_or_has_faults(tmp_path: Path, mutations: list[tuple[int, int, str]]) -> None:
    text = REAL
    for at, cut, new in mutations:
        text = text[:at] + new + text[at + cut :]
    file = tmp_path / "the.zone"
    file.write_text(text)
    made, found = load_zone("sink.example", file)
    assert (made is None) == bool(found)
    assert all(fault.where.startswith(str(file)) and fault.what for fault in found)
