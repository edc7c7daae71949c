"""Measures CPU time per DNS query of catcher, NSD, Knot and a C echo program on one core; the load uses the others.

::

    all servers start ─▶ round: each server, one after the other, each mix, saturated and paced ─▶ next round
                                                   └─▶ median of the rounds, ratio to the better peer

The saturating load comes from a C program (``load``) if there is a compiler, else from dnsperf. The paced loads come
from dnsperf, whose replies give the median time to an answer. Catcher is measured in three ways: plain, with two
workers, and on sockets that it was handed as systemd does.
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
PACED = (5_000, 20_000)
"""Queries per second of the paced loads; every server can answer all of them. Servers live at such rates."""
_SATURATED = "saturation"
_LOADS: dict[str, int | None] = {_SATURATED: None, **{f"{rate}/s": rate for rate in PACED}}
_BUDGET = {(RETURN, _SATURATED): (1.15, 1.0), (NEVER, _SATURATED): (1.7, 1.4)}
"""Highest ratios to the better peer's CPU time: required and desired (DESIGN §5)."""
_PACED_BUDGET = (1.0, 0.6)
"""The same for the paced loads, as ratios to NSD's CPU time."""
MEDIAN_MILLISECONDS = 1.0
"""Longest median time to an answer at a paced load."""
_WARM_QUERIES = 180_000
"""Answered queries before the first measurement: every returning name returns three times, so the filling of caches
isn't measured, however busy the machine is."""
_WARM_SECONDS = 2.0
_WARM_TURNS = 30
"""Most times that a server is loaded for ``_WARM_SECONDS``."""
_WINDOW = "60"
"""Most unanswered queries of each load. They fit into the receive buffer of every server, so that none is lost."""


_ANSWERED = re.compile(r"^> \w+ .* ([\d.]+)$", re.MULTILINE)
"""A reply in dnsperf's verbose output: rcode, name, type and the seconds to the answer."""


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
    median_milliseconds: float | None
    """Median time to an answer at a paced load, the median of the rounds."""
    ratio: float | None
    """Ratio to the lower of the peers' medians; at a paced load to NSD's."""
    must: float | None
    """The highest acceptable ratio."""
    goal: float | None
    """The desired ratio."""
    megabytes: float
    """Memory (PSS) of the server's processes after all loads."""


def measure_dns(seconds: float, rounds: int) -> Iterator[str | DnsFigure]:
    """Yields a line per round, then a figure per server, mix and load. Raises EnvironmentFailure without dnsperf."""
    tool("dnsperf")
    figures: dict[tuple[str, str, str], list[Cost]] = defaultdict(list)
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
                        _warm(load_program, mix, port)
                    for load, rate in _LOADS.items():
                        found = cost(server, mix, port, seconds, rate, load_program)
                        figures[server.name, mix.name, load].append(found)
        memory = {server.name: server.pss_octets() / 1e6 for server, _ in servers}
    cpu = {key: statistics.median(of.cpu_microseconds for of in found) for key, found in figures.items()}
    for (server_name, mix_name, load), costs in figures.items():
        rate = _LOADS[load]
        others = PEERS if rate is None else PEERS[:1]
        peers = [cpu[peer, mix_name, load] for peer in others if (peer, mix_name, load) in cpu]
        mine = cpu[server_name, mix_name, load]
        must, goal = None, None
        if server_name.startswith("catcher"):
            must, goal = _PACED_BUDGET if rate is not None else _BUDGET.get((mix_name, load), (None, None))
        medians = [of.median_milliseconds for of in costs if of.median_milliseconds is not None]
        yield DnsFigure(
            server_name,
            mix_name,
            load,
            statistics.median(of.queries_per_second for of in costs),
            statistics.median(of.busy_percent for of in costs),
            mine,
            statistics.median(medians) if medians else None,
            mine / min(peers) if peers else None,
            must,
            goal,
            memory[server_name],
        )


@dataclass(frozen=True, slots=True)
class Cost:
    """One measurement: see ``DnsFigure``."""

    queries_per_second: float
    cpu_microseconds: float
    busy_percent: float
    median_milliseconds: float | None


def cost(
    server: Server, mix: Mix, port: int, seconds: float, rate: int | None = None, load: Load | None = None
) -> Cost:
    """Measures ``server`` at ``rate`` queries a second, or saturated."""
    before, times = server.cpu_seconds(), list[float]()
    if rate is None:
        completed, per_second = _saturate(load, mix, port, seconds)
    else:
        completed, per_second = dnsperf(mix, port, seconds, rate, times)
    spent = server.cpu_seconds() - before
    median = statistics.median(times) * 1e3 if times else None
    return Cost(per_second, spent / completed * 1e6, spent / (completed / per_second) * 100, median)


def _warm(load: Load | None, mix: Mix, port: int) -> None:
    answered = 0
    for _ in range(_WARM_TURNS):
        answered += _saturate(load, mix, port, _WARM_SECONDS)[0]
        if answered >= _WARM_QUERIES:
            return


def _saturate(load: Load | None, mix: Mix, port: int, seconds: float) -> tuple[int, float]:
    if load is None:
        return dnsperf(mix, port, seconds)
    return load.run(mix, port, seconds, cores()[1])


def dnsperf(
    mix: Mix, port: int, seconds: float, rate: int | None = None, times: list[float] | None = None
) -> tuple[int, float]:
    """Number of completed queries, and completed queries per second.

    ``rate``: queries per second to send; None: as fast as answers arrive. ``times`` gets the seconds to each answer.
    """
    loads: list[subprocess.Popen[str]] = []
    for flags, path in zip(EDNS, mix.files, strict=True):
        command = [tool("dnsperf"), "-s", "127.0.0.1", "-p", str(port), "-d", str(path), "-l", str(seconds), *flags]
        command += ["-c", "4", "-t", "1"]
        command += [] if times is None or loads else ["-v"]  # one third is enough: printing slows dnsperf
        command += ["-q", _WINDOW] if rate is None else ["-Q", str(rate // len(EDNS))]
        loads.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        os.sched_setaffinity(loads[-1].pid, cores()[1])
    outputs = [load.communicate()[0] for load in loads]
    if times is not None:
        times += [float(seconds) for output in outputs for seconds in _ANSWERED.findall(output)]
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
