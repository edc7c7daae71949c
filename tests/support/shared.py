"""Finds the test data that lies beside the checkout; where it is absent, its cases are skipped by name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_SHARED = Path(os.environ.get("CATCHER_SHARED", Path(__file__).resolve().parents[2].parent / "shared")) / "data"

ABSENT = "shared data absent: "
"""Begins the reason of every such skip; the run's summary looks for it."""


def shared(path: str) -> Path:
    """The file or folder ``path`` of the shared data, or a skip that names it."""
    found = _SHARED / path
    if not found.exists():
        pytest.skip(f"{ABSENT}{path}", allow_module_level=True)
    return found
