"""Writes, atomically, a file that only its owner may read."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from catcher.model.errors import EnvironmentFailure


def write_private(folder: Path, name: str, content: str | bytes) -> Path:
    """Writes ``content`` (text as UTF-8) to ``folder/name`` with mode 0600; an older file is replaced atomically.

    A missing folder is made with mode 0700. Raises EnvironmentFailure.
    """
    path = folder / name
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content.encode("utf-8") if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise EnvironmentFailure(f"{path}: can't be written ({error.strerror}); give another folder") from error
    return path
