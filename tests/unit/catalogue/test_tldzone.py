"""The scanner of TLD zones reads what RFC 1035 §5 allows, as dnspython does."""

from __future__ import annotations

import gzip
from pathlib import Path

import dns.rdatatype
import dns.zone
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catcher.catalogue.tldzone import TldZoneFile, masterfile
from catcher.model.errors import ConfigurationError

SOA = "ml. 300 IN SOA a.nic.ml. host.nic.ml. 2027010100 7200 900 1209600 300\n"


@pytest.fixture(params=[1, 40, 1 << 18], ids="stretches of {} octets".format)
def stretch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in stretches; where they end must make no difference."""
    monkeypatch.setattr(masterfile, "STRETCH", request.param)


def links(folder: Path, text: str, soa: str = SOA) -> list[tuple[str, str, str, int]]:
    """Owner, type, host, line of a zone whose SOA stands on line 0."""
    file = folder / "ml.zone"
    file.write_text(soa + (text if text.endswith("\n") else text + "\n"))
    before = soa.count("\n")
    return [
        (owner.decode(), rrtype.decode(), host.decode(), line - before)
        for batch in TldZoneFile(file, "ml.zone").records()
        for owner, rrtype, host, line in batch
        if rrtype in (b"ns", b"mx")
    ]


FORMS = {
    "army.ml. 300 IN NS ns1.example.": [("army.ml", "ns", "ns1.example", 1)],
    "army.ml.\t300\tin\tns\tns1.example.": [("army.ml", "ns", "ns1.example", 1)],
    "ARMY.ML. NS Ns1.Example.": [("army.ml", "ns", "ns1.example", 1)],
    "army NS ns1": [("army.ml", "ns", "ns1.ml", 1)],
    "army IN 300 NS ns1": [("army.ml", "ns", "ns1.ml", 1)],
    "army 1h30m NS ns1": [("army.ml", "ns", "ns1.ml", 1)],
    "army NS a.\n\tNS b.\n 300 IN NS c.": [
        ("army.ml", "ns", "a", 1),
        ("army.ml", "ns", "b", 2),
        ("army.ml", "ns", "c", 3),
    ],
    "army NS a.  ; the first\n; nothing\n\n   ; nor here\n   NS b.": [
        ("army.ml", "ns", "a", 1),
        ("army.ml", "ns", "b", 5),
    ],
    "@ NS a.nic": [("ml", "ns", "a.nic.ml", 1)],
    "$ORIGIN com.ml.\narmy NS @\n$ORIGIN x\n@ NS y": [
        ("army.com.ml", "ns", "com.ml", 2),
        ("x.com.ml", "ns", "y.x.com.ml", 4),
    ],
    "$TTL 300\narmy NS a.": [("army.ml", "ns", "a", 2)],
    "army MX 10 mx.example.\n MX (\n 20\n mx2 )": [("army.ml", "mx", "mx.example", 1), ("army.ml", "mx", "mx2.ml", 2)],
    "army ( NS\n a. )\n NS b.": [("army.ml", "ns", "a", 1), ("army.ml", "ns", "b", 3)],
    r"arm\y NS a.": [("army.ml", "ns", "a", 1)],
    r"arm\121 NS a.": [("army.ml", "ns", "a", 1)],
    r"\*.army NS a.": [("*.army.ml", "ns", "a", 1)],
    "(in NS a.)": [("in.ml", "ns", "a", 1)],
    r"ar\.my NS a.": [(r"ar\046my.ml", "ns", "a", 1)],
    'army TXT "NS a. ; ( " "x"\n NS b.': [("army.ml", "ns", "b", 2)],
    "ns NS ns": [("ns.ml", "ns", "ns.ml", 1)],
    "in NS in": [("in.ml", "ns", "in.ml", 1)],
    "300 NS 300": [("300.ml", "ns", "300.ml", 1)],
    "army A 192.0.2.1\nnavy DS 1 8 2 ABCD\n NS a.": [("navy.ml", "ns", "a", 3)],
    "x RRSIG NS 8 1 300 20270101000000 20260101000000 1 ml. AA==\n NS b.": [("x.ml", "ns", "b", 2)],
    "army NS a.\r\n NS b.\r": [("army.ml", "ns", "a", 1), ("army.ml", "ns", "b", 2)],
}


@pytest.mark.usefixtures("stretch")
@pytest.mark.parametrize("text", FORMS)
def test_ways_to_write_a_record(tmp_path: Path, text: str) -> None:
    assert links(tmp_path, text + "\n") == FORMS[text]
    assert links(tmp_path, text) == FORMS[text], "without an end of line at the end"


@pytest.mark.parametrize(
    "parameters", ['alpn="h2,h3"', 'alpn="h2" no-default-alpn key65000="x; y"', 'key65000="a\\"b" port=443']
)
def test_a_quoted_parameter_is_one_field(tmp_path: Path, parameters: str) -> None:
    """RFC 9460 §2.1, as dig, ldns, NSD and BIND print HTTPS and SVCB."""
    text = f"www.army.ml. 300 IN HTTPS 1 web.example. {parameters}\narmy.ml. 300 IN NS ns1.example."
    assert links(tmp_path, text) == [("army.ml", "ns", "ns1.example", 2)]
    file = tmp_path / "ml.zone"
    hosts = [
        host for batch in TldZoneFile(file, "ml.zone").records() for _, rrtype, host, _ in batch if rrtype == b"https"
    ]
    assert hosts == [b"web.example"]


def test_the_apex_is_the_soa(tmp_path: Path) -> None:
    (tmp_path / "ml.zone").write_text(SOA)
    zone = TldZoneFile(tmp_path / "ml.zone", "ml.zone")
    assert list(zone.records()) == [[]]
    assert (zone.apex.origin, zone.apex.serial) == ("ml", 2027010100)


def test_an_soa_over_lines_and_a_relative_apex(tmp_path: Path) -> None:
    soa = "$ORIGIN ML.\n$TTL 300\n@ IN SOA a host (\n 7 ; serial\n 1 2 3 4 )\n"
    assert links(tmp_path, "army NS a\n", soa) == [("army.ml", "ns", "a.ml", 1)]


def test_names_are_relative_to_the_soa_where_nothing_else_is_said(tmp_path: Path) -> None:
    assert links(tmp_path, "army NS ns1.army\n") == [("army.ml", "ns", "ns1.army.ml", 1)]


def test_the_soa_may_come_again_at_the_end(tmp_path: Path) -> None:
    """As in what a zone transfer prints (RFC 5936 §2.2)."""
    assert links(tmp_path, "army NS a.\n" + SOA) == [("army.ml", "ns", "a", 1)]


def test_gzip(tmp_path: Path) -> None:
    file = tmp_path / "ml.zone.gz"
    file.write_bytes(gzip.compress(f"{SOA}army NS a.\n".encode()))
    assert list(TldZoneFile(file, "ml.zone").records())[-1] == [(b"army.ml", b"ns", b"a", 2)]


BROKEN = {
    "": "ml.zone: it has no SOA record; give the whole zone of a TLD",
    "army.ml. NS a.\n": "ml.zone: it has no SOA record; give the whole zone of a TLD",
    SOA + "army CH NS a.\n": "ml.zone:2: a record of another class than IN; give the zone of class IN alone",
    "@ SOA a. b. 1 2 3 4 5\n": (
        "ml.zone:1: @ is a relative name and nothing says to what; begin the file with $ORIGIN and the TLD"
    ),
    " NS a.\n": "ml.zone:1: the first record has no owner; give the whole zone, from its SOA on",
    SOA + "$INCLUDE more.zone\n": (
        "ml.zone:2: $INCLUDE is not followed; give the zone as one file with every record written out"
    ),
    SOA + "$GENERATE 1-9 a$ NS b.\n": (
        "ml.zone:2: $GENERATE is not followed; give the zone as one file with every record written out"
    ),
    SOA + "$ORIGIN\n": "ml.zone:2: $ORIGIN takes one name; mend the zone file",
    SOA + "army NS ( a.\n": "ml.zone:2: a parenthesis isn't closed; give the whole zone file; it may be cut off",
    SOA + "army NS a. )\n": "ml.zone:2: a parenthesis is closed that wasn't opened; mend the zone file",
    SOA + 'army TXT "open\n': "ml.zone:2: a quote isn't closed; mend the zone file",
    SOA + "army TXT a\\": "ml.zone:2: a backslash at the end of the line; mend the zone file",
    SOA + "army\n": "ml.zone:2: a record has no type; mend the zone file",
    SOA + "army NS a. b.\n": (
        "ml.zone:2: the NS record's data is not of the form of its type; write it as RFC 1035 §3.3 does"
    ),
    SOA + "army MX mx.\n": (
        "ml.zone:2: the MX record's data is not of the form of its type; write it as RFC 1035 §3.3 does"
    ),
    SOA + "army TYPE2 \\# 3 016100\n": (
        "ml.zone:2: the TYPE2 record's data is not of the form of its type; write it as RFC 1035 §3.3 does"
    ),
    SOA + "a\\999 NS a.\n": "ml.zone:2: there is no octet 999; mend the zone file",
    SOA + "com. SOA a. b. 1 2 3 4 5\n": "ml.zone:2: a second SOA, beside that of ml; give one zone a file",
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_zone_is_told_with_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        links(tmp_path, text, soa="")
    assert str(error.value) == BROKEN[text]


def test_a_damaged_gzip_and_an_endless_line(tmp_path: Path) -> None:
    file = tmp_path / "ml.zone"
    whole = gzip.compress((SOA + "army NS a.\n" * 9).encode())
    for data in (whole[:-12], whole[:20] + b"\xff" * 20):
        file.write_bytes(data)
        with pytest.raises(ConfigurationError, match=r"ml.zone: the gzip stream is damaged"):
            list(TldZoneFile(file, "ml.zone").records())
    file.write_bytes(b"a" * (3 << 20))
    with pytest.raises(ConfigurationError, match="a line of over a million octets"):
        list(TldZoneFile(file, "ml.zone").records())


LABELS = st.sampled_from(["army", "navy", "a-b", "x1", "in", "ns", "a", "mx", "7", "_x", r"\097rmy", "Army"])
NAMES = st.lists(LABELS, min_size=1, max_size=3).map(".".join)
OWNERS = NAMES | NAMES.map("{}.ml.".format) | st.sampled_from(["@", "", "ml."])
HOSTS = NAMES | NAMES.map("{}.example.".format) | st.just("@")
BEFORE = st.sampled_from(["", "300", "IN", "IN 300", "300 IN", "in"])
DATA = (
    HOSTS.map("NS {}".format)
    | HOSTS.map("MX 10 {}".format)
    | HOSTS.map("ns\t{} ; a comment".format)
    | HOSTS.map("NS (\n  {} )".format)
    | st.sampled_from(
        ["A 192.0.2.1", "AAAA 2001:db8::1", 'TXT "a; (b" c', f"DS 1 8 2 {'AB' * 32}", "NSEC a.ml. NS RRSIG"]
    )
)
RECORDS = st.tuples(OWNERS, BEFORE, DATA).map(lambda parts: f"{parts[0]} {parts[1]} {parts[2]}")
ENTRIES = RECORDS | st.sampled_from(["", "; a comment", "$ORIGIN com.ml.", "$ORIGIN ml.", "$TTL 60"])


@given(st.lists(ENTRIES, max_size=12), st.sampled_from([1, 64, 1 << 18]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
def test_it_reads_what_dnspython_reads(tmp_path: Path, entries: list[str], size: int) -> None:
    text = "$ORIGIN ml.\n$TTL 300\n@ SOA a b 1 2 3 4 5\n" + "\n".join([*entries, ""])
    file = tmp_path / "ml.zone"
    file.write_text(text if text.endswith("\n") else text + "\n")
    zone = dns.zone.from_text(text, relativize=False, check_origin=False)
    theirs = {
        (
            owner.to_text(omit_final_dot=True).lower(),
            dns.rdatatype.to_text(rdata.rdtype).lower(),
            (rdata.target if rdata.rdtype == dns.rdatatype.NS else rdata.exchange).to_text(omit_final_dot=True).lower(),
        )
        for owner, _, rdata in zone.iterate_rdatas()
        if rdata.rdtype in (dns.rdatatype.NS, dns.rdatatype.MX)
    }
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(masterfile, "STRETCH", size)
        ours = {
            tuple(part.decode() for part in record[:3])
            for batch in TldZoneFile(file, "ml.zone").records()
            for record in batch
            if record.rrtype in (b"ns", b"mx")
        }
    assert ours == theirs


@given(st.text(st.sampled_from('aN S\t.\\1"();@$\n'), max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_text_breaks_it(tmp_path: Path, text: str) -> None:
    """It yields links, or tells a fault; it never ends in another error."""
    try:
        links(tmp_path, text)
    except ConfigurationError as error:
        assert len(error.faults) == 1
