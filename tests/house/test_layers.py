"""Imports go down only, SQL lives in the store, templates in the report room: the contracts hold, and bite."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import catcher
from tests.support.tree import ROOT


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the contracts of ``folder``'s pyproject.toml over the ``catcher`` that lies there."""
    program = (
        "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"
    )
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_contracts_are_kept() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_contract_is_the_drawing_in_the_package_docstring() -> None:
    """A newcomer reads catcher/__init__.py; the tool reads pyproject.toml: both say the same."""
    assert catcher.__doc__ is not None
    drawn = re.search(r"^    (cli →.*?)\n\n", catcher.__doc__, re.MULTILINE | re.DOTALL)
    assert drawn is not None
    from_drawing = [re.findall(r"\w+", layer) for layer in drawn[1].split("→")]
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c["type"] == "layers")
    assert [sorted(layer) for layer in from_drawing] == [sorted(re.findall(r"\w+", layer)) for layer in layers]


PLANTED = {
    "model/wrong.py": "import catcher.store",
    "dns/wrong.py": "from catcher import store",
    "smtp/wrong.py": "from catcher import wiring",
    "desk/wrong_too.py": "def later() -> None:\n    from catcher.wiring import open_store",
    "supervise/wrong.py": "from catcher.serve import life",
    "fingerprint/wrong.py": "def later() -> None:\n    import catcher.incident",
    "desk/wrong.py": "import sqlite3",
    "cli/wrong.py": "import jinja2",
    "newroom/__init__.py": "",
    "dns/answering/wrong.py": "from catcher.dns.counting import tally",
    "dns/zones/wrong.py": "from catcher.dns.answering import lookup",
    "smtp/wire/wrong.py": "import socket",
    "smtp/message/wrong.py": "from catcher.smtp.dialogue import verbs",
    "fingerprint/header/wrong.py": "from catcher.fingerprint import network",
    "fingerprint/authentication/dkim/wrong.py": "from catcher.fingerprint.authentication import arc",
    "store/remote/wrong.py": "from catcher.store.sqlite import store",
    "model/leak/wrong.py": "from catcher.model.telling import notice",
    "incident/wrong.py": "import time",
    "notices/find/wrong.py": "from catcher.notices import due",
}
"""A file that doesn't belong → its content: upwards, sideways, in a function, SQL, a template, an undrawn room, and
upwards or out of the house within a room."""


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The contracts over a copy of the house in which every file of PLANTED lies."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "catcher", folder / "catcher", ignore=shutil.ignore_patterns("__pycache__"))
    for planted, text in PLANTED.items():
        wrong = folder / "catcher" / planted
        wrong.parent.mkdir(exist_ok=True)
        wrong.write_text(text + "\n")
    return lint(folder)


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_import_is_found(verdict: subprocess.CompletedProcess[str], planted: str) -> None:
    assert verdict.returncode != 0
    module = "catcher." + planted.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")
    assert re.search(rf"\b{re.escape(module)}\b", verdict.stdout), verdict.stdout
