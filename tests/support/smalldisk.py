"""A small file system of its own, which a test may fill."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.peers import need_root


@contextmanager
def small_disk(folder: Path, *, megabytes: int = 64) -> Iterator[Path]:
    """``folder``, made as a file system of ``megabytes``, until the block ends. Of 64 megabytes the store's reserve
    is 20."""
    need_root("mount a small file system")
    folder.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "none", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
