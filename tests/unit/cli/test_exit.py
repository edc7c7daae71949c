"""What a command finds is the exit status of the process, however the command says it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def towns(tmp_path: Path) -> Path:
    """A directory with a row that can't be used."""
    file = tmp_path / "towns.csv"
    file.write_text("domain,organisation\ntown.example,\n", encoding="utf-8")
    return file


def test_a_finding_is_the_exit_status(sink: Path, catcher: Callable[..., Any], towns: Path) -> None:
    assert catcher("contact", "list", "town.example").status == 1
    assert catcher("contact", "import", str(towns)).status == 1
    assert catcher("contact", "add", "town.example", "soc@town.example").status == 0
    assert catcher("contact", "list", "town.example").status == 0


def test_help_and_a_wrong_word_have_theirs(catcher: Callable[..., Any]) -> None:
    assert catcher("contact", "--help").status == 0
    assert catcher("contact", "nonsense").status == 2
    assert catcher("contact", "find").status == 2
