"""Converts moments to the texts of the outer surface, and to the time of files."""

from __future__ import annotations

from datetime import datetime


def second(moment: datetime) -> str:
    """The text ``2026-11-03T12:00:00Z`` of a moment; ``moment`` is in UTC."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def nanoseconds(moment: datetime) -> int:
    """Nanoseconds since 1970, by which file systems tell their times."""
    return int(moment.timestamp() * 1_000_000_000)
