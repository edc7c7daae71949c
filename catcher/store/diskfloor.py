"""The floor of free disk: below it no observation is added, so that folding and forgetting have room.

Forgetting needs room before it gives some back: deleted rows and settled sums go through the log first.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from catcher.model.diskroom import DiskRoom

ASKED_EVERY_SECONDS = 1.0
"""Seconds for which a measured size counts."""


def disk_room(folder: Path, reserve_mb: int) -> DiskRoom | None:
    """The room in the file system of ``folder``; None when it can't be asked."""
    try:
        status = os.statvfs(folder)
    except OSError:
        return None
    octets = status.f_frsize
    return DiskRoom.of(free=status.f_bavail * octets, whole=status.f_blocks * octets, reserve_mb=reserve_mb)


class DiskFloor:
    """Watches the free disk of the store."""

    def __init__(self, folder: Path, reserve_mb: int, now: Callable[[], float]) -> None:
        """``now``: seconds of a monotonic clock. ``reserve_mb`` 0: there is no floor."""
        self._folder = folder
        self._reserve_mb = reserve_mb
        self._now = now
        self._looked_at = now() - ASKED_EVERY_SECONDS
        self._refusal = ""

    def refusal(self) -> str:
        """The reason for which nothing may be added; '' when it may be. The disk is asked once a second at most."""
        now = self._now()
        if self._reserve_mb and now - self._looked_at >= ASKED_EVERY_SECONDS:
            self._looked_at = now
            room = disk_room(self._folder, self._reserve_mb)
            self._refusal = "" if room is None else room.shortage
        return self._refusal
