"""Measures large catalogues and many zones: beside NSD, and against the limits of DESIGN §5.

::

    measure_scale    1, 1,000 and 1,000,000 domains, catcher and NSD: start, memory at rest, CPU time a query
    measure_limits   1,000,000 domains by role: start, memory at rest, in reloads and after them, one row changed
                     5,000 whole zones: one zone changed

A change is live when the first answer has it: one reload after the other, each with another change.
"""

from __future__ import annotations

import functools
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from catcher.bench.dns import cores, cost, dnsperf
from catcher.bench.nameservers import SERVERS, catcher
from catcher.bench.process import Server, find, stop
from catcher.bench.queries import domain, over_all
from catcher.model.errors import EnvironmentFailure
from catcher.supervise.ports import own_port

COUNTS = (1, 1000, 1_000_000)
RELOADS = 20
"""Reloads after which memory must be as at rest."""
_ZONES = 5000
"""Whole zones of which one changes."""
_ZONE_RELOADS = 10
_NSD_MOST = 100_000
"""Most domains on NSD unless ``full`` is set: NSD takes minutes to load a million zones."""
_START_SECONDS = 900.0
"""Longest time, in seconds, from a server's start to its first answer; NSD takes minutes to load a million zones."""
_SETTLE_SECONDS = 3.0
"""Seconds from an answer until memory is measured: a server may free the memory that it needed only to load."""
_MX, _A = 15, 1
"""RR types (RFC 1035 §3.2.2)."""
_NULL_MX = b"\0\3\0\0\0"
"""RDLENGTH and RDATA of a null MX (RFC 7505): the end of the answer for a name under policy null."""
START, REST, RELOADING, RELOADED, ROW, ZONE = (
    "seconds from exec to the last row's answer",
    "megabytes at rest",
    "megabytes in a reload, at most",
    f"megabytes after {RELOADS} reloads",
    "seconds until one changed row is live",
    "seconds until one changed zone is live",
)
LIMITS: dict[str, tuple[float, float | None]] = {
    START: (3.0, 2.0),
    REST: (200.0, 150.0),
    RELOADING: (400.0, None),
    RELOADED: (200.0, 150.0),
    ROW: (1.0, 0.3),
    ZONE: (1.0, 0.3),
}
"""Measure → the most that is permitted and the most that is desired (DESIGN §5)."""


@dataclass(frozen=True, slots=True)
class LimitFigure:
    """One measure of catcher, and whether it is within its limit."""

    served: str
    measure: str
    measured: float
    must: float
    goal: float | None
    verdict: str


def judged(served: str, measure: str, measured: float) -> LimitFigure:
    """``measured`` beside the limit of ``measure``."""
    must, goal = LIMITS[measure]
    verdict = "OVER" if measured > must else "within" if goal is None or measured > goal else "goal"
    return LimitFigure(served, measure, measured, must, goal, verdict)


def measure_limits() -> Iterator[LimitFigure]:
    """A figure for each limit and role."""
    for role in ("dns", "all"):
        yield from _rows(role, COUNTS[-1])
    yield from _zones(_ZONES)


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


def measure_scale(seconds: float, *, full: bool) -> Iterator[ScaleFigure]:
    """A figure for each number of domains and each server."""
    for domains in COUNTS:
        for name in ("nsd", "catcher"):
            if find("nsd") is None and name == "nsd":
                continue
            yield _beside(name, domains if full or name == "catcher" else min(domains, _NSD_MOST), seconds)


def _beside(name: str, domains: int, seconds: float) -> ScaleFigure:
    with tempfile.TemporaryDirectory(prefix="catcher-bench-") as folder:
        place, port = Path(folder), own_port()
        command = SERVERS[name](place, port, domains)
        assert command is not None
        mix = over_all(place, domains)
        with _Started.of(name, command, place, port, _Question(domain(domains - 1), _MX)) as started:
            time.sleep(_SETTLE_SECONDS)
            server = started.server
            memory = server.pss_octets() / 1e6
            server.pin(cores()[0])
            dnsperf(mix, port, 1.0)
            spent = cost(server, mix, port, seconds).cpu_microseconds
    return ScaleFigure(name, domains, started.seconds, memory, spent)


