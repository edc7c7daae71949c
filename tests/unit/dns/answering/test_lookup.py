"""The algorithm of RFC 1034 §4.3.2, rule by rule.

Longer than others: the rules are many, and stand together in the RFC.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from catcher.catalogue import Catalogue
from catcher.dns import Authority
from catcher.dns.zones.publication import Publications
from catcher.dns.zones.template import Ours, complete
from catcher.dns.zones.zone import Zone
from tests.support.dnsserver.serving import ask, lines, zone

SOA = "authority zone.example. 60 SOA ns.elsewhere.example. hostmaster.elsewhere.example. 1 2 3 4 60"
ZONE = """
@       MX     10 mail
mail    A      192.0.2.25
mail    AAAA   2001:db8::25
a.ent   TXT    "below an empty non-terminal"
*       MX     20 mail
*       TXT    "wild"
*.w     A      192.0.2.7
deep.w  TXT    "blocks the wildcard"
alias   CNAME  mail
*.alias CNAME  mail
to.ent  CNAME  nothing.ent
out     CNAME  host.elsewhere.example.
one     CNAME  two
two     CNAME  one
self    CNAME  self
sub     NS     ns.sub
sub     NS     ns.other
sub     NS     ns.elsewhere.example.
sub     DS     1 8 1 000102030405060708090a0b0c0d0e0f10111213
ns.sub  A      192.0.2.53
x.sub   TXT    "occluded"
ns.other AAAA  2001:db8::53
into    CNAME  x.sub
dn      DNAME  w
dn      TXT    "beside a DNAME"
under.dn TXT   "occluded"
lost    DNAME  elsewhere.example.
odd     TYPE65280 \\# 2 abcd
srv     SRV    0 0 25 any.w
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return of(zone(tmp_path_factory.mktemp("zone"), ZONE))


def of(made: Zone, name: str = "zone.example") -> Authority:
    unused = Publications(complete({}, Ours("mx.sink.example", ("ns1.sink.example",), ())), 1)
    return Authority(Catalogue.of([]), unused, {name: made})


