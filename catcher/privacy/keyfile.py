"""A file with one random key: made whole or not at all, readable by its owner alone, overwritten when destroyed."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from catcher.model.errors import EnvironmentFailure
from catcher.privacy.tokens import KEY_OCTETS


def key_of(path: Path, *, loss: str) -> bytes:
    """The 32 octets of the file ``path``, made durably when there is none. Several processes may call this at once.

    ``loss`` is the consequence of a lost key, as errors state it. Raises EnvironmentFailure when the key can't be read
    or made, or when accounts other than its owner's may read it.
    """
    try:
        if not path.exists():
            _make(path)
        return _read(path, loss)
    except OSError as error:
        raise EnvironmentFailure(f"{path}: the key can't be read or made: {error.strerror}") from None


def stored_key(path: Path, *, loss: str) -> bytes | None:
    """As ``key_of``, but None when there is no such file."""
    try:
        return _read(path, loss)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EnvironmentFailure(f"{path}: the key can't be read: {error.strerror}") from None


def _make(path: Path) -> None:
    """Links a synced draft to the key's name: the key appears whole. A key that another process linked first stays, and
    is durable, too, when this returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.stem}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        try:
            os.write(descriptor, secrets.token_bytes(KEY_OCTETS))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        try:
            os.link(draft, path)
        except FileExistsError:
            destroy(draft)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def _read(path: Path, loss: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)  # a named pipe isn't awaited
    try:
        status = os.fstat(descriptor)
        key = os.read(descriptor, KEY_OCTETS + 1) if stat.S_ISREG(status.st_mode) else b""
    finally:
        os.close(descriptor)
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077:
        raise EnvironmentFailure(f"{path}: others may read this key (mode {mode:04o}); chmod 600 it")
    if len(key) != KEY_OCTETS:
        raise EnvironmentFailure(
            f"{path}: a key has {KEY_OCTETS} octets, this file has another length; restore it, or remove it and {loss}"
        )
    if not any(key):  # ``destroy`` was interrupted, or the disk lost it: everybody could make its tokens
        raise EnvironmentFailure(f"{path}: this key is overwritten with zeros; remove it and {loss}")
    return key


def destroy(path: Path) -> bool:
    """Overwrites, syncs and unlinks a file; False when the file is already gone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        os.write(descriptor, bytes(max(KEY_OCTETS, os.fstat(descriptor).st_size)))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    path.unlink(missing_ok=True)
    return True


def make_empty(path: Path) -> None:
    """Makes an empty file durably, whose name alone says something. An existing one stays."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    except FileExistsError:
        return
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes the entries of ``folder`` durable: names added to it and taken from it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
