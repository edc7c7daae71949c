"""The seed of a random test: a fixed one, so that a run can be repeated, unless ``CATCHER_SEED`` says another."""

from __future__ import annotations

import os


def seed(default: int) -> int:
    """``CATCHER_SEED``, which `make soak` sets and a person who repeats a failure; else ``default``."""
    return int(os.environ.get("CATCHER_SEED") or default)
