"""What the processes that see mail refuse."""

from __future__ import annotations

import pytest

from catcher.model.errors import EnvironmentFailure
from catcher.supervise.memory import refuse_key_log


def test_no_server_starts_that_would_write_session_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", "keys.txt")
    with pytest.raises(EnvironmentFailure, match="unset it"):
        refuse_key_log()
    monkeypatch.delenv("SSLKEYLOGFILE")
    refuse_key_log()
