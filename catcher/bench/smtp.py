"""Mails per second and CPU a mail: catcher with its durable store, a plain aiosmtpd handler that keeps nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from catcher.bench.process import find, free_port, running, tool

OCTETS = 5000
SESSIONS = 10


@dataclass(frozen=True, slots=True)
class Row:
    server: str
    connections: str
    """``new`` for every mail, or ``kept``."""
    mails: int
    mails_per_second: float
    cpu_microseconds: float
    """The server's user and system time a mail."""


def measure(mails: int) -> Iterator[Row]:
    """A row for each server and way of connecting. Raises EnvironmentFailure without smtp-source."""
    source = tool("smtp-source")
    with tempfile.TemporaryDirectory(prefix="catcher-bench-") as name:
        folder = Path(name)
        for server, prepare in _SERVERS.items():
            port = free_port()
            command = prepare(folder, port)
            if command is None:
                continue
            with running(server, command, port, folder / f"{server}.log") as process:
                for connections, flags in (("new", ()), ("kept", ("-d",))):
                    load = [source, *flags, "-s", str(SESSIONS), "-l", str(OCTETS), "-f", "writer@sender.test"]
                    load += ["-t", "reader@typo.test"]
                    subprocess.run([*load, "-m", "100", f"127.0.0.1:{port}"], check=True, capture_output=True)
                    before, started = process.cpu_seconds(), time.perf_counter()
                    subprocess.run([*load, "-m", str(mails), f"127.0.0.1:{port}"], check=True, capture_output=True)
                    took = time.perf_counter() - started
                    spent = process.cpu_seconds() - before
                    yield Row(server, connections, mails, mails / took, spent / mails * 1e6)


def _catcher(folder: Path, port: int) -> list[str]:
    (folder / "catalogue.csv").write_text("domain,intended,policy\ntypo.test,typo.example,accept\n")
    config = folder / "catcher.toml"
    config.write_text(
        f"""[node]
state = "{folder}/state"
[dns]
listen = ["127.0.0.1:{free_port()}"]
nameservers = ["ns1.sink.test"]
[smtp]
listen = ["127.0.0.1:{port}"]
hostname = "mx.sink.test"
[catalogue]
files = ["catalogue.csv"]
[store]
url = "sqlite:state/catcher.db"
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


_SERVERS: dict[str, Callable[[Path, int], list[str] | None]] = {
    "smtp-sink": _smtp_sink,
    "aiosmtpd": _aiosmtpd,
    "catcher": _catcher,
}
