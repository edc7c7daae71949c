"""Replacing files: a reader sees the old text or the new one, a crash leaves one of the two, writers queue."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from catcher.model.errors import EnvironmentFailure


def replace_file(file: Path, data: bytes, *, mode: int | None = None) -> None:
    """Puts ``data`` in ``file``: written beside it, synced, renamed over it, the folder synced.

    An existing file's mode and owner are kept unless ``mode`` is given. Raises EnvironmentFailure.
    """
    try:
        # A symbolic link stays one: what it points to is replaced.
        target = file.resolve()
        old = target.stat() if target.exists() else None
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        written = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                kept = 0o644 if old is None else old.st_mode & 0o7777
                os.fchmod(stream.fileno(), kept if mode is None else mode)
                # Root leaves a file to whom it belonged, a new one to the folder's owner: the server isn't root.
                owner = old or target.parent.stat()
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
