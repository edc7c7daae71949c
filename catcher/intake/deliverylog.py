"""The delivery log: a file a day in the state folder, for operators who switch it on (``[log] deliveries``).

It is no part of the log on stderr: whoever collects that, like journald, keeps its lines as long as it likes.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from datetime import date
from pathlib import Path

from catcher.model.mail.delivery import DELIVERY_LOG_DAYS, DeliveryLine

log = logging.getLogger("catcher.intake")

DELIVERIES = "deliveries"
"""The folder of the files in the state folder."""
_SUFFIX = ".log"


class DeliveryLog:
    """Appends lines. Several processes may write to one folder: each line is one write to the end of the file."""

    def __init__(self, state: Path) -> None:
        """``state``: the state folder."""
        self._folder = state / DELIVERIES
        self._day: date | None = None
        self._descriptor: int | None = None

    def note(self, line: DeliveryLine) -> None:
        """Appends ``line`` to the file of its day. A file that can't be written loses lines, and delays no mail."""
        try:
            if line.at.date() != self._day:
                self._open(line.at.date())
            if self._descriptor is not None:
                os.write(self._descriptor, f"{line}\n".encode("ascii"))
        except OSError as error:
            log.warning("deliveries of today are not logged any more: %s", error.strerror)
            self.close()

    def close(self) -> None:
        """Closes the file; further lines of its day are dropped."""
        if self._descriptor is not None:
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None

    def _open(self, day: date) -> None:
        self.close()
        self._day = day
        self._folder.mkdir(mode=0o700, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        self._descriptor = os.open(self._folder / f"{day.isoformat()}{_SUFFIX}", flags, 0o600)


def drop_old_deliveries(state: Path, today: date) -> int:
    """Deletes the files of days at least DELIVERY_LOG_DAYS ago, whether or not the log is on; returns their number."""
    dropped = 0
    try:
        for file in sorted((state / DELIVERIES).glob(f"*{_SUFFIX}")):
            with suppress(ValueError):  # a file of somebody else's
                if (today - date.fromisoformat(file.stem)).days >= DELIVERY_LOG_DAYS:
                    file.unlink(missing_ok=True)
                    dropped += 1
    except OSError as error:
        log.error("old logs of deliveries can't be deleted, delete them by hand: %s", error.strerror)
    return dropped
