"""The databases that earlier releases left behind, as copies that a test may open."""

from __future__ import annotations

import lzma
from pathlib import Path


def unpacked(release: Path, folder: Path) -> Path:
    """A copy, in ``folder``, of the release's database that only its owner may read, as the server makes them."""
    path = folder / "catcher.db"
    path.touch(mode=0o600)
    path.write_bytes(lzma.decompress((release / "catcher.db.xz").read_bytes()))
    return path
