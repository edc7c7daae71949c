"""A folder to put catalogue files in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.catalogues import Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of rows below the full header row (or of octets as they are) and names it."""

    def write(*rows: str, name: str = "catalogue.csv", data: bytes | None = None) -> Path:
        text = "\n".join(["domain,intended,policy,until,then,note,lang", *rows, ""])
        (tmp_path / name).write_bytes(text.encode() if data is None else data)
        return tmp_path / name

    return write
