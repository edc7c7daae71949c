"""Everything at once at one running server: ``python -m tests.soak_dns MINUTES``, as root.

::

    8,000 UDP and 500 TCP queries a second ─┐
    a reload each 2 s, one in five faulty  ─┤
    a DNS worker killed each 5 s           ─┼─▶ catcher serve, two workers ─▶ the table; 1 if anything was lost or wrong
    the disk full twice, 10 s each         ─┤
    AXFR of the catalog zone without end   ─┘

A kill takes along what the killed worker had received and its TCP connections. So a query is the kill's, and told
apart, if it was sent over UDP to the killed worker within ``KILL_SECONDS`` before (at most a batch), or if it waited on
a TCP connection that the killed worker held; each other one is a loss. The state folder is a tmpfs in a mount namespace
of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from catcher.dns.serving.mmsg import SLOTS
from tests.support.server import Server
from tests.support.soaking import load as loading
from tests.support.soaking.changes import Changes
from tests.support.soaking.disturb import (
    KILL_SECONDS,
    Kills,
    Memory,
    Notified,
    Repeat,
    Transfers,
    drops,
    full_disk,
    processes,
)
from tests.support.soaking.questions import learn

RATES = (8000, 500)
"""Queries a second over UDP and over TCP."""
WORKERS = 2
RELOAD_SECONDS, KILL_EVERY_SECONDS, FULL_SECONDS = 2.0, 5.0, 10.0
LEVEL = 1.1
"""Memory is level if the last third's median PSS is at most so many times the first third's."""
_STATE_MB = 64


def soak(minutes: float) -> int:
    """Runs for ``minutes``; returns the exit status: 0, 1 for a loss, 3 without the right to mount."""
    seed = int(os.environ.get("CATCHER_SEED") or secrets.randbelow(1 << 32))
    with tempfile.TemporaryDirectory(prefix="catcher-soak-") as name, ExitStack() as stack:
        folder = Path(name)
        state = folder / "var"
        state.mkdir(mode=0o700)
        mounted = ["mount", "-t", "tmpfs", "-o", f"size={_STATE_MB}m,mode=0700", "tmpfs", str(state)]
        subprocess.run(mounted, check=True)
        stack.callback(subprocess.run, ["umount", "-l", str(state)], check=False)
        notified = Notified()
        notified.start()
        server = Server(folder, workers=WORKERS, smtp_workers=1, smtp_more='explanations = "words"\n', log_level="info")
        changes = Changes(server, seed, notified.port)
        changes.prepare()
        server.start()
        stack.callback(lambda: server.process and server.kill())
        failures = _play(server, changes, notified, state, 60 * minutes)
        print(f"seed {seed}")
        for failure in failures[:20]:
            print("FAILED:", failure)
        if failures:
            kept = Path.cwd() / ".cache" / "soak"
            kept.mkdir(parents=True, exist_ok=True)
            log = kept / f"everything-{seed}-server.log"
            log.write_bytes(server.log.read_bytes())
            print(f"the server's log: {log}")
        print("1 failed" if failures else "1 passed")
        return int(bool(failures))


def _play(server: Server, changes: Changes, notified: Notified, state: Path, seconds: float) -> list[str]:
    """Everything at once; returns what failed."""
    assert server.process is not None
    questions = learn(
        server.dns[1], [f"d{number}.example" for number in range(0, 20_000, 400)], "x.test", "mx.sink.example"
    )
    pids = server.workers_pids()
    ours, theirs = multiprocessing.get_context("fork").Pipe()
    load = multiprocessing.get_context("fork").Process(
        target=loading.run, args=(server.dns[1], questions, RATES, seconds, pids["dns-0"], theirs)
    )
    load.start()
    assert ours.recv() == "begun"
    begun, dropped = time.monotonic(), drops({server.dns[1]})
    kills, memory = Kills(server, WORKERS), Memory(server.process.pid)
    transfers = Transfers(server.dns[1], "catalog.sink.example")
    repeats = [Repeat(KILL_EVERY_SECONDS, kills), Repeat(1, memory), Repeat(0.01, transfers)]
    for repeat in repeats:
        repeat.start()
    fulls = [begun + seconds * part for part in (0.3, 0.6)]
    while (now := time.monotonic()) < begun + seconds:
        if fulls and now >= fulls[0]:
            fulls.pop(0)
            with full_disk(state):
                while time.monotonic() < now + FULL_SECONDS:
                    _paced(changes)
        else:
            _paced(changes)
    client_drops = _client_drops(load.pid)
    found: loading.Load = ours.recv()
    for repeat in repeats:
        repeat.end()
    load.join()
    failures = [f"{type(repeat.error).__name__}: {repeat.error}" for repeat in repeats if repeat.error]
    failures += _judge(found, kills, client_drops)
    ended = [moment for moment, port, _ in found.tcp.broken if not kills.broke(port, moment)]
    if ended:
        failures.append(f"{len(ended)} TCP connections ended without the kill of their worker")
    failures += changes.outcome.failures
    failures += [f"reload: {why}" for begin, end, why in changes.outcome.not_started if not kills.near(begin, end)]
    failures += [f"transfer: {why}" for port, end, why in transfers.failed if not kills.broke(port, end)]
    first, last = memory.usual(begun, begun + seconds / 3), memory.usual(begun + seconds * 2 / 3, begun + seconds)
    if last > LEVEL * first:
        failures.append(f"memory rose from {first:.0f} to {last:.0f} MB")
    live = changes.outcome.live_seconds
    table = {
        "queries UDP": f"{found.udp.sent} sent, {found.udp.answered} answered, slowest {found.udp.slowest:.2f} s",
        "lost UDP": f"{len(found.udp.lost)}, of them in kills {_killed_udp(found, kills)}, "
        f"at the load's own sockets {client_drops}",
        "dropped by the kernel at the server's sockets": str(drops({server.dns[1]}) - dropped),
        "queries TCP": f"{found.tcp.sent} sent, {found.tcp.answered} answered, slowest {found.tcp.slowest:.2f} s",
        "lost TCP": f"{len(found.tcp.lost)} without a reply; {len(found.tcp.unanswered)} on {len(found.tcp.broken)} "
        f"ended connections, of them in kills {_killed_tcp(found, kills)}",
        "wrong replies": str(len(found.udp.wrong) + len(found.tcp.wrong)),
        "kills": str(len(kills.done)),
        "reloads": f"{changes.outcome.reloads}, with faults: {changes.outcome.faults}; "
        f"tried again after the kill of a new worker: {len(changes.outcome.not_started)}",
        "change live": f"median {statistics.median(live):.2f} s, slowest {max(live):.2f} s",
        "transfers": f"{transfers.done}, cut off by kills {len(transfers.failed)}",
        "NOTIFY": str(notified.count),
        "memory (PSS)": f"{first:.0f} MB in the first third, {last:.0f} MB in the last",
        "processes at the end": str(len(processes(server.process.pid))),
    }
    for name, value in table.items():
        print(f"{name:46} {value}")
    return failures


def _paced(changes: Changes) -> None:
    begun = time.monotonic()
    changes.step()
    time.sleep(max(0.0, begun + RELOAD_SECONDS - time.monotonic()))


def _client_drops(pid: int | None) -> int:
    """Datagrams dropped at the load's own UDP sockets, as long as it holds them."""
    inodes = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        target = str(fd.readlink())
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    rows = (line.split() for line in Path("/proc/net/udp").read_text().splitlines()[1:])
    return sum(int(row[-1]) for row in rows if row[9] in inodes)


