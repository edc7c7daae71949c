"""What a command finds is the exit status of the process, however the command says it."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catcher import config


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


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (
            PermissionError(errno.EACCES, "Permission denied", "/var/lib/catcher/guard.json"),
            3,
            "/var/lib/catcher/guard",
        ),
        (OSError(errno.EMFILE, "Too many open files"), 3, "Too many open files"),
        (RuntimeError("a stranger's words"), 70, "RuntimeError at "),
    ],
)
@pytest.mark.parametrize("command", [("check",), ("catalogue", "list"), ("status",)])
def test_an_error_that_nobody_foresaw_is_one_line(
    sink: Path,
    catcher: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    error: Exception,
    status: int,
    said: str,
) -> None:
    """Never a bare traceback (DESIGN §4), and never the text of an exception that isn't ours."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(config, "load_config", fail)
    for module in ("check", "catalogue", "status"):
        monkeypatch.setattr(f"catcher.cli.{module}.load_config", fail, raising=False)
        monkeypatch.setattr(f"catcher.cli.{module}.state_folder", fail, raising=False)
    ended = catcher(*command)
    assert ended.status == status and said in ended.err
    assert ended.err.count("\n") == 1 and "stranger" not in ended.err
