"""Beside the mail: a database of two million rows, kills of the mail processes, reloads, purges, memory by process."""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

from catcher.bench.mail.prepare import prepare_database, prepare_keys
from tests.support.server import CATCHER, Server
from tests.support.signing import RSA_RECORD
from tests.support.soaking.mailload import ACCEPT, EXPLAIN, REFUSE, SENDERS
from tests.support.tree import ROOT

ROWS = 2_000_000
_CACHE = ROOT / ".cache" / "soak"
_ZONE = """\
$TTL 300
@ SOA ns1 host 1 7200 900 1209600 300
@ NS ns1
ns1 A 127.0.0.1
@ TXT "v=spf1 ip4:127.0.0.0/8 -all"
_dmarc TXT "v=DMARC1; p=reject"
s1._domainkey TXT {key}
"""
_BACK_SECONDS = 2.0
"""Seconds after a process that stores is back within which every worker has found it."""


def mail_server(folder: Path) -> Server:
    """A server with two SMTP workers that asks its own DNS about the senders."""
    rows = [*((d, "accept") for d in ACCEPT), *((d, "explain") for d in EXPLAIN), *((d, "refuse") for d in REFUSE)]
    zones = "".join(f'[[dns.zone]]\nname = "{sender}"\nfile = "sender.zone"\n' for sender in SENDERS)
    server = Server(
        folder,
        catalogue="domain,intended,policy\n" + "".join(f"{d},intended.example,{policy}\n" for d, policy in rows),
        smtp_workers=2,
        log_level="info",
        more=zones,
    )
    text = server.config.read_text()
    server.config.write_text(f'{text}[fingerprint]\nlookups = true\nresolvers = ["127.0.0.1:{server.dns[1]}"]\n')
    key = RSA_RECORD.decode()
    parts = " ".join(f'"{key[at : at + 250]}"' for at in range(0, len(key), 250))
    (folder / "sender.zone").write_text(_ZONE.format(key=parts))
    return server


def place_database(server: Server, rows: int, now: datetime) -> None:
    """Puts a database with a month's due below the server. It is made once a day, and kept in .cache/soak."""
    state = server.folder / "var"
    state.mkdir(mode=0o700)
    kept = _CACHE / f"mail-{rows}-{now:%Y-%m-%d}.db"
    if not kept.exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        for old in _CACHE.glob("mail-*.db*"):
            old.unlink()
        making = kept.with_suffix(".making")
        making.unlink(missing_ok=True)
        prepare_database(making, rows, now, ACCEPT[0])
        making.replace(kept)
    shutil.copyfile(kept, state / "catcher.db")
    (state / "catcher.db").chmod(0o600)
    prepare_keys(state / "keys", now)


class MailKill(NamedTuple):
    """The end of a process, and when another one was in its place."""

    name: str
    moment: float
    back: float


@dataclass(slots=True)
class MailKills:
    """SIGKILL to the mail processes in turn."""

    server: Server
    done: list[MailKill] = field(default_factory=list)
    _names: cycle[str] = field(default_factory=lambda: cycle(("smtp-0", "store", "upkeep", "smtp-1", "store")))

    def __call__(self) -> None:
        name = next(self._names)
        pid = self.server.workers_pids().get(name)
        if pid is None:
            return
        moment = time.monotonic()
        with suppress(ProcessLookupError):  # a reload retired it meanwhile
            os.kill(pid, signal.SIGKILL)
            self.done.append(MailKill(name, moment, self._back(name, pid)))

    def _back(self, name: str, pid: int) -> float:
        while self.server.workers_pids().get(name) in (None, pid):
            time.sleep(0.05)
        return time.monotonic()

    def near(self, moment: float, *names: str) -> bool:
        """Whether a process with one of ``names`` was away at ``moment``, or within two seconds before."""
        return any(
            kill.name in names and kill.moment - _BACK_SECONDS <= moment <= kill.back + _BACK_SECONDS
            for kill in self.done
        )


