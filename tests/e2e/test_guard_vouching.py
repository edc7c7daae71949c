"""The TLD's own servers vouch for names whose comparison grew old: NSD serves the TLD, catcher asks it by itself."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catcher.catalogue.guard import Run
from catcher.catalogue.guardrecord import load_guard, record
from catcher.catalogue.names import SortedNames
from catcher.model.mail.lookup import LookupResult, LookupType, Question, Status
from catcher.resolve.parent import ParentServers
from tests.support.authoritative import nsd, nsd_zones
from tests.support.netns import Host, two_hosts
from tests.support.peers import peer
from tests.support.server import Server

TLD, SINK = "198.51.100.10", "198.51.100.53"
ZONE = f"""\
$ORIGIN ml.
$TTL 300
@ SOA a.nic hostmaster.nic 1 7200 900 1209600 300
@ NS a.nic
a.nic A {TLD}
army NS ns1.sink.example.
army NS ns2.sink.example.
navy NS ns.other.example.
fleet NS ns1.sink.example.
fleet NS ns.other.example.
alias CNAME www.other.example.
com NS ns.com.example.
"""
NAMES = ("alias.ml", "army.ml", "fleet.ml", "marine.ml", "navy.ml", "navy.com.ml")


class Table:
    """A resolver that knows the TLD's server."""

    async def ask(self, questions: Sequence[Question], *, on_behalf_of: str) -> Mapping[Question, LookupResult]:
        known = {
            Question("ml", LookupType.NS): LookupResult(Status.FOUND, ("a.nic.ml",)),
            Question("a.nic.ml", LookupType.A): LookupResult(Status.FOUND, ("127.0.0.1",)),
        }
        return {question: known.get(question, LookupResult(Status.NODATA)) for question in questions}


def test_what_a_real_server_of_the_tld_says(tmp_path: Path) -> None:
    zone = tmp_path / "ml.zone"
    zone.write_text(ZONE)
    with nsd(tmp_path / "nsd", nsd_zones({"ml": zone}), "ml") as server:
        found = asyncio.run(ParentServers(Table(), port=server.port).name_servers("ml", NAMES))
        assert {name: set(hosts) for name, hosts in found.items()} == {
            "alias.ml": {"www.other.example"},
            "army.ml": {"ns1.sink.example", "ns2.sink.example"},
            "fleet.ml": {"ns1.sink.example", "ns.other.example"},
            "marine.ml": set(),
            "navy.ml": {"ns.other.example"},
            "navy.com.ml": {"ns.com.example"},
        }
        other = asyncio.run(ParentServers(Table(), port=server.port).name_servers("us", ["army.us"]))
        assert other == {}, "whose servers aren't found"


@contextmanager
def tld(host: Host, folder: Path) -> Iterator[None]:
    """NSD on port 53 of ``host``, which serves the TLD."""
    folder.mkdir()
    (folder / "ml.zone").write_text(ZONE)
    (folder / "nsd.conf").write_text(
        f'server:\n ip-address: {host.address}@53\n username: ""\n chroot: ""\n database: ""\n zonesdir: "{folder}"\n'
        f' pidfile: "{folder}/pid"\n xfrdfile: "{folder}/xfrd"\n xfrdir: "{folder}"\n zonelistfile: "{folder}/list"\n'
        " server-count: 1\n rrl-ratelimit: 0\nremote-control:\n control-enable: no\n"
        'zone:\n name: "ml"\n zonefile: "ml.zone"\n'
    )
    command = [*host.prefix, str(peer("nsd")), "-d", "-c", str(folder / "nsd.conf")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            assert any("nsd started" in line for line in server.stderr), "it ended before it ran"
            yield
        finally:
            server.terminate()


@pytest.mark.parametrize("hours", [13, 25])
def test_a_server_asks_reloads_and_serves_what_it_was_told(tmp_path: Path, hours: int) -> None:
    """After 13 hours the comparison holds, and navy.ml is refused at once; after 25 a vouch brings army.ml back."""
    rows = "domain,intended,policy\narmy.ml,army.mil,accept\nnavy.ml,navy.mil,accept\nmarine.ml,marine.mil,accept\n"
    more = f'[fingerprint]\nlookups = true\nresolvers = ["{TLD}:53"]\n'
    state = tmp_path / "sink" / "var"
    names = SortedNames.of([b"army.ml", b"marine.ml", b"navy.ml"])
    as_of = datetime.now(UTC) - timedelta(hours=hours)
    record(state, [Run("ml", as_of, "ml.zone", 1, frozenset(), names)])
    with two_hosts(TLD, SINK, resolver=TLD) as (registry, sink), tld(registry, tmp_path / "tld"):
        server = Server(
            tmp_path / "sink", catalogue=rows, prefix=sink.prefix, dns=(SINK, 53), smtp=(SINK, 25), more=more
        )
        text = server.config.read_text()
        server.config.write_text(text.replace("[catalogue]\n", '[catalogue]\nguard = "required"\n'))
        try:
            server.start()
            server.await_line("reloaded")
            guard = load_guard(state, required=True)
            assert guard.refused == {"navy.ml"}
            soon = datetime.now(UTC) + timedelta(hours=12)
            assert [name for name in names if guard.allows(name, soon)] == ["army.ml", "marine.ml"]
            said = {name: mx(sink, name) for name in names}
            assert said == {"army.ml": "10 mx.sink.example.", "marine.ml": "10 mx.sink.example.", "navy.ml": "0 ."}
            runs = json.loads(server.control("status"))["guard"]["runs"]
            assert [run["refused"] for run in runs] == [1]
        finally:
            if server.process is not None:
                server.kill()


def mx(host: Host, domain: str) -> str:
    """The MX record that the sink answers with."""
    return host.run(str(peer("dig")), f"@{SINK}", "+short", domain, "MX", capture_output=True).stdout.decode().strip()