@pytest.mark.parametrize(
    ("name", "qtype", "expected"),
    [
        pytest.param(
            "zone.example",
            "MX",
            [
                "NOERROR aa",
                "answer zone.example. 300 MX 10 mail.zone.example.",
                "more mail.zone.example. 300 A 192.0.2.25",
                "more mail.zone.example. 300 AAAA 2001:db8::25",
            ],
            id="an exact match, with the addresses of what it names",
        ),
        pytest.param(
            "mail.zone.example", "TXT", ["NOERROR aa", SOA], id="NODATA: a name that exists, without the type"
        ),
        pytest.param(
            "ent.zone.example", "MX", ["NOERROR aa", SOA], id="an empty non-terminal exists (RFC 4592 §2.2.2)"
        ),
        pytest.param(
            "b.ent.zone.example", "MX", ["NXDOMAIN aa", SOA], id="and blocks the wildcard for what is below it"
        ),
        pytest.param(
            "a.b.c.zone.example",
            "TXT",
            ["NOERROR aa", 'answer a.b.c.zone.example. 300 TXT "wild"'],
            id="a wildcard covers several labels (RFC 4592 §2.1.1)",
        ),
        pytest.param("q.zone.example", "A", ["NOERROR aa", SOA], id="a wildcard without the type: NODATA"),
        pytest.param(
            "*.zone.example",
            "TXT",
            ["NOERROR aa", 'answer *.zone.example. 300 TXT "wild"'],
            id="the wildcard's own name can be asked for",
        ),
        pytest.param("w.zone.example", "TXT", ["NOERROR aa", SOA], id="a name above a wildcard exists"),
        pytest.param(
            "x.deep.w.zone.example", "A", ["NXDOMAIN aa", SOA], id="the closest encloser's wildcard alone counts"
        ),
        pytest.param(
            "x.w.zone.example",
            "A",
            ["NOERROR aa", "answer x.w.zone.example. 300 A 192.0.2.7"],
            id="the closer wildcard",
        ),
        pytest.param(
            "alias.zone.example",
            "A",
            [
                "NOERROR aa",
                "answer alias.zone.example. 300 CNAME mail.zone.example.",
                "answer mail.zone.example. 300 A 192.0.2.25",
            ],
            id="a CNAME is followed in the zone",
        ),
        pytest.param(
            "alias.zone.example",
            "CNAME",
            ["NOERROR aa", "answer alias.zone.example. 300 CNAME mail.zone.example."],
            id="unless it is what was asked for",
        ),
        pytest.param(
            "alias.zone.example",
            "TXT",
            ["NOERROR aa", "answer alias.zone.example. 300 CNAME mail.zone.example.", SOA],
            id="a chain that ends in NODATA",
        ),
        pytest.param(
            "x.alias.zone.example",
            "A",
            [
                "NOERROR aa",
                "answer x.alias.zone.example. 300 CNAME mail.zone.example.",
                "answer mail.zone.example. 300 A 192.0.2.25",
            ],
            id="a CNAME from a wildcard",
        ),
        pytest.param(
            "to.ent.zone.example",
            "A",
            ["NXDOMAIN aa", "answer to.ent.zone.example. 300 CNAME nothing.ent.zone.example.", SOA],
            id="the rcode is that of the chain's end (RFC 6604 §3)",
        ),
        pytest.param(
            "out.zone.example",
            "A",
            ["NOERROR aa", "answer out.zone.example. 300 CNAME host.elsewhere.example."],
            id="a chain that leaves the zone is the resolver's to follow",
        ),
        pytest.param(
            "one.zone.example",
            "A",
            [
                "NOERROR aa",
                "answer one.zone.example. 300 CNAME two.zone.example.",
                "answer two.zone.example. 300 CNAME one.zone.example.",
            ],
            id="a loop is shown once",
        ),
        pytest.param(
            "self.zone.example",
            "A",
            ["NOERROR aa", "answer self.zone.example. 300 CNAME self.zone.example."],
            id="the smallest loop",
        ),
        pytest.param(
            "x.sub.zone.example",
            "TXT",
            [
                "NOERROR",
                "authority sub.zone.example. 300 NS ns.sub.zone.example.",
                "authority sub.zone.example. 300 NS ns.other.zone.example.",
                "authority sub.zone.example. 300 NS ns.elsewhere.example.",
                "more ns.sub.zone.example. 300 A 192.0.2.53",
                "more ns.other.zone.example. 300 AAAA 2001:db8::53",
            ],
            id="a referral with glue; what is below the cut is not ours to answer",
        ),
        pytest.param(
            "sub.zone.example",
            "DS",
            ["NOERROR aa", "answer sub.zone.example. 300 DS 1 8 1 000102030405060708090a0b0c0d0e0f10111213"],
            id="DS is answered above the cut (RFC 4035 §3.1.4.1)",
        ),
        pytest.param("zone.example", "DS", ["NOERROR aa", SOA], id="DS at the apex of a zone whose parent isn't here"),
        pytest.param(
            "odd.zone.example",
            "TYPE65280",
            ["NOERROR aa", "answer odd.zone.example. 300 TYPE65280 \\# 2 abcd"],
            id="a type nobody knows (RFC 3597)",
        ),
        pytest.param(
            "srv.zone.example",
            "SRV",
            [
                "NOERROR aa",
                "answer srv.zone.example. 300 SRV 0 0 25 any.w.zone.example.",
                "more any.w.zone.example. 300 A 192.0.2.7",
            ],
            id="an address from a wildcard is additional, too",
        ),
        pytest.param("zone.example.net", "A", ["REFUSED"], id="out of zone"),
        pytest.param("xzone.example", "A", ["REFUSED"], id="a name that only ends like ours"),
    ],
)
def test_rule(authority: Authority, name: str, qtype: str, expected: list[str]) -> None:
    assert lines(ask(authority, name, qtype)) == expected


@pytest.mark.parametrize(
    ("name", "qtype", "expected"),
    [
        pytest.param(
            "dn.zone.example",
            "TXT",
            ["NOERROR aa", 'answer dn.zone.example. 300 TXT "beside a DNAME"'],
            id="a DNAME leaves its own name alone (RFC 6672 §2.3)",
        ),
        pytest.param(
            "under.dn.zone.example",
            "A",
            [
                "NOERROR aa",
                "answer dn.zone.example. 300 DNAME w.zone.example.",
                "answer under.dn.zone.example. 300 CNAME under.w.zone.example.",
                "answer under.w.zone.example. 300 A 192.0.2.7",
            ],
            id="and redirects all below it, data there or not",
        ),
        pytest.param(
            "x.dn.zone.example",
            "CNAME",
            [
                "NOERROR aa",
                "answer dn.zone.example. 300 DNAME w.zone.example.",
                "answer x.dn.zone.example. 300 CNAME x.w.zone.example.",
            ],
            id="the CNAME made from a DNAME can be what was asked for",
        ),
        pytest.param(
            "x.lost.zone.example",
            "A",
            [
                "NOERROR aa",
                "answer lost.zone.example. 300 DNAME elsewhere.example.",
                "answer x.lost.zone.example. 300 CNAME x.elsewhere.example.",
            ],
            id="a DNAME that leaves the zone",
        ),
    ],
)
def test_rule_of_dname(authority: Authority, name: str, qtype: str, expected: list[str]) -> None:
    """RFC 6672 §3."""
    assert lines(ask(authority, name, qtype)) == expected


