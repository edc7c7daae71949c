"""Beside the load: workers are killed, the disk fills, a secondary transfers, and memory is read."""

from __future__ import annotations

import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dns.message

from tests.support.server import Server


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


@dataclass(slots=True)
class Kills:
    """SIGKILL to the DNS workers in turn."""

    server: Server
    workers: int
    done: list[tuple[float, int]] = field(default_factory=list)
    """Moment, number of the worker."""

    def __call__(self) -> None:
        number = len(self.done) % self.workers
        pid = self.server.workers_pids().get(f"dns-{number}")
        if pid is None:
            return  # the one killed before isn't back yet
        self.done.append((time.monotonic(), number))
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            self.done.pop()  # a reload retired it meanwhile


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Inside, the file system of ``folder`` takes no octet more."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            pass
        try:
            while True:
                file.write(bytes(1))
        except OSError:
            pass
    try:
        yield
    finally:
        filler.unlink()


@dataclass(slots=True)
class Transfers:
    """AXFR of the catalog zone without end, as a consumer that lost its copy asks."""

    port: int
    zone: str
    done: int = 0
    failed: list[tuple[float, float, str]] = field(default_factory=list)
    """Moments of begin and end, and why it failed."""

    def __call__(self) -> None:
        begun = time.monotonic()
        try:
            self._transfer()
            self.done += 1
        except (OSError, EOFError, ValueError) as error:
            self.failed.append((begun, time.monotonic(), f"{type(error).__name__} {error}"))

    def _transfer(self) -> None:
        query = dns.message.make_query(self.zone, "AXFR", use_edns=False).to_wire()
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as sock:
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

    def low(self, begin: float, end: float) -> float:
        """The lowest of a span: outside a reload, when one generation lives."""
        return min(mb for moment, mb in self.seen if begin <= moment <= end)


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
