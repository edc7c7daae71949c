"""Starts a server to measure, waits until it listens, reads CPU time and memory of its processes, and ends it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from catcher.model.errors import EnvironmentFailure

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_START_SECONDS = 30.0


def tool(name: str) -> str:
    """Path of a load program. Raises EnvironmentFailure, with the way to install it, if it is missing."""
    found = find(name)
    if found is None:
        raise EnvironmentFailure(f"{name} isn't installed, and the measurement needs it; run 'make peers' as root")
    return found


def find(name: str) -> str | None:
    """Path of a program, also in the folders that are only in root's PATH; None if it isn't installed."""
    return shutil.which(name, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin:/usr/local/sbin")


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    pid: int

    def cpu_seconds(self) -> float:
        """User and system time of the process and its descendants so far, in seconds."""
        return sum(_cpu_seconds(pid) for pid in _tree(self.pid))

    def pss_octets(self) -> int:
        """Memory (PSS, proc(5)) of the process and its descendants: a shared page is divided by its number of users."""
        return sum(_pss(pid) for pid in _tree(self.pid))

    def watch_peak(self) -> int:
        """Resets the peak of memory; returns the present memory of the process and its descendants, in octets."""
        total = 0
        for pid in _tree(self.pid):
            try:
                Path(f"/proc/{pid}/clear_refs").write_text("5")
            except OSError:
                continue
            total += _memory(pid, "VmRSS")
        return total

    def peak_octets(self) -> int:
        """The sum of all processes' highest memory since ``watch_peak``, in octets."""
        return sum(_memory(pid, "VmHWM") for pid in _tree(self.pid))

    def pin(self, cores: set[int]) -> None:
        """Keeps the process and its descendants on ``cores``."""
        for pid in _tree(self.pid):
            with suppress(ProcessLookupError):  # a helper process of the start has ended meanwhile
                os.sched_setaffinity(pid, cores)


@contextmanager
def running(name: str, command: Sequence[str], port: int, log: Path) -> Iterator[Server]:
    """Runs a server until the end of the block. It has to listen on TCP ``port``."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    try:
        _wait_until_listening(name, process, port, log)
        yield Server(name, process.pid)
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends a server: SIGTERM, and SIGKILL after ten seconds."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until_listening(name: str, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    tail = log.read_text(errors="replace")[-500:]
    raise EnvironmentFailure(f"{name} did not start within {_START_SECONDS:.0f} s; it said: {tail}")


def _memory(pid: int, field: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(field + ":"))


def _tree(root: int) -> list[int]:
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int(_stat(int(folder.name))[1])
            except (OSError, IndexError):
                continue
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from field 3, the state, on (proc(5))."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _pss(pid: int) -> int:
    try:
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def _cpu_seconds(pid: int) -> float:
    try:
        fields = _stat(pid)
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND
