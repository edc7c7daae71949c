"""No TLS key is written down: a server that is told to do so doesn't start (DESIGN, promise 2)."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.server import CATCHER, SECONDS, Server


@pytest.mark.parametrize("role", ["all", "smtp"])
def test_a_server_that_is_told_to_log_keys_does_not_start(role: str, tmp_path: Path) -> None:
    server, keys = Server(tmp_path / "server"), tmp_path / "keys"
    done = subprocess.run(
        [*CATCHER, "serve", "--role", role, "-c", str(server.config)],
        env={**os.environ, "SSLKEYLOGFILE": str(keys)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert "SSLKEYLOGFILE is set" in done.stderr and "unset it" in done.stderr
    assert not keys.exists()
