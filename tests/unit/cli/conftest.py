"""Runs ``catcher`` as its script does, in a folder that ``catcher init`` made."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from catcher.cli import main
from tests.support.commands import Catcher, Ended


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
