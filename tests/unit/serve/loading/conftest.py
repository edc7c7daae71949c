"""The folder that each test here loads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.loadingnode import LoadingNode


@pytest.fixture
def node(tmp_path: Path) -> LoadingNode:
    return LoadingNode(tmp_path)