def test_a_chain_into_a_delegation_ends_in_a_referral(authority: Authority) -> None:
    """The first name is ours to vouch for: AA is set."""
    told = lines(ask(authority, "into.zone.example", "TXT"))
    assert told[:2] == ["NOERROR aa", "answer into.zone.example. 300 CNAME x.sub.zone.example."]
    assert told[2] == "authority sub.zone.example. 300 NS ns.sub.zone.example."


def test_a_name_that_a_dname_makes_too_long(tmp_path: Path) -> None:
    """RFC 6672 §2.2: YXDOMAIN, with the DNAME that says why."""
    target = ".".join(["t" * 60] * 3)
    authority = of(zone(tmp_path, f"dn DNAME {target}.example.\n"))
    told = lines(ask(authority, "a" * 60 + ".bbbb.dn.zone.example", "A"))
    assert told == ["YXDOMAIN aa", f"answer dn.zone.example. 300 DNAME {target}.example."]


def test_a_long_chain_is_followed_in_pieces(tmp_path: Path) -> None:
    """As NSD tells it up to 15 steps, and beyond that as Knot does: five steps, the resolver asks on."""
    authority = of(zone(tmp_path, "".join(f"c{i} CNAME c{i + 1}\n" for i in range(40)) + "c40 A 192.0.2.1\n"))
    whole = lines(ask(authority, "c25.zone.example", "A"))
    assert len(whole) == 17 and whole[-1] == "answer c40.zone.example. 300 A 192.0.2.1"
    told = lines(ask(authority, "c0.zone.example", "A"))
    assert told[0] == "NOERROR aa" and len(told) == 6
    assert told[-1] == "answer c4.zone.example. 300 CNAME c5.zone.example."


def test_a_chain_that_grows_without_end_is_told_as_far_as_a_long_one(tmp_path: Path) -> None:
    """Two DNAMEs that lead below each other: every name of the chain is new."""
    authority = of(zone(tmp_path, "one DNAME two\ntwo DNAME a.one\n"))
    told = lines(ask(authority, "x.one.zone.example", "A"))
    assert sum(" CNAME " in line for line in told) == 5
    assert told[-1] == "answer x.a.a.one.zone.example. 300 CNAME x.a.a.two.zone.example."


def test_any_gets_the_smallest_rrset(authority: Authority) -> None:
    """RFC 8482 §4.1: over UDP and TCP alike."""
    assert lines(ask(authority, "mail.zone.example", "ANY")) == [
        "NOERROR aa",
        "answer mail.zone.example. 300 A 192.0.2.25",
    ]
    assert lines(ask(authority, "ent.zone.example", "ANY")) == ["NOERROR aa", SOA]


def test_a_delegation_below_another_is_occluded(tmp_path: Path) -> None:
    authority = of(zone(tmp_path, "sub NS ns.elsewhere.example.\ndeeper.sub NS ns.other.example.\n"))
    for name in ("deeper.sub.zone.example", "x.deeper.sub.zone.example"):
        assert lines(ask(authority, name, "A")) == [
            "NOERROR",
            "authority sub.zone.example. 300 NS ns.elsewhere.example.",
        ]


def test_what_is_made_from_a_wildcard_delegation_is_data(tmp_path: Path) -> None:
    """RFC 4592 §4.2 leaves it open; this is what NSD does."""
    authority = of(zone(tmp_path, "*.wild NS ns.elsewhere.example.\n"))
    assert lines(ask(authority, "q.wild.zone.example", "A")) == ["NOERROR aa", SOA]
    assert lines(ask(authority, "*.wild.zone.example", "A"))[0] == "NOERROR"


def test_a_host_below_another_name_is_not_taken_for_one_of_ours(tmp_path: Path) -> None:
    """A suffix of octets that doesn't begin at a label is no suffix of the name."""
    odd = "x\\004zone\\007example"
    authority = of(zone(tmp_path, f"@ MX 10 {odd}.\n* A 192.0.2.1\n"))
    assert len(lines(ask(authority, "zone.example", "MX"))) == 2
