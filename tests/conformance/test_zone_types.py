"""Records of every type, as the peers' checkers take them: what BIND and NSD both load is loaded here, what both refuse
is a fault. Where they differ, a table says what is done and why."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from catcher.dns.zones.wholezone import load_zone
from tests.support.peers import peer

HEAD = "$TTL 300\n@ IN SOA ns1.example.org. h.example.org. 1 2 3 4 5\n@ IN NS ns1.example.org.\n"
DIGEST = "00" * 32
RECORDS = f"""
A 192.0.2.1
A 192.0.2.01
A 192.0.2
A 192.0.2.1 x
A \\# 4 c0000201
A \\# 3 c00002
NS \\# 4 01610001
MX \\# 5 000a016100
AAAA 2001:db8::1
MB a
MG a
MR a
MINFO a b
NULL x
NULL \\# 1 aa
WKS 192.0.2.1 TCP 25
X25 "311061700956"
ISDN "150862028003217" "004"
RT 10 a
NSAP 0x47.0005.80.005a00.0000.0001.e133.ffffff000161.00
PX 10 a b
NXT b A NXT
KEY 256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3
SIG NXT 1 3 3600 20000102030405 19961211100908 2143 foo.nil. MxFcby9k
SPF "v=spf1 -all"
DLV 1 13 2 {DIGEST}
AVC "a"
HINFO a b
RP a b
AFSDB 1 a
LOC 0 0 0 N 0 0 0 E 0m
NAPTR 1 1 "u" "s" "" a
KX 1 a
CERT PGP 0 0 AA==
APL 1:192.0.2.0/24
APL
IPSECKEY 10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==
DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=
TLSA 0 0 0 {DIGEST}
SMIMEA 0 0 0 {DIGEST}
CSYNC 1 1 A
ZONEMD 1 1 1 {"00" * 48}
SVCB 1 a alpn="h2,h3"
HTTPS 1 . alpn=h2
HTTPS 1 . alpn="h2" port=8443
NID 10 0014:4fff:ff20:ee64
L32 10 10.1.2.0
L64 10 2001:0DB8:1140:1000
LP 10 a
EUI48 00-00-5e-00-53-2a
EUI64 00-00-5e-ef-10-00-00-2a
URI 1 1 "ftp://a"
CAA 0 issue ";"
OPENPGPKEY AA==
TXT "a"b
TXT
TXT ""
TYPE65535 \\# 0
TYPE0 \\# 0
TSIG \\# 0
MAILB \\# 0
CH A 192.0.2.1
CLASS1 A 192.0.2.1
1w2d3h4m5s A 192.0.2.1
2147483647 A 192.0.2.1
1x A 192.0.2.1
5 IN A 192.0.2.1
IN 5 A 192.0.2.1
5 IN 6 A 192.0.2.1
TLSA 3 1 1 00
TLSA 3 1 1
TLSA \\# 2 0301
SMIMEA 3 1 1 0011
ZONEMD 1 0 1 {"00" * 48}
SVCB 0 . alpn=h2
SVCB 0 a key65333=x
SVCB 1 . ech=AQID
SVCB 1 . ech=AQI
SVCB 1 . key65535=ab
SVCB 1 . key65536=ab
SVCB 1 . dohpath
SVCB 1 . ALPN=h2
SVCB 1 . alpn=h2 alpn=h3
SVCB 1 . mandatory=alpn
SVCB 1 . mandatory=port,alpn alpn=h2 port=1
SVCB 1 . port=65536
SVCB 1 . ipv4hint=192.0.2
SVCB \\# 2 0001
SVCB \\# 7 00010000030001
URI 10 1 ""
URI 10 1
AFSDB \\# 4 00010000
NAPTR \\# 7 0064000a000000
HINFO \\# 3 000000
CAA \\# 2 0005
CERT \\# 4 00010002
IPSECKEY \\# 3 0a0102
EUI48 \\# 5 00005e0053
L32 \\# 5 000a0a0102
LOC \\# 16 01121613a1a2a3a4b1b2b3b400989680
LOC 52 59 59.999 N 4 E 0m 0.001m
LOC 52 N 4 E 1e3m
LOC 52 N 4 E nanm
LOC 52.5 N 4 E 0m
NOSUCHTYPE x
""".strip().splitlines()
OWN_WAY = {
    "MD a": (True, "BIND calls it obsolete, NSD loads it: to answers it is data"),
    "MF a": (True, "as MD"),
    "GPOS -32.6882 116.8652 10.0": (True, "BIND loads it, NSD doesn't know it"),
    "A6 0 2001:db8::1": (True, "as GPOS"),
    "A6 64 ::1 a": (True, "as GPOS"),
    "EID 12": (True, "as GPOS"),
    "NIMLOC 12": (True, "as GPOS"),
    "SINK 1 0 0 AA==": (True, "as GPOS"),
    "RKEY 0 3 5 AQPS": (True, "as GPOS"),
    "TALINK a b": (True, "as GPOS"),
    f"TA 1 13 2 {DIGEST}": (True, "as GPOS"),
    "AMTRELAY 10 0 3 a": (True, "as GPOS"),
    "AMTRELAY \\# 2 0004": (True, "RFC 3597 §5: any type may be written so"),
    "ATMA +61200000000": (False, r"BIND loads it; here it has to be written with \#"),
    "OPT \\# 0": (False, "RFC 6895 §3.1: no data; NSD loads it"),
    "TYPE255 \\# 0": (False, "RFC 6895 §3.1: no data; NSD loads it"),
    "TXT \\# 0": (False, "RFC 1035 §3.3.14: one string at least; NSD loads it"),
    'TXT "a\nb"': (True, "RFC 1035 §5.1: any octet but a quotation mark; BIND refuses the newline"),
    "LOC 0 0 0 N 0 0 0 E 99999999999m": (False, "RFC 1876 §3: no such altitude; NSD loads another one"),
    "TXT \\256": (False, "no octet; NSD loads it"),
    "TXT ( a": (False, "the parenthesis isn't closed; NSD loads it"),
    "SVCB 1 . no-default-alpn": (False, "RFC 9460 §7.1.1: it needs alpn; NSD loads it"),
    "SVCB 1 . ohttp": (True, "RFC 9540 §4; BIND 9.18 and NSD 4.6 don't know it"),
    'DOA 0 1 2 "" -': (True, "BIND loads it, NSD doesn't know it"),
    "DS \\# 5 0001080200": (False, "a digest of SHA-256 has 32 octets; NSD loads it"),
    "2147483648 A 192.0.2.1": (False, "RFC 2181 §8; both load it, BIND as 0"),
}


def loads(record: str, folder: Path) -> bool:
    return load_zone("example", folder / "zone")[0] is not None


def peers_load(folder: Path) -> set[bool]:
    """Whether BIND and NSD load it: one member where they agree."""
    commands = (
        [str(peer("named-checkzone")), "-k", "ignore", "-n", "ignore", "-i", "none", "example", "zone"],
        [str(peer("nsd-checkzone")), "example", "zone"],
    )
    return {subprocess.run(c, cwd=folder, capture_output=True, timeout=30).returncode == 0 for c in commands}


@pytest.mark.parametrize("record", RECORDS)
def test_as_bind_and_nsd(record: str, tmp_path: Path) -> None:
    (tmp_path / "zone").write_text(f"{HEAD}t {record}\n")
    assert peers_load(tmp_path) == {loads(record, tmp_path)}


@pytest.mark.parametrize("record", OWN_WAY)
def test_where_they_differ_or_an_rfc_says_otherwise(record: str, tmp_path: Path) -> None:
    """A row on which both agree with us belongs into the other list."""
    (tmp_path / "zone").write_text(f"{HEAD}t {record}\n")
    ours, why = OWN_WAY[record]
    assert loads(record, tmp_path) == ours, why
    assert peers_load(tmp_path) != {ours}


@pytest.mark.parametrize(
    "octets",
    [
        b"a A 192.0.2.1 ; \xfc\n",
        b"stra\xdfe A 192.0.2.1\n",
        b'a TXT "\xdf" \xdf\n',
        b"a A 192.0.2.1\r\nb A 192.0.2.2\r\n",
        b"a A 192.0.2.1",
        b"$ttl 4\na A 192.0.2.1\n",
        b"a A 192.0.2.1\n\t A 192.0.2.2\n",
        b"\\@ A 192.0.2.1\n",
        b"a..b A 192.0.2.1\n",
        b"a TXT x )\n",
        b"d CNAME e.\nd A 192.0.2.1\n",
        b"@ SOA a. b. 2 2 3 4 5\n",
        b"x SOA a. b. 2 2 3 4 5\n",
        b"$FOO x\n",
        b"a TXT " + b"x" * 256 + b"\n",
        b"x" * 64 + b" A 192.0.2.1\n",
        b"a\n",
        b"a A\n",
        b"$INCLUDE nowhere\n",
        b"a A 192.0.2.1\r",
        b"\0 A 192.0.2.1\n",
        b"\0",
        b"a A 192.0.2.1\n" + b"\0" * 600,
        b'$ORIGIN "x"\n',
    ],
)
def test_entries_as_bind_and_nsd(octets: bytes, tmp_path: Path) -> None:
    (tmp_path / "zone").write_bytes(HEAD.encode() + octets)
    assert peers_load(tmp_path) == {load_zone("example", tmp_path / "zone")[0] is not None}


def test_a_name_server_below_the_dname_of_its_zone(tmp_path: Path) -> None:
    """RFC 6672 §2.4: nobody would find it."""
    zone = b"$TTL 300\n@ SOA ns h 1 2 3 4 5\n@ NS ns\n@ DNAME elsewhere.\nns A 192.0.2.1\n"
    (tmp_path / "zone").write_bytes(zone)
    loaded, (fault,) = load_zone("example", tmp_path / "zone")
    assert loaded is None and peers_load(tmp_path) == {False}
    assert fault.where.endswith(":3") and fault.what == "the DNAME at example leads away from the name server below it"


def test_a_byte_order_mark_is_refused_by_all(tmp_path: Path) -> None:
    (tmp_path / "zone").write_bytes(b"\xef\xbb\xbf" + HEAD.encode())
    assert peers_load(tmp_path) == {load_zone("example", tmp_path / "zone")[0] is not None} == {False}
