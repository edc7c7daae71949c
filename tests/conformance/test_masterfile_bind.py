"""A master file with everything in it reads as BIND reads it (RFC 1035 §5, RFC 2308 §4, RFC 3597, $GENERATE)."""

from __future__ import annotations

import subprocess
from pathlib import Path

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.zone

from catcher.dns.wire import name_to_wire
from catcher.dns.zones import wholezone
from catcher.dns.zones.masterfiles.masterfile import read_master_file
from tests.support.peers import peer

# The TTL after $INCLUDE is given: BIND goes on with the included file's $TTL, we with that of before.
ZONE = r"""$TTL 1h30m
$ORIGIN example.
zone    IN SOA ns.zone host\.master.zone ( 2026110301 ; serial
                2h 15M 2w 5m )
        NS ns.zone
$ORIGIN zone.example.
        1D IN MX 10 mx          ; a blank owner is the one before
        IN 2W LOC 0 0 0 N 0 0 0 E 0m
$GENERATE 30-31 ${0,3,x} PTR x${5,4,X}
ns      A 192.0.2.1
mx 60   AAAA 2001:db8::19
quoted  TXT "a b;c" d\;e "\"q\"" "\200\065"
\052.star TXT x
*.wild  CNAME mx
dot\.ted A 192.0.2.2
CaSe    PTR MixedCase.Example.
t1      TYPE65280 \# 4 0a000001
t2      TYPE1 \# 4 c0000203
t3      CLASS1 TYPE16 \# 6 05 68656c6c6f
s       SRV 0 5 5060 sip
h       HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.7
v       SVCB 0 pool.elsewhere.example.
c       CAA 128 issue "ca.example; x=y"
d       DNAME elsewhere.example.
n       NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:a@b!" .
l       LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
p       SSHFP 1 1 123456789abcdef67890123456789abcdef67890
$GENERATE 1-3 host-$ A 192.0.2.$
$GENERATE 10-20/5 ${-10,3}.gen 60 MX "${0,2} mx"
$GENERATE 1-2 $$literal CNAME mx
$INCLUDE sub.inc sub
after   90m A 192.0.2.9
"""
INCLUDED = """$TTL 7
@       A 192.0.2.50
www     CNAME @
$ORIGIN deeper
x       A 192.0.2.51
"""


def test_reads_as_bind_does(tmp_path: Path) -> None:
    program = str(peer("named-checkzone"))
    (tmp_path / "sub.inc").write_text(INCLUDED)
    file = tmp_path / "zone"
    file.write_text(ZONE)
    options = ["-q", "-D", "-k", "ignore", "-n", "ignore", "-i", "none", "-o", "-", "zone.example", str(file)]
    done = subprocess.run([program, *options], capture_output=True, text=True, cwd=tmp_path, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    theirs = dns.zone.from_text(done.stdout, "zone.example.", relativize=False)
    wanted = {
        (str(name).lower(), rdataset.ttl, rdata.to_generic().to_wire())
        for name, rdataset in theirs.iterate_rdatasets()
        for rdata in rdataset
    }
    records, faults = read_master_file(file, name_to_wire("zone.example"))
    assert not faults
    told = {(str(dns.name.from_wire(record.owner, 0)[0]), record.ttl, record.rdata.octets) for record in records}
    assert told == wanted
    assert len(told) > 30


def test_the_whole_is_a_zone(tmp_path: Path) -> None:
    (tmp_path / "sub.inc").write_text(INCLUDED)
    (tmp_path / "zone").write_text(ZONE)
    zone, faults = wholezone.load_zone("zone.example", tmp_path / "zone")
    assert zone is not None and not faults
    assert dns.rdataclass.IN == 1 and dns.rdatatype.MX in zone.apex.rrsets
