"""Measures CPU time per DNS query of catcher, NSD, Knot and a C echo program on one core; the load uses the others.

::

    all servers start ─▶ round: each server, one after the other, each mix, saturated and paced ─▶ next round
                                                   └─▶ median of the rounds, ratio to the better peer

The saturating load comes from a C program (``load``) if there is a compiler, else from dnsperf. The paced load comes
from dnsperf.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from catcher.bench.load import Load
from catcher.bench.nameservers import PEERS, SERVERS
from catcher.bench.process import Server, running, tool
from catcher.bench.queries import EDNS, NEVER, RETURN, Mix, mixes
from catcher.supervise.ports import own_port

DOMAINS = 1000
"""Domains on each server: as many as a registry may hold, and still few enough for NSD to load at once."""
PACED = 20_000
"""Queries per second of the paced load; every server can answer all of them."""
_SATURATED, _PACED = "saturation", f"{PACED}/s"
_BUDGET = {(RETURN, _SATURATED): (1.25, 1.0), (NEVER, _SATURATED): (1.8, 1.5)}
"""Highest ratios to the better peer's CPU time: required and desired."""
_WARM_SECONDS = 2.0
"""Seconds of load before the first measurement. In this time every returning name returns, so the filling of caches
isn't measured."""
_WINDOW = "60"
"""Most unanswered queries of each load. They fit into the receive buffer of every server, so that none is lost."""


@dataclass(frozen=True, slots=True)
class DnsFigure:
    server: str
    mix: str
    load: str
    queries_per_second: float
    busy_percent: float
    """Share of its core that the server used. If it is far below 100, the load program was the bottleneck, and the
    batches were small."""
    cpu_microseconds: float
    """The server's user and system time per query; the median of the rounds."""
    ratio: float | None
    """Ratio to the lower of the peers' medians."""
    must: float | None
    """The highest acceptable ratio."""
    goal: float | None
    """The desired ratio."""


def measure_dns(seconds: float, rounds: int) -> Iterator[str | DnsFigure]:
    """Yields a line per round, then a figure per server, mix and load. Raises EnvironmentFailure without dnsperf."""
    tool("dnsperf")
    figures: dict[tuple[str, str, str], list[tuple[float, float, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="catcher-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        asked = mixes(folder, DOMAINS)
        servers = _start(folder, stack)
        load_program = Load.compiled(folder)
        for number in range(rounds):
            yield f"round {number + 1} of {rounds}"
            for mix in asked:
                for server, port in servers:
                    if not number:
                        _saturate(load_program, mix, port, _WARM_SECONDS)
                    for load in (_SATURATED, _PACED):
                        figures[server.name, mix.name, load].append(
                            cost(server, mix, port, seconds, PACED if load == _PACED else None, load_program)
                        )
    cpu = {key: statistics.median(of[1] for of in found) for key, found in figures.items()}
    for (server_name, mix_name, load), found in figures.items():
        peers = [cpu[peer, mix_name, load] for peer in PEERS if (peer, mix_name, load) in cpu]
        mine = cpu[server_name, mix_name, load]
        must, goal = _BUDGET.get((mix_name, load), (None, None)) if server_name == "catcher" else (None, None)
        rate, busy = (statistics.median(of[at] for of in found) for at in (0, 2))
        yield DnsFigure(server_name, mix_name, load, rate, busy, mine, mine / min(peers) if peers else None, must, goal)


def cost(
    server: Server, mix: Mix, port: int, seconds: float, rate: int | None = None, load: Load | None = None
) -> tuple[float, float, float]:
    """Queries per second, CPU microseconds per query, and the percentage of its core that the server used."""
    before = server.cpu_seconds()
    if rate is None:
        completed, per_second = _saturate(load, mix, port, seconds)
    else:
        completed, per_second = dnsperf(mix, port, seconds, rate)
    spent = server.cpu_seconds() - before
    return per_second, spent / completed * 1e6, spent / (completed / per_second) * 100


def _saturate(load: Load | None, mix: Mix, port: int, seconds: float) -> tuple[int, float]:
    if load is None:
        return dnsperf(mix, port, seconds)
    return load.run(mix, port, seconds, cores()[1])


def dnsperf(mix: Mix, port: int, seconds: float, rate: int | None = None) -> tuple[int, float]:
    """Number of completed queries, and completed queries per second.

    ``rate``: queries per second to send; None: as fast as answers arrive.
    """
    loads = []
    for flags, path in zip(EDNS, mix.files, strict=True):
        command = [tool("dnsperf"), "-s", "127.0.0.1", "-p", str(port), "-d", str(path), "-l", str(seconds), *flags]
        command += ["-c", "4", "-t", "1"]
        command += ["-q", _WINDOW] if rate is None else ["-Q", str(rate // len(EDNS))]
        loads.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        os.sched_setaffinity(loads[-1].pid, cores()[1])
    outputs = [load.communicate()[0] for load in loads]
    completed = [_number(r"Queries completed:\s+(\d+)", output) for output in outputs]
    return int(sum(completed)), sum(_number(r"Queries per second:\s+([\d.]+)", output) for output in outputs)


def cores() -> tuple[set[int], set[int]]:
    """The server's core, and the cores for the load programs."""
    usable = sorted(os.sched_getaffinity(0))
    return {usable[0]}, set(usable[1:] or usable)


def _number(pattern: str, output: str) -> float:
    match = re.search(pattern, output)
    assert match, output
    return float(match[1])


def _start(folder: Path, stack: ExitStack) -> Sequence[tuple[Server, int]]:
    servers = []
    for name, prepare in SERVERS.items():
        port = own_port()
        own = folder / name
        own.mkdir()
        command = prepare(own, port, DOMAINS)
        if command is not None:
            server = stack.enter_context(running(name, command, port, folder / f"{name}.log"))
            server.pin(cores()[0])
            servers.append((server, port))
    return servers
