"""A state folder is locked by one server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from catcher.model.errors import EnvironmentFailure
from catcher.supervise.lock import lock


def test_one_state_folder_is_served_once(tmp_path: Path) -> None:
    holder = lock(tmp_path, "smtp")
    with pytest.raises(EnvironmentFailure, match="another catcher serves from this folder"):
        lock(tmp_path, "smtp")
    os.close(holder)
    os.close(lock(tmp_path, "smtp"))
