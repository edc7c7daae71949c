"""Reads files that a person names: regular files alone, bounded, with a stamp by which a later load sees that they are
the same."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

from catcher.dns.zones.loaded import FileStamp
from catcher.regularfile import FileIdentity, read_identified

MAX_OCTETS = 256 << 20
"""Octets of one file, and of a master file with everything that it includes: some six million records, which take the
memory of a machine of 8 GB."""


def read_stamped(path: str, most: int = MAX_OCTETS) -> tuple[bytes, FileStamp]:
    """The octets of a regular file and its stamp, whose time of reading is 0: the caller knows the time.

    A directory, FIFO, socket or device is never waited for.

    Raises UnreadableFile and OSError; their ``strerror`` is the reason.
    """
    data, identity = read_identified(path, most)
    return data, FileStamp(path, identity, 0, _digest(data))


def restamp(stamp: FileStamp) -> FileStamp | None:
    """The stamp of the file today, if its content is still that of ``stamp``; else None.

    The content is read only if the identity differs, or if the file wasn't settled when it was read.
    """
    try:
        if FileIdentity.of(Path(stamp.path).stat()) == stamp.identity and stamp.identity.is_settled(stamp.read):
            return stamp
        fresh = read_stamped(stamp.path)[1]
    except (OSError, ValueError):
        return None
    return fresh if fresh.digest == stamp.digest else None


def _digest(octets: bytes) -> bytes:
    return blake2b(octets, digest_size=16).digest()
