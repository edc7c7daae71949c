"""The guard and the export against a real BIND that serves the TLD: transfers, and dynamic updates."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.flags
import dns.message
import dns.query
import dns.rdatatype
import pytest

from catcher.catalogue.export import export
from catcher.supervise.ports import own_port
from tests.support.netns import HERE, Host, two_hosts
from tests.support.peers import peer
from tests.support.unbound import unbound

ZONE = """$TTL 3600
ml. IN SOA a.ns.ml. hostmaster.ml. 1 7200 3600 1209600 60
ml. IN NS a.ns.ml.
a.ns.ml. IN A 127.0.0.2
army.ml. IN NS ns1.sink.example.
bank.ml. IN NS ns1.bank.example.
"""
KEY = 'key "transfer" {\n\talgorithm hmac-sha256;\n\tsecret "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";\n};\n'
OURS = ("ns1.sink.example", "ns2.sink.example")


OTHERS = """
host.ml. IN A 192.0.2.1
mail.ml. IN MX 1 mx.other.example.
safe.ml. IN NS ns.safe.ml.
safe.ml. IN DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000
ns.safe.ml. IN A 192.0.2.7
more.ml. IN NS ns1.sink.example.
more.ml. IN NS ns2.sink.example.
more.ml. IN NS ns.other.example.
"""
"""Names of others: an address, mail, a signed delegation with glue, and a name server beside ours."""


@pytest.fixture
def bind(tmp_path: Path) -> Iterator[int]:
    """The port of a BIND that serves .ml, takes updates from loopback, and transfers only with the key."""
    port = own_port()
    with serving(tmp_path / "bind", HERE, port):
        yield port


@contextmanager
def serving(folder: Path, host: Host, port: int, updates: str = "127.0.0.1", more: str = "") -> Iterator[None]:
    """A BIND on ``host`` that serves .ml with ``more`` records and takes updates from the address ``updates``."""
    folder.mkdir()
    (folder / "ml.zone").write_text(ZONE.replace("127.0.0.2", host.address) + more)
    (folder / "named.conf").write_text(
        f"""{KEY}options {{
            directory "{folder}"; pid-file none; session-keyfile "{folder}/session.key"; lock-file none;
            listen-on port {port} {{ {host.address}; }}; listen-on-v6 {{ none; }};
            recursion no; dnssec-validation no; allow-transfer {{ key transfer; }};
        }};
        controls {{ }};
        zone "ml" {{ type primary; file "ml.zone"; allow-update {{ {updates}; }}; }};
        """
    )
    command = [*host.prefix, str(peer("named")), "-g", "-c", str(folder / "named.conf"), "-n", "1"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    try:
        log = iter(server.stderr)
        assert any(line.rstrip().endswith(" running") for line in log), "it ended before it ran"
        # BIND would wait for a reader of a full pipe.
        reader = threading.Thread(target=list, args=(log,))
        reader.start()
        yield
    finally:
        server.terminate()
        server.wait(timeout=30)
        reader.join()
        server.stderr.close()


def catcher(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the command with ``arguments``."""
    return subprocess.run(
        [sys.executable, "-m", "catcher", *arguments], capture_output=True, text=True, timeout=120, check=False
    )


def servers_of(port: int, name: str) -> set[str]:
    """The name servers to which BIND delegates ``name``."""
    query = dns.message.make_query(name, "NS")
    query.flags = dns.flags.Flag(0)
    reply = dns.query.udp(query, "127.0.0.1", port=port, timeout=10)
    sets = [rrset for rrset in (*reply.answer, *reply.authority) if rrset.rdtype == dns.rdatatype.NS]
    return {rdata.target.to_text(omit_final_dot=True) for rrset in sets for rdata in rrset}


