"""Reads files that a person names, and those of the state folder: regular files alone, and bounded; tells without
reading whether one is as before.

A named pipe or a terminal would be waited for, a device or a sparse file could fill the memory of the machine.
"""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import NamedTuple

MOST_OCTETS = 16 << 20
"""Octets of a file that a person writes by hand, at most: a thousand times those of the longest one known."""
MOST_KEPT_OCTETS = 1 << 30
"""Octets of a file that catcher itself wrote into the state folder, at most; all the larger is damage."""
_PIECE_OCTETS = 1 << 20
_UNSETTLED = 2_000_000_000
"""Nanoseconds: a file that was changed within this time before it was read may be changed again under the same times
(file systems keep them by the second, by two seconds on FAT)."""


class FileIdentity(NamedTuple):
    """What the system says of a file, and what stays while the file is neither changed nor replaced."""

    modified: int
    """Nanoseconds since 1970: the file's mtime."""
    changed: int
    """Nanoseconds since 1970: the file's ctime, which shows a change by a program that sets the mtime back
    (``cp -p``, ``rsync``)."""
    octets: int
    inode: int
    device: int

    @classmethod
    def of(cls, status: os.stat_result) -> FileIdentity:
        return cls(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev)

    def is_settled(self, at: int) -> bool:
        """Whether every change after ``at``, in nanoseconds since 1970, gives the file another identity."""
        return at - max(self.modified, self.changed) > _UNSETTLED


class UnreadableFile(OSError):
    """A file that isn't read, and the reason."""


def read_regular(path: Path | str, most: int = MOST_OCTETS) -> bytes:
    """The octets of a regular file. Raises UnreadableFile and OSError; their ``strerror`` is the reason."""
    return read_identified(path, most)[0]


def read_regular_text(path: Path | str, encoding: str) -> str:
    """The text of a regular file, each line ended by a line feed. Raises OSError as ``read_regular``, and
    UnicodeDecodeError."""
    return io.StringIO(read_regular(path).decode(encoding), newline=None).getvalue()


def read_identified(path: Path | str, most: int = MOST_OCTETS) -> tuple[bytes, FileIdentity]:
    """The octets of a regular file, and its identity when it was opened.

    Raises UnreadableFile and OSError; their ``strerror`` is the reason.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    try:
        known = os.fstat(descriptor)
        if not stat.S_ISREG(known.st_mode):
            raise UnreadableFile(0, "it is not a regular file")
        if known.st_size > most:
            raise UnreadableFile(0, f"it has {known.st_size} octets, over {most}")
        octets = bytearray()
        while piece := os.read(descriptor, _PIECE_OCTETS):
            octets += piece
            if len(octets) > most:
                raise UnreadableFile(0, f"it has over {most} octets")
    finally:
        os.close(descriptor)
    return bytes(octets), FileIdentity.of(known)
