"""Measures the CPU time of reading commands, from exec to exit, on a small store, and compares it with the budgets."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from catcher import wiring
from catcher.bench.report import fill
from catcher.config import load_config
from catcher.desk.context import Desk
from catcher.desk.incidents import listing
from catcher.directory import party_of
from catcher.model.errors import EnvironmentFailure
from catcher.model.telling.report import ReportOperator

READING = (0.6, 0.3)
HELP = (0.25, 0.15)
"""Budgets in CPU seconds per command: required and desired (DESIGN §5)."""
RUNS = 7
"""Runs of each command; the figure is their median."""
_OBSERVATIONS = 500
_MESSAGE = "From: Ada <ada@contractor.example>\r\nTo: jo@army.ml\r\nSubject: plan\r\n\r\nHello.\r\n"


@dataclass(frozen=True, slots=True)
class CommandFigure:
    command: str
    cpu_seconds: float
    must: float
    goal: float
    met: bool


def measure_commands(rounds: int = RUNS) -> Iterator[CommandFigure]:
    """A figure for each reading command, on a new store. Raises EnvironmentFailure when a command fails."""
    with tempfile.TemporaryDirectory(prefix="catcher-bench-") as folder:
        incident = _prepare(Path(folder))
        for name, arguments in _commands(Path(folder), incident).items():
            cpu = statistics.median(_cpu(name, arguments) for _ in range(rounds))
            must, goal = HELP if name.endswith("--help") else READING
            yield CommandFigure(name, cpu, must, goal, cpu <= must)


def _prepare(folder: Path) -> str:
    """Makes a configuration with a small store, a watch-list and a message; returns the id of an incident."""
    _run(["init", str(folder / "sink")])
    file = folder / "sink" / "catcher.toml"
    file.write_text(file.read_text().replace('\n# domain = "notices', '\ndomain = "notices'), encoding="utf-8")
    config = load_config(file)
    store = wiring.open_store(config)
    try:
        fill(store, _OBSERVATIONS)
        desk = Desk(
            store=store,
            folder=wiring.folder(config),
            party_of=party_of,
            organisation=lambda domain: None,
            operator=ReportOperator("Registry of Example", "desk@registry.example"),
            now=wiring.SystemClock().now(),
        )
        incident = next(listing(desk)).incident.key.id
    finally:
        store.close()
    (folder / "watchlist.csv").write_text("domain,organisation\narmy.mil,Army\nnavy.mil,Navy\n", encoding="utf-8")
    (folder / "mail.eml").write_text(_MESSAGE, encoding="utf-8")
    return incident


def _commands(folder: Path, incident: str) -> dict[str, list[str]]:
    """Name → arguments, for every command that only reads."""
    config = ["-c", str(folder / "sink" / "catcher.toml")]
    reading = {
        "incident list": [],
        "incident show": [incident],
        "observation list": [],
        "observation show": ["1"],
        "contact list": [],
        "notify list": ["--dry-run"],
        "report list": [],
        "catalogue list": [],
        "catalogue export": [],
        "alert list": [],
        "store verify": [],
        "check": [],
    }
    return {
        "--help": ["--help"],
        "incident --help": ["incident", "--help"],
        **{name: [*name.split(), *more, *config] for name, more in reading.items()},
        "lookalike match": ["lookalike", "match", "arny.ml", "--watch", str(folder / "watchlist.csv")],
        "fingerprint": ["fingerprint", str(folder / "mail.eml"), "--no-lookups"],
    }


def _cpu(name: str, arguments: Sequence[str]) -> float:
    """User and system time of one run, in CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run(arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _run(arguments: Sequence[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "catcher", *arguments], capture_output=True, text=True, timeout=60)
    if done.returncode not in (0, 1):  # 1: the list is empty, or the command reports a finding
        raise EnvironmentFailure(f"catcher {' '.join(arguments)} ended with {done.returncode}: {done.stderr.strip()}")
