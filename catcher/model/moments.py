"""Moments as texts of the outer surface."""

from __future__ import annotations

from datetime import datetime


def second(moment: datetime) -> str:
    """``2026-11-03T12:00:00Z``; ``moment`` is in UTC."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
