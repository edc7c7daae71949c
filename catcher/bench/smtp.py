"""Measures mails per second, CPU time per mail and memory of catcher, Haraka, aiosmtpd and smtp-sink.

Only catcher stores mail durably and overwrites freed memory.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from catcher.bench.process import Server, find, running, tool
from catcher.supervise.ports import own_port

_SMALL_OCTETS = 5000
_BIG_OCTETS = 25_000_000
CLIENTS = (10, 40)
"""Numbers of clients that deliver small mails at the same time: with 10 the time of a commit limits the speed, with 40
only the CPU does."""
_CROWD = 200
_ROUNDS = 5
_STREAMING_SERVERS = ("catcher", "smtp-sink")
"""Servers that can take ``_CROWD`` big mails at the same time; the others keep several copies of a mail in memory, or
each mail on disk."""


@dataclass(frozen=True, slots=True)
class SmtpFigure:
    """One server under one load."""

    server: str
    load: str
    """``new N``: N clients send 5 kB mails, each over a new connection. ``kept N``: many mails per connection.

    ``big``: 25 MB mails, one after the other. ``crowd``: 200 mails of 25 MB at the same time.
    """
    mails: int
    mails_per_second: float
    cpu_microseconds: float
    """The server's user and system time per mail."""
    peak_megabytes: float
    """Highest memory of all the server's processes together, minus their memory at rest."""


@dataclass(frozen=True, slots=True)
class _Load:
    name: str
    mails: int
    flags: tuple[str, ...]
    octets: int
    sessions: int
    servers: tuple[str, ...] | None = None


def surroundings() -> str:
    """The version of Python and catcher's event loop, because both influence every figure."""
    loop = f"uvloop {version('uvloop')}" if find_spec("uvloop") else "asyncio's own event loop"
    return f"Python {' '.join(sys.version.split())}; {loop}"


def measure_smtp(mails: int) -> Iterator[SmtpFigure]:
    """A figure for each server and load. All servers run at the same time and get load in turn; a figure is the median
    of the rounds.

    Raises EnvironmentFailure without smtp-source.
    """
    source = tool("smtp-source")
    loads = (
        *(_Load(f"new {clients}", mails, (), _SMALL_OCTETS, clients) for clients in CLIENTS),
        *(_Load(f"kept {clients}", mails, ("-d",), _SMALL_OCTETS, clients) for clients in CLIENTS),
        _Load("big", 8, ("-d",), _BIG_OCTETS, 1),
        _Load("crowd", _CROWD, (), _BIG_OCTETS, _CROWD, _STREAMING_SERVERS),
    )
    with tempfile.TemporaryDirectory(prefix="catcher-bench-") as name, ExitStack() as stack:
        servers: dict[str, tuple[Server, int]] = {}
        for server, prepare in _SERVERS.items():
            port = own_port()
            command = prepare(Path(name), port)
            if command is not None:
                process = stack.enter_context(running(server, command, port, Path(name) / f"{server}.log"))
                servers[server] = process, port
        for load in loads:
            wanted = {s: at for s, at in servers.items() if load.servers is None or s in load.servers}
            if load.octets == _SMALL_OCTETS:
                for _, port in wanted.values():
                    _send(source, load, port, 100)
            rows: dict[str, list[SmtpFigure]] = {server: [] for server in wanted}
            for _ in range(_ROUNDS if load.octets == _SMALL_OCTETS else 1):
                for server, (process, port) in wanted.items():
                    rows[server].append(_one(source, server, process, port, load))
            yield from map(_median, rows.values())


def _one(source: str, server: str, process: Server, port: int, load: _Load) -> SmtpFigure:
    at_rest = process.watch_peak()
    before, started = process.cpu_seconds(), time.perf_counter()
    _send(source, load, port, load.mails)
    took = time.perf_counter() - started
    spent = process.cpu_seconds() - before
    peak = max(0.0, (process.peak_octets() - at_rest) / 1e6)
    return SmtpFigure(server, load.name, load.mails, load.mails / took, spent / load.mails * 1e6, peak)


def _send(source: str, load: _Load, port: int, mails: int) -> None:
    command = [source, *load.flags, "-s", str(load.sessions), "-l", str(load.octets), "-m", str(mails)]
    command += ["-f", "writer@sender.test", "-t", "reader@typo.test", f"127.0.0.1:{port}"]
    subprocess.run(command, check=True, capture_output=True)


def _median(rows: list[SmtpFigure]) -> SmtpFigure:
    return SmtpFigure(
        rows[0].server,
        rows[0].load,
        rows[0].mails,
        median(row.mails_per_second for row in rows),
        median(row.cpu_microseconds for row in rows),
        median(row.peak_megabytes for row in rows),
    )


def _catcher(folder: Path, port: int) -> list[str]:
    (folder / "catalogue.csv").write_text("domain,intended,policy\ntypo.test,typo.example,accept\n")
    config = folder / "catcher.toml"
    config.write_text(
        f"""[node]
state = "{folder}/state"
[dns]
listen = ["127.0.0.1:{own_port()}"]
nameservers = ["ns1.sink.test"]
[smtp]
listen = ["127.0.0.1:{port}"]
hostname = "mx.sink.test"
[catalogue]
files = ["catalogue.csv"]
[store]
url = "sqlite:state/catcher.db"
rows_a_day = 1000000000
[fingerprint]
lookups = false
"""
    )
    return [sys.executable, "-m", "catcher", "serve", "--role", "smtp", "-c", str(config)]


def _aiosmtpd(folder: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "catcher.bench.plain_aiosmtpd", str(port)]


def _smtp_sink(folder: Path, port: int) -> list[str] | None:
    program = find("smtp-sink")
    if program is None:
        return None
    unprivileged = ["-u", "nobody"] if os.geteuid() == 0 else []
    return [program, *unprivileged, f"127.0.0.1:{port}", "1024"]


def _haraka(folder: Path, port: int) -> list[str] | None:
    """Haraka in one process that accepts mail for one domain and discards it (``make peers`` installs Haraka)."""
    program = Path(".peers/haraka/node_modules/.bin/haraka").absolute()
    node = find("node")
    if node is None or not program.exists():
        return None
    config = folder / "haraka" / "config"
    config.mkdir(parents=True)
    for name, text in {
        "smtp.ini": f"listen=127.0.0.1:{port}\nnodes=0\n",
        "connection.ini": (program.parents[1] / "Haraka" / "config" / "connection.ini").read_text(),
        "plugins": "rcpt_to.in_host_list\nqueue/discard\n",
        "host_list": "typo.test\n",
        "me": "mx.sink.test\n",
        "log.ini": "[main]\nlevel=ERROR\n",
    }.items():
        (config / name).write_text(text)
    return ["env", "YES_REALLY_DO_DISCARD=1", node, str(program), "-c", str(folder / "haraka")]


_SERVERS: dict[str, Callable[[Path, int], list[str] | None]] = {
    "smtp-sink": _smtp_sink,
    "haraka": _haraka,
    "aiosmtpd": _aiosmtpd,
    "catcher": _catcher,
}
