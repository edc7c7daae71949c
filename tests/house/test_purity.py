"""The pure rooms, the answering of ``dns`` and the dialogue of ``smtp`` touch nothing outside, not even on import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server import Server
from tests.support.tree import ROOT


def run(name: str, file: Path) -> subprocess.CompletedProcess[str]:
    """A run of ``pure_runs`` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-B", "-m", "tests.house.pure_runs", name, str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Server(tmp_path).config


@pytest.mark.parametrize("room", ["model", "lookalike", "incident", "fingerprint", "dns", "smtp"])
def test_a_pure_room_runs_without_an_outside(room: str, config: Path) -> None:
    done = run(room, config)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() not in ("", "None", "[]")


@pytest.mark.parametrize("touched", ["socket", "file", "environment", "clock", "timer"])
def test_touching_the_outside_is_noticed(touched: str, config: Path) -> None:
    done = run(f"{touched}_at_work", config)
    assert done.returncode != 0
    assert "Impure" in done.stderr
