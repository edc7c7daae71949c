"""A registry's secondaries copy what catcher serves: Knot by the catalog zone, NSD zone by zone; NOTIFY and TSIG."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from catcher.supervise.ports import own_port
from tests.support.authoritative import answers, knot, nsd
from tests.support.peers import peer
from tests.support.secondaries import KEY, KEYS, SECRET, gone, polls, sections
from tests.support.server import Server

OTHER = "b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIhISE="
_KNOT = """\
key:
  - id: {key}
    algorithm: hmac-sha256
    secret: {secret}
remote:
  - id: primary
    address: 127.0.0.1@{primary}
    key: {key}
acl:
  - id: notify
    address: 127.0.0.1
    key: {key}
    action: notify
template:
  - id: default
    storage: "{folder}"
    master: primary
    acl: notify
    zonefile-sync: -1
  - id: member
    storage: "{folder}"
    master: primary
    acl: notify
    zonefile-sync: -1
zone:
  - domain: catalog.sink.example
    catalog-role: interpret
    catalog-template: member
  - domain: sink.example
"""
_NSD = """\
key:
    name: "{key}"
    algorithm: hmac-sha256
    secret: "{secret}"
zone:
    name: "{zone}"
    request-xfr: 127.0.0.1@{primary} {key}
    allow-notify: 127.0.0.1 {key}
"""


@pytest.fixture
def ports() -> tuple[int, int]:
    """Where Knot and NSD will listen."""
    return own_port(), own_port()


@pytest.fixture
def server(tmp_path: Path, ports: tuple[int, int]) -> Iterator[Server]:
    made = Server(tmp_path / "sink")
    (made.folder / "transfer.keys").write_text(KEYS)
    (made.folder / "transfer.keys").chmod(0o600)
    text = made.config.read_text()
    text = text.replace("[dns]\n", '[dns]\nkeys = "transfer.keys"\ncatalog_zone = "catalog.sink.example"\n', 1)
    for port in ports:
        text += f'[[dns.secondary]]\naddress = "127.0.0.1:{port}"\nkey = "{KEY}"\n'
    made.config.write_text(text)
    made.start()
    yield made
    assert made.stop() == 0
    assert SECRET not in made.log.read_text()


def test_knot_serves_the_catalogue_by_its_catalog_zone(server: Server, ports: tuple[int, int], tmp_path: Path) -> None:
    """RFC 9432: members come and go with the catalogue's rows."""
    folder = tmp_path / "knot"
    more = _KNOT.format(key=KEY, secret=SECRET, primary=server.dns[1], folder=folder)
    with knot(folder, more, "sink.example", port=ports[0]) as secondary:
        for domain in ("army.ml", "navy.ml"):
            assert answers(secondary.port, domain), secondary.log
        for name, qtype in (("army.ml", "MX"), ("a.b.army.ml", "MX"), ("army.ml", "SOA"), ("x.navy.ml", "A")):
            assert sections(secondary.port, name, qtype) == sections(server.dns[1], name, qtype)
        server.catcher("catalogue", "add", "marine.ml", "--intended", "marine.mil")
        server.await_line("reloaded")
        assert answers(secondary.port, "marine.ml"), secondary.log
        server.catcher("catalogue", "remove", "navy.ml")
        server.await_line("reloaded")
        assert gone(secondary, "navy.ml"), secondary.log


def test_knot_chooses_the_template_by_the_group(server: Server, ports: tuple[int, int], tmp_path: Path) -> None:
    """RFC 9432 §4.4.2: here the policy is the group, and a template of that name writes the member to a file."""
    text = server.config.read_text()
    server.config.write_text(text.replace("[dns]\n", '[dns]\ncatalog_group = "policy"\n', 1))
    rows = server.folder / "catalogue.csv"
    rows.write_text(rows.read_text().replace("navy.ml,navy.mil,explain", "navy.ml,navy.mil,null"))
    server.reload()
    folder = tmp_path / "knot"
    more = _KNOT.format(key=KEY, secret=SECRET, primary=server.dns[1], folder=folder)
    more = more.replace("    catalog-template: member", '    catalog-template: [ member, "null" ]')
    template = more[more.index("  - id: member") : more.index("zone:\n")]
    written = template.replace("id: member", 'id: "null"').replace("-sync: -1", '-sync: 0\n    file: "null-%s.zone"')
    more = more.replace("zone:\n", written + "zone:\n", 1)
    with knot(folder, more, "sink.example", port=ports[0]) as secondary:
        for domain in ("army.ml", "navy.ml"):
            assert answers(secondary.port, domain), secondary.log
        file = folder / "null-navy.ml.zone"
        assert any(file.exists() for _ in polls(secondary.port)), secondary.log
        assert [path.name for path in folder.glob("null-*")] == ["null-navy.ml.zone"]


