"""Zone files as other software writes them load as they are: with and without $TTL, relative and absolute, or from a
transfer as the asking program prints it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catcher.dns.zones import wholezone
from catcher.dns.zones.zone import Zone
from tests.support.authoritative import Measure, knot, knot_zones, nsd, nsd_zones
from tests.support.consumers import pdns_database
from tests.support.peers import peer
from tests.support.secondaries import polls

NAME = "peers.example"
ZONE = r"""$ORIGIN peers.example.
$TTL 3600
@ IN SOA ns1 hostmaster 2026113001 7200 900 1209600 300
@ NS ns1
@ 600 MX 10 mail
@ TXT "v=spf1 -all" "two; strings \"quoted\" \\ \200"
ns1 A 192.0.2.1
 AAAA 2001:db8::1
* MX 10 mail
mail 60 A 192.0.2.2
srv._tcp SRV 1 2 3 mail
h HTTPS 1 . alpn=h2,h3 port=443 ipv4hint=192.0.2.3 key65000="x y"
s SVCB 0 svc.example.net.
c CAA 0 issue ";"
n NAPTR 100 50 "s" "SIP+D2U" "!^.*$!sip:info@example.com!" .
u TYPE65280 \# 4 0a000001
l LOC 42 21 54.000 N 71 6 18.000 W -24m 30m 10m 10m
d DNAME example.net.
sub NS ns.sub
sub DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000
ns.sub A 192.0.2.9
t TLSA 3 1 1 0000000000000000000000000000000000000000000000000000000000000000
f SSHFP 1 1 0000000000000000000000000000000000000000
x URI 10 1 "https://example.com/path"
hip HINFO "PC with \"x\"" "OS"
esc\.dot A 192.0.2.10
sp\032ace A 192.0.2.11
rp RP host.example.net. .
ap APL 1:192.0.2.0/24 !2:2001:db8::/32
eui EUI48 00-00-5e-00-53-2a
k OPENPGPKEY AAAA
ce CERT 1 1 8 AAAA
"""
Sets = dict[tuple[bytes, int], tuple[int, list[str]]]
"""Owner and type → TTL and records."""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("source") / "peers.example.zone"
    file.write_text(ZONE)
    return file


@pytest.fixture(scope="module")
def primary(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measure]:
    """NSD, from which anybody on this machine may copy the zone."""
    more = nsd_zones({NAME: source}) + "    provide-xfr: 127.0.0.1 NOKEY\n"
    with nsd(tmp_path_factory.mktemp("primary"), more, NAME) as up:
        yield up


def sets(zone: Zone) -> Sets:
    return {
        (owner, rrtype): (rrset.ttl, sorted(map(repr, rrset.rdatas)))
        for owner, node in zone.nodes.items()
        for rrtype, rrset in node.rrsets.items()
    }


def load(file: Path) -> Sets:
    zone, faults = wholezone.load_zone(NAME, file)
    assert zone is not None, [str(fault) for fault in faults]
    return sets(zone)


def printed(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout


def compiled(source: Path, style: str) -> str:
    """The zone as BIND writes it."""
    options = ["-q", "-k", "ignore", "-n", "ignore", "-i", "none", "-s", style, "-o", "-"]
    return printed(str(peer("named-compilezone")), *options, NAME, str(source))


WRITERS: dict[str, Callable[[Path], str]] = {
    "ldns-read-zone": lambda source: printed(str(peer("ldns-read-zone")), str(source)),
    "ldns-read-zone -z -c": lambda source: printed(str(peer("ldns-read-zone")), "-z", "-c", str(source)),
    "named-compilezone, full": lambda source: compiled(source, "full"),
    "named-compilezone, relative": lambda source: compiled(source, "relative"),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_written_from_a_file(writer: str, source: Path, tmp_path: Path) -> None:
    file = tmp_path / "written.zone"
    file.write_text(WRITERS[writer](source))
    assert load(file) == load(source)


@pytest.mark.parametrize(
    ("program", "options"),
    [
        ("dig", ()),
        ("dig", ("+multiline",)),
        ("dig", ("+noall", "+answer", "+onesoa")),
        ("dig", ("+noclass", "+ttlunits")),
        ("dig", ("+unknownformat",)),
        ("kdig", ()),
        ("drill", ()),
    ],
)
def test_printed_from_a_transfer(
    program: str, options: tuple[str, ...], source: Path, primary: Measure, tmp_path: Path
) -> None:
    """Also with the SOA twice, as it comes in a transfer (RFC 5936 §2.2), and between the program's own comments."""
    file = tmp_path / "transferred.zone"
    place = ("@127.0.0.1", "-p", str(primary.port))
    file.write_text(printed(str(peer(program)), *place, *options, NAME, "AXFR"))
    assert load(file) == load(source)


def test_written_by_nsd_control(source: Path, primary: Measure, tmp_path: Path) -> None:
    written = tmp_path / "written.zone"
    more = nsd_zones({NAME: written}) + f"    request-xfr: AXFR 127.0.0.1@{primary.port} NOKEY\n"
    more += f"remote-control:\n    control-enable: yes\n    control-interface: {tmp_path}/control\n"
    with nsd(tmp_path / "secondary", more, NAME) as secondary:
        printed(str(peer("nsd-control")), "-c", str(secondary.folder / "nsd.conf"), "write", NAME)
        assert any(written.exists() for _ in polls(secondary.port)), secondary.log
    assert load(written) == load(source)


def test_flushed_by_knotc(source: Path, tmp_path: Path) -> None:
    flushed = tmp_path / "flushed"
    flushed.mkdir()
    with knot(tmp_path / "knot", knot_zones({NAME: source}), NAME) as server:
        control = str(server.folder / "run" / "knot.sock")
        printed(str(peer("knotc")), "-s", control, "-b", "-f", "zone-flush", NAME, "+outdir", str(flushed))
    (file,) = flushed.iterdir()
    assert load(file) == load(source)


def test_listed_by_pdnsutil(source: Path, tmp_path: Path) -> None:
    (tmp_path / "pdns.conf").write_text(f"launch=gsqlite3\ngsqlite3-database={pdns_database(tmp_path)}\n")
    program = [str(peer("pdnsutil")), f"--config-dir={tmp_path}"]
    printed(*program, "load-zone", NAME, str(source))
    file = tmp_path / "listed.zone"
    file.write_text(printed(*program, "list-zone", NAME))
    assert load(file) == load(source)


def test_without_default_ttl_the_ttls_are_those_that_bind_finds(source: Path, tmp_path: Path) -> None:
    """RFC 2308 §4: without $TTL the SOA's MINIMUM, or the TTL before (RFC 1035 §5.1)."""
    file = tmp_path / "bare.zone"
    file.write_text(re.sub(r"(?m)^\$TTL.*\n", "", compiled(source, "relative")))
    again = tmp_path / "again.zone"
    again.write_text(compiled(file, "full"))
    assert load(file) == load(again)


def test_without_any_ttl(source: Path, primary: Measure, tmp_path: Path) -> None:
    file = tmp_path / "bare.zone"
    place = ("@127.0.0.1", "-p", str(primary.port))
    file.write_text(printed(str(peer("dig")), *place, "+nottlid", "+noall", "+answer", NAME, "AXFR"))
    bare = load(file)
    assert {key: records for key, (_, records) in bare.items()} == {
        key: records for key, (_, records) in load(source).items()
    }
    assert {ttl for ttl, _ in bare.values()} == {300}
