"""Real authoritative servers beside catcher: NSD, Knot and BIND on loopback, on zone files that a test wrote."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from catcher.supervise.ports import own_port
from tests.support.peers import peer

SECONDS = 30.0
"""How long a server may take until it answers."""
_TRY_SECONDS = 0.2

_NSD = """\
server:
    ip-address: 127.0.0.1@{port}
    username: ""
    chroot: ""
    zonesdir: "{folder}"
    pidfile: "{folder}/nsd.pid"
    xfrdfile: "{folder}/xfrd.state"
    xfrdir: "{folder}"
    zonelistfile: "{folder}/zone.list"
    database: ""
    logfile: "{folder}/nsd.log"
    server-count: 1
    do-ip6: no
    rrl-ratelimit: 0
    verbosity: 2
remote-control:
    control-enable: no
"""
_KNOT = """\
server:
    listen: 127.0.0.1@{port}
    rundir: {folder}/run
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: {folder}/run
log:
  - target: stderr
    any: info
"""
_NAMED = """\
options {{
    directory "{folder}";
    listen-on port {port} {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    recursion no;
    dnssec-validation no;
    pid-file none;
    session-keyfile none;
    lock-file none;
}};
controls {{ }};
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """A running server."""

    name: str
    port: int
    folder: Path

    @property
    def log(self) -> str:
        """What it has said, for a test that fails."""
        files = ("nsd.log", "server.out")
        return "\n".join((self.folder / file).read_text() for file in files if (self.folder / file).exists())


def nsd_zones(zones: Mapping[str, Path]) -> str:
    """The part of nsd.conf for whole zones."""
    return "".join(f'zone:\n    name: "{name}"\n    zonefile: "{file}"\n' for name, file in zones.items())


def knot_zones(zones: Mapping[str, Path]) -> str:
    """The part of knot.conf for whole zones."""
    head = "template:\n  - id: default\n    zonefile-sync: -1\n    journal-content: none\n    semantic-checks: off\n"
    return head + "zone:\n" + "".join(f'  - domain: "{name}"\n    file: "{file}"\n' for name, file in zones.items())


@contextmanager
def nsd(folder: Path, more: str, awaited: str, *, port: int | None = None, server: str = "") -> Iterator[Measure]:
    """NSD with ``more`` behind the common part of nsd.conf; up once it answers for the zone ``awaited``."""
    program = peer("nsd")
    port = port or own_port()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nsd.conf").write_text(_NSD.format(folder=folder, port=port) + more)
    with running([str(program), "-d", "-c", str(folder / "nsd.conf")], Measure("nsd", port, folder), awaited) as up:
        yield up


@contextmanager
def knot(folder: Path, more: str, awaited: str, *, port: int | None = None) -> Iterator[Measure]:
    """Knot with ``more`` behind the common part of knot.conf; up once it answers for the zone ``awaited``."""
    program = peer("knot")
    port = port or own_port()
    (folder / "run").mkdir(parents=True, exist_ok=True)
    (folder / "knot.conf").write_text(_KNOT.format(folder=folder, port=port) + more)
    with running([str(program), "-c", str(folder / "knot.conf")], Measure("knot", port, folder), awaited) as up:
        yield up


@contextmanager
def named(folder: Path, zones: Mapping[str, Path], awaited: str) -> Iterator[Measure]:
    """BIND as the primary of whole zones; up once it answers for the zone ``awaited``."""
    program, port = peer("named"), own_port()
    folder.mkdir(parents=True, exist_ok=True)
    served = "".join(f'zone "{name}" {{ type primary; file "{file}"; }};\n' for name, file in zones.items())
    (folder / "named.conf").write_text(_NAMED.format(folder=folder, port=port) + served)
    command = [str(program), "-g", "-n", "1", "-c", str(folder / "named.conf")]
    with running(command, Measure("named", port, folder), awaited) as up:
        yield up


@contextmanager
def running(command: list[str], measure: Measure, awaited: str) -> Iterator[Measure]:
    """A server in the foreground; up once it answers for the zone ``awaited``."""
    with (measure.folder / "server.out").open("w") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=measure.folder)
    try:
        if awaited:
            assert answers(measure.port, awaited), measure.log
        yield measure
    finally:
        process.terminate()
        process.wait(SECONDS)


def answers(port: int, zone: str, *, seconds: float = SECONDS) -> bool:
    """Asks for the SOA of ``zone`` until the answer is one with authority."""
    labels = b"".join(bytes((len(label),)) + label.encode() for label in zone.rstrip(".").split(".") if label)
    query = b"\x5a\x5a\0\0\0\1\0\0\0\0\0\0" + labels + b"\0\0\6\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", port))
        for number in range(int(seconds / _TRY_SECONDS)):
            client.settimeout(_TRY_SECONDS)
            try:
                client.send(number.to_bytes(2, "big") + query[2:])
                reply = client.recv(4096)
            except OSError:  # refused at once while nothing listens: wait without a busy loop
                client.settimeout(_TRY_SECONDS)
                _wait(client)
                continue
            if reply[2] & 4 and not reply[3] & 15 and reply[6:8] != b"\0\0":
                return True
            _wait(client)
    return False


def _wait(client: socket.socket) -> None:
    """One try's time, or until something comes."""
    try:
        client.recv(4096)
    except OSError:
        return