def send(port: int, lines: Iterator[str]) -> str:
    """Runs nsupdate; returns its complaints. The server is the one thing that the export can't know in a test."""
    text = "\n".join([f"server 127.0.0.1 {port}", *lines, ""])
    done = subprocess.run([peer("nsupdate")], input=text, capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def test_delegations_come_and_come_again_and_others_stay(bind: int) -> None:
    names = ["bank.ml", "army.ml", *(f"typo{number}.ml" for number in range(120))]
    told = send(bind, export(names, OURS, "nsupdate"))
    assert told.count("YXDOMAIN") == 2, "army.ml, and the one that is somebody else's"
    assert servers_of(bind, "typo0.ml") == servers_of(bind, "typo119.ml") == set(OURS)
    assert servers_of(bind, "bank.ml") == {"ns1.bank.example"}
    assert servers_of(bind, "army.ml") == {"ns1.sink.example"}

    assert send(bind, export(names, OURS, "nsupdate")).count("YXDOMAIN") == 122, "a second run changes nothing"
    assert servers_of(bind, "typo7.ml") == set(OURS)

    send(bind, export(names, ["ns3.sink.example"], "nsupdate", formerly=OURS))
    assert servers_of(bind, "typo7.ml") == {"ns3.sink.example"}
    assert servers_of(bind, "bank.ml") == {"ns1.bank.example"}
    assert servers_of(bind, "army.ml") == {"ns1.sink.example"}, "it had other servers than the ones named"


def test_records_of_others_stay_whatever_they_are(tmp_path: Path) -> None:
    names = ["host.ml", "mail.ml", "safe.ml", "more.ml", "typo1.ml"]
    port = own_port()
    with serving(tmp_path / "bind", HERE, port, more=OTHERS):
        assert send(port, export(names, OURS, "nsupdate")).count("YXDOMAIN") == 4
        told = send(port, export(names, ["ns3.sink.example"], "nsupdate", formerly=OURS))
        assert (told.count("NXRRSET"), told.count("YXDOMAIN")) == (4, 5)
        assert servers_of(port, "safe.ml") == {"ns.safe.ml"}
        assert servers_of(port, "more.ml") == {*OURS, "ns.other.example"}
        assert servers_of(port, "host.ml") == servers_of(port, "mail.ml") == set()
        assert servers_of(port, "typo1.ml") == {"ns3.sink.example"}


def test_nsupdate_finds_the_primary_by_itself(tmp_path: Path) -> None:
    """As a person runs it: the resolver knows .ml, and where .ml delegates a name to us it knows nothing of our server.

    Without the line ``zone``, nsupdate would follow the delegation of army.ml and send the update there.
    """
    lines = [*export(["army.ml", "typo1.ml"], OURS, "nsupdate")]
    with (
        two_hosts("198.51.100.10", "198.51.100.53", resolver="127.0.0.1") as (person, registry),
        serving(tmp_path / "bind", registry, 53, updates=person.address),
        unbound(person, tmp_path / "unbound", stubs={"ml": registry.address}, data=()),
    ):
        command = [*person.prefix, str(peer("nsupdate"))]
        text = "\n".join([*lines, ""])
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60)
        assert (done.stdout + done.stderr).count("YXDOMAIN") == 1, done
        asked = [str(peer("dig")), f"@{registry.address}", "+norecurse", "typo1.ml", "NS"]
        found = person.run(*asked, capture_output=True).stdout.decode()
        assert all(f"NS\t{server}." in found for server in OURS), found


def test_the_guard_transfers_the_zone_with_tsig(bind: int, tmp_path: Path) -> None:
    catcher("init", str(sink := tmp_path / "sink"))
    key = sink / "tsig.key"
    key.write_text(KEY)
    key.chmod(0o600)
    send(bind, iter(["zone ml.", "update add navy.ml. 300 MX 10 mx.navy-fans.example.", "send"]))
    at = ["check", "-c", str(sink / "catcher.toml"), "--axfr", f"127.0.0.1:{bind}", "--zone", "ml"]
    ended = catcher(*at, "--key", str(key))
    assert ended.returncode == 1, ended.stderr
    assert "navy.ml is refused: the TLD's zone itself has an MX record for it (ml from 127.0.0.1:" in ended.stdout
    assert "army.ml is refused" not in ended.stdout

    refused = catcher(*at)
    assert refused.returncode == 3
    assert "the transfer failed: the server answered REFUSED; nothing is cleared by it" in refused.stderr

    key.write_text(KEY.replace("MTIz", "MTIx"))
    wrong = catcher(*at, "--key", str(key))
    assert wrong.returncode == 3
    assert "the transfer failed" in wrong.stderr
