"""Lets only one process at a time have a named lock in the state folder; the lock ends with its process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from catcher.model.errors import EnvironmentFailure

_SERVER = "another catcher serves from this folder; stop it, or give this one its own node.state"


class LockConflict(EnvironmentFailure):
    """Another process holds the lock."""


def lock(folder: Path, name: str, *, holder: str = _SERVER) -> int:
    """Locks ``folder/name.lock`` and returns the descriptor that holds the lock.

    The lock ends when the descriptor is closed or the process ends. ``holder``: the error's text, which names
    the other process and the remedy. Raises LockConflict when another process holds the lock, and
    EnvironmentFailure when the folder can't be written.
    """
    path = folder / f"{name}.lock"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise EnvironmentFailure(f"{path}: {error.strerror}; make the folder writable for this user") from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(fd)
        raise LockConflict(f"{path}: {holder}") from error
    return fd
