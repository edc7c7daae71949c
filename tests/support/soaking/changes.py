"""Random changes of a running server's files, one in five with a fault, each followed by a reload and checked."""

from __future__ import annotations

import json
import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import dns.message

from tests.support.server import Server

ROWS = 20_000
"""Rows that stay; the catalogue's random rows come on top."""
_ZONES = 20
_RANDOM_ROWS = 200
LIVE_WITHIN_SECONDS = 10.0
"""Seconds from the saved file to the first right answer after which a change counts as never live."""


@dataclass(slots=True)
class Outcome:
    """What all changes came to."""

    reloads: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    """Kind of fault → how often it was made."""
    failures: list[str] = field(default_factory=list)
    """Each change that wasn't live in time, each fault that wasn't named or took down more than its own part."""
    not_started: list[tuple[float, float, str]] = field(default_factory=list)
    """Reloads of which a new worker did not start: moments of begin and end, and the error. They are tried again."""
    live_seconds: list[float] = field(default_factory=list)
    """From the saved file to the first right answer."""


class Changes:
    """The files of one server. ``prepare`` writes them before its start."""

    def __init__(self, server: Server, seed: int, secondary: int) -> None:
        self.outcome = Outcome()
        self._server = server
        self._draw = random.Random(seed)
        self._number = 0
        self._rows: list[str] = []
        self._tokens = {f"z{number}.example": "first" for number in range(_ZONES)}
        self._secondary = secondary
        self._base = server.config.read_text().replace("[dns]\n", '[dns]\ncatalog_zone = "catalog.sink.example"\n', 1)

    def prepare(self) -> None:
        """Writes catalogue, zones and catcher.toml."""
        (self._server.folder / "words").mkdir()
        self._write_words("is not")
        self._write_rows()
        for zone in self._tokens:
            self._write_zone(zone)
        self._write_config()

    def step(self) -> None:
        """One change, one reload, and a look at what is live."""
        self._number += 1
        fault = self._draw.choice(_FAULTS) if self._draw.random() < 0.2 else None
        new = f"row{self._number}.example"
        self._rows = [*self._rows[-_RANDOM_ROWS:], new]
        if fault is None and self._draw.random() < 0.3:
            self._tokens.pop(next(iter(self._tokens)))
            self._tokens[f"n{self._number}.example"] = ""
            self._write_zone(next(reversed(self._tokens)))
        healthy = self._draw.choice(list(self._tokens)[1:])
        self._tokens[healthy] = f"token{self._number}"
        if fault is None:
            self._save(healthy)
            self._reload(None, new, healthy)
            return
        self._write_zone(healthy)
        self.outcome.faults[fault.__name__] = self.outcome.faults.get(fault.__name__, 0) + 1
        with fault(self, next(iter(self._tokens))):
            self._reload(fault.__name__, new, healthy)

    def _save(self, healthy: str) -> None:
        self._write_zone(healthy)
        self._write_rows()
        self._write_config()

    def _reload(self, fault: str | None, row: str, zone: str) -> None:
        saved = time.monotonic()
        said = json.loads(self._server.control("reload"))
        self.outcome.reloads += 1
        if "could not start" in said["error"]:
            self.outcome.not_started.append((saved, time.monotonic(), said["error"]))
        elif fault is None and said["result"] != "reloaded":
            self._fail(f"a good change: {said}")
        if fault is not None and said["result"] == "reloaded":
            self._fail(f"{fault} isn't told: {said}")
        self._await(row, "MX", "mx.sink.example.", saved)
        self._await(zone, "TXT", self._tokens[zone], saved)

    def _await(self, name: str, qtype: str, wanted: str, saved: float) -> None:
        while time.monotonic() < saved + LIVE_WITHIN_SECONDS:
            if wanted in self._ask(name, qtype):
                self.outcome.live_seconds.append(time.monotonic() - saved)
                return
        self._fail(f"{name} {qtype} isn't live: {self._ask(name, qtype)!r}")

    def _ask(self, name: str, qtype: str) -> str:
        """The answer section; empty after half a second of silence."""
        query = dns.message.make_query(name, qtype)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.5)
            client.connect(self._server.dns)
            try:
                client.send(query.to_wire())
                return "\n".join(map(str, dns.message.from_wire(client.recv(4096)).answer))
            except (TimeoutError, ConnectionRefusedError):
                return ""

    def _fail(self, what: str) -> None:
        self.outcome.failures.append(f"change {self._number}: {what}")

    def _write_rows(self, more: str = "") -> None:
        held = "".join(f"d{number}.example,i{number}.example,accept\n" for number in range(ROWS))
        drawn = "".join(f"{name},intended.example,accept\n" for name in self._rows)
        _replace(self._server.folder / "catalogue.csv", f"domain,intended,policy\n{held}{drawn}{more}")

    def _zone_file(self, zone: str) -> Path:
        return self._server.folder / f"{zone}.zone"

    def _write_zone(self, zone: str, more: str = "") -> None:
        text = f'$TTL 300\n@ SOA ns1 host {self._number + 1} 7200 900 1209600 300\n@ NS ns1\nns1 A 127.0.0.1\n@ TXT "'
        _replace(self._zone_file(zone), f'{text}{self._tokens.get(zone)}"\n{more}')

    def _write_config(self, more: str = "") -> None:
        zones = "".join(f'[[dns.zone]]\nname = "{zone}"\nfile = "{zone}.zone"\n' for zone in self._tokens)
        place = f'[[dns.secondary]]\naddress = "127.0.0.1:{self._secondary}"\ntransfer_from = ["127.0.0.1/32"]\n'
        _replace(self._server.config, f"{self._base}{zones}{place}{more}")

    def _write_words(self, verb: str) -> None:
        text = (resources.files("catcher.smtp") / "explanations" / "en.txt").read_text()
        _replace(self._server.folder / "words" / "en.txt", text.replace("is not", verb))


@contextmanager
def bad_row(changes: Changes, victim: str) -> Iterator[None]:
    changes._write_config()
    changes._write_rows(more="bad.example,intended.example,nonsense\n")
    yield
    changes._write_rows()


@contextmanager
def missing_zone_file(changes: Changes, victim: str) -> Iterator[None]:
    changes._write_config()
    changes._write_rows()
    path = changes._zone_file(victim)
    path.unlink()
    yield
    _still(changes, victim)
    changes._write_zone(victim)


@contextmanager
def bad_zone(changes: Changes, victim: str) -> Iterator[None]:
    changes._write_config()
    changes._write_rows()
    changes._write_zone(victim, more="l LOC 42 21 54 N 71 06 18 W 99999999999m 30m\n")
    yield
    _still(changes, victim)
    changes._write_zone(victim)


@contextmanager
def bad_toml(changes: Changes, victim: str) -> Iterator[None]:
    changes._write_rows()
    changes._write_config(more="[dns\n")
    yield
    changes._write_config()


@contextmanager
def bad_text(changes: Changes, victim: str) -> Iterator[None]:
    changes._write_config()
    changes._write_rows()
    changes._write_words("n'est pas — pas")
    yield
    changes._write_words("is not")


def _still(changes: Changes, victim: str) -> None:
    """The zone whose file is at fault answers as before."""
    changes._await(victim, "TXT", changes._tokens[victim], time.monotonic())


_FAULTS: tuple[Callable[..., object], ...] = (bad_row, missing_zone_file, bad_zone, bad_toml, bad_text)


def _replace(path: Path, text: str) -> None:
    """As an editor that saves well: no reader sees half a file."""
    beside = path.with_suffix(".new")
    beside.write_text(text)
    beside.replace(path)
