"""A whole zone is served as it is, or refused with everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from catcher.dns.wire import RRType
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
