"""Honest queries during a flood, at catcher and at NSD: ``python -m tests.flood_table SECONDS``, as root.

::

    namespace a: catcher, NSD ◀── veth ──▶ namespace b: honest client 192.0.2.2, 100 queries a second
                                                        flood         198.51.100.2, RATE of one shape

Both servers limit replies to 200 a second and prefix, their default; neither address is exempt.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from catcher.bench.nameservers import ZONE
from catcher.bench.shapes import CHEAP, SHAPES
from tests.support.netns import Host, two_hosts
from tests.support.peers import peer
from tests.support.server import Server

DOMAIN = "army.ml"
SERVER, HONEST, FLOODER = "192.0.2.1", "192.0.2.2", "198.51.100.2"
NSD_PORT, CATCHER_PORT = 5301, 5302
FLOODS = [
    *(("TSIG, unknown key", rate) for rate in (2000, 5000, 20_000)),
    *((CHEAP, rate) for rate in (2000, 5000)),
    *((shape, 20_000) for shape in SHAPES if shape != "TSIG, unknown key"),
]
"""(shape, messages a second)"""
_HONEST_QUERY = b"\0\0\0\1\0\0\0\0\0\0\4army\2ml\0\0\x0f\0\1"


def table(seconds: float) -> None:
    """Prints a row per flood as soon as it is measured."""
    with tempfile.TemporaryDirectory(prefix="catcher-flood-") as name, ExitStack() as stack:
        folder = Path(name)
        first, second = stack.enter_context(two_hosts(SERVER, HONEST, resolver=SERVER))
        second.run("ip", "address", "add", f"{FLOODER}/24", "dev", "veth0")
        first.run("ip", "route", "add", "198.51.100.0/24", "dev", "veth0")
        server = Server(
            folder / "catcher", dns=(SERVER, CATCHER_PORT), smtp=(SERVER, 2500), prefix=first.prefix, log_level="info"
        )
        server.start()
        stack.callback(server.kill)
        nsd = subprocess.Popen([*first.prefix, *_nsd(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(nsd.wait)
        stack.callback(nsd.terminate)
        print(
            f"{'flood':28} {'a second':>8} | {'catcher: answered, median, 99 %':32} | NSD: answered, median, 99 %",
            flush=True,
        )
        for shape, rate in [("none", 0), *FLOODS]:
            cells = [_measure(second, port, shape, rate, seconds) for port in (CATCHER_PORT, NSD_PORT)]
            print(f"{shape:28} {rate:8} | {cells[0]:32} | {cells[1]}", flush=True)


def _measure(host: Host, port: int, shape: str, rate: int, seconds: float) -> str:
    """What the honest client says while the flood runs."""
    words = [*host.prefix, sys.executable, "-m", "tests.flood_table"]
    with ExitStack() as stack:
        if rate:
            flood = subprocess.Popen(
                [*words, "flood", str(port), shape, str(rate), str(seconds + 0.5)], stdout=subprocess.PIPE, text=True
            )
            stack.callback(flood.wait)
            assert flood.stdout is not None
            assert flood.stdout.readline() == "begun\n"
        return subprocess.run(
            [*words, "honest", str(port), str(seconds)], stdout=subprocess.PIPE, text=True, check=True
        ).stdout.strip()


def _nsd(folder: Path) -> list[str]:
    (folder / "peer.zone").write_text(ZONE)
    config = folder / "nsd.conf"
    config.write_text(
        f'server:\n  server-count: 1\n  ip-address: {SERVER}\n  port: {NSD_PORT}\n  username: ""\n  chroot: ""\n'
        f'  database: ""\n  zonesdir: "{folder}"\n  pidfile: "{folder}/nsd.pid"\n  xfrdfile: "{folder}/xfrd"\n'
        f'  zonelistfile: "{folder}/zones"\n  rrl-ratelimit: 200\nremote-control:\n  control-enable: no\n'
        f"zone:\n  name: {DOMAIN}\n  zonefile: peer.zone\n"
    )
    return [str(peer("nsd")), "-d", "-c", str(config)]


def flood(port: int, shape: str, rate: int, seconds: float) -> None:
    """Sends ``rate`` messages a second; replies are thrown away by a small receive buffer."""
    messages = [SHAPES[shape](number, DOMAIN) for number in range(int(rate * seconds))]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.bind((FLOODER, 0))
        sock.connect((SERVER, port))
        sock.setblocking(False)
        print("begun", flush=True)
        begun, sent = time.monotonic(), 0
        while (passed := time.monotonic() - begun) < seconds:
            for message in messages[sent : int(passed * rate)]:
                sent += 1
                try:
                    sock.send(message)
                except OSError:
                    continue
            time.sleep(0.002)


def honest(port: int, seconds: float) -> str:
    """Sends a query every 10 ms, or as soon as the one before was answered or timed out after a second."""
    took, lost, number = [], 0, 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect((SERVER, port))
        sock.settimeout(1)
        end = time.monotonic() + seconds
        while (begun := time.monotonic()) < end:
            number += 1
            sock.send(number.to_bytes(2) + _HONEST_QUERY)
            try:
                while sock.recv(4096)[:2] != number.to_bytes(2):
                    pass
                took.append(time.monotonic() - begun)
            except TimeoutError:
                lost += 1
            time.sleep(0.01)
    if not took:
        return f"0 of {lost}"
    took.sort()
    high = took[int(len(took) * 0.99)]
    return f"{len(took)} of {len(took) + lost}, {statistics.median(took) * 1e3:.1f} ms, {high * 1e3:.1f} ms"


if __name__ == "__main__":
    if os.geteuid():
        print("needs root: it makes network namespaces")
        sys.exit(3)
    match sys.argv[1:]:
        case ["flood", port, shape, rate, seconds]:
            flood(int(port), shape, int(rate), float(seconds))
        case ["honest", port, seconds]:
            print(honest(int(port), float(seconds)))
        case [seconds]:
            table(float(seconds))
