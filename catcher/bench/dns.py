"""CPU per DNS query at saturation: catcher, NSD and Knot on one core, the load from dnsperf on the others."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from catcher.bench.process import find, free_port, running, tool

DOMAINS = 1000

ZONE = """\
$TTL 300
@ IN SOA ns1.sink.test. hostmaster.ns1.sink.test. 1 3600 600 604800 300
@ IN NS ns1.sink.test.
@ IN NS ns2.sink.test.
@ IN MX 10 mx.sink.test.
* IN MX 10 mx.sink.test.
@ IN TXT "v=spf1 -all"
* IN TXT "v=spf1 -all"
_dmarc IN TXT "v=DMARC1; p=reject"
*._domainkey IN TXT "v=DKIM1; p="
@ IN CAA 0 issue ";"
"""
"""What catcher makes of its own template, as a zone file that the peers serve for each domain."""


@dataclass(frozen=True, slots=True)
class Row:
    server: str
    mix: str
    queries: int
    queries_per_second: float
    cpu_microseconds: float
    """The server's user and system time a query."""


def measure(seconds: int) -> Iterator[Row]:
    """A row for each server and mix; yields as it goes. Raises EnvironmentFailure without dnsperf."""
    tool("dnsperf")
    cores = sorted(os.sched_getaffinity(0))
    server_core, load_cores = {cores[0]}, set(cores[1:] or cores)
    with tempfile.TemporaryDirectory(prefix="catcher-bench-") as name:
        folder = Path(name)
        mixes = _query_files(folder)
        for server, prepare in _SERVERS.items():
            port = free_port()
            command = prepare(folder, port)
            if command is None:
                continue
            with running(server, command, port, folder / f"{server}.log") as process:
                process.pin(server_core)
                for mix, queries in mixes.items():
                    _dnsperf(queries, port, 1, load_cores)
                    before = process.cpu_seconds()
                    completed, rate = _dnsperf(queries, port, seconds, load_cores)
                    spent = process.cpu_seconds() - before
                    yield Row(server, mix, completed, rate, spent / completed * 1e6)


def _query_files(folder: Path) -> dict[str, Path]:
    draw = random.Random(1)
    names = [f"d{number}.test" for number in range(DOMAINS)]

    def line(prefix: str) -> str:
        domain = draw.choice(names)
        return draw.choice(
            (
                f"{domain} MX",
                f"{domain} MX",
                f"{prefix}.{domain} MX",
                f"{domain} A",
                f"{prefix}.{domain} AAAA",
                f"_dmarc.{domain} TXT",
                f"x._tcp._dmarc.{domain} TXT",
                f"{domain.upper()} MX",
                f"{domain} SOA",
                f"{prefix}.outside.example A",
            )
        )

    returning = folder / "returning.txt"
    returning.write_text("".join(line(draw.choice(("www", "mail", "a.b"))) + "\n" for _ in range(20_000)))
    fresh = folder / "fresh.txt"
    fresh.write_text("".join(line(f"r{number:x}") + "\n" for number in range(2_000_000)))
    return {"names return": returning, "names never return": fresh}


def _dnsperf(queries: Path, port: int, seconds: int, cores: set[int]) -> tuple[int, float]:
    """Queries completed, and per second."""
    command = [tool("dnsperf"), "-s", "127.0.0.1", "-p", str(port), "-d", str(queries), "-l", str(seconds)]
    said = subprocess.run(
        [*command, "-c", "8", "-q", "400", "-e"],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    ).stdout
    completed = re.search(r"Queries completed:\s+(\d+)", said)
    rate = re.search(r"Queries per second:\s+([\d.]+)", said)
    assert completed and rate, said
    return int(completed[1]), float(rate[1])


def _catcher(folder: Path, port: int) -> list[str]:
    catalogue = folder / "catalogue.csv"
    catalogue.write_text(
        "domain,intended,policy\n" + "".join(f"d{n}.test,d{n}.example,accept\n" for n in range(DOMAINS))
    )
    config = folder / "catcher.toml"
    config.write_text(
        f"""[node]
state = "{folder}/state"
[dns]
listen = ["127.0.0.1:{port}"]
nameservers = ["ns1.sink.test", "ns2.sink.test"]
[smtp]
listen = ["127.0.0.1:{free_port()}"]
hostname = "mx.sink.test"
[catalogue]
files = ["catalogue.csv"]
"""
    )
    return [sys.executable, "-m", "catcher", "serve", "--role", "dns", "-c", str(config)]


def _nsd(folder: Path, port: int) -> list[str] | None:
    program = find("nsd")
    if program is None:
        return None
    (folder / "peer.zone").write_text(ZONE)
    config = folder / "nsd.conf"
    config.write_text(
        f'server:\n  server-count: 1\n  ip-address: 127.0.0.1\n  port: {port}\n  username: ""\n  chroot: ""\n'
        f'  database: ""\n  zonesdir: "{folder}"\n  pidfile: "{folder}/nsd.pid"\n  xfrdfile: "{folder}/xfrd"\n'
        f'  zonelistfile: "{folder}/zones"\n  rrl-ratelimit: 0\nremote-control:\n  control-enable: no\n'
        + "".join(f"zone:\n  name: d{n}.test\n  zonefile: peer.zone\n" for n in range(DOMAINS))
    )
    return [program, "-d", "-c", str(config)]


def _knot(folder: Path, port: int) -> list[str] | None:
    program = find("knotd")
    if program is None:
        return None
    (folder / "peer.zone").write_text(ZONE)
    config = folder / "knot.conf"
    config.write_text(
        f'server:\n  rundir: "{folder}"\n  listen: 127.0.0.1@{port}\n  udp-workers: 1\n  tcp-workers: 1\n'
        f'database:\n  storage: "{folder}/knot"\n'
        f'template:\n  - id: default\n    storage: "{folder}"\n    file: peer.zone\n    journal-content: none\n'
        "    zonefile-load: whole\n    zonefile-sync: -1\n    semantic-checks: off\nzone:\n"
        + "".join(f"  - domain: d{n}.test\n" for n in range(DOMAINS))
    )
    return [program, "-c", str(config)]


_SERVERS: dict[str, Callable[[Path, int], list[str] | None]] = {"nsd": _nsd, "knot": _knot, "catcher": _catcher}
