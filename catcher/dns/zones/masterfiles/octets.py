"""Reads files that a person names: regular files alone, bounded, with a stamp by which a later load sees that they are
the same."""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path

from catcher.dns.zones.loaded import FileStamp
from catcher.regularfile import read_described

MAX_OCTETS = 256 << 20
"""Octets of one file, and of a master file with everything that it includes: some six million records, which take the
memory of a machine of 8 GB."""
_UNSETTLED = 2_000_000_000
"""Nanoseconds: a file that was changed within this time before it was read may be changed again under the same times
(file systems keep them by the second, by two seconds on FAT)."""


def read_stamped(path: str, most: int = MAX_OCTETS) -> tuple[bytes, FileStamp]:
    """The octets of a regular file and its stamp, whose time of reading is 0: the caller knows the time.

    A directory, FIFO, socket or device is never waited for.

    Raises UnreadableFile and OSError; their ``strerror`` is the reason.
    """
    data, known = read_described(path, most)
    return data, FileStamp(path, *identity_of(known), 0, _digest(data))


def restamp(stamp: FileStamp) -> FileStamp | None:
    """The stamp of the file today, if its content is still that of ``stamp``; else None.

    The content is read only if mtime, ctime, size or inode differ, or if the file was just modified when it was read.
    """
    try:
        known = Path(stamp.path).stat()
        same = identity_of(known) == stamp[1:6]
        if same and stamp.read - max(stamp.modified, stamp.changed) > _UNSETTLED:
            return stamp
        fresh = read_stamped(stamp.path)[1]
    except (OSError, ValueError):
        return None
    return fresh if fresh.digest == stamp.digest else None


def identity_of(known: os.stat_result) -> tuple[int, int, int, int, int]:
    """mtime and ctime in nanoseconds, octets, inode and device: they stay while a file isn't changed or replaced."""
    return known.st_mtime_ns, known.st_ctime_ns, known.st_size, known.st_ino, known.st_dev


def _digest(octets: bytes) -> bytes:
    return blake2b(octets, digest_size=16).digest()
