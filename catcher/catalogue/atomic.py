"""Replaces files and folders atomically: a reader or a crash finds the old or the new one; writers wait for each
other."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from catcher.model.errors import EnvironmentFailure
from catcher.regularfile import read_regular


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
        sync_names(target.parent)
    except OSError as error:
        raise EnvironmentFailure(
            f"{file}: it can't be written: {error.strerror}; mend the permissions or free some space"
        ) from error


def already_holds(file: Path, data: bytes) -> bool:
    """Whether ``file`` is a regular file that holds just ``data``; False also where it can't be read."""
    try:
        return read_regular(file, len(data) + 1) == data
    except OSError:
        return False


def write_folder(folder: Path, files: Mapping[str, tuple[bytes, int]]) -> None:
    """Writes a new folder in the place of whatever is at ``folder``, for this user alone, and brings it to the disk.

    ``files``: name → octets and time of change, in nanoseconds. Raises OSError.
    """
    _remove(folder)
    folder.mkdir(mode=0o700, parents=True)
    for name, (octets, modified) in files.items():
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(octets)
            file.flush()
            os.utime(file.fileno(), ns=(modified, modified))
            os.fsync(file.fileno())
    sync_names(folder)


def replace_folder(folder: Path, draft: Path) -> None:
    """Puts the folder ``draft`` in the place of ``folder``, which may be absent. Raises OSError.

    After a crash in between ``restore_folder`` finds the old one.
    """
    aside = _aside(folder)
    if os.path.lexists(folder):
        _remove(aside)
        folder.rename(aside)
    draft.rename(folder)
    sync_names(folder.parent)
    _remove(aside)


def restore_folder(folder: Path) -> None:
    """Undoes a ``replace_folder`` that a crash ended half-way. Raises OSError."""
    aside = _aside(folder)
    if os.path.lexists(aside) and not os.path.lexists(folder):
        aside.rename(folder)


def _aside(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.old")


def _remove(path: Path) -> None:
    """Removes a folder, or a file in its place. Raises OSError."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def sync_names(folder: Path) -> None:
    """Brings the names in ``folder`` to the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
