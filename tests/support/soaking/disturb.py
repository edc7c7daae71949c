"""Beside the load: workers are killed, the disk fills, a secondary transfers, and memory is read."""

from __future__ import annotations

import os
import signal
import socket
import statistics
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import dns.message

from tests.support.server import Server

KILL_SECONDS = 1.0
"""Seconds before a kill in which the worker may have received a datagram that it never answered."""
_NOTICED_SECONDS = 5.0
"""Seconds after a kill within which a busy client notices that its connection ended."""


class Repeat(threading.Thread):
    """Calls ``job`` each ``seconds`` until it is ended; an exception is kept and ends it."""

    def __init__(self, seconds: float, job: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._seconds, self._job, self._over = seconds, job, threading.Event()
        self.error: Exception | None = None

    def run(self) -> None:
        while not self._over.wait(self._seconds):
            try:
                self._job()
            except Exception as error:
                self.error = error
                return

    def end(self) -> None:
        self._over.set()
        self.join()


class Kill(NamedTuple):
    """The end of one worker."""

    moment: float
    """From here on it took nothing and answered nothing."""
    worker: int
    clients: frozenset[int]
    """The clients' ports of the TCP connections that it held."""

    def broke(self, port: int, moment: float) -> bool:
        """Whether the client's connection from ``port``, which ended at ``moment``, ended by this kill."""
        return port in self.clients and 0 <= moment - self.moment <= _NOTICED_SECONDS


@dataclass(slots=True)
class Kills:
    """SIGKILL to the DNS workers in turn. Each is stopped before, so that what it holds is known."""

    server: Server
    workers: int
    done: list[Kill] = field(default_factory=list)

    def __call__(self) -> None:
        number = len(self.done) % self.workers
        pid = self.server.workers_pids().get(f"dns-{number}")
        if pid is None:
            return  # the one killed before isn't back yet
        try:
            os.kill(pid, signal.SIGSTOP)
            while _state(pid) not in "TZX":
                os.sched_yield()
            moment, clients = time.monotonic(), held_connections(pid, self.server.dns[1])
            os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, FileNotFoundError):
            return  # a reload retired it meanwhile
        self.done.append(Kill(moment, number, clients))

    def near(self, begin: float, end: float) -> bool:
        """Whether a worker was killed between ``begin`` and ``end``, or shortly before or after."""
        return any(begin - KILL_SECONDS <= kill.moment <= end + KILL_SECONDS for kill in self.done)

    def broke(self, port: int, moment: float) -> bool:
        """Whether a kill ended the client's connection from ``port``, which ended at ``moment``."""
        return any(kill.broke(port, moment) for kill in self.done)


def _state(pid: int) -> str:
    """The state of a process: T stopped, Z ended."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def held_connections(pid: int, port: int) -> frozenset[int]:
    """The clients' ports of the TCP connections to the local ``port`` that a process holds a descriptor of."""
    inodes = {str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir()}
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return frozenset(
        int(row[2].rpartition(":")[2], 16)
        for row in rows
        if int(row[1].rpartition(":")[2], 16) == port and f"socket:[{row[9]}]" in inodes
    )


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Inside, the file system of ``folder`` takes no octet more: a neighbour takes every page that becomes free."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:

        def fill() -> None:
            for octets in (1 << 16, 1):
                with suppress(OSError):
                    while True:
                        file.write(bytes(octets))

        fill()
        neighbour = Repeat(0.02, fill)
        neighbour.start()
        try:
            yield
        finally:
            neighbour.end()
            filler.unlink()


@dataclass(slots=True)
class Transfers:
    """AXFR of the catalog zone without end, as a consumer that lost its copy asks."""

    port: int
    zone: str
    done: int = 0
    failed: list[tuple[int, float, str]] = field(default_factory=list)
    """Our port, the moment of the end, and why it failed."""

    def __call__(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as sock:
            try:
                self._transfer(sock)
                self.done += 1
            except (OSError, EOFError, ValueError) as error:
                self.failed.append((sock.getsockname()[1], time.monotonic(), f"{type(error).__name__} {error}"))

    def _transfer(self, sock: socket.socket) -> None:
        query = dns.message.make_query(self.zone, "AXFR", use_edns=False).to_wire()
        sock.sendall(len(query).to_bytes(2) + query)
        stream = sock.makefile("rb")
        soa, seen = b"", 0
        while seen < 2:
            (length,) = struct.unpack("!H", _exactly(stream.read(2), 2))
            octets = _exactly(stream.read(length), length)
            if octets[3] & 15:
                raise ValueError(f"rcode {octets[3] & 15}")
            if not soa:
                (first,) = dns.message.from_wire(octets).answer[0]
                soa = struct.pack("!5I", first.serial, first.refresh, first.retry, first.expire, first.minimum)
            seen += octets.count(soa)


def _exactly(octets: bytes, wanted: int) -> bytes:
    if len(octets) != wanted:
        raise EOFError("the server closed within a transfer")
    return octets


class Notified(threading.Thread):
    """The secondary's UDP socket: answers each NOTIFY (RFC 1996 §3.7) and counts them."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind(("127.0.0.1", 0))
        self.port: int = self._sock.getsockname()[1]
        self.count = 0

    def run(self) -> None:
        while True:
            octets, address = self._sock.recvfrom(4096)
            self.count += 1
            self._sock.sendto(octets[:2] + bytes((octets[2] | 0x80,)) + octets[3:], address)


@dataclass(slots=True)
class Memory:
    """PSS of all processes of the server's session, in MB."""

    leader: int
    seen: list[tuple[float, float]] = field(default_factory=list)
    """Moment, MB."""

    def __call__(self) -> None:
        self.seen.append((time.monotonic(), sum(map(_pss, processes(self.leader))) / 1024))

    def usual(self, begin: float, end: float) -> float:
        """The median of a span: with one generation or two, and now and then without a process that was killed."""
        return statistics.median(mb for moment, mb in self.seen if begin <= moment <= end)


def processes(leader: int) -> list[int]:
    """The processes of a session."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if int((path / "stat").read_text().rpartition(")")[2].split()[3]) == leader:
                found.append(int(path.name))
        except OSError:
            continue
    return found


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except OSError:
        return 0


def drops(ports: set[int]) -> int:
    """Datagrams that the kernel dropped at these local UDP ports, because a receive buffer was full."""
    lines = Path("/proc/net/udp").read_text().splitlines()[1:]
    rows = (line.split() for line in lines)
    return sum(int(row[-1]) for row in rows if int(row[1].rpartition(":")[2], 16) in ports)
