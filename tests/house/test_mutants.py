"""Mutants that once survived are noticed, each by the unit test that is named for it."""

from __future__ import annotations

import subprocess
import sys

from tests.support.tree import ROOT


def test_each_named_mutant_is_noticed_by_its_test() -> None:
    """In a process of its own, whose forks import the package anew."""
    run = subprocess.run([sys.executable, "-m", "tests.mutants", "--named"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, f"{run.stdout}{run.stderr}"