def test_nsd_hears_of_a_changed_zone(server: Server, ports: tuple[int, int], tmp_path: Path) -> None:
    """RFC 1996 §3: NSD asks for the zone because it was told, long before its own refresh is due."""
    more = "".join(
        _NSD.format(key=KEY, secret=SECRET, primary=server.dns[1], zone=zone)
        if number == 0
        else zone_alone(server, zone)
        for number, zone in enumerate(("sink.example", "army.ml"))
    )
    with nsd(tmp_path / "nsd", more, "sink.example", port=ports[1]) as secondary:
        assert answers(secondary.port, "army.ml"), secondary.log
        zone = server.folder / "sink.example.zone"
        zone.write_text(zone.read_text().replace("hostmaster 1 ", "hostmaster 2 ") + "new A 192.0.2.77\n")
        server.reload()
        wanted = ["new.sink.example. 300 IN A 192.0.2.77"]
        told = (sections(secondary.port, "new.sink.example", "A") for _ in polls(secondary.port))
        assert any(wanted[0] in lines for lines in told), secondary.log


def zone_alone(server: Server, zone: str) -> str:
    """A second zone under the key that stands in the configuration already."""
    text = _NSD.format(key=KEY, secret=SECRET, primary=server.dns[1], zone=zone)
    return text[text.index("zone:\n") :]


def transfer(program: str, server: Server, zone: str, secret: str | None, *more: str) -> str:
    """What ``dig`` or ``kdig`` prints of an AXFR."""
    key = [] if secret is None else ["-y", f"hmac-sha256:{KEY}:{secret}"]
    command = [str(peer(program)), "@127.0.0.1", "-p", str(server.dns[1]), *key, zone, *(more or ("AXFR",))]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30).stdout


def records(text: str) -> list[str]:
    """The records of the zone, without the signatures of messages."""
    lines = (" ".join(line.split()) for line in text.splitlines() if line and not line.startswith(";"))
    return [line for line in lines if " ANY TSIG " not in line]


@pytest.mark.parametrize("program", ["dig", "kdig"])
def test_a_transfer_is_for_whoever_has_the_key(server: Server, program: str) -> None:
    told = records(transfer(program, server, "army.ml", SECRET))
    assert told[0] == told[-1] and " SOA " in told[0] and len(told) > 6
    assert not records(transfer(program, server, "army.ml", None))
    refused = transfer(program, server, "army.ml", OTHER)
    assert not records(refused)
    assert re.search(r"NOTAUTH|BADSIG|failed", refused, re.IGNORECASE), refused


def test_the_catalog_zone_lists_the_members(server: Server) -> None:
    told = records(transfer("dig", server, "catalog.sink.example", SECRET))
    assert {line.split()[-1] for line in told if " PTR " in line} == {"army.ml.", "navy.ml."}
    assert 'version.catalog.sink.example. 0 IN TXT "2"' in told


def test_a_copy_that_is_current_gets_the_soa_alone(server: Server) -> None:
    """RFC 1995 §2."""
    soa = records(transfer("dig", server, "army.ml", SECRET))[0]
    serial = int(soa.split()[6])
    for known, count in ((serial, 1), (serial + 5, 1), (serial - 1, None)):
        told = records(transfer("dig", server, "army.ml", SECRET, f"IXFR={known}"))
        assert told[0] == soa
        assert len(told) == count if count else len(told) > 6


def test_a_large_catalogue_comes_in_many_messages_while_others_are_answered(server: Server) -> None:
    """The connection reads slowly; the server goes on for everybody else, then the transfer is whole."""
    rows = "".join(f"d{number}.example\n" for number in range(20_000))
    (server.folder / "catalogue.csv").write_text("domain\n" + rows)
    server.reload()
    command = [str(peer("dig")), "@127.0.0.1", "-p", str(server.dns[1]), "-y", f"hmac-sha256:{KEY}:{SECRET}"]
    with subprocess.Popen(
        [*command, "catalog.sink.example", "AXFR"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as dig:
        assert dig.stdout is not None
        first = dig.stdout.readline() + dig.stdout.readline()
        assert answers(server.dns[1], "d7.example") and answers(server.dns[1], "d19999.example")
        told = first + dig.stdout.read()
    members = {line.split()[-1] for line in records(told) if " PTR " in line}
    assert len(members) == 20_000 and "messages" in told
    assert " SOA " in records(told)[-1]
