"""Measures start-up time, memory and CPU time per query of catcher and NSD with 1, 1,000 and 1,000,000 domains.

Also the load of a catalogue in which a few rows changed, beside a load of all its rows.
"""

from __future__ import annotations

import io
import pickle
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from catcher.bench.dns import cores, cost, dnsperf
from catcher.bench.nameservers import SERVERS
from catcher.bench.process import Server, find, stop
from catcher.bench.queries import domain, over_all
from catcher.catalogue.loading.loaded import LoadedCatalogue
from catcher.catalogue.loading.tolerant import load_tolerant
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


_RELOADS = 5
"""How often each load is measured; the median counts."""
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
"""A time of loads before the file's last change: each load then reads the file, whatever its times are."""
_RELOAD_MUST = 0.3
"""Most seconds of a load in which one row of a million changed."""


@dataclass(frozen=True, slots=True)
class ReloadFigure:
    changed: int
    """Rows that changed; 0 stands for a load of all rows from nothing."""
    domains: int
    seconds: float
    """Until the new rows can be served, in one process (median)."""
    of_whole: float
    """Share of the time that a load of all rows takes."""
    pickled_octets: int
    """Size of the new state where the unchanged table is a reference."""
    must: str


def measure_reload(domains: int = 1_000_000) -> Iterator[ReloadFigure]:
    """A figure for a load from nothing, and for each number of rows changed since the load before."""
    with tempfile.TemporaryDirectory(prefix="catcher-bench-") as folder:
        file = Path(folder, "catalogue.csv")
        lines = [f"{domain(number)},{domain(number)}.example,accept" for number in range(domains)]

        def loaded(before: LoadedCatalogue | None) -> tuple[LoadedCatalogue, float]:
            file.write_text("\n".join(["domain,intended,policy", *lines, ""]))
            started = time.perf_counter()
            found = load_tolerant([file], before=before, kept=Path(folder, "kept"), guard=None, now=_LONG_AGO)
            return found, time.perf_counter() - started

        first, _ = loaded(None)
        whole = statistics.median(loaded(None)[1] for _ in range(_RELOADS))
        yield ReloadFigure(0, domains, whole, 1.0, _pickled(first, None), "")
        for changed in (1, 1000):
            found = []
            for turn in range(_RELOADS):
                for at in range(turn, domains, domains // changed):
                    lines[at] = lines[at].rpartition(",")[0] + f",{'null' if turn % 2 else 'refuse'}"
                found.append(loaded(first))
            last, seconds = found[-1][0], statistics.median(took for _, took in found)
            must = f"{_RELOAD_MUST} s" if changed == 1 else ""
            yield ReloadFigure(changed, domains, seconds, seconds / whole, _pickled(last, first), must)


class _Pickler(pickle.Pickler):
    """Leaves out the table of the load before, as a reload does that hands its result to the parent."""

    def __init__(self, file: io.BytesIO, known: object) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._known = known

    def persistent_id(self, obj: object) -> int | None:
        return 1 if obj is self._known and obj is not None else None


def _pickled(loaded: LoadedCatalogue, before: LoadedCatalogue | None) -> int:
    file = io.BytesIO()
    _Pickler(file, None if before is None else before.base).dump(loaded)
    return file.tell()


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
