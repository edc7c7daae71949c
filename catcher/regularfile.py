"""Reads files that a person names: regular files alone, and bounded.

A named pipe or a terminal would be waited for, a device or a sparse file could fill the memory of the machine.
"""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

MOST_OCTETS = 16 << 20
"""Octets of a file that a person writes by hand, at most: a thousand times those of the longest one known."""
_PIECE_OCTETS = 1 << 20


class UnreadableFile(OSError):
    """A file that isn't read, and the reason."""


def read_regular(path: Path | str, most: int = MOST_OCTETS) -> bytes:
    """The octets of a regular file. Raises UnreadableFile and OSError; their ``strerror`` is the reason."""
    return read_described(path, most)[0]


def read_regular_text(path: Path | str, encoding: str) -> str:
    """The text of a regular file, each line ended by a line feed. Raises OSError as ``read_regular``, and
    UnicodeDecodeError."""
    return io.StringIO(read_regular(path).decode(encoding), newline=None).getvalue()


def read_described(path: Path | str, most: int = MOST_OCTETS) -> tuple[bytes, os.stat_result]:
    """The octets of a regular file, and what the system said of it when it was opened.

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
    return bytes(octets), known
