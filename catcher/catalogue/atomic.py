"""Replaces files atomically: a reader or a crash finds the old or the new text, and writers wait for each other."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from catcher.model.errors import EnvironmentFailure


def replace_file(file: Path, data: bytes, *, mode: int | None = None) -> None:
    """Writes ``data`` to a temporary file beside ``file``, syncs it, renames it over ``file`` and syncs the folder.

    The file keeps its owner and, unless ``mode`` is given, its mode. Raises EnvironmentFailure.
    """
    try:
        # A symbolic link stays a link: its target is replaced. What isn't a file, as /dev/zero, is never replaced so.
        target = file.resolve()
        if target.exists() and not target.is_file():
            target = file
        old = target.stat() if target.is_file() else None
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        written = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                kept = 0o644 if old is None else old.st_mode & 0o7777
                os.fchmod(stream.fileno(), kept if mode is None else mode)
                # Written by root, a file keeps its owner and a new file gets the folder's: the server isn't root.
                owner, made = old or target.parent.stat(), os.fstat(stream.fileno())
                if (made.st_uid, made.st_gid) != (owner.st_uid, owner.st_gid):  # the unit's sandbox forbids fchown(2)
                    with suppress(PermissionError):
                        os.fchown(stream.fileno(), owner.st_uid, owner.st_gid)
                os.fsync(stream.fileno())
            written.rename(target)
        finally:
            written.unlink(missing_ok=True)
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise EnvironmentFailure(
            f"{file}: it can't be written: {error.strerror}; mend the permissions or free some space"
        ) from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps other writers out of ``folder`` until the end of the block. Raises EnvironmentFailure."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise EnvironmentFailure(f"{folder}: it can't be opened: {error.strerror}; mend its permissions") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