@dataclass(slots=True)
class MailReloads:
    """A row more in the catalogue, and a reload; or a bare SIGHUP's work."""

    server: Server
    done: int = 0
    spans: list[tuple[float, float]] = field(default_factory=list)
    """From when to when each lasted."""
    failed: list[tuple[float, str]] = field(default_factory=list)

    def __call__(self) -> None:
        self.done += 1
        begun = time.monotonic()
        if self.done % 3:
            with (self.server.folder / "catalogue.csv").open("a") as file:
                file.write(f"row{self.done}.example,intended.example,accept\n")
        said = json.loads(self.server.control("reload"))
        self.spans.append((begun, time.monotonic()))
        if said["result"] != "reloaded":
            self.failed.append((time.monotonic(), str(said)))


@dataclass(slots=True)
class Purges:
    """``catcher store purge``, as a person runs it beside the server."""

    server: Server
    done: int = 0
    slowest: float = 0.0
    failed: list[tuple[float, str]] = field(default_factory=list)

    def __call__(self) -> None:
        begun = time.monotonic()
        said = subprocess.run(
            [*CATCHER, "store", "purge", "--json", "-c", str(self.server.config)], capture_output=True, text=True
        )
        self.done += 1
        self.slowest = max(self.slowest, time.monotonic() - begun)
        if said.returncode:
            self.failed.append((time.monotonic(), f"{said.returncode}: {said.stderr[-300:]}"))


class Size(NamedTuple):
    """What a process held at one moment of its life."""

    age: float
    """Seconds since it was forked."""
    mb: float
    """Its own memory (``RssAnon``): it doesn't change with the number of processes that share a page, as PSS does."""
    descriptors: float


@dataclass(slots=True)
class ProcessSizes:
    """Memory and descriptors of each process of the server, by its name and by its life."""

    server: Server
    seen: dict[str, dict[int, list[Size]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    """Name → process id → sizes by age."""

    def __call__(self) -> None:
        assert self.server.process is not None
        parent = ("parent", self.server.process.pid)
        for name, pid in (parent, *self.server.workers_pids().items()):
            with suppress(OSError):  # it ended meanwhile
                size = _size(pid)
                self.seen[name][pid].append(size)

    def at_age(self, name: str, begin: float, end: float) -> list[Size]:
        """Of each life with this name in its order: the medians between these two ages. Lives that ended before, and
        those first seen after, have none."""
        return [
            middle(young)
            for life in self.seen[name].values()
            if (young := [size for size in life if begin <= size.age <= end])
        ]

    def long_lives(self, name: str, seconds: float) -> list[tuple[Size, Size]]:
        """Of each life that was seen for at least so long: the medians of its second third and of its last."""
        found = []
        for life in self.seen[name].values():
            born, end = life[0].age, life[-1].age
            if end - born < seconds:
                continue
            third = (end - born) / 3
            parts = (
                [s for s in life if end - 2 * third <= s.age < end - third],
                [s for s in life if s.age >= end - third],
            )
            if all(parts):
                found.append((middle(parts[0]), middle(parts[1])))
        return found


def middle(sizes: list[Size]) -> Size:
    """The median of each figure. Raises StatisticsError for no sizes."""
    return Size(*map(statistics.median, zip(*sizes, strict=True)))


def _size(pid: int) -> Size:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = next((int(line.split()[1]) for line in lines if line.startswith("RssAnon:")), None)
    if kilobytes is None:
        raise ProcessLookupError(f"{pid} has no memory: it ended")
    began = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    return Size(time.clock_gettime(time.CLOCK_BOOTTIME) - began, kilobytes / 1024, _descriptors(pid))


def _descriptors(pid: int) -> int:
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except PermissionError:
        return 0


def files_with(folder: Path, words: list[bytes]) -> list[str]:
    """The files below ``folder`` that hold one of ``words``, whatever their case."""
    patterns = [part for word in words for part in ("-e", word.decode())]
    said = subprocess.run(
        ["grep", "-r", "-a", "-l", "-i", "-F", *patterns, str(folder)], capture_output=True, text=True, check=False
    )
    if said.returncode > 1:
        sys.exit(f"grep: {said.stderr}")
    return said.stdout.splitlines()
