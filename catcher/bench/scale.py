"""Measures start-up time, memory and CPU time per query of catcher and NSD with 1, 1,000 and 1,000,000 domains."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from catcher.bench.dns import cores, cost, dnsperf
from catcher.bench.nameservers import SERVERS
from catcher.bench.process import Server, find, stop
from catcher.bench.queries import domain, over_all
from catcher.model.errors import EnvironmentFailure
from catcher.supervise.ports import own_port

COUNTS = (1, 1000, 1_000_000)
_NSD_MOST = 100_000
"""Most domains on NSD unless ``full`` is set: NSD takes minutes to load a million zones."""
_MUST = {1_000_000: (4.0, 300)}
"""Number of domains → (most seconds to start, most megabytes of memory)."""
_START_SECONDS = 900.0
"""Longest time, in seconds, from a server's start to its first answer; NSD takes minutes to load a million zones."""
_SETTLE_SECONDS = 1.0
"""Seconds from the first answer until memory is measured; a server may free the memory that it needed only to load."""


@dataclass(frozen=True, slots=True)
class ScaleFigure:
    server: str
    domains: int
    start_seconds: float
    """Seconds from exec to the answer for the last domain."""
    megabytes: float
    """Memory (PSS) of all its processes at rest (proc(5), smaps_rollup)."""
    cpu_microseconds: float
    """User and system time per query at saturation, over all domains."""
    must: str
    """The required limits, as text; empty for peers."""


def measure_scale(seconds: float, *, full: bool) -> Iterator[ScaleFigure]:
    """A figure for each number of domains and each server."""
    for domains in COUNTS:
        for name in ("nsd", "catcher"):
            if find("nsd") is None and name == "nsd":
                continue
            yield _row(name, domains if full or name == "catcher" else min(domains, _NSD_MOST), seconds)


def _row(name: str, domains: int, seconds: float) -> ScaleFigure:
    with tempfile.TemporaryDirectory(prefix="catcher-bench-") as folder:
        place, port = Path(folder), own_port()
        command = SERVERS[name](place, port, domains)
        assert command is not None
        mix = over_all(place, domains)
        with (place / "log").open("wb") as log:
            started = time.perf_counter()
            process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            _await_answer(name, process, port, domain(domains - 1))
            took = time.perf_counter() - started
            time.sleep(_SETTLE_SECONDS)
            server = Server(name, process.pid)
            memory = server.pss_octets() / 1e6
            server.pin(cores()[0])
            dnsperf(mix, port, 1.0)
            spent = cost(server, mix, port, seconds).cpu_microseconds
        finally:
            stop(process)
    must = "{:.0f} s, {} MB".format(*_MUST[domains]) if name == "catcher" and domains in _MUST else ""
    return ScaleFigure(name, domains, took, memory, spent, must)


def _await_answer(name: str, process: subprocess.Popen[bytes], port: int, asked: str) -> None:
    """Waits until the server answers the query for the MX of ``asked``."""
    labels = b"".join(len(label).to_bytes(1) + label.encode() for label in asked.split("."))
    query = b"\1\2\0\0\0\1\0\0\0\0\0\0" + labels + b"\0\0\x0f\0\1"
    deadline = time.monotonic() + _START_SECONDS
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.05)
        client.connect(("127.0.0.1", port))
        while time.monotonic() < deadline and process.poll() is None:
            try:
                client.send(query)
                reply = client.recv(512)
            except OSError:
                time.sleep(0.01)
                continue
            if reply[3] & 15 == 0 and reply[7]:
                return
    raise EnvironmentFailure(f"{name} did not answer for {asked} within {_START_SECONDS:.0f} s")
