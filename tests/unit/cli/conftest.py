"""Runs ``catcher`` as its script does, in a folder that ``catcher init`` made."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from catcher.cli import main


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """stdout as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


Catcher = Callable[..., Ended]


@pytest.fixture
def catcher(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Catcher:
    """Runs one command and returns its exit status and output."""

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["catcher", *arguments])
        status = 0
        try:
            main()
        except SystemExit as exit_:
            status = exit_.code if isinstance(exit_.code, int) else 1
        captured = capsys.readouterr()
        return Ended(status, captured.out, captured.err)

    return run


@pytest.fixture
def sink(catcher: Catcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, holding what ``catcher init`` writes."""
    folder = tmp_path / "sink"
    assert catcher("init", str(folder)).status == 0
    monkeypatch.chdir(folder)
    return folder