def _rows(role: str, domains: int) -> Iterator[LimitFigure]:
    """The limits of ``domains`` catalogued domains; in each reload another row changes."""
    served = f"{domains:,} domains, role {role}"
    with tempfile.TemporaryDirectory(prefix="catcher-bench-") as folder:
        place, port = Path(folder), own_port()
        command = [role if word == "dns" else word for word in catcher(place, port, domains)]
        file = place / "catalogue.csv"
        lines = file.read_text().splitlines()
        with _Started.of("catcher", command, place, port, _Question(domain(domains - 1), _MX)) as started:
            yield judged(served, START, started.seconds)
            time.sleep(_SETTLE_SECONDS)
            yield judged(served, REST, started.server.pss_octets() / 1e6)

            def change(number: int) -> _Question:
                at = 1 + number * (domains // RELOADS)
                lines[at] = lines[at].replace(",accept", ",null")
                _replace(file, "\n".join([*lines, ""]))
                return _Question(lines[at].partition(",")[0], _MX, lambda reply: reply.endswith(_NULL_MX))

            timed = [started.live(change(number)) for number in range(RELOADS // 2)]
            peak = max(started.peak(functools.partial(change, number)) for number in range(RELOADS // 2, RELOADS))
            yield judged(served, ROW, statistics.median(timed))
            yield judged(served, RELOADING, peak / 1e6)
            time.sleep(_SETTLE_SECONDS)
            yield judged(served, RELOADED, started.server.pss_octets() / 1e6)


def _zones(number: int) -> Iterator[LimitFigure]:
    """The limit of ``number`` whole zones; in each reload another zone changes."""
    with tempfile.TemporaryDirectory(prefix="catcher-bench-") as folder:
        place, port = Path(folder), own_port()
        command = catcher(place, port, 1)
        sections = []
        for n in range(number):
            _write_zone(place / f"{n}.zone", 1)
            sections.append(f'[[dns.zone]]\nname = "zone{n}.example"\nfile = "{n}.zone"\n')
        config = place / "catcher.toml"
        config.write_text(config.read_text() + "".join(sections))
        with _Started.of("catcher", command, place, port, _Question(f"zone{number - 1}.example", _A)) as started:
            time.sleep(_SETTLE_SECONDS)

            def change(turn: int) -> _Question:
                at, serial = turn * (number // _ZONE_RELOADS), turn + 2
                _write_zone(place / f"{at}.zone", serial)
                return _Question(f"zone{at}.example", _A, lambda reply: reply.endswith(bytes([192, 0, 2, serial])))

            timed = [started.live(change(turn)) for turn in range(_ZONE_RELOADS)]
            yield judged(f"{number:,} whole zones, role dns", ZONE, statistics.median(timed))


def _write_zone(path: Path, serial: int) -> None:
    """A zone of ten records with the address 192.0.2.``serial``."""
    records = "".join(f"{owner} A 192.0.2.{serial}\n" for owner in ("@", "www", "mail", "a", "b", "c", "d"))
    soa = f"@ SOA ns1.sink.test. hostmaster.sink.test. {serial} 3600 600 604800 300"
    _replace(path, f"$TTL 300\n{soa}\n@ NS ns1.sink.test.\n@ NS ns2.sink.test.\n{records}")


def _replace(path: Path, text: str) -> None:
    """As editors and exports do: never is a part of the file there."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)


@dataclass(frozen=True, slots=True)
class _Question:
    asked: str
    rrtype: int
    is_answer: Callable[[bytes], bool] = lambda reply: reply[3] & 15 == 0 and reply[7] > 0
    """Whether a reply is the one that is waited for."""


class _Started:
    """A server that answered the first question."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.server = Server(name, process.pid)
        self.seconds = 0.0
        """Seconds from exec to the first answer."""
        self._process = process
        self._port = port
        self._log = log
        self._number = 0

    @classmethod
    @contextmanager
    def of(cls, name: str, command: list[str], place: Path, port: int, question: _Question) -> Iterator[_Started]:
        """Starts a server, waits for the answer, and stops it at the end of the block."""
        with (place / "log").open("wb") as log:
            began = time.perf_counter()
            process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            started = cls(name, process, port, place / "log")
            started._wait(question)
            started.seconds = time.perf_counter() - began
            yield started
        finally:
            stop(process)

    def live(self, question: _Question) -> float:
        """Seconds from SIGHUP to the answer; returns when the reload is over."""
        reloaded = self._reloaded()
        began = time.perf_counter()
        self._process.send_signal(signal.SIGHUP)
        self._wait(question)
        took = time.perf_counter() - began
        self._until(lambda: self._reloaded() > reloaded)
        return took

    def peak(self, change: Callable[[], _Question]) -> int:
        """The highest memory (PSS) of all processes in a reload, in octets."""
        change()
        reloaded, highest = self._reloaded(), 0
        self._process.send_signal(signal.SIGHUP)

        def look() -> bool:
            nonlocal highest
            highest = max(highest, self.server.pss_octets())
            return self._reloaded() > reloaded

        self._until(look)
        return highest

    def _reloaded(self) -> int:
        return self._log.read_bytes().count(b"reloaded\n")

    def _until(self, is_over: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not is_over():
            if time.monotonic() > deadline or self._process.poll() is not None:
                tail = self._log.read_text(errors="replace")[-500:]
                raise EnvironmentFailure(f"{self.server.name} did not do what was waited for; it said: {tail}")
            time.sleep(0.01)

    def _wait(self, question: _Question) -> None:
        """Asks until the answer is there."""
        labels = b"".join(len(label).to_bytes(1) + label.encode() for label in question.asked.split("."))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.05)
            client.connect(("127.0.0.1", self._port))

            def is_there() -> bool:
                self._number = (self._number + 1) % (1 << 16)
                id_ = self._number.to_bytes(2)
                try:
                    client.send(id_ + b"\0\0\0\1\0\0\0\0\0\0" + labels + b"\0" + question.rrtype.to_bytes(2) + b"\0\1")
                    while not (reply := client.recv(1500)).startswith(id_):
                        continue  # a late reply to an earlier query
                except OSError:
                    return False
                return question.is_answer(reply)

            self._until(is_there)
