"""Every store that fulfils the contract."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catcher.model.ports import Store
from catcher.store import MemoryStore, SqliteStore


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store, once for each implementation."""
    made: Store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "catcher.db")
    yield made
    made.close()
