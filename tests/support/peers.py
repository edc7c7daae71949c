"""Finds the other software that tests run beside catcher (deploy/peers.list); absent, its tests are skipped by name.

The reasons begin with ``peer absent`` and ``needs root``: .ci/run fails when it finds either among the skipped.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_SBIN = ("/usr/local/sbin", "/usr/sbin", "/sbin")


@dataclass(frozen=True, slots=True)
class Peer:
    """A line of deploy/peers.list."""

    name: str
    how: str
    """``apt``: in the system; ``unpack`` or ``npm``: under .peers/."""
    package: str
    program: str
    why: str


@cache
def peers() -> dict[str, Peer]:
    """All peers by name."""
    lines = (_ROOT / "deploy" / "peers.list").read_text(encoding="utf-8").splitlines()
    rows = (line.split(maxsplit=4) for line in lines if line and not line.startswith("#"))
    return {name: Peer(name, how, package, program, why) for name, how, package, program, why in rows}


def peer(name: str) -> Path:
    """The program (or file) of the peer ``name``, or a skip that names it. An unlisted name is a KeyError."""
    wanted = peers()[name]
    if wanted.how == "npm" or wanted.program.startswith("/"):
        file = _ROOT / ".peers" / name / "node_modules" / wanted.program
        if not file.exists():
            pytest.skip(f"peer absent: {name}", allow_module_level=True)
        return file
    if wanted.how == "unpack":
        folders = [str(_ROOT / ".peers" / name / "usr" / folder) for folder in ("sbin", "bin")]
    else:
        folders = [*os.get_exec_path(), *_SBIN]
    found = shutil.which(wanted.program, path=os.pathsep.join(folders))
    if found is None:
        pytest.skip(f"peer absent: {name}", allow_module_level=True)
    return Path(found)


def need_root(what_for: str) -> None:
    """Skips unless the tests run as root; ``what_for`` ends the sentence "needs root to …"."""
    if os.geteuid() != 0:
        pytest.skip(f"needs root to {what_for}", allow_module_level=True)