def _killed_udp(found: loading.Load, kills: Kills) -> int:
    lost = [(sent, int(at not in found.first_workers)) for sent, at in found.udp.lost]
    each = [
        sum(worker == kill.worker and 0 <= kill.moment - sent <= KILL_SECONDS for sent, worker in lost)
        for kill in kills.done
    ]
    return sum(min(SLOTS, number) for number in each)


def _killed_tcp(found: loading.Load, kills: Kills) -> int:
    return sum(count for moment, port, count in found.tcp.broken if kills.broke(port, moment))


def _judge(found: loading.Load, kills: Kills, client_drops: int) -> list[str]:
    """The losses that no kill explains, and the wrong replies."""
    failures = [f"wrong reply: {each}" for each in (*found.udp.wrong, *found.tcp.wrong)]
    udp = len(found.udp.lost) - _killed_udp(found, kills) - client_drops
    if udp > 0:
        failures.append(f"{udp} UDP queries lost")
    tcp = len(found.tcp.lost) + len(found.tcp.unanswered) - _killed_tcp(found, kills)
    if tcp:
        failures.append(f"{tcp} TCP queries lost")
    return failures


if __name__ == "__main__":
    if os.geteuid():
        print("needs root: it mounts a small file system")
        sys.exit(3)
    if os.environ.get("CATCHER_SOAK_NAMESPACE") != "own":
        os.environ["CATCHER_SOAK_NAMESPACE"] = "own"
        os.execvp(
            "unshare",
            ["unshare", "-m", "--propagation", "private", sys.executable, "-m", "tests.soak_dns", *sys.argv[1:]],
        )
    sys.exit(soak(float(sys.argv[1])))
