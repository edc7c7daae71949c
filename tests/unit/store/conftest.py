"""Every store that fulfils the contract."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import assert_never

import pytest

from catcher.model.ports import Store
from catcher.model.storekind import StoreKind
from catcher.store import MemoryStore, store_at


@pytest.fixture(params=["memory", *StoreKind])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store, once for each implementation."""
    made: Store = MemoryStore() if request.param == "memory" else store_at(_url(request.param, tmp_path))
    yield made
    made.close()


def _url(kind: StoreKind, folder: Path) -> str:
    """An empty database of this kind."""
    match kind:
        case StoreKind.SQLITE:
            return f"{kind}:{folder / 'catcher.db'}"
        case _:
            assert_never(kind)
