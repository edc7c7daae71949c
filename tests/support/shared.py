"""Finds test data: a small fold lies in tests/data, the whole beside the checkout; without the whole, its figures are
skipped by name.
"""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path

import pytest

_BESIDE = Path(os.environ.get("CATCHER_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))
_SHARED = _BESIDE / "data"
_KEPT = Path(__file__).resolve().parents[1] / "data"

ABSENT = "shared data absent: "
"""Begins the reason of every such skip; the run's summary looks for it."""


def shared(path: str) -> Path:
    """The file or folder ``path`` of the shared data, or a skip that names it."""
    found = _SHARED / path
    if not found.exists():
        pytest.skip(f"{ABSENT}{path}", allow_module_level=True)
    return found


def beside(path: str) -> Path:
    """The file or folder ``path`` beside the shared data (``cases/…``), or a skip that names it."""
    found = _BESIDE / path
    if not found.exists():
        pytest.skip(f"{ABSENT}{path}")
    return found


def is_there(path: str) -> bool:
    """Whether the shared data have ``path``."""
    return (_SHARED / path).exists()


def data(path: str) -> Path:
    """The file ``path`` of the data that this repository keeps (tests/data/SOURCES.md)."""
    return _KEPT / path


class Amount(Enum):
    """How much of a file a test reads."""

    FOLD = "fold"
    """What tests/data keeps: small, always there; the code is tested by it."""
    WHOLE = "whole"
    """What lies beside the checkout; figures are measured by it."""

    def of(self, path: str) -> Path:
        return data(path) if self is Amount.FOLD else shared(path)
