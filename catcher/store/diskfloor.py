"""The floor of free disk: below it no observation is added, so that keys, folding and forgetting have room.

Forgetting needs room before it gives some back: deleted rows and settled sums go through the log first.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

MEGABYTE = 1_000_000
LOOK_SECONDS = 1.0
"""Seconds for which a measured size counts."""


def free_octets(folder: Path) -> int | None:
    """The octets that catcher's user may still write in the file system of ``folder``; None when it can't be asked."""
    try:
        status = os.statvfs(folder)
    except OSError:
        return None
    return status.f_bavail * status.f_frsize


class DiskFloor:
    """Watches the free disk of the store."""

    def __init__(self, folder: Path, reserve_mb: int, now: Callable[[], float]) -> None:
        """``now``: seconds of a monotonic clock. ``reserve_mb`` 0: there is no floor."""
        self._folder = folder
        self._reserve_mb = reserve_mb
        self._now = now
        self._looked_at = -LOOK_SECONDS
        self._refusal = ""

    def refusal(self) -> str:
        """The reason for which nothing may be added; '' when it may be. The disk is asked once a second at most."""
        now = self._now()
        if self._reserve_mb and now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            self._refusal = shortage(free_octets(self._folder), self._reserve_mb)
        return self._refusal


def shortage(free: int | None, reserve_mb: int) -> str:
    """The sentence about too little free disk; '' when there is enough, or the disk can't be asked."""
    if free is None or not reserve_mb or free >= reserve_mb * MEGABYTE:
        return ""
    return (
        f"the disk has {free // MEGABYTE} MB left, and the last {reserve_mb} MB are kept for forgetting "
        "([store] reserve_mb); make room"
    )
